from datetime import timedelta

from lxml import etree

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time

from odoo.addons.isof_crm.tests.common import NOW

from ..common import ResourceCommon


@tagged("post_install", "-at_install")
class TestActivityBooking(ResourceCommon):
    """An activity takes its bookings along: all of them, or it is refused."""

    def setUp(self):
        super().setUp()
        # on Thursday from 10 to 11 in Warsaw
        self.activity = self._create_activity(
            by=self.salesperson_a, type_id=self.type_meeting.id, stop=self._at(10)
        )
        self.assertEqual(self.activity.start, self._at(9))

    def _add(self, *resources):
        self.activity.resource_ids = [Command.link(resource.id) for resource in resources]
        return self.activity.booking_ids.sorted("id")

    def _move(self, activity=None, **delta):
        activity, shift = activity or self.activity, timedelta(**delta)
        activity.write({"start": activity.start + shift, "stop": activity.stop + shift})

    def assertTimes(self, bookings, *times):  # noqa: N802
        self.assertEqual([(b.start, b.stop) for b in bookings], list(times))

    def test_add_and_remove(self):
        bookings = self._add(self.room_small, self.kit)
        self.assertRecordValues(
            bookings,
            [
                {
                    "resource_id": resource.id,
                    "start": self._at(9),
                    "stop": self._at(10),
                    "user_id": self.salesperson_a.id,
                    "activity_id": self.activity.id,
                    "name": self.activity.display_name,
                    "state": "confirmed",
                }
                for resource in (self.room_small, self.kit)
            ],
        )
        self.assertEqual(self.activity.resource_ids, self.room_small | self.kit)
        self.activity.resource_ids = self.kit
        self.assertEqual(bookings.mapped("state"), ["cancelled", "confirmed"])
        self.assertEqual(self.activity.resource_ids, self.kit)

    def test_create_with_resources(self):
        activity = self._create_activity(
            by=self.salesperson_a,
            start=self._at(12),
            resource_ids=[Command.set(self.room_small.ids)],
        )
        self.assertEqual(activity.booking_ids.resource_id, self.room_small)
        with self.assertRefused(ValidationError, "“Test small room” is already taken"):
            self._create_activity(
                start=self._at(12), resource_ids=[Command.set(self.room_small.ids)]
            )

    def test_form(self):
        form = Form(self.activity)
        form.resource_ids.add(self.room_large)
        form.save()
        self.assertEqual(self.activity.booking_ids.resource_id, self.room_large)
        # as the list in the form writes it
        line = Command.create({"resource_id": self.kit.id, "start": "2026-03-12 09:30:00"})
        self.activity.web_save({"booking_ids": [line]}, {"booking_ids": {}})
        self.assertTimes(
            self.activity.booking_ids.filtered(lambda b: b.resource_id == self.kit),
            (self._at(9, 30), self._at(10)),
        )

    def test_search(self):
        self._add(self.room_small)
        activities = self.env["isof.activity"].with_user(self.salesperson_a)
        self.assertEqual(
            activities.search([("resource_ids", "in", self.room_small.ids)]), self.activity
        )
        self.assertFalse(activities.search([("resource_ids", "in", self.room_large.ids)]))
        self.assertEqual(
            activities.search([("resource_ids.name", "=", "Test small room")]), self.activity
        )
        self.assertEqual(activities.search([("has_bookings", "=", True)]), self.activity)
        self.assertNotIn(self.activity, activities.search([("resource_ids", "=", False)]))

    def test_move_keeps_offsets(self):
        bookings = self._add(self.room_small, self.kit)
        bookings[1].write({"start": self._at(8, 30), "stop": self._at(10, 15)})
        self._move(hours=2)
        self.assertTimes(
            bookings, (self._at(11), self._at(12)), (self._at(10, 30), self._at(12, 15))
        )

    def test_what_is_added_along_with_a_move(self):
        """It is booked where it is wanted, and does not move once more."""
        [kit] = self._add(self.kit)
        move = {"start": self._at(11), "stop": self._at(12)}
        line = {"start": "2026-03-12 10:30:00", "stop": "2026-03-12 12:00:00"}
        self.activity.write(
            move
            | {
                "resource_ids": [Command.link(self.room_small.id)],
                "booking_ids": [Command.update(kit.id, line)],
            }
        )
        self.assertTimes(
            self.activity.booking_ids.sorted("id"),
            (self._at(10, 30), self._at(12)),
            (self._at(11), self._at(12)),
        )

    def test_resize(self):
        bookings = self._add(self.room_small, self.kit, self.room_large)
        bookings[1].stop = self._at(9, 30)
        bookings[2].stop = self._at(10, 30)
        self.activity.duration = 2
        self.assertTimes(
            bookings,
            (self._at(9), self._at(11)),
            (self._at(9), self._at(9, 30)),
            (self._at(9), self._at(11, 30)),
        )
        self.activity.stop = self._at(9, 15)
        self.assertEqual(bookings[0].stop, self._at(9, 15))

    def test_one_conflict_moves_nothing(self):
        bookings = self._add(self.room_small, self.kit, self.room_large)
        self._book(self.room_large, 11, 12, by=self.salesperson_b)
        with self.assertRefused(ValidationError, "“Test large room” is already taken"):
            self._move(hours=2)
        self.assertTimes(bookings, *[(self._at(9), self._at(10))] * 3)
        self.assertEqual(self.activity.start, self._at(9))

    def test_move_of_adjacent_bookings_of_one_room(self):
        bookings = self._add(self.room_small)
        self._book(self.room_small, 8, 9, activity_id=self.activity.id)
        self._move(hours=-1)
        self.assertTimes(bookings, (self._at(8), self._at(9)))

    def test_not_held_and_reopened(self):
        bookings = self._add(self.room_small, self.kit)
        bookings[1].action_cancel()
        for status in (self.status_cancelled, self.status_not_held, self.status_postponed):
            with self.subTest(status.name):
                self.activity.status_id = status
                self.assertEqual(bookings.mapped("state"), ["cancelled", "cancelled"])
                self._move(days=1)
                self.activity.action_reopen()
                # what was cancelled by hand stays so
                self.assertEqual(bookings.mapped("state"), ["confirmed", "cancelled"])
                self.assertEqual(bookings[0].start, self.activity.start)

    def test_reopened_when_taken(self):
        bookings = self._add(self.room_small, self.kit)
        self.activity.action_cancel()
        self._book(self.room_small, 9, 10, by=self.salesperson_b)
        with self.assertRefused(ValidationError, "“Test small room” is already taken"):
            self.activity.action_reopen()
        self.assertEqual(self.activity.state, "cancelled")
        self.assertEqual(set(bookings.mapped("state")), {"cancelled"})

    def test_archive(self):
        bookings = self._add(self.room_small)
        self.activity.active = False
        self.assertEqual(bookings.state, "cancelled")
        self.activity.active = True
        self.assertEqual(bookings.state, "confirmed")

    def test_status_changes_its_meaning(self):
        bookings = self._add(self.room_small)
        status = self.env["isof.activity.status"].create({"name": "Test", "state": "planned"})
        self.activity.status_id = status
        status.state = "cancelled"
        self.assertEqual(bookings.state, "cancelled")

    def test_done_keeps(self):
        bookings = self._add(self.room_small)
        with freeze_time(self.activity.stop):
            self.activity.action_done()
        self.assertEqual(bookings.state, "confirmed")

    def test_held_early_gives_back(self):
        """What took place before its time did without what was booked; taken back, it is booked."""
        bookings = self._add(self.room_small)
        times = bookings.start, bookings.stop
        self.activity.action_done()
        self.assertEqual(self.activity.start, NOW)
        self.assertEqual(bookings.state, "cancelled")
        self.activity.stop = self.activity.start + timedelta(hours=2)
        self.assertEqual(bookings.state, "cancelled", "it still took place without")
        with self.subTest("undone"):
            self.activity.write(
                {"status_id": self.status_planned.id, "start": times[0], "stop": times[1]}
            )
            self.assertEqual(bookings.state, "confirmed")
            self.assertTimes(bookings, times)

    def _mark_done(self, *activities):
        """Return the dialogue that has marked activities as done."""
        activities = self.env["isof.activity"].union(*activities)
        context = {"active_model": activities._name, "active_ids": activities.ids}
        wizard = self.env["isof.activity.held.wizard"].with_user(self.salesperson_a)
        wizard = wizard.with_context(**context).create({})
        wizard.action_confirm()
        return wizard

    def test_done_undone_is_confirmed_as_before(self):
        """What was approved for that time is not asked for again."""
        booking = self._add(self.room_boss)
        booking.with_user(self.department_manager).action_confirm()
        self._get_told(self.department_manager)
        wizard = self._mark_done(self.activity)
        self.assertEqual(booking.state, "cancelled")
        wizard.marked_ids.action_undo_done()
        self.assertEqual(booking.state, "confirmed")
        self.assertEqual(self._get_told(self.department_manager), [])
        with self.subTest("what was only requested is asked for again"):
            booking.sudo().write({"state": "requested"})
            self._mark_done(self.activity).marked_ids.action_undo_done()
            self.assertEqual(booking.state, "requested")
        with self.subTest("what one puts back at another time is, too"):
            booking.with_user(self.department_manager).action_confirm()
            self._mark_done(self.activity)
            start = self._at(9, day=20)
            self.activity.write({"status_id": self.status_planned.id, "start": start})
            self.assertEqual(booking.state, "requested")

    def test_done_undone_where_the_time_was_taken(self):
        """One of several is left; alone it is told what is in the way."""
        booking = self._add(self.room_small)
        other = self._create_activity(
            by=self.salesperson_a, start=self._at(9, day=20), status_id=self.status_planned.id
        )
        times = booking.start, booking.stop
        wizard = self._mark_done(self.activity, other)
        self._book(self.room_small, *times, by=self.salesperson_b)
        notice = wizard.action_undo()["params"]["message"]
        self.assertIn("Activities as they were before: 1. Left", notice)
        self.assertEqual((self.activity.state, other.state), ("done", "planned"))
        with self.assertRefused(ValidationError, "is already taken"):
            self.activity.action_undo_done()

    def test_delete(self):
        bookings = self._add(self.room_small)
        self.activity.action_cancel()
        self.activity.with_user(self.manager).unlink()
        self.assertFalse(bookings.exists())

    def test_copy_has_no_bookings(self):
        self._add(self.room_small)
        self.assertFalse(self.activity.copy().booking_ids)

    def test_handed_over(self):
        bookings = self._add(self.room_small, self.kit)
        bookings[1].sudo().user_id = self.manager
        self.activity.user_id = self.salesperson_b
        self.assertEqual(bookings.mapped("user_id.id"), [self.salesperson_b.id, self.manager.id])

    def test_allday(self):
        activity = self._create_activity(
            by=self.salesperson_a, start_date="2026-03-12", stop_date="2026-03-13", allday=True
        )
        activity.resource_ids = self.room_small
        # two days on the clock of the room
        self.assertTimes(activity.booking_ids, (self._at(23, day=11), self._at(23, day=13)))
        activity.start_date = "2026-03-13"
        self.assertEqual(activity.booking_ids.start, self._at(23, day=12))
        activity.allday = False
        self.assertTimes(activity.booking_ids, (activity.start, activity.stop))

    def test_allday_keeps_a_time_of_its_own(self):
        """What is booked for some hours of the day stays so, at the same time on the clock."""
        activity = self._create_activity(
            by=self.salesperson_a, start_date="2026-03-27", stop_date="2026-03-27", allday=True
        )
        activity.resource_ids = self.room_small
        self._book(self.kit, self._at(9, day=27), self._at(11, day=27), activity_id=activity.id)
        # daylight saving starts on the 29th
        activity.write({"start_date": "2026-03-30", "stop_date": "2026-03-30"})
        bookings = activity.booking_ids.sorted("resource_id")
        self.assertTimes(
            bookings,
            (self._at(22, day=29), self._at(22, day=30)),
            (self._at(8, day=30), self._at(10, day=30)),
        )
        activity.stop_date = "2026-03-31"
        self.assertTimes(
            bookings,
            (self._at(22, day=29), self._at(22, day=31)),
            (self._at(8, day=30), self._at(10, day=30)),
        )

    def test_what_is_over_did_not_take_place(self):
        """Nobody cancels what is over by hand; the activity tells that it was not held."""
        booking = self._add(self.room_small)
        with freeze_time(self._at(12)):
            for user in (self.salesperson_a, self.resource_manager):
                for action in ("action_cancel", "action_refuse"):
                    with self.assertRefused(
                        UserError, "“Test small room”, .*is over and cannot be cancelled"
                    ):
                        getattr(booking.with_user(user), action)()
            self.assertEqual(booking.state, "confirmed")
            self.activity.status_id = self.status_not_held
            self.assertEqual(booking.state, "cancelled")

    def test_only_on_own_activities(self):
        with self.assertRaises(AccessError):
            self._book(self.room_small, 9, 10, by=self.salesperson_b, activity_id=self.activity.id)

    def test_participants_against_seats(self):
        self.activity.write(
            {
                "participant_ids": (self.team_leader | self.manager | self.salesperson_b).ids,
                "contact_id": self.alfa_anna.id,
            }
        )
        booking = self._add(self.room_small)
        self.assertEqual(booking.attendee_count, 5)
        self.assertIn("more than the 4 seats", booking.warning)

    def test_form_asks_new_bookings_for_no_field_that_follows(self):
        """The client refuses a line without a required field that it shows."""
        arch = self.env["isof.activity"].with_user(self.salesperson_a).get_view(view_type="form")
        [bookings] = etree.fromstring(arch["arch"]).xpath("//field[@name='booking_ids']/list")
        for field in bookings.iter("field"):
            name = field.get("name")
            if self.Booking._fields[name].required and name in ("state", "company_id"):
                with self.subTest(name):
                    self.assertIn(field.get("invisible"), ("not id", "1", "True"))
