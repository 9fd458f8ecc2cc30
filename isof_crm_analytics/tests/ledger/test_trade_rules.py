from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from ...models.ledger.isof_trade_line_pos import POS_SOURCES
from ...models.ledger.isof_trade_line_sync import SOURCES
from ...tools.prepared_statement import IDS, get_text
from ..common import TradeCommon

# Read when a document is posted, and not again: see docs/what-counts.md.
AT_POSTING = {
    ("account.account", "account_type"),
    ("account.move.line", "cogs_origin_id"),
    ("product.product", "standard_price"),
    ("res.partner", "isof_group_id"),
    ("res.partner", "isof_region_id"),
    ("purchase.order", "currency_rate"),
    ("purchase.order.line", "price_subtotal"),
    ("purchase.order.line", "product_qty"),
    ("purchase.order.line", "product_uom_id"),
    ("sale.order", "currency_rate"),
    ("sale.order.line", "product_uom_id"),
    ("sale.order.line", "purchase_price"),
    ("sale.order.line", "qty_delivered"),
    # Odoo does not let them be changed of what was used; a shop's settings are those of the day
    ("account.journal", "currency_id"),
    ("pos.config", "journal_id"),
    ("pos.order", "company_id"),
    ("pos.session", "config_id"),
    ("res.company", "resource_calendar_id"),
    ("resource.calendar", "tz"),
    ("account.tax", "amount"),
    ("account.tax", "amount_type"),
    ("account.tax", "price_include_override"),
    ("res.company", "account_price_include"),
    # amounts in the ledger are rounded already
    ("res.currency", "decimal_places"),
    ("res.currency", "rounding"),
}
# Followed by methods of these models, which find out which documents they concern.
BY_METHOD = {"hr.employee", "hr.version", "isof.activity"}
BY_METHOD_FIELDS = {("res.company", "isof_touch_days")}


