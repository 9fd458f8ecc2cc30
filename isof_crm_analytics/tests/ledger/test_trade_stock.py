from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ..common import TradeCommon

NEEDED = [
    *("account_debit_note", "purchase_stock", "sale_loyalty", "sale_margin", "sale_mrp"),
    *("sale_stock", "stock_account", "stock_dropshipping"),
]


@tagged("post_install", "-at_install", "isof_stock")
class TestTradeStock(TradeCommon):
    """Costs of goods that are kept in stock and valued there.

    It needs add-ons that ours do not need: ``tests/test_stock.py`` installs them and runs this.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._skip_without(NEEDED, "tests/test_stock.py")
        cls.stock_account = cls.env["account.account"].create(
            {
                "name": "Test stock",
                "code": "ISOFSTOCK",
                "account_type": "asset_current",
                "company_ids": [Command.set(cls.company.ids)],
            }
        )
        cls._work_in_company()
        cls.expense_account = cls.env["account.account"].search(
            [("account_type", "=", "expense"), ("company_ids", "in", cls.company.ids)], limit=1
        )

    # Trade

    def _create_product(self, method="fifo", valuation="periodic", **vals):
        category = self.env["product.category"].create(
            {
                "name": f"Test {method} {valuation}",
                "property_cost_method": method,
                "property_valuation": valuation,
                "property_stock_valuation_account_id": self.stock_account.id,
                "property_account_expense_categ_id": self.expense_account.id,
            }
        )
        return self.env["product.product"].create(
            {
                "name": "Test nut",
                "type": "consu",
                "is_storable": True,
                "categ_id": category.id,
                "uom_id": self.unit.id,
                "invoice_policy": "delivery",
                "purchase_method": "receive",
                "taxes_id": [Command.clear()],
                "supplier_taxes_id": [Command.clear()],
                **vals,
            }
        )

    def _move_picking(self, pickings, quantity=None):
        """Validate what is ready, all or so much of it, with a backorder for the rest."""
        pickings = pickings.filtered(lambda picking: picking.state not in ("done", "cancel"))
        for move in pickings.move_ids:
            move.quantity = move.product_uom_qty if quantity is None else quantity
            move.picked = True
        pickings.with_context(skip_backorder=True, skip_sms=True).button_validate()

    def _receive(self, product, quantity, price):
        order = self._create_purchase(
            confirm=False,
            order_line=[
                Command.create(
                    {"product_id": product.id, "product_qty": quantity, "price_unit": price}
                )
            ],
        )
        order.button_confirm()
        self._move_picking(order.picking_ids)
        return order

    def _sell(self, product, quantity=10, **line):
        order = self._create_sale(
            {"product_id": product.id, "product_uom_qty": quantity, **line}, confirm=False
        )
        order.action_confirm()
        return order

    def _deliver(self, order, quantity=None):
        before = order.picking_ids.filtered(lambda picking: picking.state == "done")
        self._move_picking(order.picking_ids, quantity)
        return order.picking_ids.filtered(lambda picking: picking.state == "done") - before

    def _return(self, picking, quantity):
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=picking.id, active_ids=picking.ids, active_model=picking._name)
            .create({})
        )
        wizard.product_return_moves.quantity = quantity
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        self._move_picking(back)
        return back

    def _invoice(self, order):
        invoice = order._create_invoices(final=True)
        invoice.invoice_date = date(2026, 3, 11)
        invoice.action_post()
        self.env.flush_all()  # as at the end of the user's click
        return invoice

    def _value(self, order):
        """Return what Odoo says the goods of an order are worth that left and are not back."""
        moves = order.order_line.move_ids.filtered(lambda move: move.state == "done")
        return sum(move.value if move.is_out else -move.value for move in moves)

    def _entries(self, moves):
        """Return what Odoo booked as cost of goods."""
        lines = moves.line_ids.filtered(lambda line: line.display_type == "cogs")
        return sum(
            lines.filtered(lambda line: line.account_id == self.expense_account).mapped("balance")
        )

    def assertCosts(self, moves, costs, source):  # noqa: N802
        facts = self._get_facts(moves)
        self.assertEqual(facts.mapped("cost"), costs)
        self.assertEqual(set(facts.mapped("cost_source")), {source})
        self.assertInStep()

    # Periodic valuation: what the delivered goods cost

    def test_delivered_goods_of_each_costing_method(self):
        for method, cost in (("standard", 50), ("average", 68), ("fifo", 68)):
            with self.subTest(method):
                product = self._create_product(method, standard_price=5)
                self._receive(product, 4, 5)
                self._receive(product, 6, 8)
                order = self._sell(product)
                self._deliver(order)
                product.standard_price = 99
                invoice = self._invoice(order)
                self.assertEqual(self._value(order), cost)
                self.assertCosts(invoice, [cost], "delivery")

    def test_invoices_take_the_deliveries_in_their_order(self):
        product = self._create_product()
        self._receive(product, 4, 5)
        self._receive(product, 6, 8)
        order = self._sell(product)
        self._deliver(order, 4)
        first = self._invoice(order)
        self._deliver(order)
        second = self._invoice(order)
        self.assertCosts(first, [20], "delivery")
        self.assertCosts(second, [48], "delivery")
        self.assertEqual(self._value(order), 68)

    def test_first_fill_tells_the_deliveries_of_invoices_apart(self):
        product = self._create_product()
        self._receive(product, 4, 5)
        self._receive(product, 6, 8)
        order = self._sell(product)
        self._deliver(order, 4)
        first = self._invoice(order)
        self._deliver(order)
        second = self._invoice(order)
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM isof_trade_line")
        self.facts._sync_everything()
        self.facts.invalidate_model()
        self.assertCosts(first, [20], "delivery")
        self.assertCosts(second, [48], "delivery")

    def test_part_of_what_was_delivered_is_invoiced(self):
        product = self._create_product(invoice_policy="order")
        self._receive(product, 4, 5)
        self._receive(product, 6, 8)
        order = self._sell(product)
        self._deliver(order, 4)
        self._deliver(order)
        invoice = order._create_invoices()
        invoice.invoice_line_ids.quantity = 5
        invoice.action_post()
        self.assertCosts(invoice, [28], "delivery")
        rest = self._invoice(order)
        self.assertCosts(rest, [40], "delivery")

    def test_more_is_invoiced_than_delivered(self):
        product = self._create_product(invoice_policy="order")
        self._receive(product, 4, 5)
        self._receive(product, 6, 8)
        order = self._sell(product)
        self._deliver(order, 4)
        self.assertCosts(self._invoice(order), [50], "delivery")

    def test_invoiced_before_the_delivery(self):
        product = self._create_product(invoice_policy="order")
        self._receive(product, 10, 5)
        order = self._sell(product)
        invoice = self._invoice(order)
        self._receive(product, 10, 9)
        self._deliver(order)
        self.assertCosts(invoice, [50], "order")

    def test_delivered_in_another_unit(self):
        product = self._create_product()
        self._receive(product, 12, 5)
        self._receive(product, 12, 8)
        order = self._sell(product, 2, product_uom_id=self.dozen.id)
        self._deliver(order, 12)
        first = self._invoice(order)
        self.assertFacts(first, [{"sold_quantity": 12, "cost": 60, "cost_source": "delivery"}])
        self._deliver(order)
        second = self._invoice(order)
        self.assertFacts(second, [{"sold_quantity": 12, "cost": 96, "cost_source": "delivery"}])

    # Returns

    def test_return_with_the_credit_note_of_the_invoice(self):
        product = self._create_product()
        self._receive(product, 10, 5)
        order = self._sell(product)
        picking = self._deliver(order)
        invoice = self._invoice(order)
        self._receive(product, 10, 9)
        self._return(picking, 4)
        refund = self._create_credit_note(invoice, quantity=4)
        self.assertCosts(refund, [-20], "original")
        self.assertEqual(self._value(order), 30)

    def test_return_credited_from_the_order(self):
        product = self._create_product()
        self._receive(product, 10, 5)
        order = self._sell(product)
        picking = self._deliver(order)
        invoice = self._invoice(order)
        self._receive(product, 10, 9)
        self._return(picking, 4)
        first = self._invoice(order)
        self.assertEqual(first.move_type, "out_refund")
        self.assertFalse(first.reversed_entry_id)
        self.assertCosts(first, [-20], "original")
        self._return(picking, 6)
        second = self._invoice(order)
        self.assertCosts(second, [-30], "original")
        self.assertNothingLeft(invoice | first | second)

    def test_delivered_anew_after_a_return(self):
        product = self._create_product()
        self._receive(product, 10, 5)
        order = self._sell(product)
        picking = self._deliver(order)
        invoice = self._invoice(order)
        self._return(picking, 10)
        refund = self._create_credit_note(invoice)
        # somebody else takes the cheap ones
        other = self._sell(product)
        self._deliver(other)
        self._receive(product, 10, 8)
        self._move_again(order)
        again = self._invoice(order)
        self.assertCosts(again, [80], "delivery")
        self.assertNothingLeft(invoice | refund)

    def _move_again(self, order):
        order.order_line._action_launch_stock_rule()
        self._move_picking(order.picking_ids)

    # Perpetual valuation: what the ledger says

    def test_entry_of_each_costing_method(self):
        for method, cost in (("standard", 50), ("average", 68), ("fifo", 68)):
            with self.subTest(method):
                product = self._create_product(method, "real_time", standard_price=5)
                self._receive(product, 4, 5)
                self._receive(product, 6, 8)
                order = self._sell(product)
                self._deliver(order)
                invoice = self._invoice(order)
                self.assertEqual(self._entries(invoice), cost)
                self.assertCosts(invoice, [cost], "entry")
                refund = self._create_credit_note(invoice)
                self.assertEqual(self._entries(refund), -cost)
                self.assertCosts(refund, [-cost], "original")
                self.assertNothingLeft(invoice | refund)

    def test_entries_of_several_invoices(self):
        product = self._create_product("fifo", "real_time")
        self._receive(product, 4, 5)
        self._receive(product, 6, 8)
        order = self._sell(product)
        self._deliver(order, 4)
        first = self._invoice(order)
        self._deliver(order)
        second = self._invoice(order)
        self.assertEqual([self._entries(first), self._entries(second)], [20, 48])
        self.assertCosts(first, [20], "entry")
        self.assertCosts(second, [48], "entry")

    def test_entry_of_an_invoice_in_another_currency(self):
        product = self._create_product("fifo", "real_time")
        self._receive(product, 10, 5)
        invoice = self._create_invoice({"product_id": product.id}, currency_id=self.eur.id)
        self.assertEqual(self._entries(invoice), 50)
        self.assertFacts(invoice, [{"sold_net": 320, "cost": 50, "cost_source": "entry"}])

    def test_entry_after_a_reset_to_draft(self):
        product = self._create_product("average", "real_time")
        self._receive(product, 10, 5)
        order = self._sell(product)
        self._deliver(order)
        invoice = self._invoice(order)
        self.assertCosts(invoice, [50], "entry")
        invoice.button_draft()
        self.assertFalse(self._get_facts(invoice))
        self._receive(product, 10, 9)
        invoice.action_post()
        self.assertEqual(self._entries(invoice), 90)
        self.assertCosts(invoice, [90], "entry")

    # Order lines

    def test_cost_of_the_order_line(self):
        for line, cost in (
            ({"purchase_price": 3}, 30),
            ({"purchase_price": 24, "product_uom_id": self.dozen.id, "product_uom_qty": 2}, 48),
        ):
            with self.subTest(line):
                order = self._sell(self.transport, **line)
                self.assertCosts(self._invoice(order), [cost], "order")

    def test_cost_of_the_order_line_in_another_currency(self):
        pricelist = self.env["product.pricelist"].create(
            {"name": "Test euro", "currency_id": self.eur.id, "company_id": self.company.id}
        )
        order = self._create_sale(
            {"product_id": self.transport.id, "purchase_price": 3}, pricelist_id=pricelist.id
        )
        self.assertEqual(order.currency_id, self.eur)
        self.assertCosts(self._invoice(order), [120], "order")

    # Goods that come in parts, or never come to the stock

    def test_kit_costs_what_its_parts_cost(self):
        kit = self._create_product(is_storable=False, standard_price=7)
        parts = self._create_product(), self._create_product()
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": kit.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": part.id, "product_qty": number})
                    for part, number in zip(parts, (2, 1), strict=True)
                ],
            }
        )
        for part, price in zip(parts, (30, 11), strict=True):
            self._receive(part, 100, price)
        order = self._sell(kit, 3)
        self._deliver(order)
        self.assertEqual(self._value(order), 3 * 71)
        invoice = self._invoice(order)
        self.assertCosts(invoice, [213], "delivery")
        self.assertNothingLeft(invoice | self._create_credit_note(invoice))

    def test_drop_shipped_goods_cost_what_the_purchase_cost(self):
        vendor = self.env["res.partner"].create({"name": "Test vendor"})
        product = self._create_product(
            "standard",
            standard_price=5,
            route_ids=[Command.set(self.env.ref("stock_dropshipping.route_drop_shipping").ids)],
            seller_ids=[Command.create({"partner_id": vendor.id, "price": 6})],
        )
        order = self._sell(product)
        purchase = order._get_purchase_orders()
        purchase.order_line.price_unit = 6.5
        purchase.button_confirm()
        self._move_picking(purchase.picking_ids)
        self.assertCosts(self._invoice(order), [65], "delivery")

    # Other add-ons

    def test_reward_of_a_loyalty_programme_is_a_discount(self):
        program = self.env["loyalty.program"].create(
            {
                "name": "Test loyalty",
                "program_type": "promotion",
                "trigger": "auto",
                "applies_on": "current",
                "company_id": self.company.id,
                "rule_ids": [Command.create({"minimum_amount": 1})],
                "reward_ids": [
                    Command.create(
                        {"reward_type": "discount", "discount": 10, "discount_mode": "percent"}
                    )
                ],
            }
        )
        product = self._create_product()
        self._receive(product, 10, 5)
        order = self._create_sale(
            {"product_id": product.id, "product_uom_qty": 10, "price_unit": 8}, confirm=False
        )
        order._update_programs_and_rewards()
        order._apply_program_reward(program.reward_ids, program.coupon_ids)
        order.action_confirm()
        self._deliver(order)
        facts = self._get_facts(self._invoice(order))
        self.assertEqual(facts.mapped("role"), ["goods", "discount"])
        self.assertEqual(facts.mapped("margin"), [30, -8])
        self.assertEqual(facts.mapped("sold_quantity"), [10, 0])

    def test_debit_note_follows_the_document_that_it_corrects(self):
        invoice = self._create_invoice({"price_unit": 100})
        note = self._debit(invoice)
        note.invoice_line_ids.price_unit = 5
        note.action_post()
        only_price = [{"sold_quantity": 0, "cost": 0, "margin": 50, "is_price_correction": True}]
        self.assertFacts(note, only_price)
        for action in (invoice.button_draft, invoice.action_post, invoice.button_draft):
            action()
            self.env.flush_all()
            self.assertFacts(note, only_price)
            self.assertInStep()
        invoice.invoice_line_ids.product_id = self.transport
        invoice.action_post()
        self.env.flush_all()
        self.assertFacts(note, [{"sold_quantity": 10, "cost": 50, "is_price_correction": False}])
        self.assertInStep()
        invoice.button_draft()
        invoice.button_cancel()
        self.assertInStep()

    def test_credit_note_of_a_debit_note_gives_back_its_price(self):
        invoice = self._create_invoice()
        note = self._debit(invoice)
        note.invoice_line_ids.price_unit = 1
        note.action_post()
        refunds = self._create_credit_note(note) | self._create_credit_note(invoice)
        self.assertNothingLeft(invoice | note | refunds)
        self.assertInStep()

    def test_debit_note_of_a_credit_note_takes_it_back(self):
        invoice = self._create_invoice()
        refund = self._create_credit_note(invoice)
        note = self._debit(refund)
        note.action_post()
        self.assertFacts(note, [{"sold_quantity": 10, "cost": 50, "margin": 30}])
        self.assertNothingLeft(refund | note)
        self.assertInStep()

    def test_goods_on_a_debit_note_are_goods_if_the_user_says_so(self):
        note = self._debit(self._create_invoice())
        self.assertTrue(note.isof_is_correction, "the field is not shown")
        note.isof_correction = "goods"
        note.action_post()
        self.assertFacts(note, [{"sold_quantity": 10, "cost": 50, "margin": 30}])

    def test_taking_the_cost_of_an_order_in_two_invoices(self):
        product = self._create_product()
        self._receive(product, 6, 5)
        self._receive(product, 4, 9)
        order = self._sell(product)
        self._deliver(order, 6)
        first = self._invoice(order)
        self._deliver(order)
        second = self._invoice(order)
        for _time in range(2):
            self.assertCosts(first, [30], "delivery")
            self.assertCosts(second, [36], "delivery")
            first.action_take_isof_cost()
