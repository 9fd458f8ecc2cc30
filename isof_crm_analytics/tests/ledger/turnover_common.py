from datetime import date

from odoo import Command

from odoo.addons.isof_crm.tests.common import ActivityCommon


class TurnoverCommon(ActivityCommon):
    """Invoices of a company that keeps its books in zloty, and of another in koruna.

    Salesperson A, whose team the team leader leads, and salesperson B see their own sales, the
    analyst sees all, the manager margins, too. Today is 2026-03-11.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        currencies = cls.env["res.currency"].with_context(active_test=False)
        cls.pln, cls.czk = (currencies.search([("name", "=", name)]) for name in ("PLN", "CZK"))
        (cls.pln | cls.czk).active = True
        for company, currency in ((cls.company, cls.pln), (cls.other_company, cls.czk)):
            company.currency_id = currency
            cls.env["account.chart.template"].try_loading(
                "generic_coa", company=company, install_demo=False
            )
            company.currency_id = currency
        for user in (cls.salesperson_a, cls.salesperson_b, cls.team_leader):
            user.group_ids += cls.env.ref("isof_crm_analytics.group_own")
        cls.analyst = cls._create_user("analyst", "isof_crm_analytics.group_all")
        cls.analyst.company_ids += cls.other_company
        cls.manager.company_ids += cls.other_company
        cls.category = cls.env["product.category"].create({"name": "Test Steel"})
        cls.bolt, cls.nut, cls.transport = cls.env["product.product"].create(
            [
                {
                    "name": name,
                    "type": kind,
                    "categ_id": cls.category.id,
                    "taxes_id": [Command.clear()],
                    "standard_price": 6,
                }
                for name, kind in (
                    ("Test bolt", "consu"),
                    ("Test nut", "consu"),
                    ("Test transport", "service"),
                )
            ]
        )

    @classmethod
    def _invoice(cls, partner, day, *lines, move_type="out_invoice", by=None, company=None):
        """Return a posted invoice of salesperson A.

        :param day: text like "2026-01-31"
        :param lines: tuples of product, quantity and price
        """
        company = company or cls.company
        invoice = (
            cls.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": move_type,
                    "partner_id": partner.id,
                    "company_id": company.id,
                    "invoice_date": date.fromisoformat(day),
                    "invoice_user_id": (by or cls.salesperson_a).id,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "product_id": product.id,
                                "quantity": quantity,
                                "price_unit": price,
                                "tax_ids": [Command.clear()],
                            }
                        )
                        for product, quantity, price in lines
                    ],
                }
            )
        )
        invoice.action_post()
        return invoice

    def _forget(self):
        """Write and forget everything, as at the end of a request."""
        self.env.flush_all()
        self.env.invalidate_all()
