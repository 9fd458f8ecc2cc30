from datetime import datetime, timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.isof_crm.tools.activity_time import to_clock, to_utc

from ..common import ResourceCommon


@tagged("post_install", "-at_install")
class TestSeries(ResourceCommon):
    def test_weekly_over_daylight_saving(self):
        series = self._create_series()
        self.assertEqual(self._starts(series), ["12.03. 09", "19.03. 09", "26.03. 09", "02.04. 08"])
        self.assertEqual(set(series.booking_ids.mapped("name")), {"Weekly meeting"})
        self.assertEqual(set(series.booking_ids.mapped("state")), {"confirmed"})

    def test_rules(self):
        for vals, starts in (
            ({"freq": "daily", "interval": 2, "count": 2}, ["12.03. 09", "14.03. 09"]),
            (
                {"monday": True, "friday": True, "count": 3},
                ["13.03. 09", "16.03. 09", "20.03. 09"],
            ),
            ({"freq": "monthly", "week": "2", "count": 2}, ["12.03. 09", "09.04. 08"]),
            ({"count": 0, "until": "2026-03-20"}, ["12.03. 09", "19.03. 09"]),
            (
                {"count": 3, "exception_ids": [Command.create({"date": "2026-03-19"})]},
                ["12.03. 09", "26.03. 09"],
            ),
        ):
            with self.subTest(vals):
                series = self._create_series(**vals)
                self.assertEqual(self._starts(series), starts)
                series.booking_ids.action_cancel()

    def test_wrong_rules(self):
        for vals, message in (
            ({"count": 0}, "needs a last day or a number"),
            ({"count": 1000, "freq": "daily"}, "520 bookings at most"),
            ({"stop": self._at(8)}, "has to end after it starts"),
            ({"count": 0, "until": "2026-03-01"}, "nothing would be booked"),
        ):
            with self.subTest(vals), self.assertRefused(ValidationError, message):
                self._create_series(**vals)

    def test_all_or_none(self):
        self._book(self.room_small, self._at(9, day=19), self._at(10, day=19))
        self._book(self.room_small, self._at(9, day=26), self._at(10, day=26))
        with self.assertRefused(ValidationError, r"(?s)03/19/2026.*already taken.*03/26/2026"):
            self._create_series(by=self.salesperson_b)
        self.assertFalse(self.Booking.search([("user_id", "=", self.salesperson_b.id)]))

    def test_skip_and_list(self):
        self._book(self.room_small, self._at(9, day=19), self._at(10, day=19))
        series = self._create_series(skip_taken=True)
        self.assertEqual(self._starts(series), ["12.03. 09", "26.03. 09", "02.04. 08"])
        self.assertIn("03/19/2026", series.skipped)
        self.assertEqual(series.skipped.count("\n"), 0)

    def test_nothing_left(self):
        self._book(self.room_small, 8, 11)
        with self.assertRefused(ValidationError, "free at none of these times"):
            self._create_series(skip_taken=True, count=1)

    def test_change_one(self):
        series = self._create_series()
        first = series.booking_ids.sorted("start")[0]
        first.change_series({"start": self._at(10), "stop": self._at(12)}, "one")
        self.assertEqual(self._starts(series), ["12.03. 10", "19.03. 09", "26.03. 09", "02.04. 08"])

    def test_change_following(self):
        series = self._create_series()
        third = series.booking_ids.sorted("start")[2]
        third.change_series(
            {"start": self._at(10, day=26), "stop": self._at(12, day=26)}, "following"
        )
        self.assertEqual(self._starts(series), ["12.03. 09", "19.03. 09", "26.03. 10", "02.04. 09"])
        self.assertEqual(series.booking_ids.sorted("start").mapped("duration"), [1, 1, 2, 2])

    def test_change_all_or_nothing(self):
        series = self._create_series()
        self._book(self.room_large, self._at(9, day=26), self._at(10, day=26))
        second = series.booking_ids.sorted("start")[1]
        with self.assertRefused(ValidationError, "(?s)“Test large room”.*03/26/2026"):
            second.change_series({"resource_id": self.room_large.id}, "all")
        self.assertEqual(series.booking_ids.resource_id, self.room_small)
        second.change_series({"name": "Renamed"}, "all")
        self.assertEqual(set(series.booking_ids.mapped("name")), {"Renamed"})

    def test_nights_on_which_the_clocks_change(self):
        def on_clock(moment):
            return f"{to_clock(moment, 'Europe/Warsaw'):%H:%M}"

        for month, day in ((3, 27), (10, 23)):
            with self.subTest(month=month):
                start = to_utc(datetime(2026, month, day, 22), "Europe/Warsaw")
                series = self._create_series(
                    freq="daily", start=start, stop=start + timedelta(hours=8), count=3
                )
                first, second, third = series.booking_ids.sorted("start")
                bookings = first | second | third
                self.assertEqual({on_clock(b.stop) for b in bookings}, {"06:00"})
                first.change_series({"start": first.start + timedelta(hours=1)}, "all")
                self.assertEqual({on_clock(b.start) for b in bookings}, {"23:00"})
                self.assertEqual({on_clock(b.stop) for b in bookings}, {"06:00"})
                third.change_series({"stop": third.stop + timedelta(hours=1)}, "all")
                self.assertEqual({on_clock(b.start) for b in bookings}, {"23:00"})
                self.assertEqual({on_clock(b.stop) for b in bookings}, {"07:00"})

    def test_what_starts_in_the_hour_that_comes_twice(self):
        # 2:30 for the second time, of 25 October in Warsaw
        start = datetime(2026, 10, 25, 1, 30)
        series = self._create_series(
            freq="daily", start=start, stop=start + timedelta(hours=2), count=2
        )
        first, second = series.booking_ids.sorted("start")
        second.change_series({"stop": second.stop + timedelta(hours=1)}, "all")
        self.assertEqual(first.start, start, "nobody has moved it")
        self.assertEqual((first | second).mapped("duration"), [3, 3])

    def test_daily_moved_into_each_other(self):
        series = self._create_series(freq="daily", stop=self._at(8, day=13))
        first = series.booking_ids.sorted("start")[0]
        first.change_series({"start": self._at(9, day=13), "stop": self._at(8, day=14)}, "all")
        self.assertEqual(self._starts(series), ["13.03. 09", "14.03. 09", "15.03. 09", "16.03. 09"])

    def test_change_is_checked(self):
        booking = self._create_series().booking_ids[0]
        with self.assertRefused(UserError, "cannot be changed for a series: state"):
            booking.change_series({"state": "confirmed"}, "all")
        with self.assertRefused(UserError, "Choose whether"):
            booking.change_series({"name": "x"}, "every")
        with self.assertRaises(AccessError):
            booking.with_user(self.salesperson_b).change_series({"name": "x"}, "all")
        with self.assertRaises(AccessError):
            booking.with_user(self.salesperson_b).cancel_series("all")

    def test_cancel(self):
        series = self._create_series()
        bookings = series.booking_ids.sorted("start")
        bookings[2].cancel_series("following")
        self.assertEqual(
            bookings.mapped("state"), ["confirmed", "confirmed", "cancelled", "cancelled"]
        )
        bookings[0].cancel_series("all")
        self.assertEqual(set(bookings.mapped("state")), {"cancelled"})

    def test_rule_is_not_changed_afterwards(self):
        series = self._create_series()
        with self.assertRefused(UserError, "bookings of the series are made"):
            series.interval = 2
        series.name = "Other"

    def test_rights(self):
        series = self._create_series()
        booking = series.booking_ids[0]
        self.assertFalse(series.with_user(self.salesperson_b).search([("id", "=", series.id)]))
        seen = booking.with_user(self.salesperson_b).read(["series_id", "name"])[0]
        self.assertNotIn("Weekly meeting", str(seen))
        exception = self.env["isof.booking.series.exception"].create(
            {"series_id": series.id, "date": "2026-03-19"}
        )
        with self.assertRaises(AccessError):
            exception.with_user(self.salesperson_b).unlink()
        exception.with_user(self.salesperson_a).unlink()
        with self.assertRaises(AccessError):
            self._create_series(by=self.outsider)
        with self.assertRaises(AccessError):
            self._create_series(by=self.salesperson_b, user_id=self.salesperson_a.id)
