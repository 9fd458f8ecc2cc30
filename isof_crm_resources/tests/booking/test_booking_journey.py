from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestBookingJourney(HttpCase):
    """How one finds something free, in the browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.booker = new_test_user(
            cls.env, login="booker", groups="isof_crm.group_user", tz="Europe/Warsaw"
        )
        cls.holder = new_test_user(
            cls.env, login="holder", name="Tour Holder", groups="isof_crm.group_user"
        )
        kind = cls.env["isof.resource.kind"].create({"name": "Tour Rooms"})
        cls.room, cls.other_room, cls.start_room, cls.kit = cls.env["isof.resource"].create(
            [
                {"name": name, "kind_id": kind.id, "resource_calendar_id": False}
                for name in ("Tour Room", "Tour Other Room", "Tour Start Room", "Tour Kit")
            ]
        )

    def _book(self, user, resource, start):
        return (
            self.env["isof.booking"]
            .with_user(user)
            .create(
                {
                    "resource_id": resource.id,
                    "start": start,
                    "stop": start + timedelta(hours=1),
                }
            )
        )

    def test_find_and_book(self):
        self.start_tour("/odoo/isof-calendar", "isof_crm_resources_find", login="booker")
        bookings = self.env["isof.booking"].search([("user_id", "=", self.booker.id)])
        self.assertEqual(bookings.resource_id, self.room | self.kit)
        self.assertEqual(len(set(bookings.mapped("start"))), 1)

    def test_take_the_alternative(self):
        start = fields.Datetime.now().replace(minute=0, second=0) + timedelta(days=1)
        self._book(self.holder, self.room, start)
        booking = self._book(self.booker, self.start_room, start)
        self.start_tour(
            f"/odoo/isof.booking/{booking.id}", "isof_crm_resources_conflict", login="booker"
        )
        self.assertRecordValues(booking, [{"resource_id": self.other_room.id, "start": start}])

    def test_take_the_alternative_for_an_activity(self):
        """The activity is saved with another room, whatever else was changed."""
        start = fields.Datetime.now().replace(minute=0, second=0) + timedelta(days=1)
        self._book(self.holder, self.room, start)
        kind = self.env["isof.activity.type"].create({"name": "Tour", "needs_partner": False})
        activity = (
            self.env["isof.activity"]
            .with_user(self.booker)
            .create(
                {
                    "name": "Tour",
                    "type_id": kind.id,
                    "start": start,
                    "stop": start + timedelta(hours=1),
                }
            )
        )
        self.start_tour(
            f"/odoo/isof.activity/{activity.id}",
            "isof_crm_resources_conflict_activity",
            login="booker",
        )
        self.assertRecordValues(activity, [{"start": start, "resource_ids": self.other_room.ids}])

    def test_find_something_else(self):
        """What was to be moved is moved, and nothing booked besides."""
        start = fields.Datetime.now().replace(minute=0, second=0) + timedelta(days=1)
        self._book(self.holder, self.room, start)
        booking = self._book(self.booker, self.start_room, start)
        self.start_tour(
            f"/odoo/isof.booking/{booking.id}", "isof_crm_resources_conflict_find", login="booker"
        )
        self.assertEqual(
            self.env["isof.booking"].search([("user_id", "=", self.booker.id)]), booking
        )
        self.assertRecordValues(booking, [{"resource_id": self.other_room.id, "start": start}])

    def test_change_a_series(self):
        start = fields.Datetime.now().replace(minute=0, second=0) + timedelta(days=1)
        series = (
            self.env["isof.booking.series"]
            .with_user(self.booker)
            .create(
                {
                    "name": "Tour Meeting",
                    "resource_id": self.room.id,
                    "start": start,
                    "stop": start + timedelta(hours=1),
                    "count": 3,
                }
            )
        )
        bookings = series.booking_ids.sorted("start")
        self.start_tour(
            f"/odoo/isof.booking/{bookings[1].id}", "isof_crm_resources_series", login="booker"
        )
        self.assertEqual(bookings.mapped("state"), ["cancelled"] * 3)
        self.assertEqual(
            [booking.resource_id.name for booking in bookings],
            ["Tour Room", *["Tour Other Room"] * 2],
        )
        self.assertEqual(bookings.mapped("name"), ["Tour Meeting", *["Tour Training"] * 2])

    def test_refuse_with_a_reason(self):
        self.room.write({"needs_approval": True, "approver_ids": self.booker.ids})
        start = fields.Datetime.now().replace(minute=0, second=0) + timedelta(days=1)
        request = self._book(self.holder, self.room, start)
        self.start_tour(
            f"/odoo/isof.booking/{request.id}", "isof_crm_resources_refuse", login="booker"
        )
        self.assertEqual(request.state, "refused")
        self.assertIn("The tour needs it", "".join(request.message_ids.mapped("body")))

    def test_archive_what_is_booked(self):
        start = fields.Datetime.now().replace(minute=0, second=0) + timedelta(days=1)
        booking = self._book(self.holder, self.room, start)
        self.booker.group_ids += self.env.ref("isof_crm_resources.group_resource_manager")
        self.start_tour(
            f"/odoo/isof.resource/{self.room.id}", "isof_crm_resources_archive", login="booker"
        )
        self.assertFalse(self.room.active)
        self.assertEqual(booking.state, "cancelled")
