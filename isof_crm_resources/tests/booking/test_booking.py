from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time
from odoo.tools.safe_eval import safe_eval

from ...exceptions import BookingConflict
from ..common import ResourceCommon


@tagged("post_install", "-at_install")
class TestBooking(ResourceCommon):
    def test_defaults(self):
        booking = self._book(self.room_small, 9, 10)
        self.assertRecordValues(
            booking,
            [
                {
                    "state": "confirmed",
                    "user_id": self.salesperson_a.id,
                    "department_id": self.department_field.id,
                    "company_id": self.company.id,
                    "unit": 1,
                    "is_blocking": True,
                    "duration": 1.0,
                    "block_start": self._at(9),
                    "block_stop": self._at(10),
                }
            ],
        )

    def test_what_was_typed_stays(self):
        """Whatever is chosen after it, for whomever it is, and where another resource is taken."""
        self._book(self.room_small, 9, 10)
        form = Form(self.Booking.with_user(self.salesperson_b))
        form.name = "Training"
        form.resource_id = self.room_small
        form.start, form.stop = self._at(9), self._at(10)
        self.assertEqual(form.name, "Training")
        form.user_id = self.salesperson_a
        self.assertEqual(form.name, "Training")
        form.user_id = self.salesperson_b
        with self.assertRaises(BookingConflict) as caught, self.env.cr.savepoint():
            form.save()
        for offer in caught.exception.context["offers"]:
            self.assertEqual(offer["args"][0][0]["name"], "Training")
        form.resource_id = self.room_large
        booking = form.save()
        self.assertEqual(booking.name, "Training")
        # one who looks after the resource moves it to one that others look after
        booking.sudo().user_id = self.salesperson_a
        booking = booking.with_user(self.salesperson_a)
        self.room_large.user_id = self.salesperson_b
        form = Form(booking.with_user(self.salesperson_b))
        form.name = "Longer training"
        form.resource_id = self.kit
        self.assertEqual(form.name, "Longer training")
        form.save()
        self.assertEqual(booking.name, "Longer training")

    def test_the_name_of_an_activity_is_not_typed(self):
        """It follows the activity, and is not kept as if it had been entered."""
        activity = self._create_activity(by=self.salesperson_a, name="Visit")
        form = Form(self.Booking.with_user(self.salesperson_a))
        form.resource_id = self.room_small
        form.activity_id = activity
        form.start, form.stop = self._at(9), self._at(10)
        booking = form.save()
        self.assertEqual(booking.name, activity.display_name)
        activity.name = "Other visit"
        self.assertEqual(booking.name, activity.display_name)
        self.assertIn("Other visit", booking.name)

    def test_form(self):
        form = Form(self.Booking.with_user(self.salesperson_a))
        form.resource_id = self.room_small
        form.start = self._at(9)
        form.stop = self._at(10)
        form.name = "Training"
        form.attendee_count = 5
        self.assertIn("5 participants are more than the 4 seats", form.warning)
        booking = form.save()
        self.assertEqual(booking.name, "Training")
        self.assertIn("more than the 4 seats", booking.message_ids[0].body)

    def test_which_resources_are_offered(self):
        """A new booking has no company yet; a booking keeps its own."""
        arch = self.Booking.with_user(self.salesperson_a).get_view(view_type="form")["arch"]
        [domain] = etree.fromstring(arch).xpath("//field[@name='resource_id']/@domain")
        every = self.room_small | self.car_shared
        every |= self._create_resource("Test foreign room", company_id=self.other_company.id)

        def find(company_id, allowed):
            context = {"company_id": company_id, "allowed_company_ids": allowed.ids}
            return every.search([("id", "in", every.ids), *safe_eval(domain, context)], order="id")

        ours = self.room_small | self.car_shared
        self.assertEqual(find(False, self.company), ours)
        self.assertEqual(find(False, self.company | self.other_company), every)
        self.assertEqual(find(self.company.id, self.company | self.other_company), ours)

    def test_no_time(self):
        with self.assertRefused(ValidationError, "Choose the resource"):
            self.Booking.create({"resource_id": self.room_small.id, "start": self._at(9)})
        with self.assertRefused(ValidationError, "has to end after it starts"):
            self._book(self.room_small, 10, 10)

    def test_conflict(self):
        self._book(self.room_small, 9, 10, name="Board meeting")
        self._book(self.room_small, 8, 9)
        self._book(self.room_small, 10, 11)
        message = (
            r"“Test small room” is already taken at the time you chose, .*10:30.AM–11:30.AM:\n"
            r"– .*10:00.AM–11:00.AM, Salesperson A: Board meeting http.*/odoo/isof.booking/\d+\n"
            r"– .*11:00.AM–12:00.PM, Salesperson A: reserved\n"
            r"Still free: “Test small room” from .*12:00.PM; Test large room at the same time\."
        )
        with self.assertRefused(ValidationError, message):
            self._book(self.room_small, self._at(9, 30), self._at(10, 30))

    def test_conflict_for_somebody_else(self):
        self._book(self.room_small, 9, 10, name="Board meeting")
        with self.assertRefused(ValidationError, "11:00.AM, Salesperson A: reserved"):
            self._book(self.room_small, 9, 10, by=self.salesperson_b)

    def test_move(self):
        booking, other = self._book(self.room_small, 9, 10), self._book(self.room_large, 9, 10)
        booking.write({"start": self._at(9, 30), "stop": self._at(10, 30)})
        self.assertEqual(booking.block_start, self._at(9, 30))
        with self.assertRefused(ValidationError, "“Test large room” is already taken"):
            booking.resource_id = self.room_large
        other.action_cancel()
        booking.resource_id = self.room_large
        self.assertTrue(booking.is_blocking)

    def test_buffers_are_those_at_booking(self):
        self.room_small.buffer_after = 30
        booking = self._book(self.room_small, 9, 10)
        self.assertEqual(booking.block_stop, self._at(10, 30))
        with self.assertRefused(ValidationError, "already taken"):
            self._book(self.room_small, 10, 11)
        self._book(self.room_small, self._at(10, 30), self._at(11))
        self.room_small.buffer_after = 120
        self.assertEqual(booking.block_stop, self._at(10, 30))
        self.room_small.buffer_before = 15
        with self.assertRefused(ValidationError, "already taken"):
            self._book(self.room_small, self._at(6), self._at(7, 30))

    def test_release(self):
        booking = self._book(self.room_small, 9, 12)
        with self.assertRefused(UserError, "Only what is going on can be released"):
            booking.action_release()
        with freeze_time(self._at(10, 20)):
            booking.invalidate_recordset(["is_going_on"])
            booking.action_release()
            self.assertRecordValues(
                booking, [{"state": "released", "stop": self._at(10, 20), "is_blocking": True}]
            )
            self._book(self.room_small, self._at(10, 20), self._at(12), by=self.salesperson_b)
            with self.assertRefused(UserError, "is over and cannot be changed"):
                booking.stop = self._at(11)
            with self.assertRefused(UserError, "is over and cannot be changed"):
                booking.action_reopen()
                booking.state = "confirmed"

    def test_delete(self):
        booking = self._book(self.room_small, 9, 10)
        with self.assertRaises(AccessError):
            booking.unlink()
        with self.assertRefused(UserError, "Cancel a booking instead of deleting it"):
            booking.with_user(self.resource_manager).unlink()
        booking.action_cancel()
        booking.with_user(self.resource_manager).unlink()
        self.assertFalse(booking.exists())

    def test_limits(self):
        self.room_small.write({"max_duration": 2.0, "max_days_ahead": 7})
        with self.assertRefused(ValidationError, "for 2 hours at most"):
            self._book(self.room_small, 9, 12)
        with self.assertRefused(ValidationError, "for 7 days ahead"):
            self._book(self.room_small, self._at(9, day=20), self._at(10, day=20))
        self._book(self.room_small, 9, 11)
        self._book(
            self.room_small, self._at(9, day=20), self._at(14, day=20), by=self.resource_manager
        )

    def test_who_may_book(self):
        self.room_small.write({"booker_ids": [Command.link(self.salesperson_b.id)]})
        with self.assertRefused(AccessError, "only by some people. Ask a resource manager"):
            self._book(self.room_small, 9, 10)
        self._book(self.room_small, 9, 10, by=self.salesperson_b)
        self.room_small.department_ids = self.department_sales
        self._book(self.room_small, 10, 11)
        self.room_small.department_ids = self.department_inside
        with self.assertRefused(AccessError, "only by some people"):
            self._book(self.room_small, 11, 12)

    def test_who_may_book_is_archived_and_nobody_else_may(self):
        for name, record in (
            ("booker_ids", self.salesperson_b),
            ("department_ids", self.department_inside),
        ):
            with self.subTest(name):
                room = self._create_resource("Test closed room", **{name: record.ids})
                record.action_archive()
                self.env.invalidate_all()
                self.assertEqual(room[name], record)
                with self.assertRefused(AccessError, "only by some people"):
                    self._book(room, 9, 10)

    def test_working_hours(self):
        calendar = self.env["resource.calendar"].create(
            {
                "name": "Test hours",
                "tz": "Europe/Warsaw",
                "company_id": self.company.id,
                "attendance_ids": [
                    Command.create({"name": "x", "dayofweek": "3", "hour_from": 8, "hour_to": 16})
                ],
            }
        )
        self.room_small.resource_calendar_id = calendar
        late = self._book(self.room_small, 14, 16)
        self.assertIn("closed for some of this time", late.warning)
        self.room_small.closed_policy = "refuse"
        with self.assertRefused(ValidationError, "is closed then and cannot be booked.*5:00.PM"):
            self._book(self.room_small, 14, 16, by=self.salesperson_b)
        self._book(self.room_small, 8, 9)
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Painting",
                "resource_id": self.room_small.resource_id.id,
                "calendar_id": calendar.id,
                "date_from": self._at(9),
                "date_to": self._at(11),
            }
        )
        with self.assertRefused(ValidationError, "is closed then"):
            self._book(self.room_small, 10, 12)
        self._book(self.room_small, 11, 12)

    def test_free_now(self):
        with freeze_time(self._at(9, 30)):
            self._book(self.room_small, 9, 10)
            self._book(self.room_large, 11, 12)
            rooms = self.room_small | self.room_large | self.room_boss
            self.assertRecordValues(
                rooms,
                [
                    {"is_free": False, "free_change": self._at(10)},
                    {"is_free": True, "free_change": self._at(11)},
                    {"is_free": True, "free_change": False},
                ],
            )
            found = self.env["isof.resource"].search(
                [("is_free", "=", True), ("id", "in", rooms.ids)]
            )
            self.assertEqual(found, self.room_large | self.room_boss)

    def test_free_in_the_form(self):
        """A new resource can be entered, and one that is there be changed."""
        self._book(self.room_small, self._at(8, day=11), self._at(10, day=11))
        resources = self.env["isof.resource"].with_user(self.resource_manager)
        with Form(resources) as form:
            self.assertFalse(form.is_free)
            form.name = "Test new room"
        self.assertTrue(form.record.is_free)
        with Form(resources.browse(self.room_small.id)) as form:
            form.kind_id = self.kind_device
            self.assertFalse(form.is_free)

    def test_alternatives(self):
        self._book(self.room_small, 9, 11)
        found = self.room_small.with_user(self.salesperson_b).get_alternatives(
            "2026-03-12 09:00:00", "2026-03-12 10:00:00"
        )
        self.assertEqual(
            [(each["name"], each["start"]) for each in found],
            [
                ("Test small room", fields.Datetime.to_string(self._at(11))),
                ("Test large room", fields.Datetime.to_string(self._at(9))),
            ],
        )
        with self.assertRefused(ValidationError, "has to end after it starts"):
            self.room_small.get_alternatives("2026-03-12 10:00:00", "2026-03-12 10:00:00")

    def test_copy(self):
        """A copy is in the way of the original, and another time is offered with all it has."""
        booking = self._book(self.room_small, 9, 10, name="Training", attendee_count=3)
        with self.assertRaises(BookingConflict) as caught, self.env.cr.savepoint():
            booking.copy()
        [vals] = caught.exception.context["offers"][0]["args"][0]
        self.assertRecordValues(
            booking.create(vals),
            [{"name": "Training", "attendee_count": 3, "start": self._at(10)}],
        )

    def test_two_at_once_in_each_others_way(self):
        vals = {"resource_id": self.room_small.id, "start": self._at(9), "stop": self._at(11)}
        later = vals | {"start": self._at(10)}
        with self.assertRefused(ValidationError, "another of the bookings that you make at once"):
            self.Booking.with_user(self.salesperson_a).create([vals, later])

    def test_participants(self):
        with self.assertDatabaseRefuses("participants cannot be negative"):
            self._book(self.room_small, 9, 10, attendee_count=-1)
