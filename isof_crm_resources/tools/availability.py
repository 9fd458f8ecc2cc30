"""When resources are free: pure functions on naive UTC datetimes, no ORM.

A booking takes a unit of a resource longer than it lasts: by the buffers before and after it. A
new booking fits when at each moment of what it would take fewer units are taken than there are,
whichever they are; two that touch do not overlap. Which unit it gets is another matter, see
``units.py``. Opening hours and the booking window hold for the time that is booked, not for its
buffers.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, partial
from itertools import chain
from typing import NamedTuple

from odoo.addons.isof_crm.tools.activity_time import to_clock

from . import intervals

# How far ahead it is looked for something else that is free.
DAYS_AHEAD = 14
STEP = timedelta(minutes=15)
HOUR = timedelta(hours=1)
ALWAYS = datetime.min, datetime.max


@dataclass(frozen=True, eq=False)
class Bookable:
    """A resource as far as it matters for when it is free.

    :param key: what the caller knows it by
    :param busy: iterable of tuples of first blocked moment and first moment after it, in any
        order: the bookings that block, their own buffers included
    :param working: intervals in which it may be used, in any order; None for always
    :param quantity: how many interchangeable units there are
    :param before: how long a new booking blocks its unit before it starts
    :param after: how long a new booking blocks its unit after it stops
    :param allow_overlap: bookings do not exclude each other
    :param max_duration: the longest booking, or None
    :param opens: no booking starts before it, or None
    :param closes: no booking stops after it, or None
    """

    key: Hashable
    busy: Sequence[tuple[datetime, datetime]] = ()
    working: Sequence[tuple[datetime, datetime]] | None = None
    quantity: int = 1
    before: timedelta = timedelta()
    after: timedelta = timedelta()
    allow_overlap: bool = False
    max_duration: timedelta | None = None
    opens: datetime | None = None
    closes: datetime | None = None

    def full(self, count=1):
        """Return when fewer than ``count`` units are free, as normalised intervals.

        :param int count: that of units that are wanted at once
        """
        left = self.quantity - count
        if self.allow_overlap or len(self.busy) <= left:
            return []
        if left < 0:
            return [ALWAYS]
        return intervals.at_least(left + 1, self.busy)

    def taken(self, count=1):
        """Return the time that ``count`` new bookings at once may not touch, as ``full``.

        They keep the distance of their own buffers to what is blocked already.

        :param int count: no more than there are units
        """
        full = self.full(count)
        if not (self.before or self.after):
            return full
        return intervals.normalise((start - self.after, stop + self.before) for start, stop in full)

    def blocked(self, start, stop):
        """Return what a new booking from one moment to another would block."""
        return start - self.before, stop + self.after

    def allowed(self, start, stop):
        """Return the time from one moment to another in which bookings may lie."""
        if self.opens:
            start = max(start, self.opens)
        if self.closes:
            stop = min(stop, self.closes)
        if start >= stop:
            return []
        if self.working is None:
            return [(start, stop)]
        return intervals.clip(self._opening, start, stop)

    def is_open(self, start, stop):
        """Return whether it may be used from one moment to another, taken or not."""
        return self.working is None or intervals.covers(self._opening, start, stop)

    @cached_property
    def _opening(self):
        return intervals.normalise(self.working)

    def allows_length(self, duration):
        """Return whether a booking may last as long as that."""
        return self.max_duration is None or duration <= self.max_duration


class Slot(NamedTuple):
    """A time at which several requirements can be met at once.

    ``choices`` has the keys of those that are free for each requirement, ``assigned`` one of
    them for each, such that none is needed more often than it has free units.
    """

    start: datetime
    stop: datetime
    choices: list
    assigned: list


def is_free(bookable, start, stop):
    """Return whether the resource can be booked from one moment to another.

    :raises ValueError: when the booking would not end after it starts

    >>> from datetime import datetime as dt
    >>> room = Bookable("room", working=[(dt(2026, 3, 2, 7), dt(2026, 3, 2, 15))])
    >>> is_free(room, dt(2026, 3, 2, 14), dt(2026, 3, 2, 15))
    True
    >>> is_free(room, dt(2026, 3, 2, 14), dt(2026, 3, 2, 16))
    False
    >>> busy = [(dt(2026, 3, 2, 8), dt(2026, 3, 2, 10)), (dt(2026, 3, 2, 10), dt(2026, 3, 2, 12))]
    >>> is_free(Bookable("kit", busy, quantity=2), dt(2026, 3, 2, 9), dt(2026, 3, 2, 11))
    True
    >>> is_free(Bookable("kit", busy), dt(2026, 3, 2, 9), dt(2026, 3, 2, 11))
    False
    """
    _check_length(stop - start)
    return (
        bookable.allows_length(stop - start)
        and intervals.covers(bookable.allowed(start, stop), start, stop)
        and not intervals.overlaps(bookable.full(), *bookable.blocked(start, stop))
    )


def free_slots(bookable, start, stop, duration=timedelta()):
    """Return the longest bookings that fit from one moment to another, sorted by start.

    A shorter booking fits if it lies in one of them.

    :param timedelta duration: leave out slots that are shorter; nothing is free when the
        resource may not be booked for it
    :return: list of tuples of start and stop

    >>> from datetime import datetime as dt
    >>> room = Bookable("room", [(dt(2026, 3, 2, 9), dt(2026, 3, 2, 10))], after=STEP)
    >>> for slot in free_slots(room, dt(2026, 3, 2, 8), dt(2026, 3, 2, 12)):
    ...     print(*slot)
    2026-03-02 08:00:00 2026-03-02 08:45:00
    2026-03-02 10:00:00 2026-03-02 12:00:00
    """
    if not bookable.allows_length(duration):
        return []
    free = intervals.difference(bookable.allowed(start, stop), bookable.taken())
    return [slot for slot in free if slot[1] - slot[0] >= duration]


def next_free(bookable, start, stop, duration, *, step=STEP, tz="UTC"):
    """Return the first start of a booking of some length that fits, or None.

    :param datetime start: not before this moment
    :param datetime stop: the booking is over by then
    :param timedelta duration: how long it lasts
    :param timedelta step: starts are at multiples of it on the clock; see ``grid``
    :param str tz: the zone of that clock
    :raises ValueError: when the duration is not positive, or an hour is no multiple of ``step``

    >>> from datetime import datetime as dt
    >>> room = Bookable("room", [(dt(2026, 3, 2, 9), dt(2026, 3, 2, 10, 10))])
    >>> str(next_free(room, dt(2026, 3, 2, 8, 30), dt(2026, 3, 3), timedelta(hours=1)))
    '2026-03-02 10:15:00'
    """
    _check_length(duration)
    for first, last in _start_ranges(free_slots(bookable, start, stop, duration), duration):
        found = align(first, step, tz)
        if found <= last:
            return found
    return None


def find_together(requirements, start, stop, duration, *, step=STEP, tz="UTC", limit=None):
    """Return the times at which every requirement can be met by a resource of its own.

    :param requirements: list of the candidates (a list of ``Bookable``, best first) for each
        thing that is needed; the same candidate may be among those of several
    :param datetime start: not before this moment
    :param datetime stop: the bookings are over by then
    :param timedelta duration: how long they last
    :param timedelta step: starts are at multiples of it on the clock; see ``grid``
    :param str tz: the zone of that clock
    :param int limit: the highest number of times to return
    :return: list of ``Slot`` in the order of time
    :raises ValueError: when nothing is required, the duration is not positive, or an hour is
        no multiple of ``step``

    >>> from datetime import datetime as dt
    >>> rooms = [Bookable("small"), Bookable("large")]
    >>> kits = [Bookable("kit", [(dt(2026, 3, 2, 8), dt(2026, 3, 2, 10))])]
    >>> slots = find_together([rooms, kits], dt(2026, 3, 2, 8), dt(2026, 3, 2, 12), 6 * STEP)
    >>> str(slots[0].start), slots[0].choices, slots[0].assigned, len(slots)
    ('2026-03-02 10:00:00', [['small', 'large'], ['kit']], ['small', 'kit'], 3)
    """
    _check_length(duration)
    if not requirements:
        raise ValueError("nothing is required")
    starts = list(grid(start, stop - duration, step, tz))
    candidates = {bookable.key: bookable for candidates in requirements for bookable in candidates}
    masks = {
        key: _StartMasks(bookable, starts, start, stop, duration)
        for key, bookable in candidates.items()
    }
    possible = (1 << len(starts)) - 1
    for required in requirements:
        meets = 0
        for bookable in required:
            meets |= masks[bookable.key].free
        possible &= meets
    slots = []
    for position in _set_bits(possible):
        choices = [
            [bookable.key for bookable in required if masks[bookable.key].free >> position & 1]
            for required in requirements
        ]
        assigned = _assign(choices, partial(_count_free, masks, position, len(choices)))
        if assigned:
            moment = starts[position]
            slots.append(Slot(moment, moment + duration, choices, assigned))
            if len(slots) == limit:
                break
    return slots


def iter_choices(slot):
    """Yield each set of resources by which the requirements can be met at one time, best first.

    First several units of a resource, if these were assigned; then those of a resource for each
    requirement, in the order in which they are asked for and preferred. Such sets are the bases
    of a matroid: whatever can be part of one can be completed to one, so that nothing is tried in
    vain, however many ways there are to choose.

    :param Slot slot: with the keys that are free for each requirement
    :return: lists of keys, one for each requirement, each set of keys once

    >>> slot = Slot(None, None, [["a", "b", "c"], ["a", "b", "c"]], ["a", "b"])
    >>> list(iter_choices(slot))
    [['a', 'b'], ['a', 'c'], ['b', 'c']]
    >>> list(iter_choices(Slot(None, None, [["kit"], ["kit"]], ["kit", "kit"])))
    [['kit', 'kit']]
    """
    if len(set(slot.assigned)) < len(slot.assigned):
        yield slot.assigned
    if best := _choose(slot.choices):
        yield best
        for keys in _iter_distinct(slot.choices):
            if keys != set(best):
                yield _choose([[key for key in each if key in keys] for each in slot.choices])


def are_free(wanted):
    """Return whether several bookings are possible together.

    :param wanted: list of tuples of ``Bookable``, start and stop
    :raises ValueError: when one would not end after it starts

    >>> from datetime import datetime as dt
    >>> kit = Bookable("kit", [(dt(2026, 3, 2, 9), dt(2026, 3, 2, 10))], quantity=2)
    >>> once = (kit, dt(2026, 3, 2, 8), dt(2026, 3, 2, 10))
    >>> are_free([once]), are_free([once, once])
    (True, False)
    """
    return all(is_free(*each) for each in wanted) and _fit_together(
        _stack_wanted(wanted), timedelta()
    )


def next_shift(wanted, horizon, *, step=STEP, tz="UTC"):
    """Return by how much several bookings have to be put off so that all of them fit, or None.

    :param wanted: list of tuples of ``Bookable``, start and stop
    :param timedelta horizon: by no more than this
    :param timedelta step: the first of them starts at a multiple of it on the clock; see ``grid``
    :param str tz: the zone of that clock
    :raises ValueError: when one would not end after it starts, or an hour is no multiple of
        ``step``

    >>> from datetime import datetime as dt
    >>> room = Bookable("room", [(dt(2026, 3, 2, 9), dt(2026, 3, 2, 10))])
    >>> kit = Bookable("kit", [(dt(2026, 3, 2, 11), dt(2026, 3, 2, 13))])
    >>> str(next_shift([(room, dt(2026, 3, 2, 9), dt(2026, 3, 2, 11)),
    ...                 (kit, dt(2026, 3, 2, 10), dt(2026, 3, 2, 11))], timedelta(days=1)))
    '3:00:00'
    """
    first = min(start for _bookable, start, _stop in wanted)
    starts = list(grid(first, first + horizon, step, tz))
    possible = (1 << len(starts)) - 1
    for bookable, start, stop in wanted:
        _check_length(stop - start)
        own = [moment + (start - first) for moment in starts]
        possible &= _StartMasks(bookable, own, start, stop + horizon, stop - start).free
    together = _stack_wanted(wanted)
    shifts = (starts[position] - first for position in _set_bits(possible))
    return next((shift for shift in shifts if _fit_together(together, shift)), None)


def align(moment, step, tz):
    """Return the first moment, not before another, at which the clock shows a multiple of a step.

    :param datetime moment: naive UTC datetime
    :param timedelta step: a part of an hour, so that changes of the clocks do not matter
    :param str tz: the zone of the clock
    :raises ValueError: when an hour is no multiple of ``step``

    >>> from datetime import datetime as dt
    >>> str(align(dt(2026, 3, 2, 8, 1), STEP, "Europe/Warsaw"))
    '2026-03-02 08:15:00'
    >>> str(align(dt(2026, 3, 2, 8, 1), timedelta(hours=1), "Asia/Kathmandu"))  # 13:46 there
    '2026-03-02 08:15:00'
    """
    if step <= timedelta() or HOUR % step:
        raise ValueError(f"an hour is no multiple of {step}")
    while over := (to_clock(moment, tz) - datetime.min) % step:
        moment += step - over
    return moment


def grid(first, last, step, tz):
    """Yield the moments from one to another at which the clock shows a multiple of a step.

    :param datetime first: naive UTC datetime
    :param datetime last: naive UTC datetime, the last moment that may be yielded
    :param timedelta step: a part of an hour
    :param str tz: the zone of the clock
    :raises ValueError: when an hour is no multiple of ``step``

    >>> from datetime import datetime as dt
    >>> [str(moment.time()) for moment in grid(dt(2026, 3, 2, 8, 50), dt(2026, 3, 2, 9, 15),
    ...                                        STEP, "Europe/Warsaw")]
    ['09:00:00', '09:15:00']
    """
    moment = align(first, step, tz)
    while moment <= last:
        yield moment
        moment = align(moment + step, step, tz)


class _StartMasks:
    """At which of some starts bookings fit: a bit for each, a number for one, two… at once."""

    def __init__(self, bookable, starts, start, stop, duration):
        self._bookable = bookable
        self._starts = starts
        self._range = start, stop
        self._duration = duration
        self._by_count = []
        self.free = self._get_mask(1)

    def _get_mask(self, count):
        """Return the starts at which ``count`` bookings fit at once, as bits of a number."""
        bookable = self._bookable
        mask = 0
        if bookable.allows_length(self._duration):
            free = intervals.difference(bookable.allowed(*self._range), bookable.taken(count))
            for first, last in _start_ranges(free, self._duration):
                low, high = bisect_left(self._starts, first), bisect_right(self._starts, last)
                mask |= (1 << high) - (1 << low)
        self._by_count.append(mask)
        return mask

    def count_free(self, position, most):
        """Return how many bookings fit at a start at once, no more than ``most``."""
        if not self._bookable.allow_overlap:
            most = min(most, self._bookable.quantity)
        for count in range(most):
            known = count < len(self._by_count)
            mask = self._by_count[count] if known else self._get_mask(count + 1)
            if not mask >> position & 1:
                return count
        return most


def _count_free(masks, position, most, key):
    return masks[key].count_free(position, most)


def _check_length(duration):
    if duration <= timedelta():
        raise ValueError("a booking has to end after it starts")


def _start_ranges(slots, duration):
    """Yield the first and the last start of a booking of some length in each slot."""
    for start, stop in slots:
        if stop - start >= duration:
            yield start, stop - duration


def _stack_wanted(wanted):
    """Return when several of the bookings that are wanted need a unit of one resource at a time.

    :param wanted: list of tuples of ``Bookable``, start and stop
    :return: list of tuples of when it has too few free units for them, as normalised intervals,
        the first moment and the first moment after it at which they need them

    >>> kit = Bookable("kit", after=HOUR)
    >>> _stack_wanted([(kit, datetime(2026, 3, 2, 9), datetime(2026, 3, 2, 10))])
    []
    """
    bookables, blocked = {}, defaultdict(list)
    for bookable, start, stop in wanted:
        if not bookable.allow_overlap:
            bookables[bookable.key] = bookable
            blocked[bookable.key].append(bookable.blocked(start, stop))
    return [
        (bookables[key].full(count), start, stop)
        for key, every in blocked.items()
        for start, stop, count in intervals.stack(every)
        if count > 1
    ]


def _fit_together(together, shift):
    """Return whether there are enough units for bookings that are put off, where they meet.

    :param together: see ``_stack_wanted``

    >>> wanted = [(Bookable("kit", quantity=2), datetime(2026, 3, 2, 9), datetime(2026, 3, 2, 10))]
    >>> [_fit_together(_stack_wanted(wanted * number), HOUR) for number in (1, 2, 3)]
    [True, True, False]
    """
    return not any(
        intervals.overlaps(full, start + shift, stop + shift) for full, start, stop in together
    )


def _set_bits(mask):
    """Yield the positions of the bits that are set, lowest first."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def _once(_key):
    return 1


