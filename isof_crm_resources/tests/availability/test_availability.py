from collections import Counter
from datetime import datetime, timedelta
from itertools import product
from time import process_time

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests.common import BaseCase, tagged

from odoo.addons.isof_crm.tools.activity_time import to_local

from ...tools.availability import (
    STEP,
    Bookable,
    align,
    are_free,
    find_together,
    free_slots,
    grid,
    is_free,
    next_free,
    next_shift,
)

WARSAW = "Europe/Warsaw"
# a busy machine is no failure, and nothing is to be left in the checkout
PROPERTY = settings(deadline=None, database=None)
DAY = datetime(2026, 3, 2)
HOUR = timedelta(hours=1)
INFINITE = float("inf")
# The world of the property tests: a few hours in quarters.
QUARTERS = 24
WORLD = DAY, DAY + QUARTERS * STEP


def at(hour, minute=0, *, day=2):
    return datetime(2026, 3, day, hour, minute)


def pairs(size):
    """Return a strategy for intervals of the world, none of them empty."""
    bounds = st.tuples(st.integers(0, QUARTERS - 1), st.integers(1, size))
    return bounds.map(lambda pair: (DAY + pair[0] * STEP, DAY + sum(pair) * STEP))


def quarters(most):
    return st.integers(0, most).map(lambda number: number * STEP)


def bookables(key):
    return st.builds(
        Bookable,
        key=st.just(key),
        busy=st.lists(pairs(6), max_size=8),
        working=st.none() | st.lists(pairs(12), max_size=4),
        quantity=st.integers(1, 3),
        before=quarters(2),
        after=quarters(2),
        allow_overlap=st.integers(0, 7).map(lambda number: not number),
        max_duration=st.none() | st.integers(2, 6).map(lambda number: number * STEP),
        opens=st.none() | quarters(QUARTERS).map(lambda delta: DAY + delta),
        closes=st.none() | quarters(QUARTERS).map(lambda delta: DAY + delta),
    )


def quarters_of(start, stop):
    """Return the numbers of the quarters from one moment to another."""
    return range(int((start - DAY) / STEP), int((stop - DAY) / STEP))


def blocked_quarters(bookable, start, stop):
    """Return the quarters that a new booking takes with its buffers."""
    return quarters_of(start - bookable.before, stop + bookable.after)


