import doctest
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests.common import BaseCase, tagged

from ...tools import commission, commission_overlap, commission_plan

CENT = Decimal("0.01")
money = st.decimals(-(10**7), 10**7, places=2)
positive = st.decimals(0, 10**7, places=2)
rates = st.decimals(0, 1, places=4)


@st.composite
def tiers(draw):
    thresholds = sorted(draw(st.sets(positive, min_size=1, max_size=5)))
    return [commission.Tier(threshold, draw(rates)) for threshold in thresholds]


def round_half_up(value):
    """Round a fraction to cents, halves away from 0: the model."""
    cents = abs(value) * 100
    whole = (2 * cents.numerator + cents.denominator) // (2 * cents.denominator)
    return Decimal(whole if value >= 0 else -whole).scaleb(-2)


def model_tiers(total, tiers, progressive):
    """Return what tiers make of a total, unit by unit of money: the model."""
    if total <= 0 or not progressive:
        reached = [tier.rate for tier in tiers if tier.threshold <= max(total, 0)]
        return Fraction(total) * Fraction(reached[-1] if reached else 0)
    bounds = [*(tier.threshold for tier in tiers[1:]), max(total, tiers[-1].threshold)]
    return sum(
        (
            Fraction(min(total, bound) - tier.threshold) * Fraction(tier.rate)
            for tier, bound in zip(tiers, bounds, strict=True)
            if total > tier.threshold
        ),
        Fraction(0),
    )


@tagged("post_install", "-at_install")
class TestCommissionTools(BaseCase):
    """The arithmetic of commissions against plain models in fractions."""

    def test_examples(self):
        for module in (commission, commission_overlap, commission_plan):
            with self.subTest(module.__name__):
                failed, attempted = doctest.testmod(module)
                self.assertTrue(attempted)
                self.assertFalse(failed)

    @given(st.decimals(-(10**6), 10**6, places=6))
    @settings(deadline=None)
    def test_round_money(self, amount):
        self.assertEqual(commission.round_money(amount, CENT), amount.quantize(CENT, ROUND_HALF_UP))

    @given(money, tiers(), st.booleans())
    @settings(deadline=None)
    def test_tiers(self, total, tiers, progressive):
        expected = model_tiers(total, tiers, progressive)
        amount = commission.tier_amount(total, tiers, progressive)
        self.assertEqual(Fraction(amount), expected)
        rate = commission.tier_rate(total, tiers, progressive)
        self.assertEqual(commission.round_money(rate * total, CENT), round_half_up(expected))

    @given(positive, positive, tiers())
    @settings(deadline=None)
    def test_progressive_tiers_never_fall(self, total, more, tiers):
        self.assertLessEqual(
            commission.tier_amount(total, tiers, True),
            commission.tier_amount(total + more, tiers, True),
        )

    @given(money, st.lists(st.decimals("0.01", 100, places=2), min_size=1, max_size=8))
    @settings(deadline=None)
    def test_parts_add_up(self, amount, weights):
        parts = commission.distribute(amount, weights, CENT)
        self.assertEqual(sum(parts), amount)
        total = sum(map(Fraction, weights))
        for part, weight in zip(parts, weights, strict=True):
            exact = Fraction(amount) * Fraction(weight) / total
            self.assertLessEqual(abs(Fraction(part) - exact), Fraction(1, 100))

    @given(st.lists(st.integers(1, 99), min_size=1, max_size=5), money)
    @settings(deadline=None)
    def test_split_of_100_percent(self, percents, amount):
        percents = [Decimal(percent) for percent in percents]
        percents.append(Decimal(1000) - sum(percents))
        self.assertEqual(sum(commission.distribute(amount, percents, CENT)), amount)

    @given(money, st.lists(st.integers(-1000, 1000), min_size=1, max_size=8), rates)
    @settings(deadline=None)
    def test_rounded_parts_add_up(self, amount, weights, rate):
        parts = [amount * weight * rate / 1000 for weight in weights]
        whole = commission.round_money(sum(parts), CENT)
        rounded = commission.apportion(whole, parts, CENT)
        self.assertEqual(sum(rounded), whole)
        for part, own in zip(parts, rounded, strict=True):
            self.assertLess(abs(part - own), CENT)

    @given(money, st.lists(st.decimals("0.01", 10**5, places=2), min_size=1, max_size=6))
    @settings(deadline=None)
    def test_credit_notes_take_everything_back(self, earned, credited):
        basis = sum(credited)
        steps = commission.credit_steps(earned, basis, [-part for part in credited], CENT)
        self.assertEqual(sum(steps), -earned)

    @given(
        money,
        st.lists(st.integers(1, 99), min_size=1, max_size=4),
        st.lists(st.decimals("0.01", 10**5, places=2), min_size=1, max_size=6),
    )
    @settings(deadline=None)
    def test_credit_notes_of_a_split(self, earned, percents, credited):
        parts = commission.distribute(earned, [Decimal(percent) for percent in percents], CENT)
        basis, credited = sum(credited), [-part for part in credited]
        steps = commission.credit_parts(parts, basis, credited, CENT)
        self.assertEqual([sum(own) for own in steps], [-part for part in parts])
        self.assertEqual(
            [sum(column) for column in zip(*steps, strict=True)],
            commission.credit_steps(earned, basis, credited, CENT),
        )

    @given(
        st.lists(st.tuples(positive, st.none() | rates, st.lists(rates, max_size=2)), max_size=6),
        tiers(),
        st.booleans(),
        st.none() | positive,
    )
    @settings(deadline=None)
    def test_a_period_adds_up(self, rows, tiers, progressive, cap):
        sales = []
        for number, (basis, rate, parts) in enumerate(rows):
            credits, left = [], basis
            for position, part in enumerate(parts):
                credited = commission.round_money(left * part, CENT)
                left -= credited
                credits.append(((number, position), -credited))
            sales.append(commission.Sale(number, basis, rate, tuple(credits)))
        total = sum((sale.net for sale in sales if sale.rate is None), Decimal(0))
        found = commission.settle_period(sales, tiers, progressive, total, cap, CENT)
        rounded = round_half_up(model_tiers(total, tiers, progressive))
        for sale in sales:
            if sale.rate is not None:
                gross = round_half_up(Fraction(sale.basis) * Fraction(sale.rate))
                if sale.basis:
                    gross = round_half_up(
                        Fraction(gross) * Fraction(sale.net) / Fraction(sale.basis)
                    )
                rounded += gross
            if not sale.net:
                keys = [sale.key, *(key for key, _basis in sale.credits)]
                self.assertEqual(sum(found[key] for key in keys), 0, "a full credit leaves some")
        self.assertEqual(sum(found.values()), rounded if cap is None else min(rounded, cap))
