from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..plan.test_plan import PlanCommon, _keep


class HandOverCommon(PlanCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # to archive a member of a sales team takes the right to change teams, too
        cls.administrator = cls._create_user(
            "administrator", "base.group_erp_manager,sales_team.group_sale_manager"
        )
        cls.HandOver = cls.env["isof.hand.over"]

    def _open(self, users, by):
        """Return the hand-over that the dialogue opens, as the user who opens it."""
        # Odoo's tests write nothing into the chatter otherwise
        context = {"tracking_disable": False, "mail_notrack": False}
        action = users.with_user(by).with_context(**context).action_isof_hand_over()
        self.assertEqual((action["res_model"], action["target"]), ("isof.hand.over", "new"))
        return self.HandOver.with_user(by).with_context(**context).browse(action["res_id"])

    def _counts(self, hand_over):
        return {line.kind: line.count for line in hand_over.line_ids}

    def _decide(self, hand_over, **decisions):
        """Say of kinds what becomes of them; of the others that they are left."""
        for line in hand_over.line_ids:
            line.decision = decisions.get(line.kind, "leave")
        return hand_over

    def _told(self, user):
        """Return subject and text of what a user was told."""
        messages = self.env["mail.message"].search(
            [
                ("partner_ids", "in", user.partner_id.ids),
                ("message_type", "=", "user_notification"),
            ],
            order="id",
        )
        return [(message.subject, str(message.body)) for message in messages]


@tagged("post_install", "-at_install")
class TestHandOver(HandOverCommon):
    """Salesperson A leaves with two open activities, a customer, a plan and a segment."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.open = cls._create_activity() | cls._create_activity(partner_id=cls.beta.id)
        cls.held = cls._create_activity(start=datetime(2026, 3, 1, 9, 0))
        cls.alfa.user_id = cls.salesperson_a
        cls.plan.step_ids[0].write({"responsible": "user", "user_id": cls.salesperson_a.id})
        cls.plan.step_ids[1].write(
            {
                "responsible": "shared",
                "user_ids": [Command.set((cls.salesperson_a | cls.salesperson_b).ids)],
            }
        )
        cls.segment = (
            cls.env["isof.segment"].with_user(cls.salesperson_a).create({"name": "Test mine"})
        )
        cls.shared = (
            cls.env["isof.segment"].with_user(cls.salesperson_a).create({"name": "Test shared"})
        )
        cls.shared.sudo().is_shared = True
        cls.env.flush_all()
        cls.env.cr.precommit.run()  # the chatter says nothing of what is created just now

    def test_archiving_shows_what_is_in_hands(self):
        """By the button of the form and of the list, which call the same."""
        action = self.salesperson_a.with_user(self.administrator).action_archive()
        self.assertFalse(self.salesperson_a.active)
        hand_over = self.HandOver.with_user(self.administrator).browse(action["res_id"])
        self.assertEqual(
            self._counts(hand_over),
            {"activity": 2, "partner": 1, "plan_step": 1, "plan_step_shared": 1, "segment": 2},
        )
        self.assertEqual(hand_over.user_ids, self.salesperson_a)
        self.assertEqual(hand_over.successor_id, self.team_leader, "who led the one who leaves")
        self.assertEqual(
            hand_over.line_ids.mapped("name"),
            [
                "Open activities",
                "Customers as their salesperson",
                "Steps of plans as their employee",
                "Steps of plans as one of several employees",
                "Segments",
            ],
        )

    def test_archiving_with_empty_hands_asks_nothing(self):
        self.assertFalse(self.manager.with_user(self.administrator).action_archive())
        self.assertFalse(self.manager.active)

    def test_hand_over_all(self):
        self.salesperson_a.active = False
        hand_over = self._open(self.salesperson_a, self.administrator)
        with Form(hand_over, "isof_crm.isof_hand_over_view_form_dialog") as form:
            form.successor_id = self.salesperson_b
        action = hand_over.action_hand_over()
        self.env.cr.precommit.run()  # the chatter follows what was written
        self.assertEqual(action, {"type": "ir.actions.act_window_close"})
        self.assertEqual(hand_over.state, "done")
        self.assertEqual(self.open.user_id, self.salesperson_b)
        self.assertEqual(self.held.user_id, self.salesperson_a, "what is over stays")
        self.assertEqual(self.alfa.user_id, self.salesperson_b)
        self.assertEqual(self.plan.step_ids[0].user_id, self.salesperson_b)
        self.assertEqual(
            self.plan.step_ids[1].with_context(active_test=False).user_ids, self.salesperson_b
        )
        self.assertEqual((self.segment | self.shared).user_id, self.salesperson_b)
        self.assertFalse(self.env["res.users"].search([("isof_in_hands_count", ">", 0)]))
        with self.subTest("written down"):
            text = "Handed over from Salesperson A to Salesperson B."
            for record in (*self.open, self.alfa, self.segment.sudo()):
                [message] = record.message_ids.filtered(lambda m: text in (m.body or ""))
                self.assertEqual(message.author_id, self.administrator.partner_id)
        with self.subTest("told"):
            [(subject, body)] = self._told(self.salesperson_b)
            self.assertEqual(subject, "You take over from Salesperson A")
            self.assertIn("<li>Open activities: 2</li>", body)
        with self.subTest("new holder works with it"):
            self.open[0].with_user(self.salesperson_b).note = "Mine now"

    def test_before_leaving_both_are_told(self):
        hand_over = self._open(self.salesperson_a, self.manager)
        hand_over.successor_id = self.salesperson_b
        self._decide(hand_over, activity="hand_over").action_hand_over()
        self.assertEqual(
            [subject for subject, _body in self._told(self.salesperson_a)],
            ["What you had in hands was handed over"],
        )
        self.assertEqual(len(self._told(self.salesperson_b)), 1)
        self.assertFalse(self._told(self.manager))

    def test_another_successor_for_a_kind_and_cancelled(self):
        hand_over = self._open(self.salesperson_a, self.manager)
        hand_over.successor_id = self.salesperson_b
        self._decide(hand_over, activity="cancel", partner="hand_over")
        hand_over.line_ids.filtered(
            lambda line: line.kind == "partner"
        ).successor_id = self.team_leader
        hand_over.action_hand_over()
        self.env.cr.precommit.run()  # the chatter follows what was written
        self.assertEqual(set(self.open.mapped("state")), {"cancelled"})
        self.assertIn(
            "Cancelled in the hand-over of Salesperson A.",
            self.open[0].message_ids.mapped("preview"),
        )
        self.assertEqual(self.alfa.user_id, self.team_leader)
        self.assertEqual(self.shared.user_id, self.salesperson_a, "left")

    def test_manager_hands_over_what_a_manager_may_change(self):
        """Not somebody's private segment, which an administrator may."""
        hand_over = self._open(self.salesperson_a, self.manager)
        self.assertEqual(self._counts(hand_over)["segment"], 1)
        hand_over.successor_id = self.salesperson_b
        self._decide(hand_over, segment="hand_over").action_hand_over()
        self.assertEqual(self.shared.user_id, self.salesperson_b)
        self.assertEqual(self.segment.user_id, self.salesperson_a)

    def test_who_may(self):
        for user in (self.salesperson_b, self.team_leader, self.outsider):
            with (
                self.subTest(user.name),
                self.assertRefused(AccessError, "Only managers and administrators hand over"),
            ):
                self.salesperson_a.with_user(user).action_isof_hand_over()
        hand_over = self._open(self.salesperson_a, self.manager)
        for user in (self.salesperson_b, self.team_leader, self.outsider):
            with self.subTest(user.name), self.assertRaises(AccessError):
                hand_over.with_user(user).read(["state"])
            with self.subTest(user.name), self.assertRaises(AccessError):
                hand_over.with_user(user).action_hand_over()
        with self.assertRaises(AccessError):
            hand_over.with_user(self.administrator).action_hand_over()

    def test_officer_of_employees_is_not_asked(self):
        officer = self._create_user("officer", "hr.group_hr_user")
        self.assertFalse(self.employee_a.with_user(officer).action_archive().get("res_id"))

    def test_nothing_is_written_past_the_dialogue(self):
        hand_over = self._open(self.salesperson_a, self.manager)
        line = hand_over.line_ids[0]
        for record, vals in (
            (hand_over, {"user_ids": [Command.set(self.salesperson_b.ids)]}),
            (hand_over, {"company_ids": [Command.set(self.other_company.ids)]}),
            (hand_over, {"state": "running"}),
            (line, {"kind": "partner"}),
            (line, {"failed_ids": [1]}),
        ):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                record.write(vals)
        for model in (hand_over, line):
            with self.assertRaises(AccessError):
                model.create({})
        hand_over.successor_id = self.salesperson_b
        hand_over.action_hand_over()
        with self.assertRefused(UserError, "This was handed over already"):
            hand_over.action_hand_over()
        with self.assertRefused(UserError, "is being done, and cannot be changed"):
            line.decision = "leave"
        with self.assertRefused(UserError, "is being done, and cannot be changed"):
            # whoever takes over what is left was not looked at
            hand_over.successor_id = self.outsider

    def test_who_cannot_take_over(self):
        hand_over = self._open(self.salesperson_a, self.manager)
        hand_over.successor_id = False
        with self.assertRefused(UserError, "Choose who takes over: Open activities"):
            hand_over.action_hand_over()
        gone = self._create_user("gone", "isof_crm.group_user")
        gone.active = False
        for user in (self.outsider, gone, self.foreign_salesperson, self.salesperson_a):
            hand_over.successor_id = user
            with self.subTest(user.name), self.assertRefused(UserError, "cannot take over"):
                hand_over.action_hand_over()
        hand_over.successor_id = self.salesperson_b
        hand_over.line_ids[1].decision = "cancel"
        with self.assertRefused(UserError, "Customers as their salesperson cannot be cancelled"):
            hand_over.action_hand_over()
        with self.subTest("that is not offered"):
            self.assertEqual(hand_over.line_ids[0].decisions, ["hand_over", "cancel", "leave"])
            self.assertEqual(hand_over.line_ids[1].decisions, ["hand_over", "leave"])

    def test_what_is_not_possible_stays_and_is_told(self):
        """Somebody refuses one of the records; the others are handed over."""
        refused, other = self.open
        write = type(refused).write

        def write_or_refuse(records, vals):
            if refused in records and "user_id" in vals:
                raise UserError(self.env._("Not this one."))
            return write(records, vals)

        hand_over = self._open(self.salesperson_a, self.manager)
        hand_over.successor_id = self.salesperson_b
        self._decide(hand_over, activity="hand_over")
        with patch.object(type(refused), "write", write_or_refuse):
            action = hand_over.action_hand_over()
        self.assertEqual(action["res_id"], hand_over.id)
        self.assertEqual(hand_over.state, "done")
        self.assertEqual((refused.user_id, other.user_id), (self.salesperson_a, self.salesperson_b))
        line = hand_over.line_ids[0]
        self.assertEqual((line.done_count, line.failed_count, line.count), (1, 1, 0))
        self.assertRegex(str(hand_over.message_ids[0].body), "Could not be handed over.*Not this")

    def test_what_is_a_lot_goes_on_in_the_background(self):
        more = self.env["isof.activity"].create([self._prepare_activity() for _n in range(5)])
        hand_over = self._open(self.salesperson_a, self.manager)
        hand_over.successor_id = self.salesperson_b
        self._decide(hand_over, activity="hand_over")
        module = "odoo.addons.isof_crm.models.succession.isof_hand_over"
        with patch(f"{module}.INLINE_LIMIT", 3), patch(f"{module}.BATCH_SIZE", 2):
            hand_over.action_hand_over()
            self.assertEqual(hand_over.state, "running")
            self.assertEqual(more.user_id, self.salesperson_a)
            with patch.object(self.env.registry["ir.cron"], "_commit_progress", _keep):
                self.HandOver._cron_hand_over()
        self.assertEqual(hand_over.state, "done")
        self.assertEqual((more | self.open).user_id, self.salesperson_b)
        self.assertEqual(hand_over.line_ids[0].done_count, 7)
        self.assertEqual(len(self._told(self.salesperson_b)), 1)

    def test_other_companies(self):
        """What is there stays, and nobody of there is asked about."""
        self.salesperson_a.company_ids |= self.other_company
        foreign = self._create_activity(company_id=self.other_company.id, partner_id=self.gamma.id)
        hand_over = self._open(self.salesperson_a, self.administrator)
        self.assertEqual(self._counts(hand_over)["activity"], 2)
        hand_over.successor_id = self.salesperson_b
        hand_over.action_hand_over()
        self.assertEqual(foreign.user_id, self.salesperson_a)
        foreign_manager = self._create_user(
            "foreign_manager", "isof_crm.group_manager", company=self.other_company
        )
        with self.assertRaises(AccessError):
            hand_over.with_user(foreign_manager).read(["state"])
        with self.assertRefused(AccessError, "They work in none of the companies"):
            self.salesperson_b.with_user(foreign_manager).action_isof_hand_over()

    def test_successor_gets_nothing_of_companies_of_others(self):
        """Not even where the model itself would take anybody, as customers do."""
        self.administrator.company_ids |= self.other_company
        self.salesperson_a.company_ids |= self.other_company
        self.gamma.write({"company_id": self.other_company.id, "user_id": self.salesperson_a.id})
        companies = self.company | self.other_company
        hand_over = self._open(
            self.salesperson_a.with_context(allowed_company_ids=companies.ids), self.administrator
        ).with_context(allowed_company_ids=companies.ids)
        hand_over.successor_id = self.salesperson_b
        self._decide(hand_over, partner="hand_over").action_hand_over()
        self.assertEqual(self.alfa.user_id, self.salesperson_b)
        self.assertEqual(self.gamma.user_id, self.salesperson_a)
        self.assertIn(
            "Salesperson B does not work in Towary Czechia s.r.o.",
            str(hand_over.message_ids[0].body),
        )

    def test_whoever_may_not_any_more_keeps_nobody_waiting(self):
        """In the background it is done with the rights of who decided, of whom some are gone."""
        second = self._create_user("second", "isof_crm.group_manager")
        gone = self._create_user("gone", "isof_crm.group_user")
        hand_overs = []
        for manager, leaving, successor in (
            (self.manager, self.salesperson_a, self.team_leader),
            (second, self.team_leader, gone),
            (second, self.salesperson_b, self.team_leader),
        ):
            self._create_activity(user_id=leaving.id)
            hand_over = self._open(leaving, manager)
            hand_over.successor_id = successor
            with patch("odoo.addons.isof_crm.models.succession.isof_hand_over.INLINE_LIMIT", 0):
                self._decide(hand_over, activity="hand_over").action_hand_over()
            hand_overs.append(hand_over.sudo())
        self.manager.group_ids = self.env.ref("base.group_user")
        gone.active = False
        with patch.object(self.env.registry["ir.cron"], "_commit_progress", _keep):
            self.HandOver._cron_hand_over()
        self.assertEqual([each.state for each in hand_overs], ["done"] * 3)
        self.assertEqual(self.open.user_id, self.salesperson_a)
        self.assertFalse(self.env["isof.activity"].search([("user_id", "=", gone.id)]))
        subject, _body = self._told(self.manager)[-1]
        self.assertEqual(subject, "The hand-over of Salesperson A was stopped")
        self.assertRegex(
            self._told(second)[0][1], "What is left stays where it is: Gone cannot take over"
        )
        self.assertEqual(
            self.env["isof.activity"].search_count(
                [("user_id", "=", self.salesperson_b.id), ("state", "=", "planned")]
            ),
            0,
        )

    def test_archived_by_any_path_nothing_is_lost(self):
        """The leader is told once, and managers find who left."""
        self.salesperson_a.with_user(self.administrator).write({"active": False})
        [(subject, body)] = self._told(self.team_leader)
        self.assertEqual(subject, "Salesperson A has left")
        self.assertIn("What Salesperson A still has in hands:", body)
        self.assertIn("<li>Open activities: 2</li>", body)
        for user in (self.manager, self.administrator):
            with self.subTest(user.name):
                found = self.env["res.users"].with_user(user).with_context(active_test=False)
                found = found.search([("active", "=", False), ("isof_in_hands_count", ">", 0)])
                self.assertEqual(found, self.salesperson_a)
        self.assertEqual(self.salesperson_a.with_user(self.manager).isof_in_hands_count, 6)
        self.assertEqual(self.salesperson_a.with_user(self.administrator).isof_in_hands_count, 7)
        left = self.env["isof.activity"].with_user(self.team_leader)
        self.assertEqual(
            left.search([("user_id.active", "=", False), ("state", "=", "planned")]), self.open
        )
        with self.assertRaises(AccessError):
            self.salesperson_a.with_user(self.salesperson_b).read(["isof_in_hands_count"])

    def test_archived_where_the_leader_has_left_too(self):
        """Then it is for managers; whoever does it knows."""
        (self.team_leader | self.department_manager).active = False
        self._told(self.manager)
        self.salesperson_a.with_user(self.administrator).write({"active": False})
        [(subject, body)] = self._told(self.manager)
        self.assertEqual(subject, "Salesperson A has left")
        self.assertIn("<li>Open activities: 2</li>", body)
        self.assertFalse(self._told(self.administrator))
        self.assertFalse(self._told(self.salesperson_b))

    def test_several_at_once(self):
        self._create_activity(user_id=self.salesperson_b.id)
        both = self.salesperson_a | self.salesperson_b
        action = both.with_user(self.administrator).action_archive()
        hand_over = self.HandOver.with_user(self.administrator).browse(action["res_id"])
        self.assertEqual(hand_over.user_ids, both)
        self.assertEqual(self._counts(hand_over)["activity"], 3)
        self.assertEqual(self._counts(hand_over)["plan_step_shared"], 1)

    def test_departure_of_an_employee(self):
        """The dialogue of Odoo first, ours after it."""
        officer = self._create_user("officer", "hr.group_hr_manager,isof_crm.group_manager")
        departure = self.employee_a.with_user(officer).action_archive()
        self.assertEqual(departure["res_model"], "hr.departure.wizard")
        wizard = (
            self.env["hr.departure.wizard"]
            .with_user(officer)
            .with_context(active_ids=self.employee_a.ids)
            .create({})
        )
        action = wizard.action_register_departure()
        self.assertEqual(action["res_model"], "isof.hand.over")
        employees = (self.employee_a | self.employee_b).with_user(officer)
        employees.action_unarchive()
        self.assertEqual(employees.action_archive()["res_model"], "isof.hand.over")

    def test_list_to_look_at(self):
        hand_over = self._open(self.salesperson_a, self.manager)
        line = hand_over.line_ids[0]
        self.assertEqual(line.action_open()["type"], "ir.actions.act_url")
        action = line.get_list_action()
        self.assertEqual(
            self.env[action["res_model"]].with_user(self.manager).search(action["domain"]),
            self.open.sorted(),
        )

    def test_dialogues_without_an_answer_are_forgotten(self):
        hand_over = self._open(self.salesperson_a, self.manager)
        self.HandOver._gc_drafts()
        self.assertTrue(hand_over.exists())
        with patch(
            "odoo.addons.isof_crm.models.succession.isof_hand_over.KEPT", -timedelta(days=3650)
        ):
            self.HandOver._gc_drafts()
        self.assertFalse(hand_over.exists())

    def test_plan_run_goes_on_for_the_successor(self):
        run = self._start(partners=self._create_partners(51))
        hand_over = self._open(self.salesperson_a, self.manager)
        hand_over.successor_id = self.salesperson_b
        self._decide(hand_over, plan_run="hand_over").action_hand_over()
        self.assertEqual(run.user_id, self.salesperson_b)
        self.salesperson_a.active = False
        self._run_cron()
        self.assertEqual(run.activity_line_ids.author_id, self.salesperson_b)

    def test_queries_of_the_count_do_not_grow(self):
        counts = []
        for amount in (1, 30):
            self.env["isof.activity"].create([self._prepare_activity() for _n in range(amount)])
            users = self.salesperson_a | self.salesperson_b | self.manager
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.HandOver.with_user(self.manager)._count_in_hands(users[:amount], self.company)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0], f"queries for one and for several: {counts}")
