from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ...wizards.plan import isof_activity_bulk_wizard
from ..common import NOW
from ..consent.test_consent import ConsentCommon
from .test_plan import PlanCommon

# Wednesday, ten in Warsaw.
START = datetime(2026, 3, 18, 9, 0)


class BulkCommon(PlanCommon, ConsentCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type_call.consent_channel = "phone"
        cls.segment = cls.env["isof.segment"].create(
            {"name": "Test fair", "mode": "static", "is_shared": True}
        )

    def _fill(self, partners):
        self.segment._add_by_hand(partners)
        return self.segment

    def _wizard(self, records, by=None, **vals):
        """Return the dialogue opened for contacts or segments; calls by the starter."""
        return (
            self.env["isof.activity.bulk.wizard"]
            .with_user(by or self.salesperson_a)
            .with_context(active_model=records._name, active_ids=records.ids)
            .create(
                {
                    "type_id": self.type_call.id,
                    "name": "Spring offer",
                    "start": START,
                    "responsible": "starter",
                    **vals,
                }
            )
        )

    def _plan(self, records, by=None, **vals):
        """Plan activities through the dialogue; return the run."""
        before = self.Run.search([])
        self._wizard(records, by, **vals).action_start()
        return self.Run.search([]) - before


@tagged("post_install", "-at_install")
class TestActivityBulk(BulkCommon):
    """An activity is planned with each of the chosen contacts, or members of segments."""

    def test_one_for_each_member(self):
        segment = self._fill(self.alfa | self.beta | self.gamma)
        run = self._plan(
            segment,
            note="Mention the fair",
            campaign_id=self.campaign.id,
            priority="1",
            responsible="salesperson",
        )
        self.assertEqual((run.state, run.done_count, run.skipped_count), ("done", 3, 0))
        self.assertRecordValues(
            run.activity_line_ids.sorted(lambda activity: activity.partner_id.name),
            [
                {
                    "type_id": self.type_call.id,
                    "name": "Spring offer",
                    "note": "Mention the fair",
                    "campaign_id": self.campaign.id,
                    "priority": "1",
                    "start": start,
                    "state": "planned",
                    "partner_id": partner.id,
                    "user_id": user.id,
                    "author_id": self.salesperson_a.id,
                    "company_id": self.company.id,
                    "plan_id": False,
                }
                for partner, user, start in (
                    (self.alfa, self.salesperson_a, START),
                    (self.beta, self.salesperson_a, START + timedelta(minutes=15)),
                    (self.gamma, self.salesperson_b, START),
                )
            ],
        )
        self.assertEqual(run.display_name, "Spring offer")
        self.assertIn(run, self.Run.search([("display_name", "ilike", "Spring off")]))

    def test_several_segments_once_each(self):
        other = self.env["isof.segment"].create(
            {"name": "Test other", "mode": "static", "addition_ids": [Command.set(self.alfa.ids)]}
        )
        other.is_shared = True
        run = self._plan(self._fill(self.alfa | self.beta) | other)
        self.assertEqual(run.activity_line_ids.partner_id, self.alfa | self.beta)
        self.assertEqual(len(run.activity_line_ids), 2)

    def test_person_stands_for_the_company(self):
        activity = self._plan(self.alfa_anna).activity_line_ids
        self.assertEqual((activity.partner_id, activity.contact_id), (self.alfa, self.alfa_anna))

    def test_stand_in_for_a_missing_salesperson(self):
        self.beta.user_id = self.foreign_salesperson
        run = self._plan(
            self.alfa | self.beta | self.gamma,
            responsible="salesperson",
            user_id=self.team_leader.id,
        )
        self.assertEqual(
            {activity.partner_id: activity.user_id for activity in run.activity_line_ids},
            {
                self.alfa: self.team_leader,
                self.beta: self.team_leader,
                self.gamma: self.salesperson_b,
            },
        )
        self.team_leader.active = False
        run = self._plan(self.alfa, responsible="salesperson", user_id=self.team_leader.id)
        self.assertEqual(run.activity_line_ids.user_id, self.salesperson_a)

    def test_one_employee(self):
        run = self._plan(self.alfa | self.gamma, responsible="user", user_id=self.team_leader.id)
        self.assertEqual(run.activity_line_ids.user_id, self.team_leader)
        with self.assertRefused(ValidationError, "Choose the employee who does “Spring offer”"):
            self._wizard(self.alfa, responsible="user")

    def test_shared_evenly_without_the_skipped(self):
        partners = self._create_partners(20)
        for partner in partners[::2]:
            self._declare("withdrawn", partner=partner, channel="phone")
        employees = self.salesperson_a | self.salesperson_b | self.manager
        wizard = self._wizard(partners, responsible="shared", user_ids=employees.ids)
        self.assertEqual((wizard.activity_count, wizard.skipped_count), (10, 10))
        run = self._plan(partners, responsible="shared", user_ids=employees.ids)
        counts = Counter(activity.user_id for activity in run.activity_line_ids)
        self.assertEqual(sorted(counts.values()), [3, 3, 4])
        for user, count in counts.items():
            self.assertIn(f"{user.name}: {count}", wizard.assigned)
        with self.assertRefused(ValidationError, "Choose the employees who share “Spring offer”"):
            self._wizard(partners, responsible="shared")

    def test_shared_evenly_over_batches_and_failures(self):
        partners = self._create_partners(60)
        run = self._plan(
            partners,
            responsible="shared",
            user_ids=(self.salesperson_a | self.salesperson_b).ids,
        )
        partners[::10].active = False
        with patch("odoo.addons.isof_crm.models.plan.isof_activity_plan_run.BATCH_SIZE", 7):
            self._run_cron()
        self.assertEqual((run.done_count, run.skipped_count), (54, 6))
        self.assertEqual(
            Counter(activity.user_id for activity in run.activity_line_ids),
            {self.salesperson_a: 27, self.salesperson_b: 27},
        )

    def test_employee_who_cannot_takes_no_turn(self):
        run = self._plan(
            self.alfa | self.beta,
            responsible="shared",
            user_ids=(self.salesperson_b | self.manager).ids,
        )
        self.assertEqual(run.activity_line_ids.user_id, self.salesperson_b | self.manager)
        self.manager.active = False
        wizard = self._wizard(
            self.alfa | self.beta,
            responsible="shared",
            user_ids=(self.salesperson_b | self.manager).ids,
        )
        self.assertIn("Salesperson B: 2", wizard.assigned)

    def test_preview_and_report_of_the_skipped(self):
        self._declare("withdrawn", channel="phone")
        self.gamma.phone = "+48 22 333 33 33"
        self.env["phone.blacklist"]._add(["+48223333333"])
        segment = self._fill(self.alfa | self.beta | self.gamma)
        wizard = self._wizard(segment)
        self.assertEqual(
            (wizard.partner_count, wizard.activity_count, wizard.skipped_count), (3, 1, 2)
        )
        reasons = (
            r"Alfa Hurt<br ?/?>consent withdrawn \(Phone\)",
            r"Gamma Stal<br ?/?>phone number is blacklisted",
        )
        for reason in reasons:
            self.assertRegex(wizard.skipped, reason)
        self.assertFalse(self.env["isof.activity"].search([("name", "=", "Spring offer")]))
        action = wizard.action_start()
        run = self.Run.browse(action["res_id"])
        self.assertEqual(run.activity_line_ids.partner_id, self.beta)
        self.assertEqual((run.done_count, run.skipped_count), (1, 2))
        for reason in reasons:
            self.assertRegex(run.message_ids[:1].body, reason)
        wizard.type_id = self.type_meeting
        self.assertEqual((wizard.activity_count, wizard.skipped), (3, False))

    def test_only_some_names_in_the_preview(self):
        partners = self._create_partners(3)
        for partner in partners:
            self._declare("withdrawn", partner=partner, channel="phone")
        with patch("odoo.addons.isof_crm.wizards.plan.isof_activity_bulk_wizard.NAMES_SHOWN", 2):
            self.assertIn(
                "Plan customer 000, Plan customer 001 and 1 more", self._wizard(partners).skipped
            )

    def test_withdrawn_between_preview_and_batch(self):
        partners = self._create_partners(51)
        run = self._plan(partners)
        self.assertEqual((run.state, run.done_count), ("running", 0))
        self._declare("withdrawn", partner=partners[0], channel="phone")
        self._run_cron()
        self.assertEqual((run.state, run.done_count, run.skipped_count), ("done", 50, 1))
        self.assertEqual(run.activity_line_ids.partner_id, partners[1:])

    def test_dialogue(self):
        """What the form shows, without the members of the segment travelling with it."""
        segment = self._fill(self.alfa | self.gamma)
        form = Form(
            self.env["isof.activity.bulk.wizard"]
            .with_user(self.salesperson_a)
            .with_context(active_model="isof.segment", active_ids=segment.ids)
        )
        self.assertEqual(form.type_id, self.type_call)
        self.assertEqual(form.name, "Test call")
        self.assertEqual((form.partner_count, form.activity_count), (2, 2))
        self.assertIn("Salesperson B: 1", form.assigned)
        form.type_id = self.type_meeting
        self.assertEqual(form.name, "Test meeting")
        form.name = "Own subject"
        form.type_id = self.type_call
        self.assertEqual(form.name, "Own subject")
        form.responsible = "starter"
        self.assertIn("Salesperson A: 2", form.assigned)
        wizard = form.save()
        self.assertFalse(wizard.partner_ids)
        action = wizard.action_start()
        self.assertEqual(len(self.env["isof.activity"].search(action["domain"])), 2)

    def test_days_of_those_whom_consent_allows(self):
        """Whom consent forbids takes no day of anybody."""
        partners = self.alfa | self.beta | self.gamma
        self._declare("withdrawn", channel="phone")
        self.patch(isof_activity_bulk_wizard, "MAX_DAYS", 2)
        self.assertEqual(len(self._plan(partners, per_day=1).activity_line_ids), 2)
        self.patch(isof_activity_bulk_wizard, "MAX_DAYS", 1)
        with self.assertRefused(UserError, "would be busy for 2 working days"):
            self._plan(partners, per_day=1)

    def test_only_with_consent(self):
        """A type with a purpose that needs consent skips whoever gave none, and says so."""
        self._declare("given", channel="phone", partner=self.alfa)
        self._declare("given", channel="phone", partner=self.beta, purpose_id=self.service.id)
        partners = self.alfa | self.beta | self.gamma
        self.assertEqual(self._wizard(partners).activity_count, 3)
        self.type_call.consent_purpose_id = self.purpose
        wizard = self._wizard(partners)
        self.assertEqual((wizard.activity_count, wizard.skipped_count), (1, 2))
        self.assertRegex(
            wizard.skipped, r"Beta Market, Gamma Stal<br ?/?>no consent given \(Phone\)"
        )
        self.assertEqual(self._plan(partners).activity_line_ids.partner_id, self.alfa)
        # a purpose for which silence counts as yes: only its own withdrawals count
        self.type_call.consent_purpose_id = self.service
        self._declare("withdrawn", channel="phone", partner=self.gamma)
        self._declare("withdrawn", channel="phone", partner=self.beta, purpose_id=self.service.id)
        self.assertEqual(self._plan(partners).activity_line_ids.partner_id, self.alfa | self.gamma)

    def test_nobody_to_plan_with(self):
        with self.assertRefused(UserError, "Choose at least one customer"):
            self._wizard(self._fill(self.env["res.partner"])).action_start()
        with self.assertRefused(UserError, "Choose at least one customer"):
            self._wizard(self.segment, per_day=2).action_start()
        self._declare("withdrawn", channel="phone")
        with self.assertRefused(UserError, "None of them can be contacted this way: consent"):
            self._wizard(self.alfa).action_start()

    def test_spread_over_working_days(self):
        partners = self._create_partners(5)
        run = self._plan(partners, per_day=2, start=datetime(2026, 3, 19, 9, 0))
        quarter = timedelta(minutes=15)
        thursday, friday, monday = (datetime(2026, 3, day, 9, 0) for day in (19, 20, 23))
        self.assertEqual(
            run.activity_line_ids.sorted("start").mapped("start"),
            [thursday, thursday + quarter, friday, friday + quarter, monday],
        )

    def test_spread_goes_on_over_batches_for_each_employee(self):
        run = self._plan(
            self._create_partners(60),
            per_day=20,
            responsible="shared",
            user_ids=(self.salesperson_a | self.salesperson_b).ids,
        )
        with patch("odoo.addons.isof_crm.models.plan.isof_activity_plan_run.BATCH_SIZE", 17):
            self._run_cron()
        by_user = run.activity_line_ids.grouped("user_id")
        self.assertEqual(set(by_user), {self.salesperson_a, self.salesperson_b})
        for user, activities in by_user.items():
            starts = activities.mapped("start")
            days = Counter(start.date() for start in starts)
            self.assertEqual(sorted(days.values()), [10, 20], user.name)
            self.assertEqual(len(set(starts)), 30, "two activities at the same time")

    def test_spread_beyond_reason(self):
        with patch("odoo.addons.isof_crm.wizards.plan.isof_activity_bulk_wizard.MAX_DAYS", 2):
            wizard = self._wizard(self._create_partners(5), per_day=2)
            with self.assertRefused(UserError, "Salesperson A would be busy for 3 working days"):
                wizard.action_start()
            wizard.per_day = 3
            wizard.action_start()
        with self.assertDatabaseRefuses("cannot be negative"):
            self._wizard(self.alfa, per_day=-1)


@tagged("post_install", "-at_install")
class TestActivityBulkHours(BulkCommon):
    """Calls are one after the other, in the hours of who makes them, and never at once.

    Everybody works on weekdays from 8 to 12 and from 13 to 17, in March from 7 and 12 UTC.
    """

    def _get_starts(self, run, user=None):
        activities = run.activity_line_ids.filtered(lambda a: not user or a.user_id == user)
        return activities.sorted("start").mapped("start")

    def _assert_one_at_a_time(self, user):
        """Check that nothing open of a user overlaps."""
        spans = [
            (activity.start, activity.stop)
            for activity in self.env["isof.activity"].search(
                [("user_id", "=", user.id), ("state", "=", "planned")], order="start, id"
            )
        ]
        for (_start, stop), (following, _stop) in pairwise(spans):
            self.assertLessEqual(stop, following)

    def test_one_after_the_other_until_the_day_is_over(self):
        run = self._plan(self._create_partners(50), start=datetime(2026, 3, 20, 9, 0))
        starts = self._get_starts(run)
        self.assertEqual(len(set(starts)), 50)
        self._assert_one_at_a_time(self.salesperson_a)
        friday = [start for start in starts if start.day == 20]
        # from 10 to 12 and from 13 to 17, and on Monday again from 10
        self.assertEqual(len(friday), 24)
        self.assertEqual((friday[7].hour, friday[8].hour), (10, 12))
        self.assertEqual(friday[-1], datetime(2026, 3, 20, 15, 45))
        self.assertEqual(starts[24], datetime(2026, 3, 23, 9, 0))

    def test_chosen_after_work_begins_with_the_next_day(self):
        run = self._plan(self.alfa | self.beta, start=datetime(2026, 3, 20, 18, 30))
        quarter = timedelta(minutes=15)
        monday = datetime(2026, 3, 23, 7, 0)
        self.assertEqual(self._get_starts(run), [monday, monday + quarter])

    def test_what_is_there_already_is_kept_free(self):
        """Of whichever customer, and where one only takes part."""
        for vals in (
            {"start": START, "duration": 1.0},
            {
                "user_id": self.manager.id,
                "participant_ids": self.salesperson_a.ids,
                "start": START + timedelta(hours=1),
                "duration": 0.5,
            },
            {"start": START + timedelta(hours=1, minutes=45), "duration": 0},
        ):
            self._create_activity(**vals)
        self._create_activity(start=START, duration=8.0, status_id=self.status_cancelled.id)
        run = self._plan(self.alfa | self.beta)
        self.assertEqual(
            self._get_starts(run),
            [START + timedelta(hours=1, minutes=30), datetime(2026, 3, 18, 12, 0)],
        )

    def test_twice_in_a_row_for_two_lists(self):
        self._plan(self._create_partners(10))
        self._plan(self._create_partners(10))
        self._assert_one_at_a_time(self.salesperson_a)

    def test_on_the_clock_of_who_makes_the_calls(self):
        self.salesperson_b.tz = "America/New_York"
        run = self._plan(self.alfa, responsible="user", user_id=self.salesperson_b.id)
        # ten in Warsaw is five in New York, where work begins at eight
        self.assertEqual(self._get_starts(run), [datetime(2026, 3, 18, 12, 0)])

    def test_time_off(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "company_id": self.company.id,
                "calendar_id": self.employee_a.resource_calendar_id.id,
                "resource_id": self.employee_a.resource_id.id,
                "date_from": datetime(2026, 3, 17, 23, 0),
                "date_to": datetime(2026, 3, 19, 22, 59),
            }
        )
        self.assertEqual(self._get_starts(self._plan(self.alfa)), [datetime(2026, 3, 20, 9, 0)])

    def test_longer_than_half_a_day(self):
        self.type_meeting.default_duration = 6.0
        run = self._plan(self.alfa | self.beta, type_id=self.type_meeting.id)
        self.assertEqual(
            [start.day for start in self._get_starts(run)], [18, 19], "one each day, none overlaps"
        )
        self._assert_one_at_a_time(self.salesperson_a)

    def test_batches_do_not_meet(self):
        run = self._plan(self._create_partners(60))
        with patch("odoo.addons.isof_crm.models.plan.isof_activity_plan_run.BATCH_SIZE", 7):
            self._run_cron()
        self.assertEqual(len(set(self._get_starts(run))), 60)
        self._assert_one_at_a_time(self.salesperson_a)

    def test_steps_of_a_plan_for_many(self):
        """Each counts from the step before of the same customer."""
        plan = self._create_plan("Three", (0, "days"), (1, "working_days"), (0, "days"))
        run = self._start(plan, self._create_partners(40), start=START)
        self._assert_one_at_a_time(self.salesperson_a)
        for second in run.activity_line_ids.filtered("previous_id"):
            self.assertGreaterEqual(second.start, second.previous_id.stop)
            self.assertIn(second.start.weekday(), range(5))

    def test_own_company_is_skipped(self):
        """With everybody in it, whichever of our companies it is."""
        colleague = self.env["res.partner"].create(
            {"name": "Own colleague", "parent_id": self.company.partner_id.id}
        )
        own = self.company.partner_id | colleague | self.other_company.partner_id
        wizard = self._wizard(self.alfa | own)
        self.assertEqual((wizard.activity_count, wizard.skipped_count), (1, 3))
        self.assertRegex(wizard.skipped, "Own colleague.*one's own company")
        run = self._plan(self.alfa | own)
        self.assertEqual(run.activity_line_ids.partner_id, self.alfa)
        self.assertEqual(run.skipped_count, 3)
        with self.assertRefused(UserError, "or they are one's own company"):
            self._wizard(own).action_start()
        plan_run = self._start(partners=self.alfa | own)
        self.assertEqual(plan_run.activity_line_ids.partner_id, self.alfa)

    def test_second_click(self):
        wizard = self._wizard(self.alfa)
        self.assertEqual(wizard.action_start(), wizard.action_start())
        self.assertEqual(self.env["isof.activity"].search_count([("name", "=", "Spring offer")]), 1)

    def test_more_than_a_year_of_work(self):
        self.patch(isof_activity_bulk_wizard, "MAX_DAYS", 1)
        self.type_call.default_duration = 4.0
        with self.assertRefused(UserError, "At 2 a day Salesperson A would be busy for 2 working"):
            self._wizard(self.alfa | self.beta | self.gamma).action_start()

    def test_undone(self):
        run = self._plan(self.alfa | self.beta)
        run.activity_line_ids[0].with_user(self.salesperson_a).action_done()
        run.with_user(self.salesperson_a).action_cancel()
        self.assertEqual(sorted(run.activity_line_ids.mapped("state")), ["cancelled", "done"])
        with self.assertRaises(AccessError):
            self._plan(self.gamma).with_user(self.salesperson_b).action_cancel()


