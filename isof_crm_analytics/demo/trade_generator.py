"""The trade of the demo company: two years of orders, invoices and bills until today.

The same seed gives the same trade; only its dates follow the day on which it is loaded.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from odoo import fields
from odoo.fields import Command

from odoo.addons.isof_crm.demo.marketing_base import GROUPS

from .assortment import ASSORTMENT, CARRIER, DELIVERY, FAVOURITES, SEASON, SERVICES, VENDORS

SEED = 19
DAYS = 730
# How often costs change: documents are posted one such part of the time after the other.
STEP = 91
SALES, PURCHASES = 250, 46
GROWTH = 1.2  # by what part there is more trade at the end than at the beginning
# Between how many days ago customers of a stage bought. Some come back after a long time.
WIN_BACK = 120
BUYING = {
    "prospect": [(100, 0)],
    "dormant": [(DAYS, 300), (WIN_BACK, 0)],
    "lost": [(DAYS, 400)],
    "customer": [(DAYS, 0)],
    "key": [(DAYS, 0)],
}
# One in this many sales is so; a receipt is a sale without an order, too.
DIRECT_EVERY, RECEIPT_EVERY, CONTACT_EVERY, LEFT_OVER_EVERY = 4, 28, 3, 25
RETURN_EVERY, CORRECTION_EVERY = 16, 40  # invoices


@dataclass
class Sale:
    """Goods and services that a customer ordered on one day."""

    number: int
    day: date
    customer: object
    campaign: object
    # product: quantity and discount
    lines: dict = field(default_factory=dict)


class TradeGenerator:
    def __init__(self, env):
        self.env = env(context={**env.context, "tracking_disable": True, "mail_notrack": True})
        self.language = int((env.ref("base.user_admin").lang or "").startswith("pl"))
        self.random = Random(SEED)
        self.today = fields.Date.context_today(self.env["isof.demo"])
        self.company = self.env.ref("isof_crm.res_company_demo")
        self.customers = self.env["isof.demo"]._get_customers()
        self.campaigns = {
            name: self.env.ref(f"isof_crm.utm_campaign_{name}")
            for name in ("catalogue", "fair", "win_back", "loyalty")
        }
        self.mediums = {
            name: self.env["utm.mixin"]._find_or_create_record("utm.medium", name)
            for name in ("Email", "Phone", "Website")
        }
        self.favourites = {
            self.env.ref(f"isof_crm.res_partner_{member}"): FAVOURITES[name]
            for groups in GROUPS.values()
            for (name, _polish), members in groups.items()
            for member in members
        }
        self.products = {}
        self.vendors = {}
        self.moves = self.env["account.move"]
        self.sales, self.purchases = self.env["sale.order"], self.env["purchase.order"]

    def load(self):
        """Create products and vendors, and let time pass."""
        if not self.company.chart_template:
            # not try_loading, which warns: other add-ons may extend the chart when they are loaded
            self.env["account.chart.template"]._load(
                "generic_coa", self.company, install_demo=False
            )
            # the chart has brought the dollar
            self.company.currency_id = self.env.ref("base.PLN")
        if "stock.warehouse" in self.env and not self.env["stock.warehouse"].search_count(
            [("company_id", "=", self.company.id)]
        ):
            # purchase orders are received there; Odoo makes one for the first company only
            self.env["stock.warehouse"].create({"company_id": self.company.id})
        self._create_products()
        for key, vendor in (*VENDORS.items(), ("carrier", CARRIER)):
            self.vendors[key] = self._create_vendor(*vendor)
        sales = self.draft()
        purchases = self._draft_days(PURCHASES)
        for ago in range(DAYS, -1, -STEP):
            first, last = (self.today - timedelta(days=n) for n in (ago, ago - STEP + 1))
            self._set_costs(ago)
            moves = self._post(
                self._buy([day for day in purchases if first <= day <= last])
                + self._sell([sale for sale in sales if first <= sale.day <= last])
            )
            self._post(self._prepare_credit_notes(moves))
        self._sell_on_special_terms()
        self._name_documents()

    # ------------------------------------------------------------
    # What and when
    # ------------------------------------------------------------

    def draft(self):
        """Draft the sales.

        :return: list of ``Sale``, from the oldest one to one of today
        """
        return [self._draft_sale(n, day) for n, day in enumerate(self._draft_days(SALES))]

    def _draft_days(self, number):
        """Return working days in order, as many as asked for; today is always the last."""
        days = [self.today - timedelta(days=n) for n in range(DAYS, 0, -1)]
        weights = [
            SEASON[day.month - 1] * (1 + GROWTH * n / DAYS) * (day.weekday() < 5)
            for n, day in enumerate(days)
        ]
        return [*sorted(self.random.choices(days, weights, k=number - 1)), self.today]

    def _draft_sale(self, number, day):
        ago = (self.today - day).days
        buyers = self.customers.filtered(lambda customer: self._buys(customer, ago))
        # whose potential is high buys more often
        weights = [2e5 + customer.isof_potential for customer in buyers]
        customer = self.random.choices(buyers, weights)[0]
        sale = Sale(number, day, customer, self._choose_campaign(customer, day))
        for product in self._choose_products(customer, day):
            is_key = customer.isof_lifecycle == "key"
            dear = product.list_price > 300
            quantity = self.random.randint(1, 6) if dear else 5 * self.random.randint(1, 8)
            discount = self.random.choice((5, 10, 12) if is_key else (0, 0, 0, 3, 5))
            sale.lines[product] = (quantity, discount)
        return sale

    def _buys(self, customer, ago):
        """Return whether a customer buys a number of days ago."""
        spans = BUYING.get(customer.isof_lifecycle, ())
        return any(last <= ago <= first for first, last in spans)

    def _choose_campaign(self, customer, day):
        """Return the campaign that led to a sale, mostly none."""
        name = None
        if customer.isof_lifecycle == "key" and day.month >= 10:
            name = "loyalty"
        elif customer.isof_lifecycle == "dormant" and (self.today - day).days <= WIN_BACK:
            return self.campaigns["win_back"]
        elif day.month in (3, 9):
            name = "fair"
        elif day.month in (4, 5):
            name = "catalogue"
        return self.campaigns[name] if name and self.random.random() < 0.6 else None

    def _choose_products(self, customer, day):
        """Return some products: those that the customer's trade needs, and those in season."""
        weights = []
        for facts, leaf in self.products.values():
            weight = 6 if leaf in self.favourites.get(customer, ()) else 1
            peak = facts.peak
            distance = min((day.month - peak) % 12, (peak - day.month) % 12)
            weights.append(weight * (3 if peak and distance <= 1 else 1))
        chosen = self.random.choices(list(self.products), weights, k=self.random.randint(1, 5))
        return list(dict.fromkeys(chosen))

    def _get_delivered_share(self, sale):
        """Return which part is delivered: all of the old orders, but for what is late."""
        ago = (self.today - sale.day).days
        if ago > 45:
            return 0.5 if sale.number % LEFT_OVER_EVERY == 0 else 1
        if ago > 12:
            return (1, 0.5, 1, 0)[sale.number % 4]
        return (0, 0, 0.5)[sale.number % 3]

    # ------------------------------------------------------------
    # Products and vendors
    # ------------------------------------------------------------

    def _say(self, pair):
        """Return the text in the language of the demo company."""
        return pair[self.language]

    def _create_products(self):
        categories = self.env["product.category"]
        for root, leaves in ASSORTMENT.items():
            parent = categories.create({"name": self._say(root)})
            is_service = root[0] == SERVICES
            for leaf, products in leaves.items():
                category = categories.create({"name": self._say(leaf), "parent_id": parent.id})
                records = self.env["product.product"].create(
                    [
                        {
                            "name": self._say(facts.name),
                            "type": "service" if is_service else "consu",
                            "categ_id": category.id,
                            "list_price": facts.price,
                            "invoice_policy": "delivery",
                            "purchase_method": "receive",
                            "taxes_id": [Command.clear()],
                            "supplier_taxes_id": [Command.clear()],
                        }
                        for facts in products
                    ]
                )
                for product, facts in zip(records, products, strict=True):
                    self.products[product] = (facts, leaf[0])
        self.delivery = next(
            product for product, (_facts, leaf) in self.products.items() if leaf == DELIVERY
        )

    def _create_vendor(self, name, country, city, buyer):
        return self.env["res.partner"].create(
            {
                "name": name,
                "is_company": True,
                "country_id": self.env.ref(country).id,
                "city": city,
                "supplier_rank": 1,
                "buyer_id": self.env.ref(f"isof_crm.res_users_{buyer}").id,
            }
        )

    def _set_costs(self, ago):
        """Give the products the cost that they had a number of days ago, and keep it as history."""
        for product, (facts, _leaf) in self.products.items():
            product.standard_price = round(facts.cost * (1 + facts.drift * (1 - ago / DAYS)), 2)
        self.env["isof.product.cost"].create(
            [
                {
                    "product_id": product.id,
                    "date": self.today - timedelta(days=ago),
                    "cost": product.standard_price,
                    "company_id": self.company.id,
                }
                for product in self.products
                if product.standard_price  # what nobody knows is not 0
            ]
        )

    # ------------------------------------------------------------
    # Sales
    # ------------------------------------------------------------

    def _sell(self, sales):
        """Create the orders of a quarter, and return the values of invoices and receipts."""
        direct = [sale for sale in sales if sale.number % DIRECT_EVERY == 1]
        ordered = [sale for sale in sales if sale.number % DIRECT_EVERY != 1]
        vals_list = [self._prepare_invoice_vals(sale) for sale in direct]
        for sale, order in zip(ordered, self._create_orders(ordered), strict=True):
            day = sale.day + timedelta(days=4)
            # of what went out lately, some is not invoiced yet
            if day <= self.today and (sale.number % 5 or sale.day < self.today - timedelta(45)):
                vals_list += self._prepare_order_invoice_vals(order, day)
        return vals_list

    def _create_orders(self, sales):
        orders = self.env["sale.order"].create([self._prepare_order_vals(sale) for sale in sales])
        orders.action_confirm()
        self.sales |= orders
        for sale, order in zip(sales, orders, strict=True):
            order.date_order = datetime.combine(sale.day, time(9))
        return orders

    def _prepare_order_vals(self, sale):
        share = self._get_delivered_share(sale)
        promised = sale.day + timedelta(days=5 + sale.number % 3 * 7)
        return {
            "partner_id": self._get_addressee(sale).id,
            "company_id": self.company.id,
            "user_id": sale.customer.user_id.id,
            "team_id": sale.customer.user_id.sale_team_id.id,
            "commitment_date": datetime.combine(promised, time(12)),
            "order_line": [
                Command.create(
                    {
                        "product_id": product.id,
                        "product_uom_qty": quantity,
                        "qty_delivered": int(quantity * share),
                        "price_unit": product.list_price,
                        "discount": discount,
                        "tax_ids": [Command.clear()],
                    }
                )
                for product, (quantity, discount) in sale.lines.items()
            ],
            **self._prepare_origin_vals(sale),
        }

    def _prepare_origin_vals(self, sale):
        """Return what brought the customer: a document's campaign, source and medium."""
        medium = list(self.mediums.values())[sale.number % len(self.mediums)]
        return {
            "campaign_id": sale.campaign and sale.campaign.id,
            "source_id": sale.customer.isof_source_id.id,
            "medium_id": medium.id,
        }

    def _get_addressee(self, sale):
        """Return the customer, or somebody there."""
        persons = sale.customer.child_ids
        return persons[0] if persons and sale.number % CONTACT_EVERY == 0 else sale.customer

    def _prepare_order_invoice_vals(self, order, day):
        """Return the values of the invoice of what is delivered, in a list; none if nothing is."""
        lines = order.order_line.filtered("qty_to_invoice")
        if not lines:
            return []
        return [
            order._prepare_invoice()
            | {
                "invoice_date": day,
                "invoice_line_ids": [
                    Command.create(line._prepare_invoice_line()) for line in lines
                ],
            }
        ]

    def _prepare_invoice_vals(self, sale):
        """Return the values of an invoice or a receipt without an order."""
        return {
            "move_type": "out_invoice" if sale.number % RECEIPT_EVERY != 1 else "out_receipt",
            "partner_id": self._get_addressee(sale).id,
            "company_id": self.company.id,
            "invoice_date": sale.day,
            "invoice_user_id": sale.customer.user_id.id,
            "team_id": sale.customer.user_id.sale_team_id.id,
            "invoice_line_ids": [
                Command.create(
                    {
                        "product_id": product.id,
                        "quantity": quantity,
                        "price_unit": product.list_price,
                        "discount": discount,
                        "tax_ids": [Command.clear()],
                    }
                )
                for product, (quantity, discount) in sale.lines.items()
            ],
            **self._prepare_origin_vals(sale),
        }

    def _post(self, vals_list):
        """Create and post documents, in the order of their days so that their numbers follow."""
        vals_list.sort(key=lambda vals: vals["invoice_date"])
        moves = self.env["account.move"].create(vals_list)
        moves.action_post()
        self.moves |= moves
        return moves

    def _prepare_credit_notes(self, moves):
        """Return the values of what takes back goods, whole invoices, or a part of a price."""
        invoices = moves.filtered(lambda move: move.move_type == "out_invoice")
        bills = moves.filtered(lambda move: move.move_type == "in_invoice")
        vals_list = []
        for number, invoice in enumerate(invoices[5::RETURN_EVERY]):
            if number % 3 == 0:
                lines = {
                    line: (line.quantity, line.price_unit) for line in invoice.invoice_line_ids
                }
            else:
                line = invoice.invoice_line_ids[0]
                lines = {line: (max(line.quantity // 5, 1), line.price_unit)}
            vals_list.append(self._prepare_credit_vals(invoice, lines))
        for invoice in invoices[9::CORRECTION_EVERY]:
            line = invoice.invoice_line_ids[0]
            lines = {line: (line.quantity, round(line.price_unit / 10, 2))}
            vals_list.append(self._prepare_credit_vals(invoice, lines))
        for bill in bills[:1]:
            line = bill.invoice_line_ids[0]
            vals_list.append(self._prepare_credit_vals(bill, {line: (3, line.price_unit)}))
        return vals_list

    def _prepare_credit_vals(self, move, lines):
        """Return the values of a credit note.

        :param dict lines: quantity and price that some lines of the document are credited with
        """
        return {
            "move_type": "out_refund" if move.move_type == "out_invoice" else "in_refund",
            "reversed_entry_id": move.id,
            "partner_id": move.partner_id.id,
            "company_id": self.company.id,
            "invoice_date": min(move.invoice_date + timedelta(days=9), self.today),
            "invoice_user_id": move.invoice_user_id.id,
            "team_id": move.team_id.id,
            "campaign_id": move.campaign_id.id,
            "source_id": move.source_id.id,
            "medium_id": move.medium_id.id,
            "ref": f"{self._say(('Credit note', 'Korekta'))}: {move.ref or move.name}",
            "invoice_line_ids": [
                Command.create(
                    {
                        "product_id": line.product_id.id,
                        "quantity": quantity,
                        "price_unit": price,
                        "discount": line.discount,
                        "tax_ids": [Command.clear()],
                        "sale_line_ids": [Command.set(line.sale_line_ids.ids)],
                        "purchase_line_id": line.purchase_line_id.id,
                    }
                )
                for line, (quantity, price) in lines.items()
            ],
        }

    def _sell_on_special_terms(self):
        """One order with a down payment that is settled, one with a discount on everything."""
        sales = [
            self._draft_sale(DIRECT_EVERY * n, self.today - timedelta(days=ago))
            for n, ago in ((30, 80), (31, 60))
        ]
        paid_ahead, discounted = (self._create_orders([sale]) for sale in sales)
        down_payment = self.env["sale.advance.payment.inv"].create(
            {
                "sale_order_ids": [Command.set(paid_ahead.ids)],
                "advance_payment_method": "percentage",
                "amount": 30,
            }
        )
        down_payment.create_invoices()
        paid_ahead.invoice_ids.invoice_date = sales[0].day
        paid_ahead.invoice_ids.action_post()
        self.env["sale.order.discount"].create(
            {
                "sale_order_id": discounted.id,
                "discount_type": "so_discount",
                "discount_percentage": 0.05,
            }
        ).action_apply_discount()
        for order, sale in ((paid_ahead, sales[0]), (discounted, sales[1])):
            invoice = order._create_invoices(final=True)
            invoice.invoice_date = sale.day + timedelta(days=21)
            invoice.action_post()
            self.moves |= order.invoice_ids

    def _name_documents(self):
        """Give the documents names by which ``_unload_trade`` finds them."""
        self.env["ir.model.data"].create(
            [
                {
                    "module": "isof_crm_analytics",
                    "name": f"trade_{records._table}_{record.id}",
                    "model": records._name,
                    "res_id": record.id,
                    "noupdate": True,
                }
                for records in (self.moves, self.sales, self.purchases)
                for record in records
            ]
        )

    # ------------------------------------------------------------
    # Purchases
    # ------------------------------------------------------------

    def _buy(self, days):
        """Create the orders of a quarter, and return the values of bills and receipts."""
        orders = self.env["purchase.order"].create(
            [
                self._prepare_purchase_vals(list(VENDORS)[n % len(VENDORS)], day)
                for n, day in enumerate(days)
            ]
        )
        orders.button_confirm()
        self.purchases |= orders
        vals_list = [self._prepare_expense_vals(n, day) for n, day in enumerate(days)]
        for n, (day, order) in enumerate(zip(days, orders, strict=True)):
            order.date_approve = order.date_order
            arrival = day + timedelta(days=10)
            if arrival > self.today:
                continue
            # of what came lately, a part is missing
            is_complete = day < self.today - timedelta(days=60) or n % 2
            for line in order.order_line:
                line.qty_received = line.product_qty // (1 if is_complete else 2)
            vals_list.append(self._prepare_bill_vals(order, arrival))
        return vals_list

    def _prepare_purchase_vals(self, key, day):
        vendor = self.vendors[key]
        arrival = datetime.combine(day + timedelta(days=10), time(12))
        offered = [
            product for product, (facts, _leaf) in self.products.items() if facts.vendor == key
        ]
        return {
            "partner_id": vendor.id,
            "company_id": self.company.id,
            "user_id": vendor.buyer_id.id,
            "date_order": datetime.combine(day, time(10)),
            "date_planned": arrival,
            "order_line": [
                Command.create(
                    {
                        "product_id": product.id,
                        "product_qty": self._choose_lot(product),
                        "price_unit": product.standard_price,
                        "date_planned": arrival,
                        "tax_ids": [Command.clear()],
                    }
                )
                for product in self.random.sample(offered, min(3, len(offered)))
            ],
        }

    def _choose_lot(self, product):
        return self.random.randint(3, 6) * (4 if product.list_price > 300 else 20)

    def _prepare_bill_vals(self, order, day):
        lines = order.order_line
        return order._prepare_invoice() | {
            "invoice_date": day,
            "ref": f"FV {order.name}",
            "invoice_user_id": order.user_id.id,
            "invoice_line_ids": [
                Command.create(line._prepare_account_move_line()) for line in lines
            ],
        }

    def _prepare_expense_vals(self, number, day):
        """Return the values of a bill of the carrier, or of a receipt for fuel."""
        is_receipt = number % 4 == 3
        vendor = self.vendors["carrier"]
        if is_receipt:
            line = {"name": self._say(("Fuel", "Paliwo")), "quantity": 1, "price_unit": 310}
        else:
            line = {
                "product_id": self.delivery.id,
                "quantity": self.random.randint(4, 15),
                "price_unit": self.delivery.standard_price,
            }
        return {
            "move_type": "in_receipt" if is_receipt else "in_invoice",
            "partner_id": vendor.id,
            "company_id": self.company.id,
            "invoice_date": day,
            "ref": f"TR {day:%Y-%m-%d}/{number + 1}",
            "invoice_user_id": vendor.buyer_id.id,
            "invoice_line_ids": [Command.create(line | {"tax_ids": [Command.clear()]})],
        }
