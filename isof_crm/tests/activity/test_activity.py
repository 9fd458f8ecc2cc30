from datetime import date, datetime, timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form
from odoo.tests.common import freeze_time, tagged, users

from ...models.activity.isof_activity_status import ACTIVITY_STATES, FREE_STATES, HELD_STATES
from ..common import NOW, ActivityCommon

YESTERDAY = datetime(2026, 3, 10, 9, 0)
TOMORROW = datetime(2026, 3, 12, 9, 0)


@tagged("post_install", "-at_install")
class TestActivityProposals(ActivityCommon):
    """What a new activity proposes, and what stays once somebody chose."""

    @users("isof_salesperson_a")
    def test_type_proposes_subject_length_and_status(self):
        activity = self.env["isof.activity"].create(
            {
                "type_id": self.type_meeting.id,
                "partner_id": self.alfa_anna.id,
                "start": TOMORROW,
            }
        )
        self.assertRecordValues(
            activity,
            [
                {
                    "name": "Test meeting",
                    "duration": 1.0,
                    "stop": datetime(2026, 3, 12, 10, 0),
                    "status_id": self.status_planned.id,
                    "state": "planned",
                    "kind": "contact",
                    "user_id": self.salesperson_a.id,
                    "author_id": self.salesperson_a.id,
                    "department_id": self.department_field.id,
                    "region_id": self.region_mazovia.id,
                    "commercial_partner_id": self.alfa.id,
                    "company_id": self.company.id,
                }
            ],
        )

    def test_empty_values_mean_what_is_proposed(self):
        activity = self._create_activity(
            name=False, status_id=False, stop=False, duration=0, type_id=self.type_meeting.id
        )
        self.assertEqual(activity.name, "Test meeting")
        self.assertEqual(activity.status_id, self.status_planned)
        self.assertEqual(activity.duration, 1.0)
        self.assertEqual(activity.stop, datetime(2026, 3, 12, 10, 0))

    def test_past_start_proposes_done(self):
        past, started, coming = (
            self._create_activity(start=start)
            for start in (YESTERDAY, datetime(2026, 3, 11, 8, 59), NOW)
        )
        self.assertEqual(past.state, "done")
        self.assertEqual(started.state, "done")
        self.assertEqual(coming.state, "planned")

    def test_past_all_day_proposes_done_and_today_does_not(self):
        yesterday, today = (
            self._create_activity(allday=True, start_date=day)
            for day in (date(2026, 3, 10), date(2026, 3, 11))
        )
        self.assertEqual(yesterday.state, "done")
        self.assertEqual(today.state, "planned")

    def test_several_days_that_still_run_are_not_proposed_as_done(self):
        fair = {"allday": True, "start_date": date(2026, 3, 9)}
        for message, vals, state in (
            ("until today", fair | {"stop_date": date(2026, 3, 11)}, "planned"),
            ("until yesterday", fair | {"stop_date": date(2026, 3, 10)}, "done"),
            ("with times", {"start": YESTERDAY, "stop": TOMORROW}, "planned"),
            ("with times, over", {"start": NOW - timedelta(days=3), "stop": YESTERDAY}, "done"),
        ):
            with self.subTest(message):
                self.assertEqual(self._create_activity(**vals).state, state)

    def test_chosen_status_is_kept(self):
        overdue = self._create_activity(start=YESTERDAY, status_id=self.status_planned.id)
        ahead = self._create_activity(start=TOMORROW, status_id=self.status_done.id)
        self.assertEqual(overdue.state, "planned")
        self.assertEqual(ahead.state, "done")

    def test_moving_never_changes_the_status(self):
        activity = self._create_activity()
        activity.start = YESTERDAY
        self.assertEqual(activity.state, "planned")

    def test_default_start_is_never_past(self):
        for now in ("2026-03-11 09:30:20", "2026-03-11 09:30:00", "2026-03-11 09:29:59"):
            with self.subTest(now=now), freeze_time(now):
                activity = self.env["isof.activity"].create({"type_id": self.type_internal.id})
                self.assertGreater(activity.start, datetime.fromisoformat(now))
                self.assertIn(activity.start.minute, (0, 30))
                self.assertEqual(activity.state, "planned")

    def test_contact_person_first_brings_the_customer(self):
        for partner in ({}, {"partner_id": False}):
            with self.subTest(partner=partner):
                vals = self._prepare_activity(contact_id=self.alfa_anna.id)
                del vals["partner_id"]
                activity = self.env["isof.activity"].create(vals | partner)
                self.assertEqual(activity.partner_id, self.alfa)
                self.assertEqual(activity.region_id, self.region_mazovia)

    def test_customer_is_not_overwritten_by_the_contact_person(self):
        activity = self._create_activity(partner_id=self.beta.id, contact_id=self.alfa_anna.id)
        self.assertEqual(activity.partner_id, self.beta)

    def test_department_of_the_day(self):
        """A person who moved to another department keeps the activities of before there."""
        with freeze_time("2026-01-01 12:00:00"):
            employee = self._create_employee(
                self._create_user("mover", "isof_crm.group_user"), self.department_inside
            )
        employee.create_version(
            {"date_version": date(2026, 3, 1), "department_id": self.department_marketing.id}
        )
        before, first_day_early, after, long_ago = (
            self._create_activity(user_id=employee.user_id.id, start=start)
            for start in (
                datetime(2026, 2, 28, 12, 0),
                datetime(2026, 2, 28, 23, 30),  # 00:30 on 1 March in Warsaw
                datetime(2026, 3, 5, 12, 0),
                datetime(2020, 1, 1, 12, 0),
            )
        )
        self.assertEqual(before.department_id, self.department_inside)
        self.assertEqual(first_day_early.department_id, self.department_marketing)
        self.assertEqual(after.department_id, self.department_marketing)
        self.assertEqual(long_ago.department_id, self.department_inside)

    def test_department_follows_the_employee(self):
        activity = self._create_activity()
        activity.user_id = self.salesperson_b
        self.assertEqual(activity.department_id, self.department_inside)

    def test_region_is_that_of_registration(self):
        activity = self._create_activity()
        self.alfa.isof_region_id = self.region_pomerania
        self.assertEqual(activity.region_id, self.region_mazovia, "history stays")
        activity.partner_id = self.beta
        self.assertEqual(activity.region_id, self.region_pomerania)

    def test_region_of_the_company_for_its_contact(self):
        self.alfa_anna.isof_region_id = False
        activity = self._create_activity(partner_id=self.alfa_anna.id)
        self.assertEqual(activity.region_id, self.region_mazovia)

    def test_company_specific_statuses_come_first(self):
        own = self.env["isof.activity.status"].create(
            {"name": "Do zrobienia", "sequence": -1, "company_id": self.other_company.id}
        )
        activity = self._create_activity(
            company_id=self.other_company.id, user_id=self.foreign_salesperson.id
        )
        self.assertEqual(activity.status_id, own)
        self.assertEqual(self._create_activity().status_id, self.status_planned)
        with self.assertRefused(UserError, "company"):
            self._create_activity(status_id=own.id)

    def test_company_specific_type_stays_there(self):
        self.type_meeting.company_id = self.other_company
        with self.assertRefused(UserError, "Test meeting"):
            self._create_activity(type_id=self.type_meeting.id)

    def test_copy(self):
        """A copy repeats what is planned, not what came of it nor where it hangs."""
        first = self._create_activity()
        original = self._create_activity(
            previous_id=first.id,
            status_id=self.status_done.id,
            result="They ordered.",
            note="Bring the catalogue",
            campaign_id=self.campaign.id,
            contact_ids=[self.alfa_adam.id],
            stop=datetime(2026, 3, 12, 11, 0),
        )
        copy = original.with_user(self.salesperson_a).copy()
        self.assertRecordValues(
            copy,
            [
                {
                    "name": "Test call",
                    "partner_id": self.alfa.id,
                    "start": TOMORROW,
                    "stop": datetime(2026, 3, 12, 11, 0),
                    "duration": 2.0,
                    "note": "Bring the catalogue",
                    "campaign_id": self.campaign.id,
                    "contact_ids": self.alfa_adam.ids,
                    "status_id": self.status_planned.id,
                    "result": False,
                    "previous_id": False,
                    "root_id": copy.id,
                    "author_id": self.salesperson_a.id,
                }
            ],
        )

    def test_copy_of_a_past_one_is_logged_as_done(self):
        activity = self._create_activity(start=YESTERDAY, status_id=self.status_cancelled.id)
        self.assertEqual(activity.copy().state, "done")


