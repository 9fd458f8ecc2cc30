from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from ..common import ResourceCommon

TAKES_NONE = "“Test small room” is archived and takes no bookings"


@tagged("post_install", "-at_install")
class TestArchived(ResourceCommon):
    """A resource that is archived has no bookings to come, and takes none on any path."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.room = cls.room_small.with_user(cls.resource_manager)

    def _archive(self, count, **vals):
        """Archive the small room by the dialogue, which names this number of bookings."""
        action = self.room.action_archive()
        dialogue = self.env[action["res_model"]].with_user(self.resource_manager)
        wizard = dialogue.with_context(**action["context"]).create(vals)
        self.assertEqual(wizard.booking_count, count)
        self.assertTrue(self.room.active)
        wizard.action_cancel_and_archive()

    def test_bookings_to_come_are_named(self):
        self._book(self.room_small, 9, 10)
        for record in (self.room, self.room_small.resource_id.with_user(self.resource_manager)):
            with self.assertRefused(
                UserError, "(?s)Cancel or move.*Test small room.*Salesperson A"
            ):
                record.active = False
        self.assertTrue(self.room.active)

    def test_dialogue_asks_and_holders_are_told(self):
        first = self._book(self.room_small, 9, 10)
        second = self._book(self.room_small, 12, 13, by=self.salesperson_b)
        over = self._book(self.room_small, self._at(8, day=10), self._at(9, day=10))
        self._archive(2, reason="It becomes an office.")
        self.assertFalse(self.room.active)
        self.assertEqual((first | second).mapped("state"), ["cancelled"] * 2)
        self.assertEqual(over.state, "confirmed")
        for user in (self.salesperson_a, self.salesperson_b):
            (told,) = self._get_told(user)
            self.assertRegex(told, "(?s)Cancelled.*It becomes an office.")

    def test_without_a_reason_the_holders_hear_why(self):
        going_on = self._book(self.room_small, 9, 12)
        with freeze_time(self._at(10)):
            self._archive(1)
        self.assertRecordValues(going_on, [{"state": "released", "stop": self._at(10)}])
        (told,) = self._get_told(self.salesperson_a)
        self.assertIn("It cannot be booked any more.", told)

    def test_without_bookings_to_come_nothing_is_asked(self):
        self._book(self.room_small, 9, 10).action_cancel()
        self.assertFalse(self.room.action_archive())
        self.assertFalse(self.room.active)

    def test_only_resource_managers_archive(self):
        for user in (self.salesperson_a, self.team_leader):
            with self.subTest(user.name), self.assertRaises(AccessError):
                self.room_small.with_user(user).action_archive()

    def test_takes_no_booking(self):
        cancelled = self._book(self.room_small, 9, 10)
        cancelled.action_cancel()
        elsewhere = self._book(self.room_large, 9, 10)
        activity = self._create_activity(by=self.salesperson_a, start=self._at(11))
        self.room.action_archive()
        for by, change in (
            ("create", lambda: self._book(self.room_small, 9, 10)),
            ("in care", lambda: self._book(self.room_small, 9, 10, by=self.resource_manager)),
            ("superuser", lambda: self._book(self.room_small, 9, 10, by=self.env.user)),
            ("again", cancelled.action_reopen),
            ("resource", lambda: elsewhere.write({"resource_id": self.room_small.id})),
            ("series", self._create_series),
            ("activity", lambda: activity.write({"resource_ids": self.room_small.ids})),
        ):
            with self.subTest(by), self.assertRefused(ValidationError, TAKES_NONE):
                change()
        loaded = self.Booking.with_user(self.salesperson_a).load(
            ["resource_id/.id", "start", "stop"],
            [[str(self.room_small.id), "2026-03-12 09:00:00", "2026-03-12 10:00:00"]],
        )
        self.assertFalse(loaded["ids"])
        self.assertIn("archived", loaded["messages"][0]["message"])

    def test_takes_none_either_where_bookings_may_overlap(self):
        self.room_small.allow_overlap = True
        over = self._book(self.room_small, self._at(8, day=10), self._at(9, day=10))
        self.room.action_archive()
        with self.assertRefused(ValidationError, TAKES_NONE):
            self._book(self.room_small, 9, 10)
        with self.assertRefused(ValidationError, TAKES_NONE):
            over.write({"start": self._at(9), "stop": self._at(10)})

    def test_activity_keeps_what_it_had(self):
        activity = self._create_activity(by=self.salesperson_a, start=self._at(8, day=10))
        activity.resource_ids = self.room_small
        self.room.action_archive()
        activity.invalidate_recordset()
        self.assertEqual(activity.resource_ids, self.room_small)
        with self.assertRefused(ValidationError, TAKES_NONE):
            activity.write({"start": self._at(14), "stop": self._at(15)})
        activity.write({"start": self._at(14), "stop": self._at(15), "resource_ids": [(5,)]})
        self.assertFalse(activity.resource_ids)

    def test_activity_that_comes_back_says_what_it_lost(self):
        activity = self._create_activity(by=self.salesperson_a, start=self._at(14))
        activity.resource_ids = self.room_small | self.room_large
        activity.status_id = self.status_postponed
        self.room.action_archive()
        activity.status_id = self.status_planned
        self.assertEqual(activity.resource_ids, self.room_large)
        self.assertIn(
            "archived and was not booked again", "".join(activity.message_ids.mapped("body"))
        )
