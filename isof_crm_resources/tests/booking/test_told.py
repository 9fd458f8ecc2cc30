from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time

from ..common import ResourceCommon


@tagged("post_install", "-at_install")
class TestTold(ResourceCommon):
    """The holder hears what others do with a booking, once, and not what he or she does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.room_small.user_id = cls.team_leader
        cls.holder = cls.salesperson_a

    def setUp(self):
        super().setUp()
        self.booking = self._book(self.room_small, 9, 10)
        self.cared = self.booking.with_user(self.team_leader)

    def _assert_told(self, *patterns, user=None):
        told = self._get_told(user or self.holder)
        self.assertEqual(len(told), 1, told)
        for pattern in patterns:
            self.assertRegex(told[0], pattern)

    def test_moved(self):
        self.cared.write({"start": self._at(12), "stop": self._at(13)})
        self._assert_told("small room, 03/12/2026 01:00.*changed", "Until now: .*03/12/2026 10:00")
        self.cared.resource_id = self.room_large
        self._assert_told("Test large room", "Until now: Test small room")
        self.assertFalse(self._get_told(self.team_leader))

    def test_cancelled_and_booked_again(self):
        self.cared.action_cancel()
        self._assert_told("Test small room, 03/12/2026 10:00.*: Cancelled")
        self.cared.action_reopen()
        self._assert_told("Confirmed")

    def test_released(self):
        with freeze_time(self._at(9, 30)):
            self.cared.action_release()
        self._assert_told("Released Early")

    def test_not_of_what_one_does(self):
        self.booking.write({"start": self._at(12), "stop": self._at(13)})
        self.booking.action_cancel()
        self.assertFalse(self._get_told(self.holder))

    def test_not_of_what_does_not_concern(self):
        self.cared.write({"attendee_count": 3, "name": "Another purpose"})
        self.cared.write({"start": self.booking.start, "state": "confirmed"})
        self.assertFalse(self._get_told(self.holder))

    def test_handed_over(self):
        # Odoo's tests follow nothing otherwise, and tell nobody who was put in charge
        self.cared.with_context(tracking_disable=False).user_id = self.salesperson_b
        for user in (self.holder, self.salesperson_b):
            self._assert_told("changed", "Booked for: Salesperson B", user=user)

    def test_lapsed(self):
        request = self._book(self.room_boss, 9, 10)
        with freeze_time(self._at(9, 30)):
            self._run_expiry()
        self.assertEqual(request.state, "cancelled")
        self._assert_told("Test boss room.*Cancelled", "nobody answered the request in time")

    def test_series_is_one_message(self):
        series = self._create_series(start=self._at(13), stop=self._at(14), count=3)
        series.booking_ids[0].with_user(self.team_leader).cancel_series("all")
        (told,) = self._get_told(self.holder)
        self.assertEqual(told.count("Cancelled"), 3)

    def test_changes_by_the_activity(self):
        activity = self._create_activity(by=self.holder, start=self._at(11))
        activity.resource_ids = self.room_small | self.kit
        activity.with_user(self.manager).start = self._at(14)
        (told,) = self._get_told(self.holder)
        self.assertEqual(told.count("Until now"), 2)
        activity.with_user(self.manager).status_id = self.status_cancelled
        (told,) = self._get_told(self.holder)
        self.assertEqual(told.count("Cancelled"), 2)
        activity.status_id = self.status_planned
        self.assertFalse(self._get_told(self.holder))

    def test_one_change_of_an_activity_is_one_message(self):
        activity = self._create_activity(by=self.holder, start=self._at(11))
        activity.resource_ids = self.room_small | self.kit
        activity.with_user(self.manager).write(
            {"start": self._at(14), "resource_ids": self.room_small.ids}
        )
        (told,) = self._get_told(self.holder)
        self.assertRegex(told, "(?s)Test demo kit.*Cancelled")
        self.assertRegex(told, "(?s)Test small room.*changed")

    def test_in_own_language_and_on_own_clock(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        self.holder.write({"lang": "pl_PL", "tz": "America/New_York"})
        self.cared.with_context(lang="en_US", tz="Asia/Tokyo").action_cancel()
        (told,) = self._get_told(self.holder)
        self.assertIn("12.03.2026", told)
        self.assertIn("05:00", told)
        self.assertNotIn("Cancelled", told)

    def test_in_the_formats_that_the_language_was_given(self):
        self.env["res.lang"]._lang_get("en_US").write(
            {"date_format": "%Y-%m-%d", "time_format": "%H:%M:%S"}
        )
        self.cared.action_cancel()
        (told,) = self._get_told(self.holder)
        self.assertIn("2026-03-12 10:00–11:00", told)

    def test_refused_with_a_reason(self):
        request = self._book(self.room_boss, 9, 10).with_user(self.department_manager)
        self._get_told(self.department_manager)
        action = request.action_ask_refusal()
        dialogue = self.env[action["res_model"]].with_user(self.department_manager)
        with Form(dialogue.with_context(**action["context"])) as form:
            form.reason = "The board meets. Take the small room."
        form.record.action_refuse()
        self.assertEqual(request.state, "refused")
        self._assert_told("Refused", "The board meets. Take the small room.")
        # what the holder was told is no part of the chatter
        noted = request.message_ids.filtered(
            lambda message: message.message_type == "notification" and message.body
        )
        self.assertEqual(
            noted.mapped("body"), ["<p>The board meets. Take the small room.</p>"], "said once"
        )

    def test_only_approvers_refuse_with_a_reason(self):
        request = self._book(self.room_boss, 9, 10)
        refusals = self.env["isof.booking.refusal"]
        for user, sentence in (
            (self.salesperson_a, "Only those who look after"),
            (self.salesperson_b, "doesn't have 'write' access"),
        ):
            refusal = refusals.with_user(user).create({"booking_ids": request.ids, "reason": "No"})
            with self.subTest(user.name), self.assertRefused(AccessError, sentence):
                refusal.action_refuse()
        self.assertEqual(request.state, "requested")
