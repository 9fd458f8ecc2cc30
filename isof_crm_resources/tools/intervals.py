"""Sets of time: half-open intervals of naive UTC datetimes, pure functions.

An interval is a tuple of its first moment and of the first one after it, so that of two that
touch neither contains a moment of the other. What is returned is always normalised: sorted,
nothing empty, nothing that overlaps or touches. Except for ``normalise``, ``union``, ``stack``
and ``at_least`` the functions expect that of what they take as well, and go through it once.
"""

from bisect import bisect_right
from itertools import chain


def normalise(intervals):
    """Return the same time as sorted intervals that neither overlap nor touch.

    :param intervals: iterable of intervals in any order
    :raises ValueError: when one of them ends before it starts

    >>> normalise([(3, 5), (1, 2), (2, 3), (7, 7), (4, 6)])
    [(1, 6)]
    >>> normalise([(5, 4)])
    Traceback (most recent call last):
    ...
    ValueError: 5 to 4 ends before it starts
    """
    merged = []
    for start, stop in sorted(intervals):
        if stop < start:
            raise ValueError(f"{start} to {stop} ends before it starts")
        if start == stop:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
        else:
            merged.append((start, stop))
    return merged


def bridge(intervals, gap):
    """Return the same time in any order with the gaps in it filled that are no longer than ``gap``.

    :raises ValueError: when an interval ends before it starts

    >>> bridge([(8, 9), (1, 2), (4, 5)], 2)
    [(1, 5), (8, 9)]
    """
    bridged = []
    for start, stop in normalise(intervals):
        if bridged and start - bridged[-1][1] <= gap:
            bridged[-1] = (bridged[-1][0], stop)
        else:
            bridged.append((start, stop))
    return bridged


def union(*sets):
    """Return the time that lies in at least one of the sets of intervals, in any order.

    :raises ValueError: when an interval ends before it starts

    >>> union([(1, 2), (5, 6)], [(2, 3)], [])
    [(1, 3), (5, 6)]
    """
    return normalise(chain.from_iterable(sets))


def stack(intervals):
    """Return how many of the intervals, in any order, hold each moment that lies in one.

    :return: sorted list of tuples of first moment, first moment after it, and number
    :raises ValueError: when an interval ends before it starts

    >>> stack([(1, 4), (3, 6), (8, 9), (9, 10), (5, 5)])
    [(1, 3, 1), (3, 4, 2), (4, 6, 1), (8, 9, 1), (9, 10, 1)]
    """
    starts, stops = _sort_ends(intervals)
    stacked = []
    begun = ended = 0
    last = None
    while ended < len(stops):
        moment = stops[ended]
        if begun < len(starts):
            moment = min(moment, starts[begun])
        if begun > ended:
            stacked.append((last, moment, begun - ended))
        while begun < len(starts) and starts[begun] == moment:
            begun += 1
        while ended < len(stops) and stops[ended] == moment:
            ended += 1
        last = moment
    return stacked


def at_least(count, intervals):
    """Return the time that lies in ``count`` of the intervals, or more; they come in any order.

    A moment at which ``n`` have ended lies in ``count`` of them when those that have begun are
    ``n + count`` at least: the time is what lies between each end and the beginning that comes
    ``count - 1`` places later in the order of beginnings.

    :param int count: at least one
    :raises ValueError: when an interval ends before it starts

    >>> at_least(2, [(1, 4), (3, 6), (8, 9), (5, 7), (5, 5)]), at_least(1, [(3, 4), (1, 9)])
    ([(3, 4), (5, 6)], [(1, 9)])
    """
    starts, stops = _sort_ends(intervals)
    pairs = zip(starts[count - 1 :], stops, strict=False)
    return normalise((start, stop) for start, stop in pairs if start < stop)


def _sort_ends(intervals):
    """Return the first moments in their order, and in theirs the moments after; nothing empty."""
    starts, stops = [], []
    for start, stop in intervals:
        if stop < start:
            raise ValueError(f"{start} to {stop} ends before it starts")
        if start < stop:
            starts.append(start)
            stops.append(stop)
    starts.sort()
    stops.sort()
    return starts, stops


def intersection(one, other):
    """Return the time that lies in both sets of intervals.

    >>> intersection([(1, 4), (6, 9)], [(3, 7), (8, 12)])
    [(3, 4), (6, 7), (8, 9)]
    """
    common = []
    i = j = 0
    while i < len(one) and j < len(other):
        start = max(one[i][0], other[j][0])
        stop = min(one[i][1], other[j][1])
        if start < stop:
            common.append((start, stop))
        if one[i][1] < other[j][1]:
            i += 1
        else:
            j += 1
    return common


def difference(one, other):
    """Return the time that lies in the first set of intervals and not in the second.

    >>> difference([(1, 10)], [(0, 2), (4, 5), (9, 12)])
    [(2, 4), (5, 9)]
    """
    left = []
    j = 0
    for start, stop in one:
        while j < len(other) and other[j][1] <= start:
            j += 1
        # the last one that is looked at may reach into the next interval as well
        k = j
        while k < len(other) and other[k][0] < stop:
            if start < other[k][0]:
                left.append((start, other[k][0]))
            start = other[k][1]
            k += 1
        if start < stop:
            left.append((start, stop))
    return left


def clip(intervals, start, stop):
    """Return the time of a set of intervals that lies from one moment to another.

    >>> clip([(1, 4), (6, 9), (11, 12)], 3, 8)
    [(3, 4), (6, 8)]
    >>> clip([(1, 4)], 3, 3)
    []
    """
    return intersection(intervals, [(start, stop)])


def covers(intervals, start, stop):
    """Return whether all the time from one moment to another lies in a set of intervals.

    >>> covers([(1, 4), (6, 9)], 6, 8), covers([(1, 4), (6, 9)], 3, 7)
    (True, False)
    """
    position = bisect_right(intervals, start, key=lambda interval: interval[0]) - 1
    return position >= 0 and stop <= intervals[position][1]


def overlaps(intervals, start, stop):
    """Return whether some of the time from one moment to another lies in a set of intervals.

    >>> overlaps([(1, 4), (6, 9)], 4, 6), overlaps([(1, 4), (6, 9)], 4, 7)
    (False, True)
    """
    position = bisect_right(intervals, start, key=lambda interval: interval[1])
    return position < len(intervals) and intervals[position][0] < stop