def count_free(bookable, *wanted):
    """Return how many of the bookings fit, counted in each quarter: the model of it all.

    :param wanted: tuples of start and stop; of several at once 1 if all of them fit, and 0 if not;
        of one how often it fits at the same time
    """
    for start, stop in wanted:
        if bookable.max_duration and stop - start > bookable.max_duration:
            return 0
        if bookable.opens and start < bookable.opens:
            return 0
        if bookable.closes and stop > bookable.closes:
            return 0
        if bookable.working is not None:
            open_quarters = set()
            for first, last in bookable.working:
                open_quarters.update(quarters_of(first, last))
            if not open_quarters.issuperset(quarters_of(start, stop)):
                return 0
    if bookable.allow_overlap:
        return INFINITE
    needed = Counter(quarter for times in wanted for quarter in blocked_quarters(bookable, *times))
    taken = Counter(quarter for times in bookable.busy for quarter in quarters_of(*times))
    return max(0, min((bookable.quantity - taken[each]) // count for each, count in needed.items()))


@tagged("post_install", "-at_install")
class TestAvailabilityProperties(BaseCase):
    """Every answer is the one that counting the units in each quarter of an hour gives."""

    @PROPERTY
    @given(bookables("room"), pairs(6))
    def test_free(self, bookable, wanted):
        self.assertEqual(is_free(bookable, *wanted), bool(count_free(bookable, wanted)))

    @PROPERTY
    @given(bookables("room"), st.integers(1, 6))
    def test_slots(self, bookable, length):
        duration = length * STEP
        slots = free_slots(bookable, *WORLD, duration)
        for start in range(QUARTERS - length + 1):
            wanted = DAY + start * STEP, DAY + (start + length) * STEP
            self.assertEqual(
                any(slot[0] <= wanted[0] and wanted[1] <= slot[1] for slot in slots),
                bool(count_free(bookable, wanted)),
            )
        for one, other in product(slots, slots):
            if one is not other:
                self.assertFalse(one[0] <= other[0] and other[1] <= one[1], "one in another")
        self.assertEqual(slots, sorted(slots))

    @PROPERTY
    @given(bookables("room"), st.integers(0, QUARTERS), st.integers(1, 6))
    def test_next(self, bookable, after, length):
        duration = length * STEP
        expected = next(
            (
                start
                for start in (DAY + number * STEP for number in range(after, QUARTERS - length + 1))
                if count_free(bookable, (start, start + duration))
            ),
            None,
        )
        self.assertEqual(next_free(bookable, DAY + after * STEP, WORLD[1], duration), expected)

    @PROPERTY
    @given(
        st.tuples(*map(bookables, "abc")).flatmap(
            lambda them: st.lists(
                st.lists(st.sampled_from(them), max_size=3, unique=True), min_size=1, max_size=4
            )
        ),
        st.integers(1, 6),
    )
    def test_together(self, requirements, length):
        duration = length * STEP
        slots = {slot.start: slot for slot in find_together(requirements, *WORLD, duration)}
        self.assertEqual(list(slots), sorted(slots))
        for number in range(QUARTERS - length + 1):
            start = DAY + number * STEP
            units = {
                bookable.key: count_free(bookable, (start, start + duration))
                for required in requirements
                for bookable in required
            }
            choices = [
                [bookable.key for bookable in required if units[bookable.key]]
                for required in requirements
            ]
            possible = [
                list(combination)
                for combination in product(*choices)
                if all(combination.count(key) <= units[key] for key in combination)
            ]
            if not possible:
                self.assertNotIn(start, slots)
                continue
            self.assertEqual(slots[start].stop, start + duration)
            self.assertEqual(slots[start].choices, choices)
            self.assertIn(slots[start].assigned, possible)

    @PROPERTY
    @given(
        st.lists(
            st.tuples(st.sampled_from(["room", "kit", "car"]).flatmap(bookables), pairs(6)),
            min_size=1,
            max_size=3,
            unique_by=lambda each: each[0].key,
        )
    )
    def test_shift(self, each):
        """Bookings of different resources are put off by as little as possible."""
        expected = next(
            (
                number * STEP
                for number in range(QUARTERS + 1)
                if all(
                    count_free(bookable, tuple(moment + number * STEP for moment in times))
                    for bookable, times in each
                )
            ),
            None,
        )
        wanted = [(bookable, *times) for bookable, times in each]
        self.assertEqual(next_shift(wanted, QUARTERS * STEP, tz=WARSAW), expected)

    @PROPERTY
    @given(bookables("kit"), st.lists(pairs(4), min_size=2, max_size=4))
    def test_shift_of_one_resource(self, bookable, every):
        """Several bookings of one resource find enough units, with the buffers of all."""
        expected = next(
            (
                number * STEP
                for number in range(QUARTERS + 1)
                if count_free(
                    bookable,
                    *((start + number * STEP, stop + number * STEP) for start, stop in every),
                )
            ),
            None,
        )
        wanted = [(bookable, *times) for times in every]
        self.assertEqual(next_shift(wanted, QUARTERS * STEP), expected)
        self.assertEqual(are_free(wanted), expected == timedelta())

    @PROPERTY
    @given(
        st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),
        st.sampled_from([5, 10, 15, 30, 60]),
        st.sampled_from([WARSAW, "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"]),
    )
    def test_grid(self, first, minutes, tz):
        """The grid has exactly the moments at which the clock shows a multiple of the step."""
        first = first.replace(second=0, microsecond=0)
        last = first + timedelta(hours=5)
        every = [first + timedelta(minutes=number) for number in range(5 * 60 + 1)]
        self.assertEqual(
            list(grid(first, last, timedelta(minutes=minutes), tz)),
            [moment for moment in every if to_local(moment, tz).minute % minutes == 0],
        )


@tagged("post_install", "-at_install")
class TestAvailability(BaseCase):
    def test_adjacent(self):
        """What ends when the other starts does not touch it."""
        room = Bookable("room", [(at(9), at(10))])
        self.assertTrue(is_free(room, at(8), at(9)))
        self.assertTrue(is_free(room, at(10), at(11)))
        self.assertFalse(is_free(room, at(8), at(9, 1)))
        self.assertFalse(is_free(room, at(9, 59), at(11)))

    def test_buffers_of_both(self):
        """The new booking's buffers keep clear of what the existing one blocks with its own."""
        # 09:00 to 10:00 with a quarter before and after it
        room = Bookable("room", [(at(8, 45), at(10, 15))], before=STEP, after=2 * STEP)
        self.assertTrue(is_free(room, at(10, 30), at(11)))
        self.assertFalse(is_free(room, at(10, 29), at(11)))
        self.assertTrue(is_free(room, at(7), at(8, 15)))
        self.assertFalse(is_free(room, at(7), at(8, 16)))

    def test_buffers_outside_opening_hours(self):
        """A room that closes at 16 is cleaned afterwards."""
        room = Bookable("room", working=[(at(8), at(16))], before=HOUR, after=HOUR)
        self.assertEqual(free_slots(room, at(0), at(23)), [(at(8), at(16))])

    def test_over_night(self):
        van = Bookable("van", [(at(18), at(20))], working=[(at(16), at(9, day=3))])
        self.assertEqual(
            free_slots(van, at(0), at(12, day=3), 2 * HOUR),
            [(at(16), at(18)), (at(20), at(9, day=3))],
        )
        self.assertTrue(is_free(van, at(22), at(6, day=3)))
        self.assertFalse(is_free(van, at(22), at(10, day=3)))

    def test_opening_hours_that_touch(self):
        """A booking may span two shifts without a break between them, but no break."""
        room = Bookable("room", working=[(at(12), at(16)), (at(8), at(12)), (at(17), at(18))])
        self.assertTrue(is_free(room, at(11), at(13)))
        self.assertFalse(is_free(room, at(15), at(18)))

    def test_units_are_counted(self):
        """One has a unit until ten, and one another unit from ten on: that is one at a time."""
        kit = Bookable("kit", [(at(10), at(12)), (at(8), at(10))], quantity=2)
        self.assertEqual(free_slots(kit, at(8), at(12)), [(at(8), at(12))])
        self.assertTrue(is_free(kit, at(9), at(11)))
        self.assertTrue(are_free([(kit, at(8), at(10)), (kit, at(10), at(12))]))
        self.assertFalse(are_free([(kit, at(8), at(10)), (kit, at(9), at(11))]))
        full = Bookable("kit", [*kit.busy, (at(9), at(11))], quantity=2)
        self.assertFalse(is_free(full, at(8), at(12)))
        self.assertEqual(free_slots(full, at(8), at(12)), [(at(8), at(9)), (at(11), at(12))])

    def test_window(self):
        room = Bookable("room", opens=at(9, 10), closes=at(11))
        self.assertEqual(free_slots(room, at(0), at(23)), [(at(9, 10), at(11))])
        self.assertEqual(next_free(room, at(0), at(23), HOUR), at(9, 15))
        self.assertIsNone(next_free(room, at(0), at(23), 2 * HOUR))

    def test_too_long(self):
        room = Bookable("room", max_duration=HOUR)
        self.assertTrue(is_free(room, at(8), at(9)))
        self.assertFalse(is_free(room, at(8), at(9, 1)))
        self.assertEqual(free_slots(room, at(8), at(12), HOUR), [(at(8), at(12))])
        self.assertEqual(free_slots(room, at(8), at(12), 2 * HOUR), [])
        self.assertEqual(find_together([[room]], at(8), at(12), 2 * HOUR), [])

    def test_night_when_clocks_change(self):
        """Quarters of the clock, none of the hour that is skipped, both of that which repeats."""
        room = Bookable("room")

        def hours(start):
            slots = find_together(
                [[room]], start, start + 5 * HOUR, 2 * STEP, step=2 * STEP, tz=WARSAW
            )
            return [to_local(slot.start, WARSAW).strftime("%H:%M") for slot in slots]

        self.assertEqual(
            hours(datetime(2026, 3, 28, 23, 40)),
            ["01:00", "01:30", "03:00", "03:30", "04:00", "04:30", "05:00", "05:30", "06:00"],
        )
        self.assertEqual(
            hours(datetime(2026, 10, 24, 22, 40)),
            ["01:00", "01:30", "02:00", "02:30", "02:00", "02:30", "03:00", "03:30", "04:00"],
        )

    def test_week_of_a_room_with_projector_and_the_kit(self):
        """A room for 8 with projector and the demo kit, 90 minutes, this week."""
        office = [(at(8, day=day), at(16, day=day)) for day in range(2, 7)]
        full = [(at(8, day=day), at(16, day=day)) for day in (2, 3, 5, 6)]
        small = Bookable("small", full, office)
        large = Bookable("large", [(at(12, day=4), at(16, day=4))], office)
        kit = Bookable("kit", [(at(9, day=4), at(11, day=4))], before=2 * STEP)
        slots = find_together([[small, large], [kit]], at(0), at(0, day=9), 6 * STEP, tz=WARSAW)
        self.assertEqual(slots[0].start, at(8, day=2))
        self.assertEqual(slots[0].choices, [["large"], ["kit"]])
        self.assertEqual(slots[0].assigned, ["large", "kit"])
        wednesday = [slot for slot in slots if slot.start.day == 4]
        # the kit from 11:30 on, when large is busy from 12:00
        self.assertEqual(wednesday[0].start, at(11, 30, day=4))
        self.assertEqual(wednesday[0].choices, [["small"], ["kit"]])

    def test_two_of_a_kind(self):
        """Two rooms that each could be either: one room is not two."""
        one = Bookable("one")
        other = Bookable("other", [(at(8), at(9))])
        slots = find_together([[one, other], [one]], at(8), at(11), HOUR, step=HOUR)
        self.assertEqual([slot.start for slot in slots], [at(9), at(10)])
        self.assertEqual(slots[0].assigned, ["other", "one"])
        pair = Bookable("pair", [(at(8), at(9))], quantity=2)
        slots = find_together([[pair], [pair]], at(8), at(11), HOUR, step=HOUR)
        self.assertEqual([slot.start for slot in slots], [at(9), at(10)])
        shared = Bookable("shared", allow_overlap=True)
        self.assertEqual(len(find_together([[shared]] * 3, at(8), at(11), HOUR, step=HOUR)), 3)

    def test_limit(self):
        slots = find_together([[Bookable("room")]], at(8), at(18), HOUR, limit=2)
        self.assertEqual([slot.start for slot in slots], [at(8), at(8, 15)])

    def test_senseless(self):
        room = Bookable("room")
        with self.assertRaisesRegex(ValueError, "end after it starts"):
            is_free(room, at(9), at(9))
        with self.assertRaisesRegex(ValueError, "end after it starts"):
            next_free(room, at(9), at(12), timedelta())
        with self.assertRaisesRegex(ValueError, "end after it starts"):
            find_together([[room]], at(9), at(12), -HOUR)
        with self.assertRaisesRegex(ValueError, "nothing is required"):
            find_together([], at(9), at(12), HOUR)
        for step in (timedelta(), timedelta(minutes=25), timedelta(hours=2)):
            with self.assertRaisesRegex(ValueError, f"no multiple of {step}"):
                align(at(9), step, WARSAW)
        with self.assertRaisesRegex(ValueError, "ends before it starts"):
            is_free(Bookable("room", [(at(10), at(9))]), at(9), at(12))

    def test_nothing_in_no_time(self):
        room = Bookable("room")
        self.assertEqual(free_slots(room, at(9), at(9)), [])
        self.assertEqual(find_together([[room]], at(9), at(9, 30), HOUR), [])
        self.assertEqual(find_together([[room], []], at(9), at(12), HOUR), [])

    def test_fast(self):
        """Four times the bookings take four times as long to look at, not sixteen times."""

        def measure(days):
            """Return how long it takes to look at fifty rooms of three units, booked densely."""
            every_day = [DAY + timedelta(days=number) for number in range(days)]
            opening = [(day + 6 * HOUR, day + 18 * HOUR) for day in every_day]
            rooms = []
            for number in range(50):
                # one of three units every seventy minutes
                starts = [DAY + timedelta(minutes=number + 70 * turn) for turn in range(20 * days)]
                busy = [(start, start + HOUR) for start in starts]
                rooms.append(Bookable(number, busy[::-1], opening, quantity=3, after=STEP))
            began = process_time()
            slots = find_together([rooms, rooms[:5]], DAY, every_day[-1], 6 * STEP, tz=WARSAW)
            elapsed = process_time() - began
            self.assertGreater(len(slots), 10 * days)
            return elapsed

        # the shortest of several by turns, as the machine may have other things to do
        short, long = map(min, zip(*((measure(7), measure(28)) for _ in range(5)), strict=True))
        self.assertLess(long / short, 8)
