import os
from dataclasses import dataclass
from datetime import date, timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo.fields import Command
from odoo.tests import tagged

from .commission_common import CommissionCommon

# So many documents live in each run; ISOF_LIVES=2000 for those that an evening has time for.
LIVES = int(os.environ.get("ISOF_LIVES", "40"))
FIRST_DAY = date(2026, 3, 2)
# The unit cost, the price and the discount of what is sold; a fee has no product and no cost.
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
PARTS = st.sampled_from([0.25, 0.4, 1])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["pay", "enter", "write off", "net"]), PARTS),
        st.tuples(st.sampled_from(["return", "lower"]), st.integers(0, 3), st.integers(1, 4)),
        st.tuples(st.just("bonus"), st.integers(1, 3)),
        st.tuples(st.sampled_from(["reset", "cost", "leave", "archive", "compare"])),
    ),
    max_size=7,
)


@dataclass
class Row:
    """A row of an invoice as a storekeeper sees it, without anything of Odoo."""

    kind: str
    price: float
    # what is left after returns; what corrections of the price took off
    quantity: int
    unit_cost: float | None
    line: object = None
    lowered: float = 0

    @property
    def is_sold(self):
        return self.kind != "discount"

    @property
    def cost(self):
        return 0 if not self.is_sold else self.quantity * self.unit_cost


@dataclass
class Life:
    """An invoice, what became of it, and what came in."""

    rows: list
    tax: int
    moves: object
    cash: float = 0
    day: date = FIRST_DAY

    def next_day(self):
        self.day += timedelta(days=1)
        return self.day


