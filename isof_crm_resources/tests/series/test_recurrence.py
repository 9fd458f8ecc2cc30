from calendar import monthrange
from datetime import date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests.common import BaseCase, tagged

from odoo.addons.isof_crm.tools.activity_time import to_local

from ...tools.recurrence import MAX_OCCURRENCES, TooManyOccurrences, expand

WARSAW = "Europe/Warsaw"
# a busy machine is no failure, and nothing is to be left in the checkout
PROPERTY = settings(deadline=None, database=None)
ZONES = st.sampled_from(
    [WARSAW, "UTC", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Auckland"]
)
STARTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1)).map(
    lambda moment: moment.replace(second=0, microsecond=0)
)
LENGTHS = st.integers(1, 40 * 60).map(lambda minutes: timedelta(minutes=minutes))


def is_met(day, first, freq, interval, weekdays, week):
    """Return whether a rule meets a day, worked out from the calendar alone."""
    if freq == "daily":
        return (day - first).days % interval == 0
    if freq == "weekly":
        monday, first_monday = (each - timedelta(days=each.weekday()) for each in (day, first))
        is_week = (monday - first_monday).days // 7 % interval == 0
        return is_week and day.weekday() in (weekdays or [first.weekday()])
    months = (day.year - first.year) * 12 + day.month - first.month
    last = monthrange(day.year, day.month)[1]
    if months % interval:
        return False
    if week is None:
        return day.day == min(first.day, last)
    if day.weekday() != first.weekday():
        return False
    return day.day + 7 > last if week == -1 else (day.day - 1) // 7 + 1 == week