@tagged("post_install", "-at_install")
class TestActivityForm(ActivityCommon):
    """What the form shows before anything is saved."""

    def setUp(self):
        super().setUp()
        self.activities = self.env["isof.activity"].with_user(self.salesperson_a)

    def _new_form(self, **context):
        return Form(self.activities.with_context(**context))

    def test_type_change_proposes_subject_and_length(self):
        form = self._new_form()
        self.assertEqual(form.type_id, self.type_call)
        self.assertEqual(form.name, "Test call")
        self.assertEqual(form.duration, 0.25)
        form.type_id = self.type_presentation
        self.assertEqual(form.name, "Test presentation")
        self.assertEqual(form.duration, 1.5)
        form.partner_id = self.alfa
        form.contact_id = self.alfa_anna
        activity = form.save()
        self.assertEqual((activity.stop - activity.start).total_seconds(), 1.5 * 3600)

    def test_own_subject_and_length_stay(self):
        form = self._new_form()
        form.name = "Autumn collection"
        form.duration = 3.25
        form.type_id = self.type_meeting
        self.assertEqual(form.name, "Autumn collection")
        self.assertEqual(form.duration, 3.25)

    def test_length_of_a_saved_activity_stays(self):
        activity = self._create_activity(by=self.salesperson_a)
        with Form(activity) as form:
            form.type_id = self.type_meeting
        self.assertEqual(activity.duration, 0.25)
        self.assertEqual(activity.name, "Test meeting")

    def test_past_start_proposes_done_until_chosen(self):
        form = self._new_form()
        form.start = YESTERDAY
        self.assertEqual(form.status_id, self.status_done)
        form.start = TOMORROW
        self.assertEqual(form.status_id, self.status_planned)
        form.status_id = self.status_in_progress
        form.start = YESTERDAY
        self.assertEqual(form.status_id, self.status_in_progress)

    def test_contact_person_brings_the_customer(self):
        form = self._new_form()
        form.contact_id = self.alfa_anna
        self.assertEqual(form.partner_id, self.alfa)
        self.assertEqual(form.region_id, self.region_mazovia)
        self.assertEqual(form.contact_phone, "+48 600 111 111")

    def test_other_customer_drops_foreign_contact_persons(self):
        form = self._new_form()
        form.contact_id = self.alfa_anna
        form.contact_ids.add(self.alfa_adam)
        form.partner_id = self.alfa_anna
        self.assertEqual(form.contact_id, self.alfa_anna, "the same company")
        self.assertEqual(form.contact_ids[:], self.alfa_adam)
        form.partner_id = self.beta
        self.assertFalse(form.contact_id)
        self.assertFalse(form.contact_ids[:])

    def test_start_moves_the_end_and_length_sets_it(self):
        form = self._new_form()
        form.start = TOMORROW
        form.duration = 2
        self.assertEqual(form.stop, datetime(2026, 3, 12, 11, 0))
        form.start = datetime(2026, 3, 13, 9, 0)
        self.assertEqual(form.stop, datetime(2026, 3, 13, 11, 0))
        form.stop = datetime(2026, 3, 13, 9, 45)
        self.assertEqual(form.duration, 0.75)


