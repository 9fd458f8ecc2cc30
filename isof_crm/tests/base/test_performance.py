from datetime import datetime, timedelta

from odoo.tests.common import tagged

from ..common import ActivityCommon

LIST_SPECIFICATION = {
    "start": {},
    "name": {},
    "duration": {},
    "state": {},
    "timeframe": {},
    "allday": {},
    "result": {},
    **{
        name: {"fields": {"display_name": {}}}
        for name in (
            "type_id",
            "partner_id",
            "contact_id",
            "user_id",
            "status_id",
            "campaign_id",
        )
    },
}


@tagged("post_install", "-at_install")
class TestPerformance(ActivityCommon):
    """No screen and no save costs a query per record.

    Each path is walked once to warm up, then counted. A budget is what was measured, with a
    little room; what counts more is that it does not grow with the number of records.
    """

    @classmethod
    def default_env_context(cls):
        # with everything the chatter does
        return {}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.activities = (
            cls.env["isof.activity"]
            .with_user(cls.salesperson_a)
            .with_context(tz="Europe/Warsaw", lang="en_US")
        )
        cls.customers = cls.env["res.partner"].create(
            [
                {
                    "name": f"Customer {number}",
                    "is_company": True,
                    "isof_region_id": cls.region_mazovia.id,
                    "child_ids": [(0, 0, {"name": f"Person {number}"})],
                }
                for number in range(120)
            ]
        )

    def _prepare_many(self, size, **vals):
        return [
            self._prepare_activity(
                partner_id=customer.id,
                contact_id=customer.child_ids.id,
                campaign_id=self.campaign.id,
                start=datetime(2026, 3, 1, 8) + timedelta(hours=7 * number),
                **vals,
            )
            for number, customer in enumerate(self.customers[:size])
        ]

    def _measure(self, function, budget):
        """Call a function twice; the second time it must keep to its budget of queries."""
        function()
        self.env.flush_all()
        self.env.cr.flush()
        self.env.invalidate_all()
        with self.assertQueryCount(budget):
            function()

    def test_create_one(self):
        vals_list = self._prepare_many(1)
        # three of them are the note of the analyses that a touch of a campaign may concern sales
        self._measure(lambda: self.activities.create(vals_list), 28)

    def test_create_many(self):
        vals_list = self._prepare_many(100)
        self._measure(lambda: self.activities.create(vals_list), 31)

    def test_write_status(self):
        activities = self.activities.create(self._prepare_many(100))
        self._cycle = iter([self.status_done, self.status_planned] * 3)

        def write_status(records):
            records.status_id = next(self._cycle)

        self._measure(lambda: write_status(activities[:50]), 34)
        self._measure(lambda: write_status(activities), 34)

    def test_move(self):
        activities = self.activities.create(self._prepare_many(50))
        self._days = iter((1, 2))
        self._measure(
            lambda: activities.write({"start": datetime(2026, 4, next(self._days), 9)}), 34
        )

    def test_changes_are_logged(self):
        """Logged in one go, they are the same as Odoo would log them one by one."""
        activities = self.activities.create(self._prepare_many(3))
        self.env.flush_all()
        self.env.cr.flush()
        before = activities.message_ids
        activities.write({"status_id": self.status_in_progress.id, "name": "Renamed"})
        self.env.flush_all()
        self.env.cr.flush()
        messages = activities.message_ids - before
        self.assertCountEqual(messages.mapped("res_id"), activities.ids)
        self.assertEqual(messages.author_id, self.salesperson_a.partner_id)
        for message in messages.sudo():
            self.assertEqual(
                sorted(
                    (value.field_id.name, value.old_value_char, value.new_value_char)
                    for value in message.tracking_value_ids
                ),
                [("name", "Test call", "Renamed"), ("status_id", "Done", "In progress")],
            )

    def test_list(self):
        self.activities.create(self._prepare_many(100))
        for limit in (20, 80):
            self._measure(
                lambda limit=limit: self.activities.web_search_read(
                    [], LIST_SPECIFICATION, limit=limit
                ),
                12,
            )

    def test_calendar_month(self):
        self.activities.create(self._prepare_many(100))
        names = [
            *("start", "stop", "allday", "color", "display_name", "partner_id", "contact_id"),
            *("contact_phone", "user_id", "type_id", "status_id", "campaign_id", "region_id"),
            *("location", "note", "is_striked", "is_hatched"),
        ]
        domain = [
            ("start", "<=", "2026-03-31 23:59:59"),
            ("stop", ">=", "2026-03-01 00:00:00"),
        ]
        self.assertGreater(self.activities.search_count(domain), 90)
        self._measure(lambda: self.activities.search_read(domain, names), 14)

    def test_kanban(self):
        activities = self.activities.create(self._prepare_many(100))
        activities[50:].status_id = self.status_planned
        self._measure(
            lambda: self.activities.with_context(read_group_expand=True).web_read_group(
                [],
                ["status_id"],
                ["__count"],
                auto_unfold=True,
                unfold_read_specification=LIST_SPECIFICATION,
                unfold_read_default_limit=40,
            ),
            20,
        )

    def test_action_plan(self):
        self.activities.create(self._prepare_many(100))
        self._measure(
            lambda: self.activities.web_read_group(
                [("timeframe", "!=", False)], ["user_id", "timeframe"], ["__count"]
            ),
            8,
        )

    def test_pivot(self):
        self.activities.create(self._prepare_many(100))
        self._measure(
            lambda: self.activities.formatted_read_grouping_sets(
                [],
                [[], ["type_id"], ["start:month"], ["type_id", "start:month"]],
                ["__count", "duration:sum"],
            ),
            8,
        )

    def test_done_and_plan_next(self):
        pending = self.activities.create(self._prepare_many(2, status_id=self.status_planned.id))
        wizards = self.env["isof.activity.done.wizard"].with_env(self.activities.env)
        turn = iter(pending.ids)

        def done_and_plan_next():
            wizards.create({"activity_id": next(turn), "result": "Fine"}).action_confirm()

        # one is the note in the dialogue that it was confirmed, so that it is not a second time;
        # four ask whether who is proposed for the next step is still there, and with this customer
        self._measure(done_and_plan_next, 55)
