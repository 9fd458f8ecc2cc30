import doctest
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests.common import BaseCase, tagged

from ...tools import commission_due, commission_ledger
from ...tools.commission import round_money
from ...tools.commission_due import Payment
from ...tools.commission_plan import Rule, Share, example_line, example_plan

CENT = Decimal("0.01")
ZERO = Decimal(0)
FIRST_DAY = date(2026, 3, 1)
SELLER, LEADER = 7, 8


def cents(number):
    return Decimal(number) * CENT


def take(amount, part):
    """Return a part of an amount in whole cents."""
    return cents(int(amount * 100 * part.numerator / part.denominator))


class Sale:
    """A sale of one customer as bookkeepers see it: documents, and money for them.

    :param prices: what each line costs, in cents; every line has a product of its own
    :param advance: what of it is a down payment, in cents
    """

    def __init__(self, number, prices, advance=0):
        self.number, self.prices = number, prices
        self.left = list(prices)
        self.documents = {}  # id to lines
        self.totals = {}
        self.day = FIRST_DAY
        self.cash = ZERO
        if advance:
            self._add("out_invoice", [(None, 0, None)], advance, is_down_payment=True)
        self.invoice = self._add(
            "out_invoice",
            [(position, price, None) for position, price in enumerate(prices)],
            sum(prices) - advance,
        )

    def _add(self, move_type, lines, total, origin=None, **values):
        move_id = self.number * 1000 + len(self.documents) + 1
        self.totals[move_id] = cents(total) * (-1 if move_type == "out_refund" else 1)
        self.documents[move_id] = [
            example_line(
                line_id=move_id * 100 + index,
                move_id=move_id,
                move_type=move_type,
                origin_line_id=origin_line,
                origin_move_id=origin,
                day=self.day,
                product_id=product,
                user_partner_id=SELLER,
                leader_partner_id=LEADER,
                order_id=self.number,
                net=cents(price),
                quantity=Decimal(1 if price > 0 else -1),
                total=cents(total),
                document_currency_id=1,
                company_total=cents(total),
                **values,
            )
            for index, (product, price, origin_line) in enumerate(lines)
        ]
        return move_id

    def credit(self, parts):
        """Credit a part of each line, from 0 to 1, of what is left of it."""
        lines = []
        for position, part in enumerate(parts[: len(self.prices)]):
            amount = int(self.left[position] * part)
            self.left[position] -= amount
            if amount:
                origin_line = self.invoice * 100 + position
                lines.append((position, -amount, origin_line))
        if not lines:
            return None
        total = -sum(price for _product, price, _origin in lines)
        return self._add("out_refund", lines, total, self.invoice)

    @property
    def lines(self):
        return [line for lines in self.documents.values() for line in lines]

    @property
    def total(self):
        return sum(self.totals.values(), ZERO)


class Books:
    """Sales, what was paid for them, and a ledger of commissions that follows them."""

    def __init__(self, plan):
        self.plan = plan
        self.sales, self.payments, self.balances = [], [], {}
        self.entries = 0

    def pay(self, sale, amount):
        """Receive money for the invoice, or pay it back."""
        refunds = [move_id for move_id, total in sale.totals.items() if total < 0]
        is_back = amount < 0
        if is_back and not refunds:
            return
        sale.cash += amount
        self.payments.append(
            Payment(
                f"match,{len(self.payments)}",
                refunds[-1] if is_back else sale.invoice,
                sale.day,
                cash=abs(amount),
            )
        )

    def use_credit(self, source, target, amount):
        """Use a credit note of a sale for another one, and return how much it pays there."""
        refunds = [move_id for move_id, total in source.totals.items() if total < 0]
        if not refunds or source is target:
            return ZERO
        self.payments.append(
            Payment(
                f"match,{len(self.payments)}",
                target.invoice,
                max(source.day, target.day),
                credit_id=refunds[-1],
                cash=amount,
                given=amount,
            )
        )
        return amount

    def sync(self):
        """Add what the ledger lacks, and return how many entries."""
        earnings, rows = self._compare()
        for row in rows:
            self.entries += 1
            by_root = self.balances.setdefault(row["move_line_id"], {})
            by_payee = by_root.setdefault(self.plan.root_id, {})
            balance = by_payee.setdefault(row["payee_id"], commission_ledger.Balance())
            balance.add(row | {"id": self.entries, "root_id": self.plan.root_id})
        self.earnings = earnings
        return len(rows)

    def _compare(self):
        lines = [line for sale in self.sales for line in sale.lines]
        earnings = commission_ledger.Earnings((self.plan,), lines, self.balances, dict)
        earnings.add_dues(self.payments)
        rows = list(commission_ledger.get_differences(earnings, self.balances, date(2026, 12, 1)))
        return earnings, rows

    def get(self, sale):
        """Return what a sale earned, and what of it is due, by the ledger."""
        earned = due = ZERO
        for line in sale.lines:
            for by_payee in self.balances.get(line.line_id, {}).values():
                for balance in by_payee.values():
                    earned += balance.accrued
                    due += sum(balance.dues.values())
        return earned, due

    def get_positions(self):
        """Return what each thing sold earned, and is due, with what credits it."""
        found = {}
        for line_id, by_root in self.balances.items():
            for by_payee in by_root.values():
                for payee_id, balance in by_payee.items():
                    line = next(
                        line
                        for sale in self.sales
                        for line in sale.lines
                        if line.line_id == line_id
                    )
                    key = (line.origin_line_id or line_id, payee_id)
                    earned, due = found.get(key, (ZERO, ZERO))
                    found[key] = (
                        earned + balance.accrued,
                        due + sum(balance.dues.values()),
                    )
        return found


