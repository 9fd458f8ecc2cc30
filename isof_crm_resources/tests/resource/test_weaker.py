from odoo.tests import tagged

from odoo.addons.isof_crm.tests.weaker import WeakerCase

from ..common import ResourceCommon

SECRET = "KANAREK"


@tagged("post_install", "-at_install")
class TestWeaker(WeakerCase, ResourceCommon):
    """What a resource is booked for is found by nobody who may not read it, on no detour."""

    def test_nobody_finds_it(self):
        activity = self._create_activity(
            by=self.salesperson_a, type_id=self.type_meeting.id, name=f"{SECRET} 1"
        )
        for_activity = self._book(self.room_small, 9, 10, activity_id=activity.id)
        on_its_own = self._book(self.room_large, 9, 10, name=f"{SECRET} 2")
        requested = self._book(self.room_boss, 9, 10, name=f"{SECRET} 3")
        for booking in for_activity | on_its_own | requested:
            booking.message_post(body=f"{SECRET} 4")
            booking.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=f"{SECRET} 5",
                note=f"{SECRET} 6",
                user_id=self.salesperson_a.id,
            )
        requested.with_user(self.department_manager).action_confirm()
        on_its_own.write({"start": self._at(10), "stop": self._at(11)})
        self.cr.precommit.run()  # the chatter follows what was written
        found = self._find_word(self.salesperson_a, SECRET)
        for path in ("isof.activity.name", "isof.booking.display_name", "mail.message.body"):
            self.assertIn(path, found, "who may find it does not, so the search is no proof")
        for user in (self.outsider, self.salesperson_b, self.foreign_salesperson):
            with self.subTest(user=user.login):
                self.assertEqual(self._find_word(user, SECRET), [])
        bookings = for_activity | on_its_own | requested
        with self.subTest("who sees only that it is taken"):
            self.env.invalidate_all()
            self.assertNotIn(SECRET, str(bookings.with_user(self.salesperson_b).read()))