@tagged("post_install", "-at_install")
class TestActivityChecks(ActivityCommon):
    """What is refused, and what the user is told."""

    def test_type_needs_a_customer(self):
        with self.assertRefused(
            ValidationError,
            "“Test call”: choose the customer; an activity of type “Test call” needs one.",
        ):
            self._create_activity(partner_id=False)
        self.assertTrue(self._create_activity(partner_id=False, type_id=self.type_internal.id))

    def test_type_needs_a_contact_person(self):
        message = (
            "“Demo”: choose the contact person; an activity of type “Test presentation” needs one."
        )
        with self.assertRefused(ValidationError, message):
            self._create_activity(name="Demo", type_id=self.type_presentation.id)
        activity = self._create_activity(name="Demo")
        with self.assertRefused(ValidationError, message):
            activity.type_id = self.type_presentation

    def test_end_before_start_is_refused(self):
        for vals in (
            {"start": "2026-03-12 09:00:00", "stop": "2026-03-12 08:00:00"},
            {"start": "2026-03-12 09:00:00", "duration": -1},
            {"allday": True, "start": "2026-03-12", "stop": "2026-03-10"},
        ):
            with (
                self.subTest(vals=vals),
                self.assertDatabaseRefuses("An activity cannot end before it starts."),
            ):
                self._create_activity(**vals)

    def test_empty_start_is_refused(self):
        for vals in ({}, {"allday": True}):
            with (
                self.subTest(vals=vals),
                self.assertDatabaseRefuses("Missing required value for the field 'Start'"),
            ):
                self._create_activity(start=False, **vals)

    def test_author_cannot_be_forged(self):
        activity = self._create_activity(by=self.salesperson_a, author_id=self.salesperson_b.id)
        self.assertEqual(activity.author_id, self.salesperson_a)
        with self.assertRefused(AccessError, "“Author” cannot be set by hand"):
            activity.author_id = self.salesperson_b
        activity.with_user(self.manager).author_id = self.salesperson_b
        self.assertEqual(activity.author_id, self.salesperson_b)
        named = self._create_activity(by=self.manager, author_id=self.salesperson_b.id)
        self.assertEqual(named.author_id, self.salesperson_b)

    def test_derived_fields_cannot_be_written(self):
        activity = self._create_activity(by=self.salesperson_a)
        message = "“State” cannot be set by hand: it follows from other fields"
        with self.assertRefused(AccessError, message):
            activity.write({"state": "done"})
        with self.assertRefused(AccessError, message):
            self._create_activity(by=self.salesperson_a, state="done")
        with self.assertRefused(AccessError, "“Own Activity Of” cannot be set by hand"):
            activity.write({"access_user_ids": [(4, self.outsider.id)]})
        self.assertEqual(activity.state, "planned")

    def test_employee_of_another_company_is_refused(self):
        with self.assertRefused(UserError, "Foreign Salesperson"):
            self._create_activity(user_id=self.foreign_salesperson.id)


