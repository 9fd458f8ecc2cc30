"""Arithmetic of commissions: exact decimals, and parts that always add up to the whole.

How it works: money is rounded once, cumulatively. Of an amount in parts, each part is what is
due up to it less what was due before it, so that rounding never adds up and the last part takes
the remainder, whoever computes it and in however many steps.

The tiers of a period give one rate: what they make of the total by the total. Every sale of the
period earns at that rate, in whatever order documents came in, and what is credited takes back
what it earned.

A rate is a factor of the basis: 0.05 for 5 %, or an amount for each unit.
"""

from decimal import ROUND_HALF_UP, Context, Decimal
from itertools import accumulate
from typing import Any, NamedTuple

ZERO = Decimal(0)
# Amounts times amounts: enough digits for no product to be cut off.
EXACT = Context(prec=64)
# A quotient that goes on for ever is off by less than this: 1 / 7 * 7 is 1.
NOISE = Decimal("1e-30")


class Tier(NamedTuple):
    """The rate from some total on."""

    threshold: Decimal
    rate: Decimal


class Sale(NamedTuple):
    """What was sold in a period and, in the same period, credited.

    ``rate`` is None where the tiers of the period decide. ``credits`` are tuples of a key and
    its basis, which has the opposite sign.
    """

    key: Any
    basis: Decimal
    rate: Decimal | None
    credits: tuple = ()

    @property
    def net(self):
        return self.basis + sum(basis for _key, basis in self.credits)


def to_decimal(value):
    """Return the decimal that a float is meant to be.

    >>> to_decimal(0.1), to_decimal(None)
    (Decimal('0.1'), Decimal('0'))
    """
    return Decimal(repr(value)) if value else ZERO


def round_money(amount, unit):
    """Round to a multiple of the smallest unit of a currency, halves away from 0.

    >>> round_money(Decimal("1.005"), Decimal("0.01"))
    Decimal('1.01')
    >>> round_money(Decimal("-1.12"), Decimal("0.05"))
    Decimal('-1.10')
    """
    units = EXACT.divide(amount, unit).quantize(NOISE, context=EXACT)
    return units.quantize(Decimal(1), ROUND_HALF_UP, EXACT) * unit


def scale(amount, part, whole):
    """Return the part of an amount, not rounded.

    >>> scale(Decimal(10), Decimal(1), Decimal(4))
    Decimal('2.5')
    """
    return EXACT.divide(EXACT.multiply(amount, part), whole)


def distribute(amount, weights, unit):
    """Return an amount in parts by weights; they add up to it exactly.

    Weights that add up to nothing leave everything to the last one.

    >>> [str(part) for part in distribute(Decimal("0.10"), [Decimal(1)] * 3, Decimal("0.01"))]
    ['0.03', '0.04', '0.03']
    """
    if len(weights) == 1:
        return [amount]
    total = sum(weights, ZERO)
    if not total:
        return [ZERO] * (len(weights) - 1) + [amount] if weights else []
    reached = [round_money(scale(amount, weight, total), unit) for weight in accumulate(weights)]
    # the amount itself need not be a multiple of the unit
    reached[-1] = amount
    return [upto - before for before, upto in zip([ZERO, *reached], reached, strict=False)]


def apportion(amount, parts, unit):
    """Return parts that were computed exactly, rounded so that they add up to an amount.

    Each is rounded by itself; where that does not add up, those that were rounded most give way.

    >>> halves = apportion(Decimal("0.03"), [Decimal("0.005")] * 6, Decimal("0.01"))
    >>> [str(part) for part in halves]
    ['0.00', '0.00', '0.00', '0.01', '0.01', '0.01']
    """
    rounded = [round_money(part, unit) for part in parts]
    rest = round_money(amount - sum(rounded, ZERO), unit)
    if rest:
        step = unit if rest > 0 else -unit
        errors = [(part - own) * step for part, own in zip(parts, rounded, strict=True)]
        most = sorted(range(len(parts)), key=lambda position: -errors[position])
        for position in most[: int(rest / step)]:
            rounded[position] += step
    return rounded


def tier_amount(total, tiers, progressive):
    """Return what tiers make of the total of a period, not rounded.

    :param tiers: list of ``Tier`` by threshold; below the first one nothing is earned
    :param bool progressive: each rate counts from its threshold on; otherwise the rate that is
        reached counts for the whole total

    >>> tiers = [Tier(Decimal(0), Decimal("0.02")), Tier(Decimal(1000), Decimal("0.03"))]
    >>> tier_amount(Decimal(1500), tiers, False), tier_amount(Decimal(1500), tiers, True)
    (Decimal('45.00'), Decimal('35.00'))
    >>> tier_amount(Decimal(-100), tiers, True)
    Decimal('-2.00')
    """
    if total <= 0 or not progressive:
        return total * _reached_rate(max(total, ZERO), tiers)
    amount = ZERO
    for position, tier in enumerate(tiers):
        following = tiers[position + 1].threshold if position + 1 < len(tiers) else total
        amount += max(min(total, following) - tier.threshold, ZERO) * tier.rate
    return amount


def tier_rate(total, tiers, progressive):
    """Return the one rate that tiers give every sale of a period.

    >>> tiers = [Tier(Decimal(0), Decimal("0.02")), Tier(Decimal(1000), Decimal("0.04"))]
    >>> tier_rate(Decimal(2000), tiers, True), tier_rate(ZERO, tiers, True)
    (Decimal('0.03'), Decimal('0.02'))
    """
    if total <= 0:
        return _reached_rate(ZERO, tiers)
    return EXACT.divide(tier_amount(total, tiers, progressive), total)


def _reached_rate(total, tiers):
    rates = [tier.rate for tier in tiers if tier.threshold <= total]
    return rates[-1] if rates else ZERO


