from odoo.fields import Command
from odoo.tests import tagged

from .dashboard_common import TradeDashboardCommon


@tagged("post_install", "-at_install")
class TestCustomersDashboard(TradeDashboardCommon):
    """Beta buys a bolt for 8 in March, too.

    Of the twelve months up to today are also two of Alfa's invoices of 80 that are in neither
    period: Alfa bought three times for 217.60 in all, Beta twice for 208.
    """

    dashboard = "customers"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_invoice(
            {"quantity": 1}, partner_id=cls.beta.id, invoice_user_id=cls.salesperson_b.id
        )
        cls.poland, cls.czechia = cls.env.ref("base.pl"), cls.env.ref("base.cz")
        cls.tag = cls.env["res.partner.category"].create({"name": "Test Fastener Trade"})
        cls.alfa.write({"country_id": cls.poland.id, "category_id": [Command.link(cls.tag.id)]})
        cls.beta.country_id = cls.czechia
        cls.everybody, cls.fair = cls.env["isof.segment"].create(
            [
                {
                    "name": name,
                    "mode": "static",
                    "is_shared": True,
                    "addition_ids": [Command.set(partners.ids)],
                }
                for name, partners in (
                    ("Test Everybody", cls.alfa | cls.beta | cls.gamma),
                    ("Test Fair", cls.alfa),
                )
            ]
        )
        (cls.everybody | cls.fair).action_refresh()
        schemes = cls.env["isof.score.scheme"].create(
            [
                {
                    "name": kind,
                    "kind": kind,
                    "company_id": cls.company.id,
                    "method": "limit",
                    **limits,
                }
                for kind, limits in (
                    ("abc", {"monetary_limits": "100 210"}),
                    (
                        "rfm",
                        {
                            "recency_limits": "1 30",
                            "frequency_limits": "3",
                            "monetary_limits": "210",
                        },
                    ),
                )
            ]
        )
        schemes.action_run()

    def test_cards(self):
        self.assertCards(
            {
                "Customers": (2, 1),
                "Sold": (200 + 8 + 72 - 14.4, 40),
                "Documents": (4, 1),
                "Products": (2, 1),
                "Discount": ((8 - 1.6) / (200 + 8 + 80 - 16), 0),
            }
        )

    def test_tables(self):
        alfa, beta = (57.6, 1, 2), (200 + 8, 1, 2)
        self.assertTables(
            {
                "Segments": [(self.everybody.id, 57.6 + 208, 2, 4), (self.fair.id, *alfa)],
                "Contractor Groups": [(self.group.id, *alfa)],
                "Regions": [(self.region_pomerania.id, *beta), (self.region_mazovia.id, *alfa)],
                "Countries": [(self.czechia.id, *beta), (self.poland.id, *alfa)],
                "RFM Scores": [("311", *beta), ("322", *alfa)],
                "Contractor Tags": [(self.tag.id, *alfa)],
            }
        )

    def test_charts(self):
        self.assertMonths([(1, 1), (3, 2)], [(3, 1)])
        self.assertParts([("B", 200 + 8), ("A", 57.6)])