@tagged("post_install", "-at_install")
class TestRecurrence(BaseCase):
    @PROPERTY
    @given(
        start=STARTS,
        length=LENGTHS,
        tz=ZONES,
        freq=st.sampled_from(["daily", "weekly", "monthly"]),
        interval=st.integers(1, 4),
        weekdays=st.sets(st.integers(0, 6)),
        week=st.sampled_from([None, 1, 2, 3, 4, -1]),
        days=st.integers(0, 400),
        count=st.none() | st.integers(1, 12),
        excepted=st.sets(st.integers(0, 60)),
    )
    def test_like_the_calendar(
        self, start, length, tz, freq, interval, weekdays, week, days, count, excepted
    ):
        """The occurrences are those that one finds by looking at every day."""
        first = to_local(start, tz).date()
        until = first + timedelta(days=days)
        exceptions = {first + timedelta(days=day) for day in excepted}
        met = [
            day
            for day in (first + timedelta(days=offset) for offset in range(days + 1))
            if is_met(day, first, freq, interval, weekdays, week)
        ][:count]

        occurrences = expand(
            start,
            start + length,
            tz,
            freq,
            interval=interval,
            weekdays=weekdays,
            week=week,
            until=until,
            count=count,
            exceptions=exceptions,
        )

        expected = [day for day in met if day not in exceptions]
        # clocks that skip midnight itself are not among the zones
        self.assertEqual([to_local(begin, tz).date() for begin, _end in occurrences], expected)
        gap = timedelta(hours=1)
        for begin, end in occurrences:
            shown, wanted = to_local(begin, tz), to_local(start, tz)
            if not wanted.fold:
                moved = datetime.combine(shown.date(), shown.time()) - datetime.combine(
                    shown.date(), wanted.time()
                )
                self.assertIn(moved, (timedelta(), gap, gap / 2))
            self.assertLess(begin, end)
            self.assertLessEqual(abs(end - begin - length), gap)

    def test_time_on_the_clock(self):
        """A weekly booking stays at nine in Warsaw when the clocks change, both ways."""
        spring = expand(
            datetime(2026, 3, 23, 8), datetime(2026, 3, 23, 9), WARSAW, "weekly", count=2
        )
        self.assertEqual(spring[1], (datetime(2026, 3, 30, 7), datetime(2026, 3, 30, 8)))
        autumn = expand(
            datetime(2026, 10, 19, 7), datetime(2026, 10, 19, 8), WARSAW, "weekly", count=2
        )
        self.assertEqual(autumn[1], (datetime(2026, 10, 26, 8), datetime(2026, 10, 26, 9)))

    def test_day_of_the_users_zone(self):
        """Monday 00:30 in Warsaw is Sunday in UTC; the series is on Mondays."""
        late = expand(
            datetime(2026, 3, 1, 23, 30), datetime(2026, 3, 2, 0, 30), WARSAW, "weekly", count=2
        )
        self.assertEqual(late[1][0], datetime(2026, 3, 8, 23, 30))
        named = expand(
            datetime(2026, 3, 1, 23, 30),
            datetime(2026, 3, 2, 0, 30),
            WARSAW,
            "weekly",
            weekdays=[0],
            until=date(2026, 3, 9),
        )
        self.assertEqual(named, late)

    def test_over_night_with_the_clocks_changing(self):
        """From 22:00 to 06:00 the room is booked for an hour less, then for an hour more."""
        spring = expand(
            datetime(2026, 3, 27, 21), datetime(2026, 3, 28, 5), WARSAW, "daily", count=3
        )
        self.assertEqual([(stop - start).seconds // 3600 for start, stop in spring], [8, 7, 8])
        autumn = expand(
            datetime(2026, 10, 23, 20), datetime(2026, 10, 24, 4), WARSAW, "daily", count=3
        )
        self.assertEqual([(stop - start).seconds // 3600 for start, stop in autumn], [8, 9, 8])

    def test_skipped_time(self):
        """02:30 does not exist on the night of 29 March: after the gap, with the same length."""
        occurrences = expand(
            datetime(2026, 3, 28, 1, 30), datetime(2026, 3, 28, 2), WARSAW, "daily", count=3
        )
        self.assertEqual(
            occurrences[1:],
            [
                (datetime(2026, 3, 29, 1, 30), datetime(2026, 3, 29, 2)),
                (datetime(2026, 3, 30, 0, 30), datetime(2026, 3, 30, 1)),
            ],
        )

    def test_repeated_time(self):
        """What starts in the second of two hours with the same name starts there."""
        second = datetime(2026, 10, 25, 1, 30)
        occurrences = expand(second, second + timedelta(hours=1), WARSAW, "daily", count=2)
        self.assertEqual(occurrences[0], (second, second + timedelta(hours=1)))
        self.assertEqual(occurrences[1][0], datetime(2026, 10, 26, 1, 30))

        # 02:45 to 02:15, half an hour later
        first = datetime(2026, 10, 25, 0, 45)
        occurrences = expand(first, first + timedelta(minutes=30), WARSAW, "daily", count=2)
        self.assertEqual(
            occurrences[1], (datetime(2026, 10, 26, 1, 45), datetime(2026, 10, 26, 2, 15))
        )

    def test_monthly(self):
        """The 31st is the last day of a shorter month; the second Tuesday is that."""

        def days(start, **kwargs):
            occurrences = expand(start, start + timedelta(hours=1), "UTC", "monthly", **kwargs)
            return [begin.date().isoformat() for begin, _end in occurrences]

        self.assertEqual(
            days(datetime(2028, 1, 31, 9), count=4),
            ["2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30"],
        )
        self.assertEqual(
            days(datetime(2026, 1, 29, 9), count=3), ["2026-01-29", "2026-02-28", "2026-03-29"]
        )
        self.assertEqual(
            days(datetime(2026, 3, 10, 9), week=2, count=3),
            ["2026-03-10", "2026-04-14", "2026-05-12"],
        )
        # begins after the second Tuesday of March
        self.assertEqual(
            days(datetime(2026, 3, 17, 9), week=2, count=2), ["2026-04-14", "2026-05-12"]
        )

    def test_exceptions_count(self):
        occurrences = expand(
            datetime(2026, 3, 2, 8),
            datetime(2026, 3, 2, 9),
            WARSAW,
            "weekly",
            count=3,
            exceptions=[date(2026, 3, 9), date(2026, 3, 10)],
        )
        self.assertEqual([start.day for start, _stop in occurrences], [2, 16])

    def test_maximum(self):
        start, stop = datetime(2026, 3, 2, 8), datetime(2026, 3, 2, 9)
        whole = expand(start, stop, WARSAW, "daily", count=MAX_OCCURRENCES)
        self.assertEqual(len(whole), MAX_OCCURRENCES)
        for end in ({"count": MAX_OCCURRENCES + 1}, {"until": date(9999, 12, 31)}):
            with self.assertRaisesRegex(TooManyOccurrences, "more than 520 occurrences"):
                expand(start, stop, WARSAW, "daily", **end)

    def test_senseless(self):
        start, stop = datetime(2026, 3, 2, 8), datetime(2026, 3, 2, 9)
        for message, args, kwargs in [
            ("end after it starts", (stop, start, WARSAW, "daily"), {"count": 1}),
            ("end after it starts", (start, start, WARSAW, "daily"), {"count": 1}),
            ("no such frequency: yearly", (start, stop, WARSAW, "yearly"), {"count": 1}),
            ("interval has to be positive", (start, stop, WARSAW, "daily"), {"interval": 0}),
            ("weekdays are", (start, stop, WARSAW, "weekly"), {"weekdays": [7], "count": 1}),
            ("week of the month", (start, stop, WARSAW, "monthly"), {"week": 5, "count": 1}),
            ("last day or a number", (start, stop, WARSAW, "daily"), {}),
            ("at least one", (start, stop, WARSAW, "daily"), {"count": 0}),
        ]:
            with self.subTest(message), self.assertRaisesRegex(ValueError, message):
                expand(*args, **kwargs)