@tagged("post_install", "-at_install")
class TestActivityBulkRights(BulkCommon):
    """Who plans, for whom, and who sees what was planned."""

    def test_roles(self):
        with self.assertRefused(AccessError, "Plan Activities|isof.activity.bulk.wizard"):
            self._plan(self.alfa, by=self.outsider)
        run = self._plan(self.alfa)
        step = run.step_ids
        self.assertEqual(step.with_user(self.salesperson_a).name, "Spring offer")
        self.assertEqual(step.with_user(self.manager).name, "Spring offer")
        for user in (self.salesperson_b, self.team_leader):
            with self.subTest(user=user.name), self.assertRefused(AccessError, "Step of an"):
                step.with_user(user).read(["name"])
        foreign_manager = self._create_user(
            "foreign_manager", "isof_crm.group_manager", company=self.other_company
        )
        with self.assertRefused(AccessError, "Step of an"):
            step.with_user(foreign_manager).read(["name"])
        with self.assertRefused(AccessError, "Step of an"):
            self.env["isof.activity.plan.step"].with_user(self.salesperson_a).create(
                {"run_id": run.id, "type_id": self.type_call.id}
            )

    def test_whoever_is_in_charge_sees_where_it_comes_from(self):
        run = self._plan(self.gamma, responsible="salesperson")
        activity = run.activity_line_ids.with_user(self.salesperson_b)
        [values] = activity.web_read({"plan_run_id": {"fields": {"display_name": {}}}})
        self.assertEqual(values["plan_run_id"], {"id": run.id, "display_name": "Spring offer"})
        with self.assertRaises(AccessError):
            run.with_user(self.salesperson_b).action_cancel()

    def test_dialogue_is_ones_own(self):
        wizard = self._wizard(self.alfa)
        with self.assertRefused(AccessError, "Plan Activities|bulk"):
            wizard.with_user(self.manager).action_start()

    def test_private_segment_of_a_colleague(self):
        private = (
            self.env["isof.segment"]
            .with_user(self.salesperson_b)
            .create({"name": "Mine", "mode": "static", "addition_ids": [self.alfa.id]})
        )
        self.assertEqual(self._wizard(private, by=self.salesperson_b).partner_count, 1)
        with self.assertRaises(AccessError):
            self._plan(private, by=self.salesperson_a)

    def test_second_company(self):
        theirs = self.env["res.partner"].create(
            {"name": "Their customer", "is_company": True, "company_id": self.other_company.id}
        )
        both = self._create_user("both", "isof_crm.group_user")
        both.company_ids |= self.other_company
        wizard = self._wizard(self.alfa | theirs, by=both).with_context(
            allowed_company_ids=(self.company | self.other_company).ids
        )
        run = self.Run.browse(wizard.action_start()["res_id"])
        self.assertEqual(run.activity_line_ids.partner_id, self.alfa)
        self.assertEqual(run.skipped_count, 1)
        self.assertIn("Their customer", run.message_ids[:1].body)
        with self.assertRaises(AccessError):
            self._plan(theirs)

    def test_step_of_a_plan_or_of_a_run(self):
        run = self._plan(self.alfa)
        steps = self.env["isof.activity.plan.step"]
        for vals in ({}, {"plan_id": self.plan.id, "run_id": run.id}):
            with self.subTest(vals=vals), self.assertDatabaseRefuses("belongs to a plan, or to"):
                steps.create({"type_id": self.type_call.id, **vals})
        run.unlink()
        self.assertFalse(steps.search([("run_id", "!=", False)]))