def _choose(choices):
    """Return a key of its own for each list of choices, the first ones possible, or None.

    >>> _choose([["a", "b"], ["a", "b"]]), _choose([["a", "b"], ["a"]]), _choose([["a"], ["a"]])
    (['a', 'b'], ['b', 'a'], None)
    """
    if _assign(choices, _once) is None:
        return None
    chosen = []
    for position, keys in enumerate(choices, 1):
        for key in keys:
            used = {*chosen, key}
            rest = [[one for one in each if one not in used] for each in choices[position:]]
            if key not in chosen and _assign(rest, _once) is not None:
                chosen.append(key)
                break
    return chosen


def _iter_distinct(choices):
    """Yield the sets of keys with one of its own for each list of choices; see ``iter_choices``.

    >>> [sorted(keys) for keys in _iter_distinct([["a", "b"], ["b", "c"]])]
    [['a', 'b'], ['a', 'c'], ['b', 'c']]
    >>> list(_iter_distinct([["a"], ["a"]]))
    []
    """
    keys = list(dict.fromkeys(chain.from_iterable(choices)))
    meets = {key: [n for n, each in enumerate(choices) if key in each] for key in keys}

    def extend(chosen, rest):
        if len(chosen) == len(choices):
            yield set(chosen)
            return
        for position, key in enumerate(rest, 1):
            more = [*chosen, key]
            if not _assign([meets[each] for each in more], _once):
                continue
            left = {*more, *rest[position:]}
            if not _assign([[each for each in one if each in left] for one in choices], _once):
                # without those that were left out before it does not work any more
                return
            yield from extend(more, rest[position:])

    yield from extend([], keys)


def _assign(choices, count_free):
    """Return one key for each list of choices, none more often than it has free units.

    Earlier choices come first; one that another needs more gives way (augmenting paths).

    :param count_free: function of a key that tells how many free units it has
    :return: list of keys, or None when there are not enough

    >>> _assign([["a", "b"], ["a"]], {"a": 1, "b": 1}.get)
    ['b', 'a']
    >>> _assign([["a"], ["a"]], {"a": 1}.get)
    """
    assigned = [None] * len(choices)
    users = defaultdict(list)

    def place(position, tried):
        for key in choices[position]:
            if key in tried:
                continue
            tried.add(key)
            if len(users[key]) < count_free(key):
                users[key].append(position)
                assigned[position] = key
                return True
            for other in users[key]:
                if place(other, tried):
                    users[key].remove(other)
                    users[key].append(position)
                    assigned[position] = key
                    return True
        return False

    return assigned if all(place(position, set()) for position in range(len(choices))) else None