@tagged("post_install", "-at_install")
class TestActivityLife(ActivityCommon):
    """Cancelling, re-opening, deleting."""

    def test_cancel_and_reopen(self):
        activity = self._create_activity(by=self.salesperson_a)
        activity.action_cancel()
        self.assertRecordValues(
            activity, [{"status_id": self.status_cancelled.id, "is_striked": True, "active": True}]
        )
        activity.action_reopen()
        self.assertRecordValues(
            activity, [{"status_id": self.status_planned.id, "is_striked": False}]
        )
        activity.action_done()
        self.assertEqual(activity.status_id, self.status_done)
        activity.status_id = self.status_postponed
        self.assertTrue(activity.is_hatched)

    def test_what_states_mean(self):
        """Filters, buttons, colours and calendars follow from two answers about each state."""
        meanings = {
            "planned": {"is_open": True, "state_color": "info"},
            "in_progress": {"is_open": True, "state_color": "primary"},
            "done": {"state_color": "success"},
            "not_held": {"is_striked": True, "state_color": "secondary"},
            "postponed": {"is_open": True, "is_hatched": True, "state_color": "warning"},
            "cancelled": {"is_striked": True, "state_color": "secondary"},
        }
        self.assertEqual(set(meanings), set(ACTIVITY_STATES), "Say above what each state means.")
        nothing = {"is_open": False, "is_striked": False, "is_hatched": False}
        statuses = self.env["isof.activity.status"].create(
            [{"name": f"Test {state}", "state": state} for state in ACTIVITY_STATES]
        )
        activities = self.env["isof.activity"].concat(
            *(self._create_activity(status_id=status.id) for status in statuses)
        )
        self.assertRecordValues(
            activities,
            [{"state": state, **nothing, **meanings[state]} for state in ACTIVITY_STATES],
        )
        for name in ("is_open", "is_striked"):
            for value in (True, False):
                with self.subTest(name=name, value=value):
                    self.assertEqual(
                        activities.search(
                            [("id", "in", activities.ids), (name, "=", value)], order="id"
                        ),
                        activities.filtered(lambda one, name=name, value=value: one[name] == value),
                    )
        self.assertEqual(HELD_STATES, ("done",))
        self.assertEqual(FREE_STATES, ("not_held", "postponed", "cancelled"))

    def test_state_without_a_status_is_explained(self):
        activity = self._create_activity(by=self.salesperson_a)
        self.status_cancelled.active = False
        with self.assertRefused(
            UserError,
            "There is no activity status that means “Cancelled” in company Towary Sp. z o.o.. "
            "Ask a manager to add one under Configuration.",
        ):
            activity.action_cancel()
        self.assertEqual(activity.state, "planned")

    def test_each_company_uses_its_own_status(self):
        own = self.env["isof.activity.status"].create(
            {
                "name": "Odwołane",
                "state": "cancelled",
                "sequence": -1,
                "company_id": self.other_company.id,
            }
        )
        here = self._create_activity()
        there = self._create_activity(
            company_id=self.other_company.id, user_id=self.foreign_salesperson.id
        )
        (here | there).action_cancel()
        self.assertEqual(here.status_id, self.status_cancelled)
        self.assertEqual(there.status_id, own)

    def test_only_cancelled_ones_are_deleted(self):
        activity = self._create_activity()
        for user in (self.manager, self.env.user):
            with (
                self.subTest(user=user.login),
                self.assertRefused(
                    UserError,
                    "Only cancelled ones can be deleted, and these are not:\nTest call – Alfa Hurt",
                ),
            ):
                activity.with_user(user).unlink()
        activity.action_cancel()
        with self.assertRaises(AccessError):
            activity.with_user(self.salesperson_a).unlink()
        activity.with_user(self.manager).unlink()
        self.assertFalse(activity.exists())

    def test_follow_ups_hold_what_they_follow(self):
        first = self._create_activity()
        second = self._create_activity(previous_id=first.id)
        (first | second).action_cancel()
        for active in (True, False):
            second.active = active
            with (
                self.subTest(active=active),
                self.assertRefused(
                    UserError,
                    "These activities have follow-ups; delete or re-link those first:\n"
                    "Test call – Alfa Hurt",
                ),
            ):
                first.with_user(self.manager).unlink()
        (first | second).with_user(self.manager).unlink()
        self.assertFalse((first | second).exists())


