import random
from datetime import timedelta

from odoo import fields
from odoo.fields import Command

# Category: (name, type, price, cost in the first year, cost now, busiest month) of its products.
ASSORTMENT = {
    "Tools": [
        ("Cordless Drill 18 V", "consu", 389.0, 248.0, 262.0, 4),
        ("Screwdriver Set, 32 pieces", "consu", 79.0, 41.0, 44.5, 11),
        ("Folding Ladder, 3.6 m", "consu", 459.0, 322.0, 318.0, 5),
    ],
    "Garden": [
        ("Garden Hose, 25 m", "consu", 119.0, 66.0, 71.0, 5),
        ("Electric Lawn Mower", "consu", 1249.0, 902.0, 948.0, 5),
        ("Terracotta Pot, 40 cm", "consu", 54.0, 22.0, 25.0, 4),
    ],
    "Lighting": [
        ("LED Panel, 60 by 60", "consu", 142.0, 88.0, 79.0, 10),
        ("Outdoor Lamp with Sensor", "consu", 98.0, 53.0, 55.0, 10),
    ],
    "Services": [
        ("Delivery", "service", 120.0, 74.0, 82.0, 6),
        ("Assembly, per hour", "service", 95.0, 0.0, 0.0, 6),
    ],
}
DAYS = 730
INVOICES, CREDIT_NOTES, BILLS, ORDERS = 180, 12, 36, 18


