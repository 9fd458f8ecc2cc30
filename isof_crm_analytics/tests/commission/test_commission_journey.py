from datetime import timedelta

from odoo import Command, fields
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestCommissionJourney(HttpCase):
    """From the draft of a plan to what a salesperson reads, in the browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = cls.env["res.company"].create({"name": "Tour Company"})
        cls.env["account.chart.template"].try_loading(
            "generic_coa", company=company, install_demo=False
        )
        cls.seller, cls.other, cls.payer, cls.approver = (
            new_test_user(
                cls.env,
                login=f"com_{login}",
                name=f"Tour {login.title()}",
                groups=f"isof_crm_analytics.{group}",
                company_id=company.id,
                company_ids=[Command.set(company.ids)],
            )
            for login, group in (
                ("seller", "group_own"),
                ("other", "group_own"),
                ("payer", "group_commission_manager"),
                ("approver", "group_commission_manager"),
            )
        )
        today = fields.Date.today()
        last_month = today.replace(day=1) - timedelta(days=1)
        cls.plan = cls.env["isof.commission.plan"].create(
            {
                "name": "Tour Plan",
                "company_id": company.id,
                "date_from": last_month.replace(day=1),
                "rule_ids": [Command.create({"name": "Everything", "rate": 10})],
            }
        )
        customer = cls.env["res.partner"].create({"name": "Tour Customer"})
        cls.env["account.move"].with_company(company).create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": customer.id,
                    "invoice_date": day,
                    "invoice_user_id": seller.id,
                    "invoice_line_ids": [
                        Command.create(
                            {"name": "Goods", "price_unit": price, "tax_ids": [Command.clear()]}
                        )
                    ],
                }
                for day, seller, price in (
                    (last_month, cls.seller, 300),
                    (last_month, cls.other, 100),
                    (today, cls.seller, 50),
                )
            ]
        ).action_post()

    def test_from_plan_to_statement(self):
        self.start_tour(
            "/odoo/isof-calendar", "isof_crm_analytics_commission_manager", login="com_payer"
        )
        self.assertEqual(self.plan.state, "approved")
        self.start_tour(
            "/odoo/isof-calendar", "isof_crm_analytics_commission_seller", login="com_seller"
        )
