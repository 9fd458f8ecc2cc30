import os
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo.fields import Command
from odoo.tests import tagged

from ..commission.commission_common import MoneyCommon

# Documents that live in each run; ISOF_LIVES=2000 for an evening.
LIVES = int(os.environ.get("ISOF_LIVES", "40"))
FIRST_DAY = date(2026, 3, 2)
# The unit cost, the price and the discount of what is sold; a fee has a cost that nobody knows.
PRICES = st.sampled_from([8, 7.77, 12.5, 100, 0.99])
ROWS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["bolt", "nut", "transport", "fee"]), st.integers(1, 12), PRICES),
        st.tuples(st.just("discount"), st.just(1), st.sampled_from([1, 2.5])),
    ),
    min_size=1,
    max_size=4,
    # rows of one product and price cannot be told apart, and need not be
    unique_by=lambda row: (row[0], row[2]),
).filter(
    # Odoo posts no invoice of less than 0
    lambda rows: sum(-price if kind == "discount" else n * price for kind, n, price in rows) > 0
)
# By itself, or from an order, with the percentage that may have been invoiced in advance.
ORDERS = st.sampled_from([None, 0, 30, 55])
PARTS = st.sampled_from([0.25, 0.4, 1])
STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(["pay", "enter", "bring", "announce", "write off", "net"]), PARTS
        ),
        st.tuples(
            st.sampled_from(["return", "draft", "take back", "lower"]),
            st.integers(0, 3),
            st.integers(1, 4),
        ),
        st.tuples(st.sampled_from(["bonus", "charge", "reset"]), st.integers(1, 3)),
        st.tuples(st.sampled_from(["post", "group", "cost", "leave", "archive", "compare"])),
    ),
    max_size=7,
)


@dataclass
class Row:
    """A row of an invoice as a storekeeper sees it, without anything of Odoo."""

    kind: str
    price: float
    # what is left after returns, whatever it costs by now
    quantity: int
    unit_cost: float | None = 0
    line: object = None
    # what somebody is about to return; how many of what is left are cheaper since, and by how much
    reserved: int = 0
    lowered: Counter = field(default_factory=Counter)

    @property
    def is_sold(self):
        return self.kind not in ("discount", "charge")

    @property
    def cost(self):
        return self.quantity * (self.unit_cost or 0) if self.is_sold else 0

    @property
    def unchanged(self):
        """Return how many are left at the price of the invoice, and stay."""
        return self.quantity - self.reserved - sum(self.lowered.values())


@dataclass
class Life:
    """An invoice, what became of it, and what came in."""

    rows: list
    tax: int
    moves: object
    invoice: object
    order: object
    cash: float = 0
    # what was announced and is still to come by the bank
    announced: float = 0
    drafts: list = field(default_factory=list)
    charges: list = field(default_factory=list)
    day: date = FIRST_DAY

    def next_day(self):
        self.day += timedelta(days=1)
        return self.day

    def receive(self, amount, *, is_announced=False):
        """Note money that came in; what was announced has been noted already."""
        known = 0 if is_announced else min(self.announced, amount)
        self.announced += amount if is_announced else -known
        self.cash += amount - known


