from datetime import date, datetime
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests.common import new_test_user

from ..common import ResourceCommon

THURSDAY = [("date", "=", date(2026, 3, 12))]
MEASURES = ["booked_hours:sum", "requested_hours:sum", "available_hours:sum", "utilization:avg"]


class TestUtilization(ResourceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls.env["resource.calendar"].create(
            {
                "name": "Test eight to four",
                "company_id": False,
                "tz": "Europe/Warsaw",
                "attendance_ids": [
                    Command.create(
                        {"name": "Work", "dayofweek": str(day), "hour_from": 8, "hour_to": 16}
                    )
                    for day in range(5)
                ],
            }
        )
        cls.room_small.resource_calendar_id = cls.calendar
        cls.resources = cls.room_small | cls.room_large | cls.room_boss | cls.kit | cls.car_shared
        cls.Report = cls.env["isof.resource.utilization"].with_user(cls.salesperson_a)
        cls.resources._update_capacity()

    def _read(self, domain, groupby=(), aggregates=MEASURES, by=None):
        self.env.flush_all()
        self.env.invalidate_all()
        report = self.Report.with_user(by) if by else self.Report
        return report._read_group(domain, groupby, aggregates)

    def _run_cron(self):
        with patch.object(self.registry["ir.cron"], "_commit_progress", return_value=60):
            self.env["isof.resource"]._cron_update_capacity()

    def _available(self, resource, day):
        [[hours]] = self._read(
            [("resource_id", "=", resource.id), ("date", "=", day)],
            aggregates=["available_hours:sum"],
        )
        return hours

    # ------------------------------------------------------------
    # Booked
    # ------------------------------------------------------------

    def test_hours_of_a_day(self):
        self._book(self.room_small, 9, 11)
        self._book(self.room_small, 11, self._at(11, 30))
        self._book(self.room_boss, 9, 10)
        self.assertEqual(
            self._read([("resource_id", "=", self.room_small.id), *THURSDAY]),
            [(2.5, 0, 8, 2.5 / 8)],
        )
        self.assertEqual(
            self._read([("resource_id", "=", self.room_boss.id), *THURSDAY]), [(0, 1, 24, 0)]
        )

    def test_states(self):
        cancelled = self._book(self.room_small, 8, 9)
        cancelled.action_cancel()
        released = self._book(self.room_small, 9, 12)
        with freeze_time("2026-03-12 10:00:00"):
            released.action_release()
        [[booked, *_rest]] = self._read([("resource_id", "=", self.room_small.id), *THURSDAY])
        self.assertEqual(booked, 1, "released early after one of three hours")

    def test_over_midnight(self):
        """From 22:00 to 02:30 in Warsaw."""
        self._book(self.room_large, self._at(21), self._at(1, 30, day=13))
        rows = self._read(
            [("booking_id.resource_id", "=", self.room_large.id)],
            ["date:day"],
            ["booked_hours:sum"],
        )
        self.assertEqual(
            [hours for _day, hours in rows], [2, 2.5], "split at midnight of the resource"
        )

    def test_until_midnight(self):
        """From 22:00 to 24:00 in Warsaw: all of it on the day that ends then."""
        booking = self._book(self.room_large, self._at(21), self._at(23))
        self.assertRecordValues(
            booking, [{"first_day": date(2026, 3, 12), "last_day": date(2026, 3, 12)}]
        )
        rows = self._read([("booking_id", "=", booking.id)], ["date:day"], ["booked_hours:sum"])
        self.assertEqual([hours for _day, hours in rows], [2])

    def test_the_clock_of_the_resource_is_changed(self):
        """From 22:00 to 24:00 in Warsaw, which is from 23:00 to 1:00 in Helsinki."""
        booking = self._book(self.room_large, self._at(21), self._at(23))
        self.room_large.tz = "Europe/Helsinki"
        rows = self._read([("booking_id", "=", booking.id)], ["date:day"], ["booked_hours:sum"])
        self.assertEqual([hours for _day, hours in rows], [1, 1])

    def test_moved_to_another_day(self):
        booking = self._book(self.room_large, 9, 10)
        booking.write({"start": self._at(9, day=13), "stop": self._at(11, day=13)})
        self.assertEqual(
            self._read(
                [("booking_id", "=", booking.id), ("date", "=", "2026-03-13")],
                aggregates=["booked_hours:sum"],
            ),
            [(2,)],
        )

    def test_over_the_change_of_clocks(self):
        """Three days, of which the middle one has 23 hours."""
        self._book(
            self.car_shared,
            datetime(2026, 3, 27, 23),
            datetime(2026, 3, 30, 22),
            by=self.resource_manager,
        )
        rows = self._read(
            [
                ("resource_id", "=", self.car_shared.id),
                ("date", ">=", "2026-03-28"),
                ("date", "<=", "2026-03-30"),
            ],
            ["date:day"],
        )
        self.assertEqual(
            [row[1:] for row in rows], [(24, 0, 24, 1), (23, 0, 23, 1), (24, 0, 24, 1)]
        )

    # ------------------------------------------------------------
    # Available
    # ------------------------------------------------------------

    def test_quantity(self):
        self._book(self.kit, 9, 15)
        self._book(self.kit, 9, 15)
        rows = self._read([("resource_id", "=", self.kit.id), *THURSDAY])
        self.assertEqual(rows, [(12, 0, 72, 12 / 72)])
        self.kit.quantity = 5
        self._run_cron()
        self.assertEqual(self._available(self.kit, "2026-03-12"), 120)

    def test_closure(self):
        closure = self.env["resource.calendar.leaves"].create(
            {
                "name": "Painters",
                "resource_id": self.room_small.resource_id.id,
                "calendar_id": self.calendar.id,
                "date_from": "2026-03-12 11:00:00",
                "date_to": "2026-03-13 22:00:00",
            }
        )
        self._run_cron()
        self.assertEqual(self._available(self.room_small, "2026-03-12"), 4)
        self.assertFalse(self._available(self.room_small, "2026-03-13"))
        closure.date_from = "2026-03-13 07:00:00"
        self._run_cron()
        self.assertEqual(self._available(self.room_small, "2026-03-12"), 8)
        closure.unlink()
        self._run_cron()
        self.assertEqual(self._available(self.room_small, "2026-03-13"), 8)

    def test_closure_of_the_company(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Stocktaking",
                "company_id": self.company.id,
                "calendar_id": False,
                "date_from": "2026-03-11 23:00:00",
                "date_to": "2026-03-12 23:00:00",
            }
        )
        self.assertIn(
            self.room_large, self.env["isof.resource"].search([("stale_from", "!=", False)])
        )
        self._run_cron()
        self.assertFalse(self._available(self.room_large, "2026-03-12"))
        self.assertEqual(self._available(self.car_shared, "2026-03-12"), 24, "of no company")

    def test_working_hours_change_from_today_on(self):
        with freeze_time("2026-03-13 10:00:00"):
            self.calendar.attendance_ids.filtered(
                lambda attendance: attendance.dayofweek in ("3", "4")
            ).hour_to = 12
            self._run_cron()
        self.assertEqual(self._available(self.room_small, "2026-03-12"), 8, "yesterday")
        self.assertEqual(self._available(self.room_small, "2026-03-13"), 4, "today")

    def test_archived_resources_are_not_available_any_more(self):
        self.room_large.active = False
        self._run_cron()
        self.assertFalse(self._available(self.room_large, "2026-03-12"))

    def test_a_year_ahead(self):
        """Each day has its hours once, however often the cron runs, and the year goes on."""
        last = self.room_large.capacity_until
        self.assertGreater((last - date(2026, 3, 11)).days, 365)
        for moment in ("2026-03-12 08:00:00", "2026-05-12 08:00:00"):
            with freeze_time(moment):
                self._run_cron()
        self.assertGreater((self.room_large.capacity_until - date(2026, 5, 12)).days, 365)
        self.assertEqual(self._available(self.room_large, "2026-03-12"), 24)

    def test_first_day_is_that_of_the_first_booking(self):
        new = self._create_resource("Test new room")
        self._book(new, self._at(9, day=2), self._at(10, day=2), by=self.resource_manager)
        self._run_cron()
        self.assertEqual(self._available(new, "2026-03-02"), 24)
        self.assertFalse(self._available(new, "2026-03-01"))

    def test_bookings_of_old_days_are_added_later(self):
        """The days before the first known one are computed; known ones keep their hours."""
        self.room_small.capacity_from = date(2026, 3, 11)
        with freeze_time("2026-03-13 09:00:00"):
            self.calendar.attendance_ids.hour_to = 12
            self._run_cron()
        # 23:30 in Warsaw, the day before
        start = datetime(2026, 3, 3, 22, 30)
        self._book(self.room_small, start, datetime(2026, 3, 4, 8), by=self.resource_manager)
        with self.assertQueryCount(1):
            self.assertEqual(
                self.env["isof.resource"]._find_earlier_days(),
                {self.room_small: date(2026, 3, 3)},
            )
        self._run_cron()
        self.assertEqual(self.room_small.capacity_from, date(2026, 3, 3))
        self.assertFalse(self._available(self.room_small, "2026-03-02"))
        self.assertEqual(self._available(self.room_small, "2026-03-03"), 4)
        self.assertEqual(self._available(self.room_small, "2026-03-10"), 4)
        self.assertEqual(self._available(self.room_small, "2026-03-12"), 8, "as it was then")
        self.assertFalse(self.env["isof.resource"]._find_earlier_days(), "once is enough")

    def test_breaks_of_people_are_hours_of_rooms(self):
        self.calendar.attendance_ids = [
            Command.create(
                {
                    "name": "Lunch",
                    "dayofweek": "3",
                    "hour_from": 16,
                    "hour_to": 17,
                    "day_period": "lunch",
                }
            )
        ]
        self._run_cron()
        self.assertEqual(self._available(self.room_small, "2026-03-12"), 9)

    # ------------------------------------------------------------
    # Levels
    # ------------------------------------------------------------

    def test_ratio_of_sums(self):
        self._book(self.room_small, 9, 11)
        self._book(self.room_large, 9, 11)
        rooms = [("resource_id", "in", (self.room_small | self.room_large).ids), *THURSDAY]
        self.assertEqual(
            self._read(rooms, ["resource_id"], ["utilization:avg"]),
            [(self.room_small, 2 / 8), (self.room_large, 2 / 24)],
        )
        self.assertEqual(
            self._read(rooms, ["kind_id"], ["utilization:avg"]), [(self.kind_room, 4 / 32)]
        )
        self.assertEqual(self._read(rooms, ["date:month"], ["utilization:avg"])[0][1], 4 / 32)

    def test_by_person_and_department(self):
        """Compared with all hours that are available, in tables and under filters alike."""
        self._book(self.room_small, 9, 11)
        self._book(self.room_small, 11, 12, by=self.salesperson_b)
        domain = [("resource_id", "=", self.room_small.id), *THURSDAY]
        self.assertEqual(
            self._read(domain, ["user_id"]),
            [(self.salesperson_a, 2, 0, 8, 2 / 8), (self.salesperson_b, 1, 0, 8, 1 / 8)],
        )
        self.assertEqual(
            self._read([*domain, ("user_id", "=", self.salesperson_a.id)], ["resource_id"]),
            [(self.room_small, 2, 0, 8, 2 / 8)],
        )
        total, by_user = self.Report._read_grouping_sets(
            domain, [[], ["user_id"]], ["available_hours:sum", "utilization:avg"]
        )
        self.assertEqual(total, [(8, 3 / 8)])
        self.assertEqual(by_user, [(self.salesperson_a, 8, 2 / 8), (self.salesperson_b, 8, 1 / 8)])

    def test_days_asked_for(self):
        """What the filter leaves out before the days are split changes no figure."""
        self._book(
            self.room_large, self._at(9, day=10), self._at(9, day=14), by=self.resource_manager
        )
        hours = {
            day: self._read([("resource_id", "=", self.room_large.id), *domain])[0][0]
            for day, domain in {
                "one": [("date", "=", "2026-03-12")],
                "two": [("date", ">", "2026-03-11"), ("date", "<", "2026-03-14")],
                "other": ["|", ("date", "<", "2026-03-11"), ("date", ">", "2026-03-13")],
                "all": [],
            }.items()
        }
        self.assertEqual(hours, {"one": 24, "two": 48, "other": 24, "all": 96})

    def test_list(self):
        booking = self._book(self.room_small, self._at(21), self._at(1, 30, day=13))
        self.env.flush_all()
        rows = self.Report.search_read(
            [("booking_id", "=", booking.id)], ["date", "booked_hours", "user_id"]
        )
        self.assertEqual([row["booked_hours"] for row in rows], [2.5, 2])
        self.assertEqual(len({row["id"] for row in rows}), 2)
        self.assertEqual(
            self.Report.browse(row["id"] for row in rows).mapped("booked_hours"), [2.5, 2]
        )

    # ------------------------------------------------------------
    # Rights and speed
    # ------------------------------------------------------------

    def test_companies(self):
        other = self.env["res.company"].create({"name": "Test other company"})
        room = self._create_resource("Test other room", company_id=other.id)
        foreigner = new_test_user(
            self.env,
            "utilization_foreigner",
            groups="isof_crm.group_user",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        (self.resources | room)._update_capacity()
        self._book(self.room_small, 9, 10)
        self._book(room, 9, 10, by=foreigner)
        self._book(self.car_shared, 9, 10, by=foreigner)
        ours = self._read(THURSDAY, ["resource_id"], ["booked_hours:sum"])
        self.assertIn((self.room_small, 1), ours)
        self.assertIn((self.car_shared, 1), ours, "shared: everybody sees that it is taken")
        self.assertNotIn(room, [resource for resource, _hours in ours])
        theirs = self._read(THURSDAY, ["resource_id"], ["booked_hours:sum"], by=foreigner)
        self.assertIn((room, 1), theirs)
        self.assertIn((self.car_shared, 1), theirs)
        self.assertNotIn(self.room_small, [resource for resource, _hours in theirs])
        self.assertFalse(
            self.env["isof.resource.capacity"]
            .with_user(foreigner)
            .search_count([("resource_id", "=", self.room_small.id)])
        )

    def test_nothing_is_told_of_the_purpose(self):
        self._book(self.room_small, 9, 10, name="Dismissals")
        self.env.flush_all()
        self.env.invalidate_all()
        [row] = self.Report.with_user(self.salesperson_b).search_read(
            [("resource_id", "=", self.room_small.id), ("user_id", "!=", False), *THURSDAY]
        )
        self.assertNotIn("Dismissals", str(row))

    def test_only_users_of_the_crm(self):
        stranger = new_test_user(self.env, "utilization_stranger", groups="base.group_user")
        for model in ("isof.resource.utilization", "isof.resource.capacity"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(stranger).search([])
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.resource_manager).create({})

    def test_queries(self):
        """A table of all levels on a cursor that cannot write, in few queries."""
        for hour in range(8, 12):
            self._book(self.room_small, hour, hour + 1)
        self.env.cr.flush()
        self.env.invalidate_all()
        self.assertTrue(self.Report.env.user.has_group("isof_crm.group_user"))
        self.env.cr.execute("SAVEPOINT reading; SET LOCAL transaction_read_only = on")
        with self.assertQueryCount(9):
            total, _kinds, _resources = self.Report.formatted_read_grouping_sets(
                [("resource_id", "=", self.room_small.id), *THURSDAY],
                [[], ["kind_id"], ["kind_id", "resource_id"]],
                MEASURES,
            )
        self.env.cr.execute("ROLLBACK TO SAVEPOINT reading")
        self.assertEqual(total[0]["utilization:avg"], 4 / 8)
