from datetime import date, datetime

from lxml import etree

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form
from odoo.tests.common import freeze_time, tagged
from odoo.tools.safe_eval import safe_eval

from ..common import ActivityCommon

CYCLE = "An activity cannot follow itself, neither directly nor through its follow-ups"


class ChainCommon(ActivityCommon):
    def _create_chain(self, length, **vals):
        """Return activities that follow each other, a day apart."""
        chain = self.env["isof.activity"]
        for position in range(length):
            chain |= self._create_activity(
                name=f"step {position}",
                previous_id=chain[-1:].id,
                start=datetime(2026, 3, 12 + position % 10, 9, 0),
                **vals,
            )
        return chain


@tagged("post_install", "-at_install")
class TestChain(ChainCommon):
    """Follow-ups form a tree that knows its root and has no cycles."""

    def test_tree_knows_its_root(self):
        root = self._create_activity()
        left, right = (self._create_activity(previous_id=root.id) for _side in range(2))
        leaf = self._create_activity(previous_id=left.id)
        every = root | left | right | leaf
        self.assertEqual(every.root_id, root)
        self.assertEqual(every.mapped("chain_count"), [4, 4, 4, 4])
        self.assertEqual(root.next_ids, left | right)

    def test_root_of_a_long_chain(self):
        chain = self._create_chain(200)
        self.assertEqual(chain.root_id, chain[0])
        new_root = self._create_activity()
        chain[0].previous_id = new_root
        self.env.flush_all()
        self.assertEqual(chain.root_id, new_root)
        self.assertEqual(
            self.env["isof.activity"].search_count([("root_id", "=", new_root.id)]), 201
        )

    def test_relinking_takes_the_follow_ups_along(self):
        first = self._create_chain(2)
        second = self._create_chain(4)
        second[1].previous_id = first[1]
        self.assertEqual(second[1:].root_id, first[0])
        self.assertEqual(second[0].root_id, second[0])
        second[2].previous_id = False
        self.assertEqual(second[2:].root_id, second[2])
        self.assertEqual(second[1].root_id, first[0])
        self.assertEqual(second[1].chain_count, 3)

    def test_cycle_is_refused(self):
        chain = self._create_chain(3)
        for follower in (chain[0], chain[1], chain[2]):
            with (
                self.subTest(follower=follower.name),
                self.assertRefused(ValidationError, CYCLE + ":\nstep 0 – Alfa Hurt"),
            ):
                chain[0].previous_id = follower
        with self.assertRefused(ValidationError, CYCLE):
            chain[0].with_user(self.salesperson_a).write({"previous_id": chain[2].id})
        with self.assertRefused(ValidationError, CYCLE):
            chain[2].write({"next_ids": [Command.link(chain[0].id)]})
        self.assertEqual(chain.root_id, chain[0])
        self.assertFalse(chain[0].previous_id)

    def test_cycle_is_refused_by_import(self):
        chain = self._create_chain(2)
        activities = self.env["isof.activity"].with_user(self.manager)
        result = activities.load([".id", "previous_id/.id"], [[str(chain[0].id), str(chain[1].id)]])
        self.assertFalse(result["ids"])
        self.assertRegex(result["messages"][0]["message"], CYCLE)
        self.assertFalse(chain[0].previous_id)

    def test_cycle_within_one_import_is_refused(self):
        fields = ["id", "type_id", "partner_id", "start", "previous_id/id"]
        rows = [
            ["__import__.a", "Test call", "Alfa Hurt", "2026-03-12 10:00:00", ""],
            ["__import__.b", "Test call", "Alfa Hurt", "2026-03-13 10:00:00", "__import__.a"],
        ]
        activities = self.env["isof.activity"].with_user(self.manager)
        result = activities.load(fields, rows)
        self.assertFalse(result["messages"])
        chain = activities.browse(result["ids"])
        self.assertEqual(chain.root_id, chain[0])
        rows[0][-1] = "__import__.b"
        result = activities.load(fields, rows)
        self.assertFalse(result["ids"])
        self.assertRegex(result["messages"][0]["message"], CYCLE)

    def test_follow_up_of_another_company_is_refused(self):
        first = self._create_activity()
        with self.assertRefused(UserError, "compan"):
            self._create_activity(
                previous_id=first.id,
                company_id=self.other_company.id,
                user_id=self.foreign_salesperson.id,
            )

    def test_order_and_depth(self):
        """Each step is followed by its own follow-ups, the earliest first."""
        root = self._create_activity(name="root")
        late = self._create_activity(
            name="late", previous_id=root.id, start=datetime(2026, 3, 20, 9, 0)
        )
        early = self._create_activity(
            name="early", previous_id=root.id, start=datetime(2026, 3, 15, 9, 0)
        )
        self._create_activity(name="leaf", previous_id=early.id, start=datetime(2026, 3, 30, 9, 0))
        chain = late.with_user(self.salesperson_a).get_chain()
        self.assertEqual(
            [(step["name"], step["depth"], step["parent_id"]) for step in chain["steps"]],
            [
                ("root", 0, False),
                ("early", 1, root.id),
                ("leaf", 2, early.id),
                ("late", 1, root.id),
            ],
        )
        self.assertEqual(chain["hidden"], 0)
        self.assertEqual(chain["title"], "root – Alfa Hurt")

    def test_steps_of_others_are_left_out(self):
        chain = self._create_chain(4)
        chain[0].user_id = self.salesperson_b
        chain[2].user_id = self.salesperson_b
        every = chain.with_user(self.salesperson_a)
        result = every[3].get_chain()
        self.assertEqual(
            [(step["name"], step["depth"]) for step in result["steps"]],
            [("step 1", 0), ("step 3", 1)],
        )
        self.assertEqual(result["hidden"], 2)
        self.assertEqual(result["title"], "step 3 – Alfa Hurt")
        with self.assertRaises(AccessError):
            every[0].get_chain()

    def test_archived_steps_belong_to_the_chain(self):
        chain = self._create_chain(3)
        chain[1].active = False
        names = [step["name"] for step in chain[2].get_chain()["steps"]]
        self.assertEqual(names, ["step 0", "step 1", "step 2"])

    def test_merging_partners_keeps_the_chain(self):
        chain = self._create_chain(2, partner_id=self.alfa.id)
        chain |= self._create_activity(
            previous_id=chain[-1].id,
            partner_id=self.beta.id,
            contact_id=self.beta_barbara.id,
            contact_ids=[self.beta_barbara.id],
        )
        self.env.flush_all()
        self.env["base.partner.merge.automatic.wizard"].create({})._merge(
            (self.alfa | self.beta).ids, self.alfa
        )
        self.env.invalidate_all()
        self.assertFalse(self.beta.exists())
        self.assertEqual(chain.partner_id, self.alfa)
        self.assertEqual(chain.commercial_partner_id, self.alfa)
        self.assertEqual(chain[2].contact_id, self.beta_barbara)
        self.assertEqual(chain.root_id, chain[0])
        self.assertEqual(chain.mapped("chain_count"), [3, 3, 3])

    def test_user_with_activities_is_archived_not_deleted(self):
        chain = self._create_chain(2)
        self.env.flush_all()
        with self.assertDatabaseRefuses("(?s)archiv"):
            self.salesperson_a.unlink()
        self.employee_a.active = False
        self.salesperson_a.active = False
        self.env.flush_all()
        self.assertEqual(chain.with_context(active_test=False).user_id, self.salesperson_a)
        self.assertEqual(chain.mapped("chain_count"), [2, 2])
        steps = chain[1].with_user(self.manager).get_chain()["steps"]
        self.assertEqual([step["user"] for step in steps], ["Salesperson A"] * 2)

    def test_customer_with_activities_is_not_deleted(self):
        self._create_activity(partner_id=self.alfa_adam.id)
        self.env.flush_all()
        with self.assertDatabaseRefuses("(?s)archiv"):
            self.alfa_adam.unlink()


