from odoo import Command, fields
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestAnalyticsJourney(HttpCase):
    """How one analyses sales, in the browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "isof_crm_analytics.group_own,base.group_allow_export"
        cls.seller = new_test_user(cls.env, login="seller", groups=groups)
        cls.boss = new_test_user(
            cls.env, login="boss", groups="isof_crm.group_manager,base.group_allow_export"
        )
        company = cls.env["res.company"].create({"name": "Tour Company"})
        cls.env["account.chart.template"].try_loading(
            "generic_coa", company=company, install_demo=False
        )
        (cls.seller | cls.boss).write(
            {"company_ids": [Command.set(company.ids)], "company_id": company.id}
        )
        year = fields.Date.today().year
        cls.env["isof.period.type"].create(
            {
                "name": "Tour Seasons",
                "period_ids": [
                    Command.create({"name": name, "date_from": first, "date_to": last})
                    for name, first, last in (
                        ("Tour Winter", f"{year}-01-01", f"{year}-01-31"),
                        ("Tour Summer", f"{year}-06-01", f"{year}-08-31"),
                    )
                ],
            }
        )
        customer = cls.env["res.partner"].create({"name": "Tour Customer"})
        product = (
            cls.env["product.product"]
            .with_company(company)
            .create({"name": "Tour Product", "standard_price": 5})
        )
        campaign = cls.env["utm.campaign"].create(
            {"title": "Tour Campaign", "company_id": company.id}
        )
        cls.env["isof.campaign.cost"].create(
            {
                "campaign_id": campaign.id,
                "name": "Tour Stand",
                "date": f"{year}-06-01",
                "entered_amount": 40,
            }
        )
        cls.env["isof.score.scheme"].create(
            {
                "name": "Tour Scheme",
                "kind": "abc",
                "company_id": company.id,
                "reference_date": f"{year}-12-31",
            }
        )
        moves = (
            cls.env["account.move"]
            .with_company(company)
            .create(
                [
                    {
                        "move_type": "out_invoice",
                        "partner_id": customer.id,
                        "invoice_date": f"{year}-{month:02}-15",
                        "invoice_user_id": cls.seller.id,
                        "invoice_line_ids": [
                            Command.create(
                                {
                                    "product_id": product.id,
                                    "price_unit": price,
                                    "tax_ids": [Command.clear()],
                                }
                            )
                        ],
                    }
                    for month, price in ((1, 100), (4, 50), (6, 200))
                ]
            )
        )
        moves[-1].campaign_id = campaign
        moves.action_post()
        # nothing else is sold before it within the look-back
        company.isof_lookback_months = 1

    def test_statement_by_periods_of_ones_own(self):
        self.start_tour("/odoo/isof-calendar", "isof_crm_analytics_statement", login="boss")

    def test_margins_are_invisible_to_a_salesperson(self):
        self.start_tour("/odoo/isof-calendar", "isof_crm_analytics_no_margin", login="seller")

    def test_saved_analysis(self):
        self.start_tour("/odoo/isof-calendar", "isof_crm_analytics_analysis", login="boss")

    def test_saved_analysis_without_margins(self):
        self.start_tour(
            "/odoo/isof-calendar", "isof_crm_analytics_analysis_no_margin", login="seller"
        )

    def test_results_of_a_campaign(self):
        self.start_tour("/odoo/isof-calendar", "isof_crm_analytics_campaign", login="boss")

    def test_score_customers(self):
        self.start_tour("/odoo/isof-scoring", "isof_crm_analytics_score", login="boss")
