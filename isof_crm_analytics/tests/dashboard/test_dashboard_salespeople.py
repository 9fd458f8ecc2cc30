from datetime import date, datetime

from odoo.tests import tagged

from ..commission.commission_common import CommissionCommon
from .dashboard_common import TradeDashboardCommon


@tagged("post_install", "-at_install")
class TestSalespeopleDashboard(TradeDashboardCommon, CommissionCommon):
    """Targets are of months that have begun, and so is what was reached: of whole months.

    A's are 100 from February on, and were 50 the year before; B's was 150 in January, the team's
    is 400 in March.
    """

    dashboard = "salespeople"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reader = cls.manager
        a, b = cls.salesperson_a, cls.salesperson_b
        cls._create_targets(
            (a, 100, "2026-02-01", "2026-12-31"),
            (b, 150, "2026-01-01", "2026-01-31"),
            (cls.team, 400, "2026-03-01", "2026-03-31"),
            (a, 50, "2025-03-01", "2025-04-30"),
            date_from=date(2025, 1, 1),
        )
        for vals in (
            {"approve": False},
            {"basis": "margin"},
            {"earner": "agent"},
            {"company_id": cls.other_company.id},
        ):
            cls._create_targets((a, 999, "2026-01-01", "2026-12-31"), name=f"{vals}", **vals)
        # the first minute of the year in Warsaw, and the last of the year before
        done = {"status_id": cls.status_done.id}
        cls._create_activity(start=datetime(2025, 12, 31, 23), **done)
        cls._create_activity(start=datetime(2025, 12, 31, 22, 59), **done)
        cls._create_activity(start=datetime(2026, 3, 11, 22), partner_id=cls.beta.id, **done)
        cls._create_activity(
            start=datetime(2026, 2, 2), type_id=cls.type_meeting.id, user_id=b.id, **done
        )
        cls._create_activity(start=datetime(2025, 1, 1), **done)
        for status in cls.status_planned | cls.status_not_held | cls.status_cancelled:
            cls._create_activity(start=datetime(2026, 2, 2), status_id=status.id)

    def test_cards(self):
        self.assertCards(
            {
                "Sold": (200 + 72 - 14.4, 40),
                "Target": (2 * 100 + 150, 50),
                # 80 more on March 12, of each year
                "Target Achieved": ((72 - 14.4 + 80 + 200) / 350, (40 + 80) / 50),
                "Customers": (2, 1),
                "Activities Done": (3, 1),
            }
        )

    def test_tables(self):
        a, b, team = self.salesperson_a.id, self.salesperson_b.id, self.team.id
        self.assertTables(
            {
                "Salespeople": [(b, 200, 1, 1), (a, 57.6, 1, 2)],
                "Targets": [(a, 200, 137.6, 137.6 / 200), (b, 150, 200, 200 / 150)],
                "Sales Teams": [(team, 57.6, 1, 2)],
                "Targets of Teams": [(team, 400, 57.6, 57.6 / 400)],
                "Departments": [
                    (self.department_inside.id, 200, 1, 1),
                    (self.department_field.id, 57.6, 1, 2),
                ],
                "Activities Done": [(a, 2, 0.25 + 0.25, 2), (b, 1, 1, 1)],
            }
        )

    def test_charts(self):
        self.assertMonths([(1, 200), (3, 57.6)], [(3, 40)])
        self.assertParts([(self.team.id, 57.6)])