@tagged("post_install", "-at_install")
class TestDoneAndPlanNext(ChainCommon):
    """The dialogue that records the result and plans the next link of the chain."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type_call.suggestion_ids = [
            Command.create({"next_type_id": cls.type_meeting.id, "delay": 3}),
            Command.create(
                {
                    "next_type_id": cls.type_presentation.id,
                    "delay": 3,
                    "delay_unit": "working_days",
                    "sequence": 20,
                }
            ),
        ]
        cls.activity = cls._create_activity(
            contact_id=cls.alfa_anna.id,
            campaign_id=cls.campaign.id,
            region_id=cls.region_pomerania.id,
        )

    def _open(self, activity=None, user=None):
        activity = (activity or self.activity).with_user(user or self.salesperson_a)
        action = activity.action_done_and_plan_next()
        return Form(
            self.env[action["res_model"]].with_env(activity.env).with_context(action["context"])
        )

    def _confirm(self, form):
        action = form.save().action_confirm()
        return self.env["isof.activity"].browse(action.get("res_id"))

    def test_first_suggestion_is_proposed(self):
        form = self._open()
        self.assertEqual(form.next_type_id, self.type_meeting)
        self.assertEqual(form.next_name, "Test meeting")
        self.assertEqual(form.next_user_id, self.salesperson_a)
        self.assertEqual(form.next_contact_id, self.alfa_anna)
        # three days from today, at the same time of day
        self.assertEqual(form.next_start, datetime(2026, 3, 14, 9, 0))

    def test_confirm_records_and_links(self):
        form = self._open()
        form.result = "They want to see the collection."
        form.next_note = "Bring samples"
        follow_up = self._confirm(form)
        self.assertRecordValues(
            self.activity,
            [{"state": "done", "result": "They want to see the collection."}],
        )
        self.assertRecordValues(
            follow_up,
            [
                {
                    "name": "Test meeting",
                    "type_id": self.type_meeting.id,
                    "previous_id": self.activity.id,
                    "root_id": self.activity.id,
                    "partner_id": self.alfa.id,
                    "contact_id": self.alfa_anna.id,
                    "user_id": self.salesperson_a.id,
                    "author_id": self.salesperson_a.id,
                    "campaign_id": self.campaign.id,
                    "region_id": self.region_pomerania.id,
                    "start": datetime(2026, 3, 14, 9, 0),
                    "duration": 1.0,
                    "state": "planned",
                    "note": "Bring samples",
                    "result": False,
                }
            ],
        )

    def test_working_days_skip_the_weekend_and_absences(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Leave",
                "resource_id": self.employee_a.resource_id.id,
                "calendar_id": self.employee_a.resource_calendar_id.id,
                "company_id": self.company.id,
                "date_from": datetime(2026, 3, 12, 0, 0),
                "date_to": datetime(2026, 3, 12, 22, 0),
            }
        )
        form = self._open()
        form.suggestion_id = self.type_call.suggestion_ids[1]
        self.assertEqual(form.next_type_id, self.type_presentation)
        # after Wednesday 11: leave on Thursday, then Friday, Monday, Tuesday
        self.assertEqual(form.next_start, datetime(2026, 3, 17, 9, 0))

    def test_same_time_of_day_across_daylight_saving(self):
        with freeze_time("2026-03-27 12:00:00"):
            self.assertEqual(self._open().next_start, datetime(2026, 3, 30, 8, 0))

    def test_never_proposed_in_the_past(self):
        """A follow-up for the same day would otherwise be registered as done."""
        self.type_call.suggestion_ids[0].delay = 0
        with freeze_time("2026-03-11 15:10:00"):
            form = self._open()
            self.assertEqual(form.next_start, datetime(2026, 3, 11, 15, 30))
            self.assertEqual(self._confirm(form).state, "planned")

    def test_after_an_all_day_activity_at_nine(self):
        activity = self._create_activity(
            allday=True, start_date=date(2026, 3, 11), user_id=self.salesperson_a.id
        )
        self.assertEqual(self._open(activity).next_start, datetime(2026, 3, 14, 8, 0))

    def test_without_suggestions_the_same_type_in_a_week(self):
        activity = self._create_activity(type_id=self.type_meeting.id)
        form = self._open(activity)
        self.assertEqual(form.next_type_id, self.type_meeting)
        self.assertEqual(form.next_start, datetime(2026, 3, 18, 9, 0))

    def test_no_follow_up(self):
        form = self._open()
        form.plan_next = False
        action = form.save().action_confirm()
        self.assertEqual(action["type"], "ir.actions.act_window_close")
        self.assertEqual(self.activity.state, "done")
        self.assertFalse(self.activity.next_ids)

    def test_not_held(self):
        form = self._open()
        form.outcome = "not_held"
        follow_up = self._confirm(form)
        self.assertEqual(self.activity.state, "not_held")
        self.assertEqual(follow_up.state, "planned")

    def test_status_of_the_companys_own_stays(self):
        won = self.env["isof.activity.status"].create(
            {"name": "Won", "state": "done", "sequence": 99}
        )
        self.activity.status_id = won
        self._confirm(self._open())
        self.assertEqual(self.activity.status_id, won)

    def test_next_employee(self):
        form = self._open()
        form.next_user_id = self.salesperson_b
        follow_up = self._confirm(form)
        self.assertEqual(follow_up.user_id, self.salesperson_b)
        self.assertEqual(follow_up.author_id, self.salesperson_a)
        self.assertEqual(follow_up.department_id, self.department_inside)

    def test_cancelled_meanwhile(self):
        wizard = self._open().save()
        self.activity.action_cancel()
        with self.assertRefused(UserError, "“.*” was cancelled in the meantime. Re-open it first."):
            wizard.action_confirm()
        self.assertFalse(self.activity.next_ids)

    def test_nothing_is_kept_when_the_next_one_is_refused(self):
        form = self._open()
        form.suggestion_id = self.type_call.suggestion_ids[1]
        form.next_contact_id = self.env["res.partner"]
        form.result = "Good talk"
        wizard = form.save()
        with self.assertRefused(ValidationError, "choose the contact person"):
            wizard.action_confirm()
        self.assertRecordValues(self.activity, [{"state": "planned", "result": False}])

    def test_type_and_start_are_asked_for(self):
        wizard = self._open().save()
        wizard.next_start = False
        with self.assertRefused(
            UserError, "Choose the type and the start of the next activity, or plan none."
        ):
            wizard.action_confirm()

    def test_activity_of_others_is_refused(self):
        with self.assertRaises(AccessError):
            self._open(user=self.salesperson_b)


@tagged("post_install", "-at_install")
class TestFollowUpMissing(ActivityCommon):
    """What follows is known to whoever looks for what nothing follows, seen or not."""

    def _find_missing(self, user):
        view = self.env.ref("isof_crm.isof_activity_view_search")
        [found] = etree.fromstring(view.arch).xpath("//filter[@name='follow_up_missing']")
        activities = self.env["isof.activity"].with_user(user)
        return activities.search(safe_eval(found.get("domain")))

    def test_follow_up_of_somebody_else(self):
        held = self._create_activity(status_id=self.status_done.id, start="2026-03-10 09:00:00")
        self.assertIn(held, self._find_missing(self.salesperson_a))
        step = self._create_activity(previous_id=held.id, user_id=self.manager.id)
        own = held.with_user(self.salesperson_a)
        self.assertFalse(step.with_user(self.salesperson_a).has_access("read"))
        for message, change, is_followed in (
            ("planned", step.action_reopen, True),
            ("cancelled", step.action_cancel, False),
            ("re-opened", step.action_reopen, True),
            ("archived", step.action_archive, False),
            ("unarchived", step.action_unarchive, True),
        ):
            with self.subTest(message):
                change()
                self.assertEqual(own.is_followed, is_followed)
                for user in (self.salesperson_a, self.manager):
                    self.assertEqual(held not in self._find_missing(user), is_followed)
