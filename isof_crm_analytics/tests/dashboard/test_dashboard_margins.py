from datetime import date

from odoo.tests import tagged

from .dashboard_common import TradeDashboardCommon


@tagged("post_install", "-at_install")
class TestMarginsDashboard(TradeDashboardCommon):
    """Nobody knows what a packing for 12 cost; Gamma gave back everything and has no rate."""

    dashboard = "margins"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reader = cls.controller
        cls._create_invoice(
            {"product_id": False, "name": "Packing", "quantity": 1, "price_unit": 12},
            invoice_date=date(2026, 2, 1),
        )
        cls._create_credit_note(
            cls._create_invoice(partner_id=cls.gamma.id), invoice_user_id=cls.salesperson_a.id
        )

    def test_cards(self):
        self.assertCards(
            {
                "Margin": ((200 - 80) + (72 - 50) - (14.4 - 10), 40 - 25),
                "Margin Rate": ((120 + 22 - 4.4) / (200 + 72 - 14.4), 15 / 40),
                "Cost": (80 + 50 - 10, 25),
                "Known Cost": (257.6 / 269.6, 1),
                "Discount": (8 - 1.6, 0),
            }
        )

    def test_tables(self):
        rate, coverage = 17.6 / 57.6, 57.6 / 69.6
        self.assertTables(
            {
                "Customers": [
                    (self.beta.id, 120, 0.6, 1),
                    (self.alfa.id, 17.6, rate, coverage),
                    (self.gamma.id, 0, None, None),
                ],
                "Products": [
                    (self.transport.id, 120, 0.6, 1),
                    (self.bolt.id, 17.6, rate, 1),
                ],
                "Salespeople": [
                    (self.salesperson_b.id, 120, 0.6, 1),
                    (self.salesperson_a.id, 17.6, rate, coverage),
                ],
                "Contractor Groups": [(self.group.id, 17.6, rate, coverage)],
                "Customers with the Lowest Margin Rate": [
                    (self.alfa.id, rate, 17.6, 1),
                    (self.beta.id, 0.6, 120, 1),
                    (self.gamma.id, None, 0, None),
                ],
                "Products with the Lowest Margin Rate": [
                    (self.bolt.id, rate, 17.6, 1),
                    (self.transport.id, 0.6, 120, 1),
                ],
            }
        )

    def test_charts(self):
        self.assertMonths([(1, 120), (2, None), (3, 17.6)], [(3, 15)])
        self.assertParts([(self.transport.categ_id.id, 120), (self.category.id, 17.6)])
