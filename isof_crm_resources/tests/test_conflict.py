import json

from odoo.http import serialize_exception
from odoo.tests import tagged
from odoo.tools.json import json_default

from ..exceptions import BookingConflict
from .common import ResourceCommon


@tagged("post_install", "-at_install")
class TestConflict(ResourceCommon):
    """What is offered instead of a resource that is taken, and that it can be booked as it is."""

    def _get_refusal(self, action):
        with self.assertRaises(BookingConflict) as caught, self.env.cr.savepoint():
            action()
        return caught.exception

    def _get_offers(self, error):
        return [offer["vals"] for offer in error.context["offers"]]

    def test_offers_for_a_new_booking(self):
        """The next time of the resource, then others of its kind that are large enough."""
        self._book(self.room_small, 9, 11, by=self.salesperson_b)
        activity = self._create_activity(by=self.salesperson_a)
        error = self._get_refusal(
            lambda: self._book(self.room_small, 10, 12, name="Talk", activity_id=activity.id)
        )
        labels = [offer["label"] for offer in error.context["offers"]]
        self.assertRegex(labels[0], r"Test small room, .*12:00.*2:00")
        self.assertRegex(labels[1], r"Test large room, .*11:00.*1:00")
        later, larger = self._get_offers(error)[:2]
        self.assertEqual(later["resource_id"], self.room_small.id)
        self.assertEqual(
            (later["start"], later["stop"]), ("2026-03-12 11:00:00", "2026-03-12 13:00:00")
        )
        booking = self.Booking.with_user(self.salesperson_a).create(larger)
        self.assertRecordValues(
            booking,
            [
                {
                    "resource_id": self.room_large.id,
                    "start": self._at(10),
                    "stop": self._at(12),
                    "name": "Talk",
                    "activity_id": activity.id,
                    "user_id": self.salesperson_a.id,
                    "state": "confirmed",
                }
            ],
        )

    def test_offers_for_a_booking_that_is_moved(self):
        """It is moved itself; its own time does not count as taken."""
        self._book(self.room_small, 9, 11, by=self.salesperson_b)
        booking = self._book(self.room_small, 12, 14)
        error = self._get_refusal(
            lambda: booking.write({"start": self._at(10), "stop": self._at(12)})
        )
        offer = error.context["offers"][0]
        self.assertEqual(offer["booking_id"], booking.id)
        self.assertEqual(offer["vals"]["start"], "2026-03-12 11:00:00")
        booking.write(offer["vals"])
        self.assertEqual((booking.start, booking.stop), (self._at(11), self._at(13)))

    def test_offers_nobody_may_not_book(self):
        """Neither what is for others nor what belongs to another company."""
        self.room_large.booker_ids = self.salesperson_b
        foreign = self._create_resource(
            "Test foreign room", seats=30, company_id=self.other_company.id
        )
        self._book(self.room_small, 9, 11, by=self.salesperson_b)
        error = self._get_refusal(lambda: self._book(self.room_small, 9, 11))
        offered = {vals["resource_id"] for vals in self._get_offers(error)}
        self.assertIn(self.room_small.id, offered)
        self.assertFalse(offered & {self.room_large.id, foreign.id})
        self.assertNotIn("foreign", str(error))

    def test_no_offers_for_several(self):
        """What was wanted together is not booked in part."""
        self._book(self.room_small, 9, 11, by=self.salesperson_b)
        wanted = [
            {"resource_id": room.id, "start": self._at(9), "stop": self._at(11)}
            for room in (self.room_small, self.room_large)
        ]
        bookings = self.Booking.with_user(self.salesperson_a)
        error = self._get_refusal(lambda: bookings.create(wanted))
        self.assertFalse(error.context["offers"])
        self.assertFalse(self.room_large.booking_ids)

    def test_what_the_client_gets(self):
        """The dialogue is registered under this name, and all of it can be sent."""
        self._book(self.room_small, 9, 11, by=self.salesperson_b)
        error = self._get_refusal(lambda: self._book(self.room_small, 10, 12))
        sent = serialize_exception(error)
        self.assertEqual(sent["name"], "odoo.addons.isof_crm_resources.exceptions.BookingConflict")
        self.assertIn("“Test small room” is already taken", sent["message"])
        self.assertTrue(sent["message"].startswith(f"{sent['context']['taken']}\nStill free: “"))
        json.dumps(sent, default=json_default)
        finder = self.env["isof.resource.finder"].with_user(self.salesperson_a)
        finder = finder.with_context(**sent["context"]["finder"]).create({})
        self.assertRecordValues(finder, [{"start": self._at(10), "duration": 2.0, "mode": "time"}])
        self.assertRecordValues(finder.need_ids, [{"kind_id": self.kind_room.id, "seats": 4}])
