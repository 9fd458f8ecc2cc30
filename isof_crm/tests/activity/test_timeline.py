from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ...models.activity import isof_activity_chain
from ..common import NOW, ActivityCommon


@tagged("post_install", "-at_install")
class TestTimeline(ActivityCommon):
    """What the chain page and the timeline of a contact get from the server."""

    def _get_timeline(self, partner, user=None, **kwargs):
        # each request reads what earlier ones have written
        self.env.flush_all()
        activities = self.env["isof.activity"].with_user(user or self.salesperson_a)
        return activities.get_partner_timeline(partner.id, **kwargs)

    def _names(self, part):
        return [step["name"] for step in part["steps"]]

    def test_company_shows_what_was_with_everybody_in_it(self):
        for name, days, partner in (
            ("coming", 3, self.alfa),
            ("next", 1, self.alfa_anna),
            ("overdue", -2, self.alfa),
            ("older", -20, self.alfa_adam),
            ("newer", -10, self.alfa),
            ("elsewhere", -1, self.beta),
        ):
            status = self.status_planned if days > -10 else self.status_done
            self._create_activity(
                name=name,
                partner_id=partner.id,
                start=NOW + timedelta(days=days),
                status_id=status.id,
            )
        timeline = self._get_timeline(self.alfa)
        self.assertEqual(self._names(timeline["open"]), ["overdue", "next", "coming"])
        self.assertEqual(self._names(timeline["closed"]), ["newer", "older"])
        self.assertEqual(timeline["open"]["steps"][0]["timeframe"], "late")
        self.assertEqual(timeline["context"], {"default_partner_id": self.alfa.id})
        found = self.env["isof.activity"].search(timeline["domain"])
        self.assertEqual(set(found.mapped("name")), {"coming", "next", "overdue", "older", "newer"})

    def test_person_shows_what_was_with_that_person(self):
        for name, vals in (
            ("as customer", {"partner_id": self.alfa_anna.id}),
            ("as contact", {"contact_id": self.alfa_anna.id}),
            ("as further contact", {"contact_ids": self.alfa_anna.ids}),
            ("with a colleague", {"contact_id": self.alfa_adam.id}),
        ):
            self._create_activity(name=name, **vals)
        timeline = self._get_timeline(self.alfa_anna)
        self.assertEqual(
            set(self._names(timeline["open"])),
            {"as customer", "as contact", "as further contact"},
        )
        self.assertEqual(
            timeline["context"],
            {"default_partner_id": self.alfa.id, "default_contact_id": self.alfa_anna.id},
        )
        action = self.alfa_anna.with_user(self.salesperson_a).action_open_isof_activities()
        self.assertEqual(action["context"], timeline["context"])

    def test_limit_counts_the_rest(self):
        for _number in range(3):
            self._create_activity(start=NOW - timedelta(days=1))
        timeline = self._get_timeline(self.alfa, limit=2)
        self.assertEqual(len(timeline["closed"]["steps"]), 2)
        self.assertEqual(timeline["closed"]["count"], 3)
        self.assertEqual(timeline["open"], {"steps": [], "count": 0})

    def test_others_activities_stay_theirs(self):
        self._create_activity(name="mine")
        self._create_activity(name="hers", user_id=self.salesperson_b.id)
        self.assertEqual(self._names(self._get_timeline(self.alfa)["open"]), ["mine"])
        with self.assertRaisesRegex(AccessError, "Activity"):
            self._get_timeline(self.alfa, self.outsider)

    def test_all_day_step_carries_its_stored_days(self):
        self._create_activity(allday=True, start_date="2026-03-20", stop_date="2026-03-22")
        step = self._get_timeline(self.alfa)["open"]["steps"][0]
        self.assertTrue(step["allday"])
        self.assertEqual((step["start"][:10], step["stop"][:10]), ("2026-03-20", "2026-03-22"))

    def test_no_query_per_step(self):
        def count_queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._get_timeline(self.alfa)
            return self.env.cr.sql_log_count - before

        self._create_activity(contact_id=self.alfa_anna.id)
        self._get_timeline(self.alfa)
        few = count_queries()
        for number in range(15):
            self._create_activity(
                partner_id=self.alfa_adam.id,
                contact_id=self.alfa_adam.id,
                type_id=self.type_meeting.id,
                start=NOW + timedelta(days=number),
            )
        self.assertLessEqual(count_queries(), few)

    def test_long_chain_is_cut_around_the_activity(self):
        activity = previous = self.env["isof.activity"]
        for number in range(9):
            previous = self._create_activity(
                name=f"step {number}",
                previous_id=previous.id,
                start=NOW + timedelta(days=number),
            )
            activity |= previous
        with patch.object(isof_activity_chain, "MAX_STEPS", 4):
            middle = activity[4].get_chain()
            first = activity[0].get_chain()
            last = activity[8].get_chain()
        names = [self._names(chain) for chain in (first, middle, last)]
        self.assertEqual(
            names,
            [
                ["step 0", "step 1", "step 2", "step 3"],
                ["step 2", "step 3", "step 4", "step 5"],
                ["step 5", "step 6", "step 7", "step 8"],
            ],
        )
        self.assertEqual([chain["omitted"] for chain in (first, middle, last)], [5, 5, 5])
        self.assertEqual(middle["hidden"], 0)

    def test_long_straight_chain_needs_no_recursion(self):
        activities = self.env["isof.activity"].create(
            [self._prepare_activity(start=NOW + timedelta(hours=n)) for n in range(1200)]
        )
        self.env.flush_all()
        # linked in SQL: the ORM would take a minute
        self.env.cr.execute(
            """UPDATE isof_activity SET previous_id = NULLIF(id, %(root)s) - 1, root_id = %(root)s
                WHERE id = ANY(%(ids)s)""",
            {"root": activities[0].id, "ids": activities.ids},
        )
        self.env.invalidate_all()
        chain = activities[-1].get_chain()
        self.assertEqual(chain["steps"][-1]["depth"], 1199)
        self.assertEqual(chain["omitted"], 1200 - isof_activity_chain.MAX_STEPS)

    def test_follow_up_keeps_the_activity_as_it_is(self):
        activity = self._create_activity(by=self.salesperson_a, contact_id=self.alfa_anna.id)
        action = activity.action_plan_follow_up()
        with Form(activity.with_context(**action["context"]).browse()) as form:
            self.assertEqual(form.partner_id, self.alfa)
            self.assertEqual(form.contact_id, self.alfa_anna)
            form.start = datetime(2026, 3, 19, 9, 0)
        self.assertEqual(form.record.previous_id, activity)
        self.assertEqual(activity.state, "planned")
        self.assertEqual(len(activity.get_chain()["steps"]), 2)

    def test_dialogue_of_a_timeline_stays_on_the_page(self):
        activity = self._create_activity(by=self.salesperson_a)
        wizards = self.env["isof.activity.done.wizard"].with_user(self.salesperson_a)
        wizard = wizards.with_context(
            default_activity_id=activity.id, isof_stay_on_page=True
        ).create({})
        self.assertEqual(wizard.action_confirm(), {"type": "ir.actions.act_window_close"})
        self.assertEqual(len(activity.next_ids), 1)

    def test_address_of_the_chain_page_carries_the_activity(self):
        activity = self._create_activity()
        self.assertEqual(activity.action_open_chain()["context"], {"active_id": activity.id})

    def test_calendar_greys_days_off(self):
        """Also for somebody who is no employee: then by the company's hours."""
        for user in (self.salesperson_a, self.foreign_salesperson):
            days = (
                self.env["isof.activity"]
                .with_user(user)
                .get_unusual_days("2026-03-13 00:00:00", "2026-03-15 23:59:59")
            )
            self.assertEqual(days, {"2026-03-13": False, "2026-03-14": True, "2026-03-15": True})

    def test_action_plan_unfolds_every_level(self):
        self._create_activity(name="tomorrow")
        self.env.flush_all()
        result = (
            self.env["isof.activity"]
            .with_user(self.salesperson_a)
            .with_context(isof_unfold_groups=True)
            .web_read_group(
                [("user_id", "=", self.salesperson_a.id)],
                ["user_id", "timeframe"],
                auto_unfold=True,
                unfold_read_specification={"name": {}},
            )
        )
        [employee] = result["groups"]
        [due] = employee["__groups"]["groups"]
        self.assertEqual([record["name"] for record in due["__records"]], ["tomorrow"])
