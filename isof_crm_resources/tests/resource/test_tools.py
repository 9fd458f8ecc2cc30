import doctest
import time
from itertools import islice, product

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests.common import BaseCase, tagged

from ...tools import availability, day_hours, intervals, recurrence, units

# a busy machine is no failure, and nothing is to be left in the checkout
PROPERTY = settings(deadline=None, database=None)
MOMENTS = range(24)
SETS = st.lists(
    st.tuples(st.integers(0, 23), st.integers(0, 23)).map(lambda pair: tuple(sorted(pair))),
    max_size=6,
)


NEEDS = st.lists(
    st.lists(st.sampled_from("abcdef"), min_size=1, unique=True), min_size=1, max_size=4
)


def moments(intervals_):
    """Return the moments of some intervals, the model that everything is compared with."""
    return {moment for start, stop in intervals_ for moment in range(start, stop)}


@tagged("post_install", "-at_install")
class TestTools(BaseCase):
    def test_examples(self):
        """The examples in the docstrings are true."""
        for module in (availability, day_hours, intervals, recurrence, units):
            with self.subTest(module.__name__):
                failed, attempted = doctest.testmod(module)
                self.assertTrue(attempted)
                self.assertFalse(failed)


@tagged("post_install", "-at_install")
class TestIntervals(BaseCase):
    def assertTime(self, intervals_, expected):  # noqa: N802
        """Check that intervals are the expected moments, and normalised."""
        self.assertEqual(moments(intervals_), expected)
        bounds = [bound for interval in intervals_ for bound in interval]
        self.assertEqual(bounds, sorted(set(bounds)), "unsorted, empty, touching or overlapping")

    @PROPERTY
    @given(SETS)
    def test_normalise(self, one):
        self.assertTime(intervals.normalise(one), moments(one))

    @PROPERTY
    @given(SETS, SETS, SETS)
    def test_union(self, one, other, third):
        self.assertTime(
            intervals.union(one, other, third), moments(one) | moments(other) | moments(third)
        )

    @PROPERTY
    @given(SETS, SETS)
    def test_intersection(self, one, other):
        self.assertTime(
            intervals.intersection(intervals.normalise(one), intervals.normalise(other)),
            moments(one) & moments(other),
        )

    @PROPERTY
    @given(SETS, SETS)
    def test_difference(self, one, other):
        self.assertTime(
            intervals.difference(intervals.normalise(one), intervals.normalise(other)),
            moments(one) - moments(other),
        )

    @PROPERTY
    @given(SETS, st.sampled_from(MOMENTS), st.sampled_from(MOMENTS))
    def test_clip(self, one, start, stop):
        clipped = intervals.clip(intervals.normalise(one), start, stop)
        self.assertTime(clipped, moments(one) & set(range(start, stop)))

    @PROPERTY
    @given(SETS, st.sampled_from(MOMENTS), st.integers(1, 5))
    def test_covers_and_overlaps(self, one, start, length):
        wanted = set(range(start, start + length))
        normal = intervals.normalise(one)
        self.assertEqual(intervals.covers(normal, start, start + length), wanted <= moments(one))
        self.assertEqual(
            intervals.overlaps(normal, start, start + length), bool(wanted & moments(one))
        )

    def test_reversed_is_refused(self):
        with self.assertRaisesRegex(ValueError, "5 to 4 ends before it starts"):
            intervals.union([(1, 2)], [(5, 4)])


@tagged("post_install", "-at_install")
class TestChoices(BaseCase):
    """Which resources meet several needs at once, against trying all of them."""

    @PROPERTY
    @given(NEEDS, st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 2)))
    def test_each_set_once(self, choices, units):
        assigned = availability._assign(choices, lambda key: units.get(key, 1))
        if assigned is None:
            return
        slot = availability.Slot(None, None, choices, assigned)
        found = list(availability.iter_choices(slot))
        for keys in found:
            self.assertTrue(all(key in each for key, each in zip(keys, choices, strict=True)))
        sets = [frozenset(keys) for keys in found]
        self.assertEqual(len(sets), len(set(sets)), "twice the same")
        everything = [list(keys) for keys in product(*choices) if len(set(keys)) == len(choices)]
        if len(set(assigned)) < len(assigned):
            everything.insert(0, assigned)
        self.assertEqual(found[:1], everything[:1], "the best first")
        self.assertEqual(set(sets), set(map(frozenset, everything)))

    def test_best_first(self):
        """In the order of what is needed, and of what is preferred for it."""
        slot = availability.Slot(None, None, [["a", "b"], ["k", "l"]], ["a", "k"])
        self.assertEqual(
            ["".join(keys) for keys in availability.iter_choices(slot)], ["ak", "al", "bk", "bl"]
        )

    def test_many(self):
        """A product of 50 choices for each of 20 needs would never end."""
        keys = list(range(50))
        slot = availability.Slot(None, None, [keys] * 20, keys[:20])
        begin = time.monotonic()
        self.assertEqual(len(list(islice(availability.iter_choices(slot), 51))), 51)
        self.assertLess(time.monotonic() - begin, 2)
        slot = availability.Slot(None, None, [keys] * 50, keys)
        self.assertEqual(list(availability.iter_choices(slot)), [keys])
