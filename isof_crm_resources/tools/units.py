"""Which of the interchangeable units of a resource each booking gets: pure functions, no ORM.

Where at no moment more units are needed than there are, each booking can have one unit all the
time: from a moment on, in the order in which they start, whoever is next finds one that is free
(colouring of intervals). The same holds from that moment back, in the order in which they stop.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Hashable
from datetime import datetime
from functools import partial
from itertools import count
from math import inf
from operator import attrgetter
from typing import NamedTuple


class Claim(NamedTuple):
    """A booking that needs a unit from one moment to another.

    ``unit`` is the one that it has, None for a booking that has none yet. No two claims of one
    time have the same.
    """

    key: Hashable
    start: datetime
    stop: datetime
    unit: int | None = None


def arrange(claims, quantity, pivot):
    """Return the unit that each booking gets, such that no two have the same at a time.

    What goes on at the pivot keeps its unit, everything else does if it can; what has none gets
    one that as few others have to leave for it.

    :param claims: list of ``Claim``
    :param int quantity: how many units there are, numbered from 1. Higher numbers are given only
        where more units are needed at a moment than that
    :param datetime pivot: the moment at which nobody has to leave a unit that there is
    :return: dict of key to unit

    >>> at = lambda hour: datetime(2026, 3, 2, hour)
    >>> claims = [Claim("short", at(8), at(9), 1), Claim("long", at(8), at(10), 2),
    ...           Claim("late", at(10), at(12), 1), Claim("new", at(9), at(11))]
    >>> units = arrange(claims, 2, at(9))
    >>> [units[claim.key] for claim in claims]
    [1, 2, 2, 1]
    """
    homes = _Homes(claims)
    units = {}

    def give(claim, is_free, highest):
        """Note the unit of a claim: its own up to the highest that it may keep, or another."""
        unit = claim.unit
        if not (unit and unit <= highest and is_free(unit)):
            free = filter(is_free, range(1, quantity + 1))
            unit = min(free, key=partial(homes.count, claim), default=None)
        units[claim.key] = unit = unit or next(filter(is_free, count(quantity + 1)))
        return unit

    across = [claim for claim in claims if claim.start < pivot < claim.stop]
    held = {}
    # who has a unit that there is keeps it, whoever comes
    for claim in sorted(across, key=lambda each: (each.unit or quantity + 1) > quantity):
        held[give(claim, lambda unit: unit not in held, quantity)] = claim

    def sweep(claims, get_span, highest):
        """Give units to claims, from the pivot on, in the order of the spans away from it."""
        until = {unit: get_span(claim)[1] for unit, claim in held.items()}
        # of those that begin together first who has a unit
        in_order = sorted(claims, key=lambda each: (get_span(each)[0], each.unit is None))
        for claim in in_order:
            begin, end = get_span(claim)
            unit = give(claim, lambda unit, at=begin: until.get(unit, at) <= at, highest)
            until[unit] = end

    coming = [claim for claim in claims if claim.start >= pivot]
    sweep(coming, lambda each: (each.start - pivot, each.stop - pivot), quantity)
    # what is over keeps a unit that is no more
    over = [claim for claim in claims if claim.stop <= pivot]
    sweep(over, lambda each: (pivot - each.stop, pivot - each.start), inf)
    return units


class _Homes:
    """When which unit is at home to which booking."""

    def __init__(self, claims):
        self._starts, self._stops = defaultdict(list), defaultdict(list)
        for claim in sorted(claims, key=attrgetter("start")):
            # on one unit they stop in the order in which they start
            self._starts[claim.unit].append(claim.start)
            self._stops[claim.unit].append(claim.stop)

    def count(self, claim, unit):
        """Return how many bookings would have to leave their unit for a claim."""
        first = bisect_right(self._stops[unit], claim.start)
        return bisect_left(self._starts[unit], claim.stop) - first
