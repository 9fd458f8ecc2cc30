from datetime import datetime

from odoo.tests import Form, tagged

from ..plan.test_plan import PlanCommon


@tagged("post_install", "-at_install")
class TestNextStep(PlanCommon):
    """What comes next is proposed for, and with, people who are still there."""

    def _follow_up(self, activity, by=None):
        """Return what the dialogue plans after an activity, as proposed."""
        wizard = self.env["isof.activity.done.wizard"].with_user(by or self.manager)
        form = Form(wizard.with_context(default_activity_id=activity.id))
        form.save().action_confirm()
        return activity.next_ids

    def test_in_charge_is_proposed_while_there(self):
        follow_up = self._follow_up(self._create_activity(partner_id=self.gamma.id))
        self.assertEqual(follow_up.user_id, self.salesperson_a)

    def test_salesperson_of_the_customer(self):
        activity = self._create_activity(partner_id=self.gamma.id)
        self.salesperson_a.action_archive()
        self.assertEqual(self._follow_up(activity).user_id, self.salesperson_b)

    def test_salesperson_of_the_company_where_that_of_the_person_left(self):
        branch = self.env["res.partner"].create(
            {"name": "Branch", "parent_id": self.gamma.id, "user_id": self.salesperson_a.id}
        )
        activity = self._create_activity(partner_id=branch.id)
        self.salesperson_a.action_archive()
        self.assertEqual(self._follow_up(activity).user_id, self.salesperson_b)
        run = self._start(
            self._create_plan("Branch", (0, "days"), responsible="salesperson"),
            branch,
            by=self.manager,
        )
        self.assertEqual(run.activity_line_ids.user_id, self.salesperson_b)

    def test_leader_of_who_left(self):
        """Where nobody looks after the customer; also after Odoo archived the membership."""
        activity = self._create_activity()
        self.salesperson_a.action_archive()
        self.assertFalse(self.team.crm_team_member_ids)
        self.assertEqual(self._follow_up(activity).user_id, self.team_leader)

    def test_manager_of_the_department(self):
        activity = self._create_activity(user_id=self.salesperson_b.id)
        self.salesperson_b.active = False
        self.assertEqual(self._follow_up(activity).user_id, self.department_manager)

    def test_whoever_plans_it(self):
        activity = self._create_activity(user_id=self.manager.id)
        self.manager.active = False
        self.assertEqual(
            self._follow_up(activity, by=self.env.user).user_id,
            self.env.user,
        )

    def test_who_works_for_another_company_by_now(self):
        activity = self._create_activity(partner_id=self.gamma.id)
        self.salesperson_a.write(
            {"company_id": self.other_company.id, "company_ids": [(6, 0, self.other_company.ids)]}
        )
        self.assertEqual(self._follow_up(activity).user_id, self.salesperson_b)

    def test_contact_person_who_left_is_not_proposed(self):
        activities = {
            contact: self._create_activity(contact_id=contact.id)
            for contact in (self.alfa_anna, self.alfa_adam)
        }
        self.assertEqual(
            activities[self.alfa_anna].with_user(self.manager)._get_next_contact(), self.alfa_anna
        )
        self.alfa_anna.active = False
        self.alfa_adam.parent_id = self.beta
        for contact, activity in activities.items():
            with self.subTest(contact.name):
                self.assertFalse(self._follow_up(activity).contact_id)

    def test_contact_person_who_is_affiliated_is_proposed(self):
        activity = self._create_activity(contact_id=self.alfa_anna.id)
        self.env["isof.affiliation"].create(
            {"person_id": self.alfa_anna.id, "organization_id": self.alfa.id}
        )
        self.alfa_anna.parent_id = self.beta
        self.assertEqual(activity._get_next_contact(), self.alfa_anna)

    def test_every_dialogue(self):
        activity = self._create_activity(partner_id=self.gamma.id, contact_id=False)
        contact = self.env["res.partner"].create({"name": "Gone", "parent_id": self.gamma.id})
        activity.contact_id = contact
        self.salesperson_a.active = contact.active = False
        by_manager = activity.with_user(self.manager)
        with self.subTest("plan a follow-up"):
            context = by_manager.action_plan_follow_up()["context"]
            self.assertEqual(context["default_user_id"], self.salesperson_b.id)
            self.assertFalse(context["default_contact_id"])
        with self.subTest("duplicate"):
            copy = by_manager.copy()
            self.assertEqual(copy.user_id, self.salesperson_b)
            self.assertFalse(copy.contact_id)
        with self.subTest("duplicate for somebody certain"):
            self.assertEqual(
                by_manager.copy({"user_id": self.team_leader.id}).user_id, self.team_leader
            )
        with self.subTest("register from the page of a contact who left"):
            context = contact._prepare_isof_activity_context()
            self.assertEqual(context, {"default_partner_id": self.gamma.id})

    def test_starter_who_left_before_the_batch(self):
        run = self._start(partners=self._create_partners(51))
        self.salesperson_a.active = False
        self._run_cron()
        self.assertEqual(run.activity_line_ids.user_id, self.team_leader)

    def test_leaders_see_what_is_in_the_hands_of_who_left(self):
        activity = self._create_activity(start=datetime(2026, 3, 12, 9, 0))
        theirs = self._create_activity(user_id=self.salesperson_b.id)
        # a member of long ago
        self.env["crm.team.member"].create(
            {"user_id": self.salesperson_b.id, "crm_team_id": self.team.id}
        ).active = False
        other_team = self.env["crm.team"].create(
            {"name": "Others", "company_id": self.company.id, "user_id": self.manager.id}
        )
        self.env["crm.team.member"].create(
            {"user_id": self.salesperson_b.id, "crm_team_id": other_team.id}
        )
        (self.salesperson_a | self.salesperson_b).action_archive()
        visible = self.env["isof.activity"].with_user(self.team_leader).search([])
        self.assertEqual(visible & (activity | theirs), activity)
        activity.with_user(self.team_leader).write({"note": "Mine to hand over"})
        # by their department
        led, _departments = self.department_manager._get_isof_led()
        self.assertLessEqual(self.salesperson_a | self.salesperson_b, led)
