import time
from datetime import date, datetime, timedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged, users

from ..common import ResourceCommon


@tagged("post_install", "-at_install")
class TestBounds(ResourceCommon):
    """Absurd bookings are refused at once, and what there is does not keep anybody waiting."""

    def test_length_of_a_booking(self):
        start = self._at(9)
        begin = time.monotonic()
        for stop in (datetime(2126, 3, 12), start + timedelta(days=366, seconds=1)):
            with self.assertRefused(ValidationError, "A booking lasts 366 days at most."):
                self._book(self.room_small, start, stop)
        self.assertLess(time.monotonic() - begin, 1)
        booking = self._book(self.room_small, start, start + timedelta(days=366))
        with self.assertRefused(ValidationError, "A booking lasts 366 days at most."):
            booking.stop += timedelta(days=1)

    def test_times_of_a_booking(self):
        message = "has to be a day from 01/01/1900 to 12/31/2199."
        with self.assertRefused(ValidationError, message):
            self._book(self.room_small, datetime(9999, 12, 31, 22), datetime(9999, 12, 31, 23))
        booking = self._book(self.room_small, 9, 10)
        with self.assertRefused(ValidationError, message):
            booking.write({"start": "0001-01-01 09:00:00", "stop": "0001-01-01 10:00:00"})

    @users("isof_salesperson_a")
    def test_what_is_asked_for(self):
        """Times that a client sends along with a question."""
        resource = self.room_small.with_env(self.env)
        for start, stop, message in (
            ("9999-12-31 10:00:00", "9999-12-31 11:00:00", "“Start” has to be a day"),
            ("2026-03-12 10:00:00", "2126-03-12 10:00:00", "A booking lasts 366 days at most."),
        ):
            with self.subTest(start=start), self.assertRefused(ValidationError, message):
                resource.get_alternatives(start, stop)
        with self.assertRefused(ValidationError, "“Start” has to be a day"):
            resource.get_planner([], "9999-12-31 10:00:00", "9999-12-31 11:00:00")

    def test_too_long_a_booking_of_old_can_be_cancelled(self):
        booking = self._book(self.room_small, 9, 10)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE isof_booking SET stop = '2126-03-12', block_stop = '2126-03-12' WHERE id = %s",
            [booking.id],
        )
        self.env.invalidate_all()
        booking.action_cancel()
        self.assertEqual(booking.state, "cancelled")

    def test_numbers_of_a_resource(self):
        for name, value, limit in (
            ("quantity", 1001, "“Quantity” has to be a number of 1,000 at most"),
            ("buffer_before", 10_081, r"“Preparation \(Minutes\)” has to be a number of 10,080"),
            ("max_days_ahead", 2**31, r"“Bookable Ahead \(Days\)” has to be a number of 3,660"),
            ("max_duration", 1e12, r"“Longest Booking \(Hours\)” has to be a number of 8,784"),
        ):
            with self.subTest(name), self.assertRefused(ValidationError, limit):
                self.room_small.with_user(self.resource_manager)[name] = value

    def test_duplicate(self):
        """A resource can be duplicated, its limits with it."""
        self.room_small.write({"buffer_before": 15, "quantity": 2})
        copied = self.room_small.with_user(self.resource_manager).copy()
        self.assertRecordValues(
            copied, [{"name": "Test small room (copy)", "buffer_before": 15, "quantity": 2}]
        )
        self.assertNotEqual(copied.resource_id, self.room_small.resource_id)

    def test_series(self):
        with self.assertRefused(ValidationError, "“Repeat Every” has to be a number of 366"):
            self._create_series(interval=2**31 - 1)
        message = "The bookings of a series lie within 3660 days. Choose an earlier last day."
        with self.assertRefused(ValidationError, message):
            self._create_series(freq="monthly", interval=12, count=12, until=False)

    def test_bookings_far_from_each_other(self):
        """What is unusual about bookings is looked up around each, not for the time between."""
        calendar = self.env["resource.calendar"].create(
            {
                "name": "Test 8-16",
                "tz": "Europe/Warsaw",
                "company_id": self.company.id,
                "attendance_ids": [
                    Command.clear(),
                    *(
                        Command.create(
                            {"name": day, "dayofweek": day, "hour_from": 8, "hour_to": 16}
                        )
                        for day in "01234"
                    ),
                ],
            }
        )
        self.room_small.resource_calendar_id = calendar
        early, late = (
            self._book(self.room_small, datetime(year, 3, 12, hour), datetime(year, 3, 12, 15))
            for year, hour in ((1901, 3), (2199, 9))
        )
        begin = time.monotonic()
        (early | late).invalidate_recordset()
        self.assertIn("is closed for some of this time", early.warning)
        self.assertFalse(late.warning)
        self.assertLess(time.monotonic() - begin, 1)

    def test_available_hours_of_ten_years(self):
        """A booking or a closure of long ago does not have a century computed."""
        self._book(self.room_small, datetime(1901, 3, 12, 9), datetime(1901, 3, 12, 10))
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Test closure",
                "resource_id": self.room_small.resource_id.id,
                "date_from": datetime(1, 1, 1),
                "date_to": datetime(1, 1, 2),
            }
        )
        resource = self.room_small
        resource._update_capacity()
        resource._add_earlier_capacity(self.env["isof.resource"]._find_earlier_days())
        days = self.env["isof.resource.capacity"]._read_group(
            [("resource_id", "=", self.room_small.id)], [], ["date:min"]
        )
        self.assertEqual(days, [(fields.Date.today() - timedelta(days=3660),)])
        self.assertEqual(self.room_small.capacity_from, date(2016, 3, 3))