def credit_steps(commission, basis, credited, unit, known=()):
    """Return what each of several credit notes takes back of the commission on a sale.

    What is left after each of them is the part of the commission that the basis left has.

    :param credited: list of their bases, which have the opposite sign of ``basis``
    :param known: what some of the first ones take back, where that is settled; None if not

    >>> steps = credit_steps(Decimal("3.42"), Decimal(100), [Decimal(-33)] * 3, Decimal("0.01"))
    >>> [str(step) for step in steps], str(sum(steps))
    (['-1.13', '-1.13', '-1.13'], '-3.39')
    >>> credit_steps(Decimal("3.42"), Decimal(100), [Decimal(-100)], Decimal("0.01"))
    [Decimal('-3.42')]
    """
    known = [*known, *[None] * (len(credited) - len(known))]
    return credit_parts([commission], basis, credited, unit, [known])[0]


def credit_parts(parts, basis, credited, unit, known=None, factor=None, weights=None):
    """Return what credit notes take back of each part of a commission: a list for each of them.

    They take as much back of all parts as of the whole, and all of each part in the end.

    :param known: for each part, see ``credit_steps``
    :param factor: by which the commission follows from the basis; without it what is left is in
        proportion to the basis, of which there has to be some then
    :param weights: of the parts, should all of them be 0

    >>> steps = credit_parts([Decimal(5)] * 2, Decimal(3), [Decimal(-1)] * 3, Decimal("0.01"))
    >>> [[str(step) for step in own] for own in steps]
    [['-1.66', '-1.67', '-1.67'], ['-1.67', '-1.67', '-1.66']]
    >>> credit_parts([ZERO], ZERO, [Decimal(-20)], Decimal("0.01"), factor=Decimal("0.1"))
    [[Decimal('-2.00')]]

    One that is entered late is of an earlier day than one that is known:

    >>> late = {"known": [[None, Decimal("-1.56")]], "factor": Decimal("0.1")}
    >>> credited = [Decimal("-15.54")] * 2
    >>> [own] = credit_parts([Decimal("3.11")], Decimal("31.08"), credited, Decimal("0.01"), **late)
    >>> [str(step) for step in own]
    ['-1.55', '-1.56']
    """
    whole = sum(parts, ZERO)
    if weights is None or any(parts):
        weights = parts
    # what is known comes first, whatever day it is of: the last one takes what is left
    order = sorted(range(len(credited)), key=lambda step: _count_unknown(known, step))
    rests, upto = [ZERO] * len(credited), ZERO
    for step in order:
        upto += credited[step]
        if factor is not None and whole == round_money(basis * factor, unit):
            rest = (basis + upto) * factor
        else:
            rest = scale(whole, basis + upto, basis) if basis else ZERO
        rests[step] = distribute(round_money(rest, unit), weights, unit)
    return [
        _lower(part, [rest[position] for rest in rests], known[position] if known else (), order)
        for position, part in enumerate(parts)
    ]


def _count_unknown(known, step):
    """Return of how many parts it is not known what a credit note takes back."""
    return sum(own[step] is None for own in known or ())


def _lower(amount, rests, known, order):
    """Return the steps from an amount down to what is to be left, taken in order, some known."""
    steps = list(known) or [None] * len(rests)
    for step in order:
        if steps[step] is None:
            steps[step] = rests[step] - amount
        amount += steps[step]
    return steps


def settle_period(sales, tiers, progressive, total, cap, unit):
    """Return what each sale and credit note of a period earns in the end.

    Net of what was credited, the sales that the tiers rate earn what the tiers make of the
    total, to the last unit, and all of them together no more than the cap.

    :param sales: list of ``Sale``
    :param total: what decides about the rate of the tiers
    :param cap: the most that is earned, or None
    :return: dict of key to commission

    >>> tiers = [Tier(Decimal(0), Decimal("0.01")), Tier(Decimal(100), Decimal("0.05"))]
    >>> credited = Sale("a", Decimal(100), None, (("c", Decimal(-50)),))
    >>> sales = [credited, Sale("b", Decimal(70), None)]
    >>> found = settle_period(sales, tiers, False, Decimal(120), None, Decimal("0.01"))
    >>> {key: str(amount) for key, amount in found.items()}
    {'a': '5.00', 'c': '-2.50', 'b': '3.50'}
    """
    rate = tier_rate(total, tiers, progressive)
    rates = [rate if sale.rate is None else sale.rate for sale in sales]
    gross = [round_money(sale.basis * rate, unit) for sale, rate in zip(sales, rates, strict=True)]
    tiered = [position for position, sale in enumerate(sales) if sale.rate is None]
    # what is left of each sale
    left = [
        round_money(scale(amount, sale.net, sale.basis), unit) if sale.basis else ZERO
        for sale, amount in zip(sales, gross, strict=True)
    ]
    weights = [sales[position].net for position in tiered]
    exact = round_money(rate * sum(weights, ZERO), unit)
    for position, part in zip(tiered, distribute(exact, weights, unit), strict=True):
        left[position] = part
    earned = sum(left, ZERO)
    if cap is not None and earned > cap:
        gross = [round_money(scale(amount, cap, earned), unit) for amount in gross]
        left = distribute(cap, left, unit)
    found = {}
    for sale, amount, end in zip(sales, gross, left, strict=True):
        if not sale.credits:
            found[sale.key] = end
            continue
        found[sale.key] = amount
        keys, bases = zip(*sale.credits, strict=True)
        steps = credit_steps(amount, sale.basis, bases, unit)
        # the last one leaves what the period has for the rest of the sale
        steps[-1] += end - amount - sum(steps)
        found.update(zip(keys, steps, strict=True))
    return found
