from datetime import datetime

from odoo.tests import tagged

from odoo.addons.isof_crm.tests.common import ActivityCommon

from .dashboard_common import DashboardMixin


@tagged("post_install", "-at_install")
class TestActivitiesDashboard(DashboardMixin, ActivityCommon):
    """Calls of a quarter of an hour by A with Alfa, if it says nothing else.

    The first of January begins at 23:00 UTC in Warsaw, where the reader is, and today ends then.
    """

    dashboard = "activities"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        done = {"status_id": cls.status_done.id}
        planned = {"status_id": cls.status_planned.id}
        not_held = {"status_id": cls.status_not_held.id}
        cancelled = {"status_id": cls.status_cancelled.id}
        meeting = {"type_id": cls.type_meeting.id}
        by_b = {"user_id": cls.salesperson_b.id, "partner_id": cls.beta.id, **meeting}
        for start, vals in (
            # this year
            ("2025-12-31 23:00", done),
            ("2026-03-10 09:00", {"campaign_id": cls.campaign.id, **by_b, **done}),
            ("2026-03-09 09:00", {"partner_id": cls.alfa_anna.id, **not_held}),
            ("2026-03-10 14:00", {**by_b, **planned}),
            (
                "2026-03-11 22:59",
                {"type_id": cls.type_internal.id, "partner_id": False, **planned},
            ),
            (
                "2026-02-10 09:00",
                {
                    "allday": True,
                    "start_date": "2026-02-10",
                    "stop_date": "2026-02-10",
                    **meeting,
                    **done,
                },
            ),
            # the year before, and two of them overdue since then
            ("2025-03-11 22:59", done),
            ("2025-02-01 09:00", not_held),
            ("2025-06-01 09:00", planned),
            ("2025-07-01 09:00", planned),
            # none of these
            ("2025-12-31 22:59", done),
            ("2025-03-11 23:00", done),
            ("2024-12-31 22:59", done),
            ("2026-03-11 23:00", planned),
            ("2026-03-10 09:00", cancelled),
            ("2026-03-10 09:00", {"active": False, **planned}),
            (
                "2026-03-10 09:00",
                {
                    "company_id": cls.other_company.id,
                    "user_id": cls.foreign_salesperson.id,
                    **planned,
                },
            ),
        ):
            cls._create_activity(start=datetime.fromisoformat(start), **vals)

    def test_cards(self):
        self.assertCards(
            {
                "Activities": (6, 2),
                "Done": (3, 1),
                "Hours": (0.25 + 1 + 8, 0.25),
                "Overdue": (3,),
                "Not Held": (1, 1),
            }
        )

    def test_tables(self):
        a, b = self.salesperson_a.id, self.salesperson_b.id
        self.assertTables(
            {
                "Employees": [(a, 4, 0.25 + 0.25 + 2 + 8, 1), (b, 2, 1 + 1, 1)],
                "Activity Types": [
                    (self.type_meeting.id, 3, 1 + 1 + 8, 2),
                    (self.type_call.id, 2, 0.25 + 0.25, 1),
                    (self.type_internal.id, 1, 2, 0),
                ],
                "Customers": [(self.alfa.id, 3, 0.25 + 0.25 + 8), (self.beta.id, 2, 1 + 1)],
                "Regions": [
                    (self.region_mazovia.id, 3, 0.25 + 0.25 + 8, 1),
                    (self.region_pomerania.id, 2, 1 + 1, 1),
                ],
                "Campaigns": [(self.campaign.id, 1, 1, 1)],
                "Overdue": [(a, 2, 0.25 + 0.25, 1), (b, 1, 1, 1)],
            }
        )

    def test_charts(self):
        self.assertMonths([(1, 1), (2, 1), (3, 4)], [(2, 1), (3, 1)])
        self.assertParts([("done", 3), ("planned", 2), ("not_held", 1)])