class TradeGenerator:
    """Two years of documents of the demo company, the same ones on every day one looks."""

    def __init__(self, env):
        self.env = env(context={**env.context, "tracking_disable": True, "mail_notrack": True})
        self.random = random.Random(19)
        self.today = fields.Date.context_today(self.env["isof.demo"])
        self.company = self.env.ref("base.main_company")
        self.campaigns = self.env["utm.campaign"].search([], order="id", limit=4)

    def load(self):
        accounts = self.env["account.chart.template"]
        if not self.company.chart_template:
            accounts.try_loading("generic_coa", company=self.company, install_demo=False)
        self.customers = self.env["res.partner"].search(
            [("is_company", "=", True), ("user_id", "!=", False)], order="id"
        )
        self.vendors = self.env["res.partner"].create(
            [{"name": name, "is_company": True} for name in ("Metalpol S.A.", "Lumen Import")]
        )
        self._create_products()
        for is_first_year in (True, False):
            self._set_costs(is_first_year)
            invoices = self._create_invoices(is_first_year)
            self._credit(invoices)
        self._create_bills()
        self._create_orders()

    def _create_products(self):
        self.products, self.figures = self.env["product.product"], {}
        for category, products in ASSORTMENT.items():
            category = self.env["product.category"].create({"name": category})
            for name, kind, price, *figures in products:
                product = self.products.create(
                    {
                        "name": name,
                        "type": kind,
                        "categ_id": category.id,
                        "list_price": price,
                        "taxes_id": [Command.clear()],
                        "supplier_taxes_id": [Command.clear()],
                    }
                )
                self.products |= product
                self.figures[product] = figures

    def _set_costs(self, is_first_year):
        for product, (first, now, _month) in self.figures.items():
            product.standard_price = first if is_first_year else now

    def _get_day(self, is_first_year):
        """Return a day of the year before last, or of the last one until today."""
        day = self.random.randrange(DAYS // 2)
        return self.today - timedelta(days=day + (DAYS // 2 if is_first_year else 0))

    def _choose_products(self, day):
        """Return some products, with those of the season more often."""
        weights = [
            5 if abs(day.month - month) <= 1 else 1 for _first, _now, month in self.figures.values()
        ]
        chosen = self.random.choices(list(self.figures), weights, k=self.random.randint(2, 4))
        return list(dict.fromkeys(chosen))

    def _create_invoices(self, is_first_year):
        vals_list = []
        for _number in range(INVOICES // 2):
            day = self._get_day(is_first_year)
            # few customers buy much
            position = int(len(self.customers) * self.random.random() ** 2)
            customer = self.customers[position]
            campaign = self.random.choice([*self.campaigns, *[self.campaigns.browse()] * 6])
            vals_list.append(
                {
                    "move_type": "out_invoice",
                    "partner_id": customer.id,
                    "company_id": self.company.id,
                    "invoice_date": day,
                    "invoice_user_id": customer.user_id.id,
                    "team_id": customer.user_id.sale_team_id.id,
                    "campaign_id": campaign.id,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "product_id": product.id,
                                "quantity": self.random.randint(1, 24),
                                "price_unit": product.list_price,
                                "discount": self.random.choice([0, 0, 0, 5, 10]),
                                "tax_ids": [Command.clear()],
                            }
                        )
                        for product in self._choose_products(day)
                    ],
                }
            )
        invoices = self.env["account.move"].create(vals_list)
        invoices.action_post()
        return invoices

    def _credit(self, invoices):
        """Take back some goods, and a part of the price of others."""
        chosen = invoices[: CREDIT_NOTES // 2]
        credit_notes = chosen._reverse_moves(
            [
                {
                    "invoice_date": min(invoice.invoice_date + timedelta(days=9), self.today),
                    "invoice_user_id": invoice.invoice_user_id.id,
                }
                for invoice in chosen
            ]
        )
        for number, credit_note in enumerate(credit_notes):
            credit_note.invoice_line_ids[1:].unlink()
            line = credit_note.invoice_line_ids
            if number % 4 == 0:
                line.price_unit = round(line.price_unit / 10, 2)
            else:
                line.quantity = 1
        credit_notes.action_post()

    def _create_bills(self):
        self.env["account.move"].create(
            [
                {
                    "move_type": "in_invoice",
                    "partner_id": self.vendors[number % 2].id,
                    "company_id": self.company.id,
                    "invoice_date": day,
                    "ref": f"FV/{number + 1:03}",
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "product_id": product.id,
                                "quantity": self.random.randint(10, 80),
                                "price_unit": product.standard_price or product.list_price / 2,
                                "tax_ids": [Command.clear()],
                            }
                        )
                        for product in self._choose_products(day)
                        if product.type == "consu"
                    ],
                }
                for number in range(BILLS)
                for day in [self._get_day(number % 2)]
            ]
        ).filtered("invoice_line_ids").action_post()

    def _create_orders(self):
        """Create orders of the last weeks: delivered, partly delivered, to come and late."""
        orders = self.env["sale.order"]
        for number in range(ORDERS):
            day = self.today - timedelta(days=3 * number)
            customer = self.customers[number % len(self.customers)]
            order = orders.create(
                {
                    "partner_id": customer.id,
                    "company_id": self.company.id,
                    "user_id": customer.user_id.id,
                    "commitment_date": day + timedelta(days=14),
                    "order_line": [
                        Command.create(
                            {"product_id": product.id, "product_uom_qty": 4, "tax_ids": False}
                        )
                        for product in self._choose_products(day)
                    ],
                }
            )
            order.action_confirm()
            order.date_order = day
            for position, line in enumerate(order.order_line):
                line.qty_delivered = (0, 4, 2)[(number + position) % 3]
            if number % 3 == 1:
                order._create_invoices().action_post()
        purchases = (
            self.env["purchase.order"]
            .create(
                [
                    {
                        "partner_id": self.vendors[number % 2].id,
                        "company_id": self.company.id,
                        "date_planned": day + timedelta(days=10),
                        "order_line": [
                            Command.create(
                                {
                                    "product_id": product.id,
                                    "product_qty": 40,
                                    "price_unit": product.standard_price,
                                    "date_planned": day + timedelta(days=10),
                                }
                            )
                            for product in self._choose_products(day)
                            if product.type == "consu"
                        ],
                    }
                    for number in range(ORDERS // 2)
                    for day in [self.today - timedelta(days=4 * number)]
                ]
            )
            .filtered("order_line")
        )
        purchases.button_confirm()
        for number, line in enumerate(purchases.order_line):
            line.qty_received = (0, 40, 15)[number % 3]
