import doctest

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests.common import BaseCase, tagged

from ..tools import availability, day_hours, intervals, recurrence

# a busy machine is no failure, and nothing is to be left in the checkout
PROPERTY = settings(deadline=None, database=None)
MOMENTS = range(24)
SETS = st.lists(
    st.tuples(st.integers(0, 23), st.integers(0, 23)).map(lambda pair: tuple(sorted(pair))),
    max_size=6,
)


def moments(intervals_):
    """Return the moments of some intervals, the model that everything is compared with."""
    return {moment for start, stop in intervals_ for moment in range(start, stop)}


@tagged("post_install", "-at_install")
class TestTools(BaseCase):
    def test_examples(self):
        """The examples in the docstrings are true."""
        for module in (availability, day_hours, intervals, recurrence):
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
