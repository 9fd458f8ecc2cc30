"""The interchangeable units of a resource: which booking gets which, and what is in the way.

Plain objects, no ORM. Units are counted first and given out afterwards: a booking is refused only
if at one moment more units would be needed than there are. Where none is free all the time, but
one at each moment, others change their unit for it.

Where at no moment more units are needed than there are, each booking can have one unit all the
time: from a moment on, in the order in which they start, whoever is next finds one that is free
(colouring of intervals). The same holds from that moment back, in the order in which they stop.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Hashable
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from math import inf
from operator import attrgetter
from typing import NamedTuple

from . import intervals

# How far around what is wanted it is looked first who may have to change the unit.
MARGIN = timedelta(days=7)


class Claim(NamedTuple):
    """A booking that needs a unit from one moment to another.

    ``unit`` is the one that it has, None for a booking that has none yet. No two claims of one
    time that are there have the same.
    """

    key: Hashable
    start: datetime
    stop: datetime
    unit: int | None = None


class Units:
    """The units of one resource, numbered from 1: who gets which, and who is in whose way.

    It is given bookings as ``Claim`` and answers by their keys. What is *wanted* is a list of
    tuples, in the order of the time: a claim, and the claims *beside* it, which have a unit for
    some of its time.

    :param int quantity: how many units there are
    :param datetime now: what goes on then keeps the unit that somebody has
    :param fetch: function of two moments that returns a list of the claims that have a unit
        between them, but for those that are placed; None where nobody can be moved

    >>> at = lambda hour: datetime(2026, 3, 2, hour)
    >>> there = [Claim("early", at(8), at(10), 1), Claim("late", at(10), at(12), 2)]
    >>> fetch = lambda start, stop: there
    >>> wanted = [(Claim("new", at(9), at(11)), there)]
    >>> Units(3, at(8), fetch).place(wanted)
    ({'new': 3}, {})
    >>> Units(2, at(8), fetch).place(wanted)  # none is free all the time: somebody has to change
    ({'late': 1, 'new': 2}, {})
    >>> Units(1, at(8), fetch).place(wanted)
    ({}, {'new': ['early', 'late']})
    """

    def __init__(self, quantity, now, fetch=None):
        self.quantity = quantity
        self.now = now
        self.fetch = fetch

    def place(self, wanted):
        """Find a unit for each of several bookings, or say what is in the way.

        :return: tuple of two dicts, one of which is empty: of key to unit, with those of others
            that have to change theirs for it; and of the key of each for which there is none to
            the keys of those in its way, none where these cannot be moved
        """
        if refused := self._find_refused(wanted):
            return {}, refused
        free = self._find_free(wanted)
        if free is not None:
            return free, {}
        if not self.fetch:
            return {}, {claim.key: [] for claim, _beside in wanted}
        return self._rearrange([claim._replace(unit=None) for claim, _beside in wanted]), {}

    def refit(self, claims):
        """Put bookings that are not over on the units that there are, whatever they had.

        :param claims: all of them, in the order of the time
        :return: tuple of a dict of key to the new unit of each that has to change, and of the list
            of the keys of those for which there is none
        """
        # what was needed before does not matter any more
        needed = [(claim._replace(start=max(claim.start, self.now)), ()) for claim in claims]
        if lacking := self._find_refused(needed):
            return {}, list(lacking)
        held = {claim.key: claim.unit for claim in claims}
        given = self._rearrange(claims)
        return {key: unit for key, unit in given.items() if held.get(key) != unit}, []

    def _find_refused(self, wanted):
        """Find those for which there is no unit at some moment, beside each other as well.

        :return: dict of the key of each to the keys of those beside it that are in the way
        """
        placed, refused = [], {}
        for claim, beside in wanted:
            # those that come later do not start earlier
            placed = [each for each in placed if each.stop > claim.start]
            taken = [
                (max(each.start, claim.start), min(each.stop, claim.stop))
                for each in (*beside, *placed)
            ]
            if full := intervals.at_least(self.quantity, taken):
                refused[claim.key] = [
                    each.key for each in beside if intervals.overlaps(full, each.start, each.stop)
                ]
            else:
                placed.append(claim)
        return refused

    def _find_free(self, wanted):
        """Find units that are free all the time; whoever has one keeps it if possible.

        :return: dict of key to unit; None if not each finds one
        """
        placed, found = [], {}
        for claim, beside in wanted:
            placed = [each for each in placed if each.stop > claim.start]
            used = {each.unit for each in (*beside, *placed)}
            own = [claim.unit] if claim.unit and claim.unit <= self.quantity else []
            every = (*own, *range(1, self.quantity + 1))
            unit = next((unit for unit in every if unit not in used), None)
            if unit is None:
                return None
            found[claim.key] = unit
            placed.append(claim._replace(unit=unit))
        return found

    def _rearrange(self, claims):
        """Find units by moving others to other ones; there is one for each at each moment.

        What is over keeps its unit, too, unless something is wanted for that time.

        :return: dict of the keys of the claims, and of those that have to change, to the unit
        """
        first = min(claim.start for claim in claims)
        last = max(claim.stop for claim in claims)
        pivot = min(max(first, self.now), last)
        margin = MARGIN
        while True:
            start = first - margin if first < pivot else first
            stop = last + margin if last > pivot else last
            others = self.fetch(start, stop)
            arranged = arrange(claims + others, self.quantity, pivot)
            moved = [each for each in others if arranged[each.key] != each.unit]
            # who has to move may be in the way of somebody further away
            if all(start <= each.start and each.stop <= stop for each in moved):
                return {each.key: arranged[each.key] for each in moved + claims}
            margin *= 4


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
