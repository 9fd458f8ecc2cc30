from datetime import datetime

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from ..common import ResourceCommon


@tagged("post_install", "-at_install")
class TestHours(ResourceCommon):
    """Rules that come after a booking: it is found, its holder is told, and may give time back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls.env["resource.calendar"].create(
            {
                "name": "Eight to six",
                "tz": "Europe/Warsaw",
                "attendance_ids": [
                    Command.clear(),
                    *(
                        Command.create(
                            {
                                "name": "Day",
                                "dayofweek": str(day),
                                "hour_from": 8,
                                "hour_to": 18,
                                "day_period": "morning",
                            }
                        )
                        for day in range(7)
                    ),
                ],
            }
        )
        cls.room = cls.room_small
        cls.room.write({"resource_calendar_id": cls.calendar.id, "closed_policy": "refuse"})

    def _close(self, resource=None, by=None, **vals):
        """Return a closure of Thursday, of the small room unless told otherwise."""
        resource = resource or self.room
        return (
            self.env["resource.calendar.leaves"]
            .with_user(by or self.resource_manager)
            .create(
                {
                    "name": "Works",
                    "calendar_id": self.calendar.id,
                    "resource_id": resource.resource_id.id,
                    "date_from": self._at(23, day=11),
                    "date_to": self._at(23, day=12),
                    **vals,
                }
            )
        )

    def _find(self, user):
        return self.Booking.with_user(user).search([("is_out_of_hours", "=", True)])

    def test_holders_are_told_once(self):
        self._book(self.room, 9, 10)
        self._book(self.room, 11, 12)
        self._book(self.room, 13, 14, by=self.salesperson_b)
        self._book(self.room, self._at(9, day=13), self._at(10, day=13), by=self.team_leader)
        self._book(self.room_large, 9, 10, by=self.team_leader)
        cancelled = self._book(self.room, 15, 16, by=self.team_leader)
        cancelled.action_cancel()
        closure = self._close()
        (told,) = self._get_told(self.salesperson_a)
        self.assertRegex(told, r"(?s)03/12/2026 10:00.*03/12/2026 12:00")
        (told,) = self._get_told(self.salesperson_b)
        self.assertRegex(told, r"closed from 03/12/2026 12:00.AM to 03/13/2026 12:00.AM \(Works\)")
        self.assertFalse(self._get_told(self.team_leader))
        closure.name = "More works"
        closure.date_to = self._at(23, day=13)
        self.assertFalse(self._get_told(self.salesperson_a), "told before")
        self.assertEqual(len(self._get_told(self.team_leader)), 1)

    def test_closures_of_working_hours_and_of_the_company(self):
        self._book(self.room, 9, 10)
        for vals in (
            {"resource_id": False},
            {"resource_id": False, "calendar_id": False, "company_id": self.company.id},
        ):
            with self.subTest(vals=vals):
                # Odoo leaves these to administrators
                self._close(by=self.env.user, **vals)
                self.assertEqual(len(self._get_told(self.salesperson_a)), 1)

    def test_who_closes_is_not_told(self):
        self._book(self.room, 9, 10, by=self.resource_manager)
        self._close()
        self.assertFalse(self._get_told(self.resource_manager))

    def test_what_is_over_is_nobodys_concern(self):
        self._book(self.room, 9, 10)
        with freeze_time(self._at(11)):
            self._close()
            self.assertFalse(self._get_told(self.salesperson_a))
            self.assertFalse(self._find(self.salesperson_a))

    def test_found_by_a_filter(self):
        booking = self._book(self.room, 9, 10)
        elsewhere = self._book(self.room_large, 9, 10)
        self.assertFalse(self._find(self.salesperson_b))
        self._close()
        self.assertEqual(self._find(self.salesperson_b), booking, "everybody sees free and busy")
        self.assertTrue(booking.is_out_of_hours)
        self.assertFalse(elsewhere.is_out_of_hours)
        self.assertIn(elsewhere, self.Booking.search([("is_out_of_hours", "=", False)]))
        booking.action_cancel()
        self.assertFalse(self._find(self.salesperson_b))

    def test_found_after_the_working_hours_changed(self):
        booking = self._book(self.room, 9, 10)
        self.calendar.attendance_ids.filtered(lambda each: each.dayofweek == "3").unlink()
        self.assertEqual(self._find(self.salesperson_a), booking)
        self.assertFalse(self._find(self.foreign_salesperson))

    def _get_told_at_the_end(self, *users):
        """Return what each was told when the transaction ended."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        return [self._get_told(user) for user in users]

    def _shorten(self, by=None):
        """Open the room until noon on Thursdays, as the form does: all hours are entered anew."""
        lines = self.calendar.attendance_ids.copy_data()
        for line in lines:
            if line["dayofweek"] == "3":
                line["hour_to"] = 12
        self.calendar.with_user(by or self.resource_manager).attendance_ids = [
            Command.clear(),
            *map(Command.create, lines),
        ]

    def test_holders_are_told_of_other_working_hours(self):
        within = self._book(self.room, 9, 10, by=self.team_leader)
        self._book(self.room, 13, 14)
        self._book(self.room, self._at(13, day=19), self._at(14, day=19))
        self._book(self.room_large, 13, 14, by=self.salesperson_b)
        self._book(self.room, 15, 16, by=self.resource_manager)
        self._shorten()
        (told,), *others = self._get_told_at_the_end(
            self.salesperson_a, self.salesperson_b, self.team_leader, self.resource_manager
        )
        self.assertRegex(told, r"(?s)03/12/2026 02:00.*outside the working hours.*03/19/2026 02:00")
        self.assertEqual(others, [[], [], []], "who is open, or has changed it")
        self.assertNotIn(within, self._find(self.salesperson_a))
        self.calendar.attendance_ids.filtered(lambda each: each.dayofweek == "3").hour_to = 11.5
        self.assertEqual(self._get_told_at_the_end(self.salesperson_a), [[]], "told before")
        self.calendar.attendance_ids.filtered(lambda each: each.dayofweek == "3").unlink()
        [_a, told] = self._get_told_at_the_end(self.salesperson_a, self.team_leader)
        self.assertEqual(len(told), 1)

    def test_holders_are_told_of_another_calendar_and_clock(self):
        night = self.calendar.copy({"name": "Night"})
        night.attendance_ids.write({"hour_from": 20, "hour_to": 23})
        for label, vals in {
            "calendar": {"resource_calendar_id": night.id},
            "clock": {"tz": "Pacific/Auckland"},
        }.items():
            with self.subTest(label), self.env.cr.savepoint() as savepoint:
                self._book(self.room, 9, 10)
                self.room.with_user(self.resource_manager).write(vals)
                [told] = self._get_told_at_the_end(self.salesperson_a)
                self.assertEqual(len(told), 1)
                savepoint.rollback()

    def test_nobody_is_told_of_hours_as_they_were(self):
        self._book(self.room, 13, 14)
        self.calendar.switch_calendar_type()
        self._shorten()
        self.calendar.attendance_ids.hour_to = 18
        self.assertEqual(self._get_told_at_the_end(self.salesperson_a), [[]])

    def test_told_of_hours_in_own_language_and_on_own_clock(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        self.salesperson_a.write({"lang": "pl_PL", "tz": "America/New_York"})
        self._book(self.room, 13, 14)
        self._shorten()
        [[told]] = self._get_told_at_the_end(self.salesperson_a)
        self.assertIn("12.03.2026 09:00", told)

    def test_found_without_a_query_for_each(self):
        for hour in range(8, 16):
            self._book(self.room, hour, hour + 1)
        self._close()
        self.env.flush_all()
        self.env.invalidate_all()
        bookings = self.Booking.with_user(self.salesperson_a)
        # the same of few and of many
        bookings.search_count([("is_out_of_hours", "=", True)])
        self.env.invalidate_all()
        with self.assertQueryCount(12):
            self.assertEqual(bookings.search_count([("is_out_of_hours", "=", True)]), 8)

    def test_time_is_given_back_whatever_rules_came_later(self):
        for label, change in {
            "closure": self._close,
            "preparation": lambda: self.room.write({"buffer_before": 30, "buffer_after": 30}),
            "length": lambda: self.room.write({"max_duration": 0.25}),
            "days ahead": lambda: self.room.write({"max_days_ahead": 1}),
            "people": lambda: self.room.write({"booker_ids": self.salesperson_b.ids}),
            "approval": lambda: self.room.write({"needs_approval": True}),
            "overlap": lambda: self.room.write({"allow_overlap": True}),
            "hours": self.calendar.attendance_ids.unlink,
        }.items():
            with self.subTest(label), self.env.cr.savepoint() as savepoint:
                first, second, third = (
                    self._book(self.room, self._at(*start, day=14), self._at(*stop, day=14))
                    for start, stop in (((9,), (11,)), ((11, 15), (13,)), ((13, 15), (14,)))
                )
                change()
                second.write({"start": self._at(11, 30, day=14), "stop": self._at(12, day=14)})
                self.assertRecordValues(
                    second,
                    [
                        {
                            "state": "confirmed",
                            "block_start": self._at(11, 30, day=14),
                            "block_stop": self._at(12, day=14),
                        }
                    ],
                )
                third.action_cancel()
                with freeze_time(self._at(10, day=14)):
                    first.action_release()
                self.assertEqual(first.stop, self._at(10, day=14))
                savepoint.rollback()

    def test_preparation_stays_as_it_was_booked(self):
        self.room.write({"buffer_before": 15, "buffer_after": 30})
        booking = self._book(self.room, 9, 11)
        self.room.write({"buffer_before": 60, "buffer_after": 0})
        booking.stop = self._at(10)
        self.assertRecordValues(
            booking, [{"block_start": self._at(8, 45), "block_stop": self._at(10, 30)}]
        )

    def test_what_was_given_back_is_free(self):
        booking = self._book(self.room, 9, 11)
        booking.stop = self._at(10)
        self._book(self.room, 10, 11, by=self.salesperson_b)

    def test_more_time_keeps_to_the_rules(self):
        booking = self._book(self.room, 9, 10)
        self._close()
        for vals in (
            {"stop": self._at(11)},
            {"start": self._at(9, 30), "stop": self._at(10, 30)},
        ):
            with self.subTest(vals=vals), self.assertRefused(ValidationError, "is closed then"):
                booking.write(vals)

    def test_rules_hold_where_bookings_may_overlap(self):
        self.room.write({"allow_overlap": True, "max_duration": 2})
        booking = self._book(self.room, 9, 10)
        with self.assertRefused(ValidationError, "2 hours at most"):
            booking.stop = self._at(13)
        with self.assertRefused(ValidationError, "is closed then"):
            booking.write({"start": datetime(2026, 3, 12, 20), "stop": datetime(2026, 3, 12, 21)})