@tagged("post_install", "-at_install")
class TestLives(CommissionCommon):
    """Whatever becomes of documents, the figures are those of a plain model.

    Invoices are paid in each way, credited in parts, by price and by bonus, reset and posted
    again, while costs change and people and products are archived.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nut = cls.env["product.product"].create({"name": "Test nut", "type": "consu"})
        cls.costs = {"bolt": 5, "nut": 3.33, "transport": 40, "fee": None}
        cls.products = {"bolt": cls.bolt, "nut": cls.nut, "transport": cls.transport}
        for name, product in cls.products.items():
            product.with_company(cls.company).standard_price = cls.costs[name]
        cls.payable, cls.receivable = (
            cls.env["account.account"].search(
                [("account_type", "=", kind), ("company_ids", "in", cls.company.ids)], limit=1
            )
            for kind in ("liability_payable", "asset_receivable")
        )
        cls.expense = cls.company.expense_currency_exchange_account_id
        country = cls.env.ref("base.pl")
        cls.company.account_fiscal_country_id = country
        vals = {"name": "Test 23 %", "company_id": cls.company.id, "country_id": country.id}
        group = cls.env["account.tax.group"].create(vals)
        cls.tax = cls.env["account.tax"].create({**vals, "amount": 23, "tax_group_id": group.id})
        cls._create_plan(due="paid")
        cls._create_plan(due="paid", basis="margin", name="Margin")

    # ------------------------------------------------------------
    # Steps
    # ------------------------------------------------------------

    def _begin(self, rows, tax):
        values, model = [], []
        taxes = [Command.set(self.tax.ids if tax else [])]
        for kind, quantity, price in rows:
            product = self.products.get(kind)
            amount = -price if kind == "discount" else price
            values.append(
                {
                    "product_id": product.id if product else False,
                    "name": f"{kind} {len(values)}",
                    "quantity": quantity,
                    "price_unit": amount,
                    "tax_ids": taxes,
                }
            )
            model.append(Row(kind, amount, quantity, self.costs.get(kind, 0)))
        invoice = self._create_invoice(*values, invoice_date=FIRST_DAY)
        for row, line in zip(model, invoice.invoice_line_ids, strict=True):
            row.line = line
        return Life(model, tax, invoice)

    def _get_total(self, life):
        return sum(
            move.amount_total * (-1 if move.move_type == "out_refund" else 1) for move in life.moves
        )

    def _get_open(self, life, part=1):
        """Return a part of what is still to be paid of the invoice and of the whole sale."""
        invoice = life.moves[:1]
        wanted = min(self._get_total(life) - life.cash, invoice.amount_residual)
        return round(max(wanted, 0) * part, 2)

    def _step_pay(self, life, part):
        if amount := self._get_open(life, part):
            self._pay(life.moves[:1], amount, life.next_day())
            life.cash += amount

    def _reconcile(self, life, *lines):
        """Match an entry with the invoice; the first line is what it takes off it."""
        journal = self.bank if lines[1][0] == self.bank.default_account_id else None
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": (journal or self.company.currency_exchange_journal_id).id,
                "date": life.next_day(),
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": self.alfa.id,
                            "debit": max(amount, 0),
                            "credit": max(-amount, 0),
                        }
                    )
                    for account, amount in lines
                ],
            }
        )
        entry.action_post()
        lines = (entry | life.moves[:1]).line_ids
        lines.filtered(lambda line: line.account_id == self.receivable).reconcile()

    def _step_enter(self, life, part):
        if amount := self._get_open(life, part):
            self._reconcile(
                life, (self.receivable, -amount), (self.bank.default_account_id, amount)
            )
            life.cash += amount

    def _step_write_off(self, life, part):
        """Receive a part in the bank, and write off as much of the rest as was received."""
        amount = self._get_open(life, part / 2)
        if amount:
            self._reconcile(
                life,
                (self.receivable, -2 * amount),
                (self.bank.default_account_id, amount),
                (self.expense, amount),
            )
            life.cash += amount

    def _step_net(self, life, part):
        """Set a part against a debt of ours: no money comes in."""
        if amount := self._get_open(life, part):
            self._reconcile(life, (self.receivable, -amount), (self.payable, amount))

    def _credit(self, life, keep, **vals):
        """Return a draft that credits one line, and nothing of the others."""
        invoice = life.moves[:1]
        refund = self._create_credit_note(invoice, post=False, invoice_date=life.next_day())
        position = [row.line for row in life.rows].index(keep.line)
        (refund.invoice_line_ids - refund.invoice_line_ids[position]).unlink()
        refund.invoice_line_ids.write(vals)
        refund.action_post()
        life.moves |= refund

    def _step_return(self, life, number, quantity):
        rows = [row for row in life.rows if row.is_sold and not row.lowered and row.quantity]
        if rows:
            row = rows[number % len(rows)]
            quantity = min(quantity, row.quantity)
            self._credit(life, row, quantity=quantity)
            row.quantity -= quantity

    def _step_lower(self, life, number, part):
        """Give back a part of the price of all that is left of a row."""
        rows = [row for row in life.rows if row.is_sold and not row.lowered and row.quantity > 0]
        if rows:
            row = rows[number % len(rows)]
            off = round(row.price * part / 10, 2)
            lowest = min(other.price for other in life.rows if other.kind == row.kind)
            if off and off < lowest - 0.05:
                self._credit(life, row, price_unit=off, quantity=row.quantity)
                row.lowered = off * row.quantity

    def _step_bonus(self, life, amount):
        life.moves |= self._create_bonus(life.moves[:1], amount, invoice_date=life.next_day())
        life.rows.append(Row("discount", -amount, 1, 0))

    def _step_reset(self, life):
        """Mend a typo of the invoice; Odoo leaves it matched with what it was."""
        invoice = life.moves[:1]
        invoice.button_draft()
        self.env.flush_all()
        invoice.ref = f"mended on {life.next_day()}"
        invoice.action_post()

    def _step_cost(self, life):
        for product in self.products.values():
            product.with_company(self.company).standard_price += 1

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
        cost = sum(row.cost for row in life.rows if row.unit_cost is not None)
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
        # of what is to be paid back nothing is, so nothing is due of it
        part = round(life.cash, 2) / total if total else 1
        if part >= 1:
            self.assertEqual(due, earned, "all that came in is due")
        else:
            self.assertLessEqual(abs(due), abs(earned), "no more is due than is earned")
            self.assertAlmostEqual(due, earned * max(part, 0), delta=0.0051)

    def _give_all_back(self, life):
        """Credit what is left, row by row, and check that nothing is left of anything."""
        invoice = life.moves[:1]
        self.assertNotIn("cancel", life.moves.mapped("state"))
        refund = self._create_credit_note(invoice, post=False, invoice_date=life.next_day())
        for row, line in zip(
            [row for row in life.rows if row.line], refund.invoice_line_ids, strict=True
        ):
            left = row.price * row.quantity - row.lowered
            line.write(
                {
                    "quantity": row.quantity,
                    "price_unit": left / row.quantity if row.quantity else 0,
                }
            )
        refund.invoice_line_ids.filtered(lambda line: not line.quantity).unlink()
        for row in life.rows:
            if not row.line:
                refund.write(
                    {
                        "invoice_line_ids": [
                            Command.create(
                                {
                                    "name": "Bonus",
                                    "quantity": 1,
                                    "price_unit": row.price,
                                    "tax_ids": [Command.set(self.tax.ids if life.tax else [])],
                                }
                            )
                        ]
                    }
                )
        if refund.amount_total < 0 or not refund.invoice_line_ids:
            return
        refund.action_post()
        life.moves |= refund
        self.env.flush_all()
        facts = self._get_facts(life.moves)
        sold = round(sum(facts.mapped("sold_net")), 2)
        self.assertEqual(round(sum(facts.mapped("sold_quantity")), 4), 0)
        self.assertEqual(round(sum(facts.mapped("cost")), 2), 0)
        if not sold:
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
    @given(ROWS, st.booleans(), STEPS)
    def test_figures_are_those_of_a_plain_model(self, rows, tax, steps):
        with self.env.cr.savepoint() as savepoint:
            life = self._begin(rows, tax)
            self._check(life)
            for name, *values in steps:
                getattr(self, f"_step_{name.replace(' ', '_')}")(life, *values)
                self._check(life)
            self._give_all_back(life)
            savepoint.rollback()