@tagged("post_install", "-at_install")
class TestTradeRules(TradeCommon):
    """The rules of docs/what-counts.md about sales, each with its example."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rebate = cls.env["product.product"].create({"name": "Test rebate", "type": "consu"})

    def assertTotals(self, moves, **expected):  # noqa: N802
        """Check the sums of the facts of documents, and that nothing is left to mend."""
        names = list(expected)
        [found] = self.facts._read_group(
            [("move_id", "in", moves.ids)], [], [f"{name}:sum" for name in names]
        )
        self.assertEqual(dict(zip(names, found, strict=True)), expected)
        self.assertInStep()

    # What takes money off and no goods back is a discount

    def test_discount_typed_by_hand_lowers_the_margin(self):
        goods = {"quantity": 40, "price_unit": 10}
        for line in (
            {"product_id": False, "name": "Discount", "quantity": 1, "price_unit": -100},
            {"product_id": False, "name": "Discount", "quantity": -1, "price_unit": 100},
            {"product_id": self.transport.id, "quantity": 1, "price_unit": -100},
            {"product_id": self.rebate.id, "quantity": 1, "price_unit": -100},
        ):
            with self.subTest(line=line):
                invoice = self._create_invoice(goods, line)
                self.assertTotals(
                    invoice, sold_net=300, sold_quantity=40, cost=200, costed_net=300, margin=100
                )
                self.assertRecordValues(
                    self._get_facts(invoice)[1],
                    [
                        {
                            "role": "discount",
                            "discount": 100,
                            "list_net": 0,
                            "cost_source": "no_cost",
                        }
                    ],
                )
                self.assertNothingLeft(invoice | self._create_credit_note(invoice))

    def test_what_is_given_away_has_a_discount_without_tax(self):
        """A bolt of 123 with 23 % of tax in it has a discount of 100, also of 100 %."""
        country = self.env.ref("base.pl")
        self.company.account_fiscal_country_id = country
        vals = {"name": "Test 23 %", "company_id": self.company.id, "country_id": country.id}
        group = self.env["account.tax.group"].create(vals)
        for kind, price in (("tax_included", 123), ("tax_excluded", 100)):
            tax = self.env["account.tax"].create(
                {
                    **vals,
                    "name": kind,
                    "amount": 23,
                    "tax_group_id": group.id,
                    "price_include_override": kind,
                }
            )
            line = {"quantity": 2, "price_unit": price, "tax_ids": [Command.set(tax.ids)]}
            invoice = self._create_invoice({**line, "discount": 100}, {**line, "discount": 50})
            measures = [{"discount": 200, "list_net": 200}, {"discount": 100, "list_net": 200}]
            self.assertFacts(invoice, measures)
            self.assertInStep()

    def test_bonus_that_is_credited_lowers_the_margin(self):
        invoice = self._create_invoice({"quantity": 40, "price_unit": 10})
        for refund in (
            self._create_bonus(invoice),
            self._create_bonus(invoice, product=self.transport),
            self._create_invoice(
                {"product_id": False, "name": "Bonus", "quantity": 1, "price_unit": 100},
                move_type="out_refund",
            ),
        ):
            self.assertFacts(
                refund,
                [{"role": "discount", "sold_quantity": 0, "sold_net": -100, "cost": 0}],
            )
            self.assertEqual(self._get_facts(refund).margin, -100)
            self.assertInStep()

    def test_bonus_of_the_product_of_a_discount_is_one_more(self):
        discount = {"product_id": self.transport.id, "quantity": 1, "price_unit": -100}
        invoice = self._create_invoice({"quantity": 40, "price_unit": 10}, discount)
        refund = self._create_bonus(invoice, product=self.transport)
        self.assertTotals(invoice | refund, sold_quantity=40, margin=0, discount=200)

    def test_service_that_is_credited_comes_back_with_its_cost(self):
        invoice = self._create_invoice({"product_id": self.transport.id, "price_unit": 100})
        refund = self._create_credit_note(invoice, quantity=4)
        self.assertFacts(
            refund, [{"role": "service", "sold_quantity": -4, "cost": -160, "margin": -240}]
        )
        self.assertInStep()

    def test_line_of_unknown_cost_stays_what_it_is(self):
        fee = {"product_id": False, "name": "Fee", "quantity": 1, "price_unit": 50}
        invoice = self._create_invoice({}, fee)
        self.assertTotals(invoice, sold_net=130, costed_net=80, margin=30)
        refund = self._create_credit_note(invoice)
        self.assertEqual(self._get_facts(refund).mapped("role"), ["goods", "other"])
        self.assertEqual(self._get_facts(refund).mapped("cost_source"), ["original", "unknown"])
        self.assertNothingLeft(invoice | refund)

    def test_discount_of_a_vendor_has_no_quantity(self):
        bill = self._create_bill(
            {}, {"product_id": False, "name": "Discount", "quantity": 1, "price_unit": -8}
        )
        self.assertTotals(bill, bought_net=72, bought_quantity=10)

    def test_product_of_global_discounts_says_nothing_about_the_past(self):
        old = self.env["product.product"].create(
            {"name": "Test discount", "type": "service", "taxes_id": [Command.clear()]}
        )
        self.company.sale_discount_product_id = old
        invoice = self._create_invoice(
            {"quantity": 40, "price_unit": 10},
            {"product_id": old.id, "quantity": 1, "price_unit": -100},
            {"product_id": self.transport.id, "quantity": 1, "price_unit": 100},
        )
        self.assertTotals(invoice, margin=160)
        self.company.sale_discount_product_id = self.transport
        self.env.flush_all()
        self.assertTotals(invoice, margin=160)

    # What a line credits

    def test_credit_note_finds_the_row_of_its_price_after_discount(self):
        invoice = self._create_invoice({}, {"discount": 30})
        refund = self._create_credit_note(invoice, post=False)
        refund.invoice_line_ids[0].unlink()
        refund.invoice_line_ids.quantity = 4
        refund.action_post()
        self.assertEqual(self._get_facts(refund).origin_line_id, invoice.invoice_line_ids[1])
        self.assertTotals(refund, sold_quantity=-4, cost=-20, margin=-2.4)

    def test_price_decides_before_the_quantity(self):
        invoice = self._create_invoice({}, {"quantity": 5, "price_unit": 6})
        refund = self._create_credit_note(invoice, post=False)
        refund.invoice_line_ids[1].unlink()
        refund.invoice_line_ids.quantity = 5
        refund.action_post()
        self.assertEqual(self._get_facts(refund).origin_line_id, invoice.invoice_line_ids[0])
        self.assertInStep()

    def test_second_return_finds_the_row_of_which_enough_is_left(self):
        invoice = self._create_invoice({"quantity": 5}, {"quantity": 5})
        origins = []
        for _number in range(2):
            refund = self._create_credit_note(invoice, post=False)
            refund.invoice_line_ids[1].unlink()
            refund.action_post()
            origins.append(self._get_facts(refund).origin_line_id)
        self.assertEqual(origins, [*invoice.invoice_line_ids])
        self.assertInStep()

    def test_free_goods_come_back_as_goods(self):
        invoice = self._create_invoice({}, {"quantity": 1, "discount": 100})
        refund = self._create_credit_note(invoice, post=False)
        refund.invoice_line_ids[0].unlink()
        refund.action_post()
        self.assertEqual(self._get_facts(refund).origin_line_id, invoice.invoice_line_ids[1])
        self.assertTotals(refund, sold_quantity=-1, cost=-5)

    def test_price_correction_beside_free_goods(self):
        invoice = self._create_invoice({}, {"quantity": 1, "discount": 100})
        refund = self._create_credit_note(invoice, post=False)
        refund.invoice_line_ids[1].unlink()
        refund.invoice_line_ids.price_unit = 2
        refund.action_post()
        self.assertTotals(refund, sold_quantity=0, cost=0, margin=-20)

    def test_price_correction_in_another_unit(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        invoice = self._create_invoice(
            {"quantity": 1, "price_unit": 96, "product_uom_id": dozen.id}
        )
        refund = self._create_credit_note(invoice, post=False)
        refund.invoice_line_ids.write(
            {"product_uom_id": self.unit.id, "quantity": 3, "price_unit": 2}
        )
        refund.action_post()
        self.assertTotals(refund, sold_quantity=0, cost=0, margin=-6)

    def test_price_correction_of_unknown_cost_has_no_margin(self):
        invoice = self._create_invoice({"product_id": False, "name": "Fee", "price_unit": 50})
        correction = self._create_credit_note(invoice, price_unit=20)
        self.assertFacts(correction, [{"cost_source": "unknown", "is_price_correction": True}])
        refund = self._create_credit_note(invoice, price_unit=30)
        self.assertNothingLeft(invoice | correction | refund)

    def test_return_at_the_price_that_corrections_left(self):
        invoice = self._create_invoice()
        correction = self._create_credit_note(invoice, price_unit=1)
        self.assertTotals(correction, sold_quantity=0, cost=0, margin=-10)
        refund = self._create_credit_note(invoice, price_unit=7)
        self.assertTotals(refund, sold_quantity=-10, cost=-50, margin=-20)
        self.assertNothingLeft(invoice | correction | refund)

    def test_part_of_a_row_comes_back_at_the_price_that_a_correction_left(self):
        invoice = self._create_invoice()
        moves = invoice
        for price, quantity, sold in ((1, 5, 0), (7, 5, -5), (8, 5, -5)):
            refund = self._create_credit_note(invoice, price_unit=price, quantity=quantity)
            self.assertTotals(refund, sold_quantity=sold, cost=5 * sold)
            moves |= refund
        self.assertNothingLeft(moves)

    def test_price_and_goods_in_one_credit_note(self):
        invoice = self._create_invoice()
        refund = self._create_credit_note(invoice, post=False, price_unit=2)
        back = {"product_id": self.bolt.id, "quantity": 4, "price_unit": 6}
        refund.invoice_line_ids = [Command.create({**back, "tax_ids": [Command.clear()]})]
        refund.action_post()
        self.assertTotals(refund, sold_net=-44, sold_quantity=-4, cost=-20)

    def test_what_is_credited_later_says_nothing_about_what_was_before(self):
        invoice = self._create_invoice({"quantity": 100, "price_unit": 80})
        refunds = invoice.browse()
        for price, quantity in ((10, 100), (70, 40), (5, 60)):
            refunds |= self._create_credit_note(invoice, price_unit=price, quantity=quantity)
        quantities = [0, -40, 0]
        for seller in (self.salesperson_a, self.salesperson_b):
            invoice.invoice_user_id = seller
            self.assertInStep()
            self.assertEqual(
                [self._get_facts(refund).sold_quantity for refund in refunds], quantities
            )

    def test_price_correction_that_is_reset_brings_what_came_after_it(self):
        invoice = self._create_invoice()
        correction = self._create_credit_note(invoice, price_unit=2)
        refund = self._create_credit_note(invoice, price_unit=6)
        self.assertTotals(refund, sold_quantity=-10)
        correction.button_draft()
        self.assertTotals(refund, sold_quantity=0)

    def test_credit_note_that_is_reversed_gives_nothing_back(self):
        for price, quantity in ((8, -10), (2, 0)):
            with self.subTest(price=price):
                invoice = self._create_invoice()
                refund = self._create_credit_note(invoice, price_unit=price)
                self.assertTotals(refund, sold_quantity=quantity)
                self.bolt.with_company(self.company).standard_price += 1
                again = refund._reverse_moves([{"invoice_date": refund.invoice_date}])
                again.action_post()
                self.assertNothingLeft(refund | again)
                self.assertInStep()

    def test_price_corrected_by_a_discount_on_the_credit_note(self):
        invoice = self._create_invoice()
        refund = self._create_credit_note(invoice, post=False)
        refund.invoice_line_ids.discount = 90
        refund.action_post()
        self.assertTotals(refund, sold_net=-8, sold_quantity=0, discount=0, list_net=-8)

    def test_return_of_an_order_finds_the_invoice_of_which_enough_is_left(self):
        order = self._create_sale({}, delivered=6)
        first = order._create_invoices()
        first.action_post()
        order.order_line.qty_delivered = 10
        second = order._create_invoices()
        second.action_post()
        origins = []
        for delivered in (6, 2):
            order.order_line.qty_delivered = delivered
            before = order.invoice_ids
            order._create_invoices(final=True)
            refund = order.invoice_ids - before
            refund.action_post()
            self.assertEqual(refund.move_type, "out_refund")
            origins.append(self._get_facts(refund).origin_line_id.move_id)
        self.assertEqual(origins, [second, first])
        self.assertInStep()

    def test_lines_that_give_back_the_whole_leave_nothing(self):
        self.bolt.with_company(self.company).standard_price = 3.335
        invoice = self._create_invoice({"quantity": 3, "discount": 33.33})
        refund = self._create_credit_note(invoice, post=False, quantity=1)
        refund.invoice_line_ids.copy({"move_id": refund.id})
        refund.invoice_line_ids[0].copy({"move_id": refund.id})
        refund.action_post()
        sold = sum(self._get_facts(invoice | refund).mapped("sold_net"))
        self.assertTotals(invoice | refund, sold_quantity=0, cost=0)
        if not sold:
            self.assertNothingLeft(invoice | refund)

    def test_line_and_credit_note_that_give_back_the_whole_leave_nothing(self):
        self.bolt.with_company(self.company).standard_price = 3.335
        invoice = self._create_invoice({"quantity": 3})
        refunds = invoice.browse()
        for quantities in ((1,), (1, 1)):
            refund = self._create_credit_note(invoice, post=False, quantity=1)
            for _more in quantities[1:]:
                refund.invoice_line_ids[0].copy({"move_id": refund.id})
            refund.action_post()
            refunds |= refund
        self.assertNothingLeft(invoice | refunds)
        self.assertInStep()

    def test_credit_note_posted_while_its_invoice_is_reset_costs_what_that_did(self):
        invoice = self._create_invoice()
        refund = self._create_credit_note(invoice, post=False)
        self.bolt.with_company(self.company).standard_price = 7
        self.env.flush_all()
        invoice.button_draft()
        refund.action_post()
        self.assertTotals(refund, cost=-50)
        invoice.action_post()
        self.assertNothingLeft(invoice | refund)

    def test_price_credited_of_an_order_stays_so_while_its_invoice_is_reset(self):
        order = self._create_sale({}, delivered=10)
        invoice = order._create_invoices()
        invoice.action_post()
        line = {
            "quantity": 6,
            "price_unit": 1,
            "sale_line_ids": [Command.set(order.order_line.ids)],
        }
        refund = self._create_invoice(line, move_type="out_refund")
        self.assertTotals(refund, sold_quantity=0, margin=-6)
        for action in (invoice.button_draft, invoice.button_cancel):
            action()
            self.assertTotals(refund, sold_quantity=0, margin=-6)

    # What a correction of a document leaves as it was

    def test_posting_again_keeps_what_was(self):
        group = self.env["isof.partner.group"].create({"name": "Test G"})
        self.alfa.isof_group_id = group
        invoice = self._create_invoice({}, {"quantity": 3})
        self.bolt.with_company(self.company).standard_price = 7
        self.alfa.isof_group_id = False
        invoice.button_draft()
        invoice.ref = "typo"
        invoice.invoice_line_ids[1].quantity = 4
        self.env.flush_all()
        invoice.action_post()
        self.assertFacts(
            invoice,
            [{"cost": 50, "group_id": group.id}, {"cost": 28, "group_id": group.id}],
        )
        self.assertInStep()

    def test_line_that_is_entered_again_keeps_what_was(self):
        invoice = self._create_invoice()
        self.bolt.with_company(self.company).standard_price = 7
        invoice.button_draft()
        values = {"product_id": self.bolt.id, "quantity": 10, "price_unit": 8}
        invoice.invoice_line_ids = [Command.clear(), Command.create(values)]
        invoice.action_post()
        self.assertTotals(invoice, cost=50)

    def test_cost_that_was_unknown_is_found_by_posting_again(self):
        self.bolt.with_company(self.company).standard_price = 0
        invoice = self._create_invoice()
        refund = self._create_credit_note(invoice)
        self.assertEqual(self._get_facts(invoice | refund).mapped("cost_source"), ["unknown"] * 2)
        self.bolt.with_company(self.company).standard_price = 7
        invoice.button_draft()
        invoice.action_post()
        self.assertTotals(invoice, cost=70)
        self.assertNothingLeft(invoice | refund)

    def test_taking_the_cost_of_what_was_credited_in_parts(self):
        invoice = self._create_invoice()
        refunds = invoice.browse()
        for quantity in (2, 3):
            refunds |= self._create_credit_note(invoice, quantity=quantity)
        self.bolt.with_company(self.company).standard_price = 120
        invoice.action_take_isof_cost()
        self.assertEqual(
            [self._get_facts(move).cost for move in invoice | refunds], [1200, -240, -360]
        )
        self.assertEqual(self._get_facts(invoice).cost_source, "later")
        self.assertInStep()

    def test_posting_again_to_another_contractor_is_of_that_one(self):
        self.alfa.isof_group_id = self.env["isof.partner.group"].create({"name": "Test G"})
        invoice = self._create_invoice()
        invoice.button_draft()
        invoice.partner_id = self.beta
        invoice.action_post()
        self.assertFacts(invoice, [{"cost": 50, "group_id": False}])

    def test_taking_todays_cost(self):
        invoice = self._create_invoice()
        refund = self._create_credit_note(invoice, quantity=4)
        self.bolt.with_company(self.company).standard_price = 7
        self._set_up_analysts()
        bookkeeper = self._create_user("bookkeeper", "account.group_account_invoice")
        with self.assertRaisesRegex(AccessError, "Costs and Margins"):
            invoice.with_user(bookkeeper).action_take_isof_cost()
        with self.assertRaises(AccessError):
            invoice.with_user(self.controller).action_take_isof_cost()
        bookkeeper.group_ids += self.env.ref("isof_crm_analytics.group_margin")
        messages = invoice.message_ids
        invoice.with_user(bookkeeper).action_take_isof_cost()
        self.assertTotals(invoice | refund, cost=42, margin=6)
        message = invoice.message_ids - messages
        self.assertEqual(message.author_id, bookkeeper.partner_id)
        self.assertIn("has been taken anew", message.body)
        messages = invoice.message_ids
        invoice.with_user(bookkeeper).action_take_isof_cost()
        self.assertEqual(invoice.message_ids, messages, "nothing has changed")

    # What is derived from another document follows it

    def test_credit_note_follows_the_document_that_it_credits(self):
        invoice = self._create_invoice({"price_unit": 100})
        refund = self._create_credit_note(invoice, price_unit=20)
        self.assertTotals(refund, sold_quantity=0, margin=-200)
        invoice.button_draft()
        self.assertTotals(refund, sold_quantity=0, margin=-200)
        invoice.invoice_line_ids.price_unit = 20
        invoice.action_post()
        self.assertTotals(refund, sold_quantity=-10, cost=-50, margin=-150)
        self.assertNothingLeft(invoice | refund)

    def test_service_credited_of_a_document_that_is_reset_stays_a_service(self):
        invoice = self._create_invoice({"product_id": self.transport.id, "price_unit": 100})
        refund = self._create_credit_note(invoice, quantity=4)
        for action in (invoice.button_draft, invoice.button_cancel):
            action()
            self.assertTotals(refund, sold_quantity=-4, cost=-160)
        self.assertEqual(self._get_facts(refund).role, "service")

    def test_unit_of_a_product_is_followed(self):
        box = self.env["uom.uom"].create(
            {"name": "Test box", "relative_factor": 10, "relative_uom_id": self.unit.id}
        )
        invoice = self._create_invoice({"product_uom_id": box.id, "quantity": 2, "price_unit": 80})
        self.assertTotals(invoice, sold_quantity=20)
        box.relative_factor = 12
        self.assertTotals(invoice, sold_quantity=24)


@tagged("post_install", "-at_install", "isof_stock", "isof_pos")
class TestTradeSources(TradeCommon):
    """That no source of the facts is forgotten, whichever of Odoo's add-ons are there."""

    def _get_queries(self):
        """Return the queries of facts: tuples of their columns and the query."""
        columns = list(self.facts._get_columns())
        queries = [
            (columns, self.facts._select_facts(are_corrections))
            for are_corrections in (False, True)
        ]
        if "pos.order" in self.env:
            columns = list(self.facts._get_pos_fact_columns())
            queries.append((columns, self.facts._select_pos_facts(IDS)))
        return queries

    def _get_read_columns(self):
        """Return what the query of the facts reads, as PostgreSQL has it of a view of it.

        :return: set of tuples of a table and a column
        """
        found = set()
        for names, facts in self._get_queries():
            text = get_text(self.env.cr, facts)
            query = SQL(text.replace(IDS.code, "ARRAY[1]").replace("%", "%%"))
            columns = SQL(", ").join(map(SQL.identifier, names))
            self.env.cr.execute(SQL("CREATE TEMP VIEW isof_probe (%s) AS %s", columns, query))
            self.env.cr.execute(
                """
                SELECT source.relname, attribute.attname
                  FROM pg_rewrite AS rewrite
                  JOIN pg_depend AS depend
                    ON depend.objid = rewrite.oid AND depend.classid = 'pg_rewrite'::regclass
                   AND depend.refclassid = 'pg_class'::regclass AND depend.refobjsubid > 0
                  JOIN pg_class AS source ON source.oid = depend.refobjid
                  JOIN pg_attribute AS attribute
                    ON attribute.attrelid = source.oid AND attribute.attnum = depend.refobjsubid
                 WHERE rewrite.ev_class = 'isof_probe'::regclass
                """
            )
            found.update(self.env.cr.fetchall())
            self.env.cr.execute("DROP VIEW isof_probe")
        return found

    def _get_read_fields(self):
        """Return the fields that the query of the facts reads, without ids and facts."""
        columns, tables = {}, {}
        for name in self.env.registry:
            model = self.env[name]
            if model._abstract:
                continue
            for field in model._fields.values():
                if field.store and field.type == "many2many":
                    tables.setdefault(field.relation, []).append(field)
                elif field.store and field.column_type:
                    columns.setdefault((model._table, field.name), []).append(field)
        found = {}
        for table, column in self._get_read_columns():
            if column != "id" and not table.startswith("isof_trade_"):
                fields = columns.get((table, column)) or tables.get(table)
                self.assertTrue(fields, f"{table}.{column} is of no field")
                found[table, column] = fields
        return found

    def test_whatever_facts_read_has_a_trigger(self):
        read = self._get_read_fields()
        self.assertIn(("account_move_line", "balance"), read)
        count = self.env["account.move"]._fields["isof_trade_line_count"]
        forgotten = []
        for fields in read.values():
            names = {(field.model_name, field.name) for field in fields}
            if not (
                names & AT_POSTING
                or names & BY_METHOD_FIELDS
                or {model for model, _name in names} & (BY_METHOD | {"stock.move"})
                or any(count in self.env.registry.get_dependent_fields(field) for field in fields)
            ):
                forgotten += sorted(names)
        self.assertFalse(forgotten, "facts read what does not have them derived anew")

    def test_whatever_facts_read_is_flushed(self):
        move, line = self.env["account.move"], self.env["account.move.line"]
        flushed = {
            **SOURCES,
            "account.move": move._get_isof_trade_fields(),
            "account.move.line": [
                *SOURCES["account.move.line"],
                *line._get_isof_trade_fields(),
            ],
        }
        followed = self.facts._get_followed_fields()
        for model_name, names in (*POS_SOURCES.items(), *followed.items()):
            flushed[model_name] = [*flushed.get(model_name, ()), *names]
        forgotten = [
            str(field)
            for fields in self._get_read_fields().values()
            for field in fields
            if field.type != "many2many"
            and field.name not in flushed.get(field.model_name, ())
            # which document a line is of is said as it is created
            and str(field) != "account.move.line.move_id"
        ]
        self.assertFalse(forgotten, "facts read what may not be in the database yet")
