from datetime import datetime

from odoo.tests import tagged

from .dashboard_common import TradeDashboardCommon


@tagged("post_install", "-at_install")
class TestSalesDashboard(TradeDashboardCommon):
    """Of 80 ordered 48 are outstanding, promised for ten days ago; 40 the year before."""

    dashboard = "sales"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_sale(
            date_order=datetime(2026, 2, 1, 12),
            commitment_date=datetime(2026, 3, 1, 12),
            delivered=4,
        )
        cls._create_sale({"product_uom_qty": 5}, date_order=datetime(2025, 2, 1, 12), delivered=5)
        cls._create_sale(confirm=False)

    def test_cards(self):
        self.assertCards(
            {
                "Sold": (200 + 72 - 14.4, 40),
                "Ordered": (80, 40),
                "Customers": (2, 1),
                "Documents": (3, 1),
                "Discount": ((8 - 1.6) / (200 + 80 - 16), 0),
            }
        )

    def test_tables(self):
        a, b = self.salesperson_a.id, self.salesperson_b.id
        self.assertTables(
            {
                "Top Customers": [(self.beta.id, 200, 1, 0), (self.alfa.id, 57.6, 2, 6.4 / 64)],
                "Top Products": [(self.transport.id, 200, 2, 1), (self.bolt.id, 57.6, 8, 1)],
                "Top Salespeople": [(b, 200, 1, 1), (a, 57.6, 1, 2)],
                "Top Regions": [
                    (self.region_pomerania.id, 200, 1, 1),
                    (self.region_mazovia.id, 57.6, 1, 2),
                ],
                "Top Contractor Groups": [(self.group.id, 57.6, 1, 2)],
                "Outstanding Orders": [(self.alfa.id, 48, 48, 10)],
            }
        )

    def test_charts(self):
        self.assertMonths([(1, 200), (3, 57.6)], [(3, 40)])
        self.assertParts([(self.transport.categ_id.id, 200), (self.category.id, 57.6)])
