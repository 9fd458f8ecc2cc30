"""What a commission plan would have paid."""

from collections import defaultdict
from decimal import Decimal

from .commission import ZERO
from .commission_ledger import Earnings


def simulate(plan, lines):
    """Return what a plan would have paid for lines, if there were nothing else.

    :return: tuple of a list of ``Earning``, and a list of tuples of a seller, the first day of a
        period and what the minimum adds
    """

    def compute(fixed=None):
        # the rates follow from the totals, below
        return Earnings((plan,), lines, {}, lambda added: dict.fromkeys(added, ZERO), fixed)

    earnings = compute()
    by_team, periods = defaultdict(Decimal), set()
    for earning in earnings:
        terms = earning.terms
        if terms.period_start:
            periods.add((terms.seller_id, terms.period_start))
            if terms.is_tiered:
                by_team[earning.line.team_id, terms.period_start] += earning.basis
    fixed, minimums = {}, []
    for seller_id, first in sorted(periods):
        decided, minimum = earnings.decide(
            plan, seller_id, first, lambda team_id, first=first: by_team[team_id, first]
        )
        fixed |= decided
        if minimum:
            minimums.append((seller_id, first, minimum))
    return list(compute(fixed)), minimums