@tagged("post_install", "-at_install")
class TestLives(MoneyCommon):
    """Whatever becomes of documents, the figures are those of a plain model.

    Invoices, of orders with down payments or without, are paid in each way, credited in parts, by
    price, by bonus and from the order, charged by debit notes where Odoo has them, reset and
    posted again, in order or not, while costs change and people and products are archived.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nut, cls.fee, cls.rebate = cls.env["product.product"].create(
            [
                {"name": "Test nut", "type": "consu"},
                {"name": "Test fee", "type": "service"},
                {"name": "Test discount", "type": "service"},
            ]
        )
        cls.costs = {"bolt": 5, "nut": 3.33, "transport": 40}
        cls.products = {
            "bolt": cls.bolt,
            "nut": cls.nut,
            "transport": cls.transport,
            "fee": cls.fee,
            "discount": cls.rebate,
        }
        for name, product in cls.products.items():
            product.with_company(cls.company).standard_price = cls.costs.get(name, 0)
            product.invoice_policy = "delivery"
        country = cls.env.ref("base.pl")
        cls.company.account_fiscal_country_id = country
        vals = {"name": "Test 23 %", "company_id": cls.company.id, "country_id": country.id}
        group = cls.env["account.tax.group"].create(vals)
        cls.tax = cls.env["account.tax"].create({**vals, "amount": 23, "tax_group_id": group.id})
        cls.general = cls.company.currency_exchange_journal_id
        cls._create_plan(due="paid")
        cls._create_plan(due="paid", basis="margin", name="Margin")

    # ------------------------------------------------------------
    # Beginning
    # ------------------------------------------------------------

    def _begin(self, rows, tax, percent, paid):
        """Post the invoice of a life.

        :param percent: of the order, what is invoiced in advance; None without an order
        :param paid: what part of that is paid before the invoice
        """
        model = [
            Row(kind, -price if kind == "discount" else price, quantity, self.costs.get(kind))
            for kind, quantity, price in rows
        ]
        values = [
            {
                "product_id": self.products[row.kind].id,
                "name": f"{row.kind} {number}",
                "price_unit": row.price,
                "tax_ids": [Command.set(self.tax.ids if tax else [])],
            }
            for number, row in enumerate(model)
        ]
        if percent is None:
            for row, vals in zip(model, values, strict=True):
                vals["quantity"] = row.quantity
            order = advance = None
            invoice = self._create_invoice(*values, invoice_date=FIRST_DAY)
        else:
            for row, vals in zip(model, values, strict=True):
                vals["product_uom_qty"] = row.quantity
            order = self._create_sale(*values)
            lines = order.order_line
            advance = percent and self._advance(order, "percentage", FIRST_DAY, amount=percent)
            for row, line in zip(model, lines, strict=True):
                line.qty_delivered = row.quantity
            invoice = self._advance(order, day=FIRST_DAY)
        life = Life(model, tax, (advance or invoice) | invoice, invoice, order)
        if advance:
            amount = round(advance.amount_total * paid, 2)
            self._pay(advance, amount, life.next_day())
            life.cash += amount
        sold = invoice.invoice_line_ids.filtered(
            lambda line: line.display_type == "product" and not line.is_downpayment
        )
        for row, line in zip(model, sold, strict=True):
            row.line = line
        return life

    # ------------------------------------------------------------
    # Money
    # ------------------------------------------------------------

    def _get_total(self, life):
        return sum(
            move.amount_total * (-1 if move.move_type == "out_refund" else 1) for move in life.moves
        )

    def _get_open(self, life, part=1, announced=0):
        """Return a part of what is still to be paid of the invoice and of the whole sale."""
        wanted = min(
            self._get_total(life) - life.cash + announced,
            life.invoice.amount_residual - life.announced + announced,
        )
        return round(max(wanted, 0) * part, 2)

    def _step_pay(self, life, part):
        if amount := self._get_open(life, part):
            self._pay(life.invoice, amount, life.next_day())
            life.cash += amount

    def _step_enter(self, life, part):
        if amount := self._get_open(life, part):
            account = self.bank.default_account_id
            self._match(
                life.invoice,
                self._enter(self.bank, life.next_day(), (None, -amount), (account, amount)),
            )
            life.receive(amount)

    def _step_bring(self, life, part):
        """Have a statement bring money, that of a payment that was announced with it."""
        if amount := self._get_open(life, part, life.announced):
            brought = self._bring(amount, life.next_day(), (None, -amount))
            self._match(life.invoice, brought)
            life.receive(amount)

    def _step_announce(self, life, part):
        if amount := self._get_open(life, part):
            self._announce(life.invoice, amount, life.next_day())
            self.bank.inbound_payment_method_line_ids.payment_account_id = self.outstanding
            life.receive(amount, is_announced=True)

    def _step_group(self, life):
        """Pay the rest of the invoice together with another one."""
        amount = self._get_open(life)
        if amount and amount == life.invoice.amount_residual:
            other = self._create_invoice(invoice_date=life.next_day())
            payment = self._pay(life.invoice | other, day=life.next_day(), group_payment=True)
            self.assertEqual(len(payment), 1)
            life.cash += amount

    def _step_write_off(self, life, part):
        """Receive a part in the bank, and write off as much of the rest as was received."""
        if amount := self._get_open(life, part / 2):
            account = self.bank.default_account_id
            amounts = ((None, -2 * amount), (account, amount), (self.loss, amount))
            self._match(life.invoice, self._enter(self.bank, life.next_day(), *amounts))
            life.receive(amount)

    def _step_net(self, life, part):
        """Set a part against a debt of ours: no money comes in."""
        if amount := self._get_open(life, part):
            amounts = ((None, -amount), (self.payable, amount))
            self._match(life.invoice, self._enter(self.general, life.next_day(), *amounts))

    # ------------------------------------------------------------
    # Credit and debit notes
    # ------------------------------------------------------------

    def _draft(self, life, row, **vals):
        """Return a draft that credits one line, and nothing of the others."""
        refund = self._create_credit_note(life.invoice, post=False, invoice_date=life.next_day())
        position = life.invoice.invoice_line_ids.ids.index(row.line.id)
        (refund.invoice_line_ids - refund.invoice_line_ids[position]).unlink()
        refund.invoice_line_ids.write(vals)
        return refund

    def _post(self, life, move):
        move.action_post()
        life.moves |= move

    def _choose(self, life, number, quantity):
        """Return a row and how many of it are given back, if anything is left of the price."""
        if rows := [row for row in life.rows if row.is_sold and row.unchanged > 0]:
            row = rows[number % len(rows)]
            return row, min(quantity, row.unchanged)
        return None, 0

    def _step_return(self, life, number, quantity):
        row, quantity = self._choose(life, number, quantity)
        if row:
            self._post(life, self._draft(life, row, quantity=quantity))
            row.quantity -= quantity

    def _step_draft(self, life, number, quantity):
        """Prepare a return that somebody posts later."""
        row, quantity = self._choose(life, number, quantity)
        if row:
            life.drafts.append((self._draft(life, row, quantity=quantity), row, quantity))
            row.reserved += quantity

    def _step_post(self, life):
        """Post what was prepared, the last first."""
        if life.drafts:
            refund, row, quantity = life.drafts.pop()
            self._post(life, refund)
            row.reserved -= quantity
            row.quantity -= quantity

    def _step_take_back(self, life, number, quantity):
        """Take goods back by the order, which names no document."""
        row, quantity = self._choose(life, number, quantity)
        if row and life.order:
            before = life.order.invoice_ids
            for line in life.order.order_line.filtered("product_id"):
                line.qty_delivered = line.qty_invoiced
            row.line.sale_line_ids.qty_delivered -= quantity
            life.order._create_invoices(final=True)
            back = life.order.invoice_ids - before
            self.assertEqual(back.move_type, "out_refund")
            back.invoice_date = life.next_day()
            self._post(life, back)
            row.quantity -= quantity

    def _step_lower(self, life, number, part):
        """Give back a part of the price of some of what is left of a row."""
        row, quantity = self._choose(life, number, part * 3)
        if row:
            off = round(row.price * part / 10, 2)
            prices = {other.price for other in life.rows if other.kind == row.kind}
            left = {
                round(other.price - known, 2)
                for other in life.rows
                for known in other.lowered
                if other.kind == row.kind
            }
            # what is of a price that something was sold at gives goods back
            if off and off < min(prices) - 0.05 and off not in left:
                self._post(life, self._draft(life, row, price_unit=off, quantity=quantity))
                row.lowered[off] += quantity

    def _step_bonus(self, life, amount):
        life.moves |= self._create_bonus(life.invoice, amount, invoice_date=life.next_day())
        life.rows.append(Row("discount", -amount, 1))

    def _step_charge(self, life, amount):
        """Raise the price of the first row by a debit note."""
        row = life.rows[0]
        if "debit_origin_id" in life.invoice._fields and row.is_sold and row.quantity:
            note = self._debit(life.invoice)
            note.invoice_date = life.next_day()
            position = life.invoice.invoice_line_ids.ids.index(row.line.id)
            line = note.invoice_line_ids[position]
            (note.invoice_line_ids - line).unlink()
            line.write({"price_unit": amount / 100, "quantity": row.quantity})
            self._post(life, note)
            life.charges.append(note)
            life.rows.append(Row("charge", amount / 100, row.quantity))

    # ------------------------------------------------------------
    # Whatever else happens
    # ------------------------------------------------------------

    def _step_reset(self, life, number):
        """Mend a typo of a document; Odoo leaves it matched with what it was."""
        move = life.moves[-number:][0]
        move.button_draft()
        self.env.flush_all()
        move.ref = f"mended on {life.next_day()}"
        move.action_post()

    def _step_cost(self, life):
        for name in self.costs:
            self.products[name].with_company(self.company).standard_price += 1

    def _step_leave(self, life):
        self.salesperson_a.active = False

    def _step_archive(self, life):
        for product in self.products.values():
            product.active = False

    def _step_compare(self, life):
        self.env.flush_all()
        self.facts._sync(life.moves.ids)
        self.entries._sync(life.moves.ids)

    # ------------------------------------------------------------
    # What has to hold
    # ------------------------------------------------------------

    def _check(self, life):
        self.env.flush_all()
        facts = self._get_facts(life.moves)
        lines = life.moves.line_ids.filtered(lambda line: line.display_type == "product")
        sold = -round(sum(lines.mapped("balance")), 2)
        self.assertEqual(round(sum(facts.mapped("sold_net")), 2), sold, "facts are the ledger")
        self.assertEqual(
            round(sum(facts.mapped("sold_quantity")), 4),
            sum(row.quantity for row in life.rows if row.is_sold),
        )
        costed = facts.filtered(lambda fact: fact.cost_source != "unknown")
        cost = sum(row.cost for row in life.rows)
        self.assertEqual(round(sum(costed.mapped("cost")), 2), round(cost, 2))
        margin = round(sum(costed.mapped("sold_net")) - cost, 2)
        self.assertEqual(round(sum(costed.mapped("margin")), 2), margin)
        self.assertEqual(self.facts._sync(life.moves.ids), 0, "facts follow at once")
        self.assertEqual(self.entries._sync(life.moves.ids), 0, "the ledger follows at once")
        for plan, basis in self._get_bases(sold, margin):
            self._check_commission(life, plan, basis)

    def _get_bases(self, sold, margin):
        plans = self.env["isof.commission.plan"].search([("company_id", "=", self.company.id)])
        return [(plan, margin if plan.basis == "margin" else sold) for plan in plans]

    def _check_commission(self, life, plan, basis):
        entries = self._get_entries(life.moves, plan_id=plan.id)
        earned = round(sum(entries.mapped("accrued")), 2)
        due = round(sum(entries.mapped("due")), 2)
        # a cent for each line that was rounded
        self.assertAlmostEqual(earned, basis / 10, delta=0.005 * (len(life.rows) * 2 + 6))
        total = round(self._get_total(life), 2)
        cash = round(life.cash, 2)
        if total <= 0 or cash >= total:
            self.assertEqual(due, earned, "all that came in is due")
        else:
            self.assertLessEqual(abs(due), abs(earned), "no more is due than is earned")
            self.assertAlmostEqual(due, earned * cash / total, delta=0.0051)

    def _give_all_back(self, life):
        """Credit what is left, row by row, and check that nothing is left of anything."""
        while life.drafts:
            self._step_post(life)
            self._check(life)
        self.assertNotIn("cancel", life.moves.mapped("state"))
        for note in life.charges:
            back = self._create_credit_note(note, post=False, invoice_date=life.next_day())
            self._post(life, back)
        refund = self._create_credit_note(life.invoice, post=False, invoice_date=life.next_day())
        keep = self.env["account.move.line"]
        values = {"tax_ids": [Command.set(self.tax.ids if life.tax else [])]}
        for row in life.rows:
            if not row.line:
                if row.kind == "discount":
                    values = {**values, "name": "Bonus", "quantity": 1, "price_unit": row.price}
                    refund.invoice_line_ids = [Command.create(values)]
                    keep |= refund.invoice_line_ids[-1]
                continue
            position = life.invoice.invoice_line_ids.ids.index(row.line.id)
            line = refund.invoice_line_ids[position]
            for off, quantity in row.lowered.items():
                keep |= line.copy({"quantity": quantity, "price_unit": row.price - off})
            if row.unchanged:
                line.quantity = row.unchanged
                keep |= line
        (refund.invoice_line_ids - keep).unlink()
        if refund.amount_total < 0 or not refund.invoice_line_ids:
            return
        self._post(life, refund)
        self.env.flush_all()
        facts = self._get_facts(life.moves)
        sold = round(sum(facts.mapped("sold_net")), 2)
        self.assertEqual(round(sum(facts.mapped("sold_quantity")), 4), 0)
        self.assertEqual(round(sum(facts.mapped("cost")), 2), 0)
        self.assertEqual(sold, 0)
        entries = self._get_entries(life.moves)
        self.assertEqual(round(sum(entries.mapped("accrued")), 2), 0)
        self.assertEqual(round(sum(entries.mapped("due")), 2), 0)
        self.assertNothingLeft(life.moves)

    @settings(
        max_examples=LIVES,
        deadline=None,
        derandomize=LIVES <= 40,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(ROWS, st.booleans(), ORDERS, PARTS, STEPS)
    def test_figures_are_those_of_a_plain_model(self, rows, tax, percent, paid, steps):
        with self.env.cr.savepoint() as savepoint:
            life = self._begin(rows, tax, percent, paid)
            self._check(life)
            for name, *values in steps:
                getattr(self, f"_step_{name.replace(' ', '_')}")(life, *values)
                self._check(life)
            self._give_all_back(life)
            savepoint.rollback()