@tagged("post_install", "-at_install")
class TestActivityFinding(ActivityCommon):
    """Names, the document it is about, and the statuses of the kanban view."""

    def test_display_name(self):
        self.assertEqual(self._create_activity(name="Offer").display_name, "Offer – Alfa Hurt")
        internal = self._create_activity(type_id=self.type_internal.id, partner_id=False)
        self.assertEqual(internal.display_name, "Test internal work")

    def test_display_name_before_there_is_a_subject(self):
        activity = self.env["isof.activity"].new({"partner_id": self.alfa.id})
        activity.name = False
        self.assertEqual(activity.display_name, "Alfa Hurt")

    def test_found_by_subject_and_by_customer(self):
        offer = self._create_activity(name="Spring offer", partner_id=self.beta.id)
        call = self._create_activity(by=self.salesperson_a)
        activities = self.env["isof.activity"].with_user(self.salesperson_a)
        self.assertEqual(activities.name_search("pring off"), [(offer.id, offer.display_name)])
        self.assertEqual(activities.name_search("alfa hurt"), [(call.id, call.display_name)])
        self.assertFalse(activities.with_user(self.salesperson_b).name_search("alfa hurt"))

    def test_document(self):
        with patch(
            "odoo.addons.isof_crm.models.activity.isof_activity.REFERENCE_MODELS",
            ("res.bank", "no.model"),
        ):
            activities = self.env["isof.activity"].with_user(self.salesperson_a)
            selection = activities.fields_get(["reference"])["reference"]["selection"]
            self.assertEqual([model for model, _name in selection], ["res.bank"])
            bank = self.env["res.bank"].create({"name": "Bank"})
            activity = self._create_activity(by=self.salesperson_a, reference=f"res.bank,{bank.id}")
            self.assertEqual(activity.reference, bank)
            self.assertEqual(
                activities.search([("reference", "=", f"res.bank,{bank.id}")]), activity
            )
            bank.unlink()
            [values] = activity.web_read(
                {"reference": {"fields": {"display_name": {}}}, "name": {}}
            )
            self.assertEqual(values["name"], "Test call", "a deleted document does no harm")

    def test_kanban_has_a_column_for_each_status(self):
        hidden = self.env["isof.activity.status"].create(
            {"name": "Elsewhere", "company_id": self.other_company.id}
        )
        activities = self.env["isof.activity"].with_user(self.salesperson_a)
        activities = activities.with_context(read_group_expand=True)
        groups = activities.web_read_group([], ["status_id"], ["__count"])["groups"]
        found = [group["status_id"][0] for group in groups]
        self.assertIn(self.status_postponed.id, found)
        self.assertNotIn(hidden.id, found)

    def test_done_leaves_closed_activities_alone(self):
        activities = self.env["isof.activity"].union(
            *(
                self._create_activity(status_id=status.id)
                for status in (
                    self.status_planned,
                    self.status_postponed,
                    self.status_not_held,
                    self.status_cancelled,
                )
            )
        )
        activities.action_done()
        self.assertEqual(activities.mapped("state"), ["done", "done", "not_held", "cancelled"])