@st.composite
def plans(draw):
    """A plan that is due as it is paid; each product has its rate, and the leader may share."""
    rates = draw(st.lists(st.integers(0, 3000), min_size=1, max_size=4))
    rules = [
        Rule(number, "rate", Decimal(rate) / 10000, product_ids=frozenset([number]))
        for number, rate in enumerate(rates)
    ]
    rules.append(Rule(99, "rate", Decimal("0.02")))
    shares = ()
    if part := draw(st.none() | st.integers(1, 99)):
        shares = (
            Share("salesperson", None, Decimal(part)),
            Share("leader", None, Decimal(100 - part)),
        )
    return example_plan(unit=CENT, basis="net", due="paid", rules=tuple(rules), shares=shares)


positive = st.decimals("0.01", 10**5, places=2)
prices = st.lists(st.integers(1, 200000), min_size=1, max_size=6)
parts = st.fractions(0, 1, max_denominator=20)
steps = st.one_of(
    st.tuples(st.just("pay"), parts),
    st.tuples(st.just("credit"), st.lists(parts, min_size=6, max_size=6)),
    st.tuples(st.just("back"), parts),
)


@tagged("post_install", "-at_install")
class TestCommissionDue(BaseCase):
    """What is due as it is paid, of random lives of documents, against the one definition."""

    def test_examples(self):
        failed, attempted = doctest.testmod(commission_due)
        self.assertTrue(attempted)
        self.assertFalse(failed)

    def _check(self, books, received=None):
        """Check that the ledger follows, is in step then, and is as the definition says."""
        books.sync()
        self.assertFalse(books.sync(), "the ledger is not in step with itself")
        for sale in books.sales:
            earned, due = books.get(sale)
            cash = sale.cash if received is None else received[sale]
            if not sale.total:
                self.assertEqual((earned, due), (0, 0))
                continue
            part = min(max(Fraction(cash) / Fraction(sale.total), 0), 1)
            exact = Fraction(earned) * part
            self.assertEqual(due, round_money(Decimal(exact.numerator) / exact.denominator, CENT))
        for earned, due in books.get_positions().values():
            self.assertTrue(0 <= due <= earned, f"{due} is due of {earned}")

    @given(plans(), prices, st.none() | st.fractions(0, 1, max_denominator=7), st.lists(steps))
    @settings(deadline=None, max_examples=200)
    def test_lives_of_a_sale(self, plan, prices, advance, life):
        books = Books(plan)
        sale = Sale(1, prices, int(sum(prices) * advance) if advance else 0)
        books.sales.append(sale)
        self._check(books)
        for what, value in life:
            sale.day += timedelta(days=1)
            if what == "credit":
                sale.credit(value)
            elif what == "pay":
                books.pay(sale, take(max(sale.total - sale.cash, ZERO), value))
            else:
                books.pay(sale, -take(max(sale.cash - sale.total, ZERO), value))
            self._check(books)
        # everything is received: everything is due, of every line
        books.pay(sale, max(sale.total - sale.cash, ZERO))
        self._check(books)
        for earned, due in books.get_positions().values():
            self.assertEqual(due, earned)
        # everything is credited: nothing is left, for nobody
        sale.day += timedelta(days=1)
        sale.credit([Fraction(1)] * len(prices))
        self._check(books)
        for earned, due in books.get_positions().values():
            self.assertEqual((earned, due), (0, 0))

    @given(plans(), prices, prices, parts, parts, parts)
    @settings(deadline=None, max_examples=200)
    def test_a_credit_note_pays_another_sale(self, plan, one, other, paid, credited, used):
        """Money that came in for one sale and is not needed there is received for the other."""
        books = Books(plan)
        first, second = Sale(1, one), Sale(2, other)
        books.sales += [first, second]
        books.pay(first, take(first.total, paid))
        first.day += timedelta(days=1)
        first.credit([credited] * len(one))
        credit = -min(first.totals.values())
        amount = min(take(max(credit, ZERO), used), second.total)
        moved = ZERO
        if amount > 0 and books.use_credit(first, second, amount):
            moved = min(amount, max(first.cash - first.total, ZERO))
        self._check(books, {first: first.cash - moved, second: moved})

    @given(plans(), prices, st.lists(parts, min_size=1, max_size=4))
    @settings(deadline=None, max_examples=100)
    def test_the_day_of_a_due_is_of_the_payment(self, plan, prices, paid):
        """What comes in later never changes when something was due before."""
        books = Books(plan)
        sale = Sale(1, prices)
        books.sales.append(sale)
        days = {}
        for part in paid:
            sale.day += timedelta(days=1)
            books.pay(sale, take(sale.total - sale.cash, part))
            books.sync()
            for earning in books.earnings:
                for key, value in earning.dues.items():
                    which = (earning.line.line_id, earning.payee_id, key)
                    self.assertEqual(days.setdefault(which, value), value)

    def test_what_an_upgrade_leaves(self):
        """Entries of one line are as they were: each payment, and what credit notes took back."""
        plan = example_plan(
            unit=CENT, basis="net", due="paid", rules=(Rule(1, "rate", Decimal("0.1")),)
        )
        books = Books(plan)
        sale = Sale(1, [10000])
        books.sales.append(sale)
        books.pay(sale, Decimal(50))
        sale.day += timedelta(days=1)
        credit_id = sale.credit([Fraction(2, 5)])
        sale.day += timedelta(days=1)
        books.pay(sale, Decimal(50))
        sale.day += timedelta(days=1)
        sale.credit([Fraction(1, 2)])
        books.sync()
        dues = {
            earning.line.move_id: {key: str(amount) for key, (amount, _day) in earning.dues.items()}
            for earning in books.earnings
        }
        self.assertEqual(
            dues,
            {
                sale.invoice: {"match,0": "5.00", "match,1": "1.00"},
                credit_id: {},
                credit_id + 1: {None: "-3.00"},
            },
        )

    def test_a_sale_in_two_currencies(self):
        """A down payment of 100 EUR at 4, and an invoice of 600 PLN: 1000 PLN in all."""
        plan = example_plan(
            unit=CENT, basis="net", due="paid", rules=(Rule(1, "rate", Decimal("0.1")),)
        )
        books = Books(plan)
        sale = Sale(1, [100000], 40000)
        books.sales.append(sale)
        (advance_id, (line,)), _invoice = sale.documents.items()
        sale.documents[advance_id] = [
            line._replace(document_currency_id=2, total=Decimal(100), company_total=Decimal(400))
        ]
        books.payments.append(Payment("match,0", advance_id, FIRST_DAY, cash=Decimal(50)))
        books.sync()
        self.assertEqual(books.get(sale), (100, 20))

    @given(
        st.lists(positive, max_size=4),
        st.lists(positive, max_size=4),
        st.lists(positive, max_size=4),
    )
    @settings(deadline=None, max_examples=100)
    def test_announced_money_counts_once(self, before, announced, brought):
        """What the bank brings after it was announced counts as far as it is more than that."""
        payments = [
            Payment(
                f"{what},{number}",
                1,
                FIRST_DAY,
                is_announced=what == "payment",
                journal_id=5,
                created=datetime(2026, 3, day, number),
                entered=FIRST_DAY,
                cash=amount,
            )
            for day, what, own in (
                (1, "earlier", before),
                (2, "payment", announced),
                (3, "match", brought),
            )
            for number, amount in enumerate(own)
        ]
        counted = sum(payment.cash for payment in commission_due.count_once(payments))
        self.assertEqual(counted, sum(before) + max(sum(announced), sum(brought)))