@tagged("post_install", "-at_install")
class TestActivityBulkScale(BulkCommon):
    """Many members: in the background, and without a query for each."""

    def test_background(self):
        segment = self._fill(self._create_partners(60))
        wizard = self._wizard(segment)
        self.assertTrue(wizard.is_background)
        run = self.Run.browse(wizard.action_start()["res_id"])
        self.assertEqual((run.state, run.total_count, run.done_count), ("running", 60, 0))
        self._run_cron()
        self.assertEqual((run.state, run.done_count), ("done", 60))
        self.assertEqual(run.activity_line_ids.create_uid, self.salesperson_a)
        run.with_user(self.salesperson_a).action_cancel()
        self.assertEqual(set(run.activity_line_ids.mapped("state")), {"cancelled"})

    def test_shared_steps_of_a_plan(self):
        plan = self._create_plan(
            "Shared",
            (0, "days"),
            (1, "days"),
            responsible="shared",
            user_ids=(self.salesperson_a | self.salesperson_b).ids,
        )
        run = self._start(plan, self._create_partners(4))
        for follow_up in run.activity_line_ids.filtered("previous_id"):
            self.assertEqual(follow_up.user_id, follow_up.previous_id.user_id)
        self.assertEqual(
            set(Counter(activity.user_id for activity in run.activity_line_ids).values()), {4}
        )

    def test_preview_queries_do_not_grow(self):
        counts = []
        for amount in (2, 5, 50):
            partners = self._create_partners(amount, user_id=self.salesperson_b.id)
            for partner in partners:
                self._declare("withdrawn", partner=partner, channel="email")
            segment = self.env["isof.segment"].create(
                {"name": f"{amount}", "mode": "static", "is_shared": True}
            )
            segment._add_by_hand(partners)
            wizard = self._wizard(segment, responsible="salesperson")
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(wizard.activity_count, amount)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2], "queries of the preview for 5 and 50 members")

    def test_planning_queries_grow_with_rows_only(self):
        counts = []
        for amount in (2, 10, 40):
            partners = self._create_partners(amount, user_id=self.salesperson_b.id)
            wizard = self._wizard(partners, per_day=5, responsible="salesperson")
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            wizard.action_start()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLess(counts[2] - counts[1], 30, f"queries for 2, 10 and 40: {counts}")


@tagged("post_install", "-at_install")
class TestConsentRecording(ConsentCommon):
    def test_default_purpose_is_looked_up_once(self):
        partners = self.alfa | self.beta | self.gamma

        def count(amount):
            vals = [{"partner_id": p.id, "date": NOW} for p in partners[:amount]]
            self.env.flush_all()
            with patch.object(
                type(self.env["isof.consent.purpose"]),
                "search",
                autospec=True,
                side_effect=type(self.env["isof.consent.purpose"]).search,
            ) as search:
                consents = self.env["isof.consent"].create(vals)
            self.assertTrue(all(consents.mapped("purpose_id")))
            return search.call_count

        self.assertEqual((count(1), count(3)), (1, 1))
