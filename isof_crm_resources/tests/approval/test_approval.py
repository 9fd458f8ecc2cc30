from datetime import timedelta

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from ..common import ResourceCommon


@tagged("post_install", "-at_install")
class TestApproval(ResourceCommon):
    """The boss room: a booking is a request, which holds, until the department manager decides."""

    def setUp(self):
        super().setUp()
        self.approval = self.env.ref("isof_crm_resources.mail_activity_type_approval")
        self.request = self._book(self.room_boss, 9, 10)

    def _get_to_do(self):
        return self.request.sudo().activity_ids.filtered(
            lambda activity: activity.activity_type_id == self.approval
        )

    def test_request_holds(self):
        self.assertRecordValues(
            self.request,
            [
                {
                    "state": "requested",
                    "is_blocking": True,
                    "expiry": self._at(9),
                    "may_decide": False,
                }
            ],
        )
        with self.assertRefused(ValidationError, "already taken"):
            self._book(self.room_boss, 9, 10, by=self.department_manager)

    def test_approver_is_asked(self):
        self.assertEqual(self._get_to_do().user_id, self.department_manager)
        self.assertIn("Test boss room", self._get_to_do().summary)
        found = self.Booking.with_user(self.department_manager).search([("may_decide", "=", True)])
        self.assertEqual(found, self.request)
        self.assertFalse(
            self.Booking.with_user(self.salesperson_b).search([("may_decide", "=", True)])
        )

    def test_responsible_is_asked_without_approvers(self):
        self.room_boss.write({"approver_ids": False, "user_id": self.team_leader.id})
        self.request = self._book(self.room_boss, 11, 12)
        self.assertEqual(self._get_to_do().user_id, self.team_leader)

    def test_approver_books_at_once(self):
        booking = self._book(self.room_boss, 11, 12, by=self.department_manager)
        self.assertEqual(booking.state, "confirmed")

    def test_only_approvers_decide(self):
        for user, state in (
            (self.salesperson_a, "confirmed"),
            (self.salesperson_a, "refused"),
            (self.salesperson_b, "confirmed"),
            (self.salesperson_b, "cancelled"),
            (self.team_leader, "confirmed"),
        ):
            with self.subTest(user.name, state=state), self.assertRaises(AccessError):
                self.request.with_user(user).write({"state": state})
        with self.assertRefused(AccessError, "Only those who look after.*Department Manager"):
            self.request.action_confirm()
        with self.assertRefused(AccessError, "Only those who look after"):
            self._book(self.room_boss, 11, 12, state="confirmed")
        with self.assertRefused(AccessError, "Only those who look after"):
            self._book(self.room_boss, 11, 12, state="refused")
        self.assertEqual(self.request.state, "requested")

    def test_confirm(self):
        for decider in (self.department_manager, self.resource_manager, self.manager):
            with self.subTest(decider.name), self.env.cr.savepoint() as savepoint:
                self.request.with_user(decider).action_confirm()
                self.assertEqual(self.request.state, "confirmed")
                self.assertFalse(self.request.expiry)
                self.assertFalse(self._get_to_do())
                notice = self.env["mail.message"].search(
                    [("partner_ids", "in", self.salesperson_a.partner_id.ids)], limit=1
                )
                self.assertIn("Confirmed", notice.subject)
                savepoint.rollback()

    def test_refuse(self):
        self.request.with_user(self.department_manager).action_refuse()
        self.assertRecordValues(self.request, [{"state": "refused", "is_blocking": False}])
        self.assertFalse(self._get_to_do())
        self._book(self.room_boss, 9, 10, by=self.department_manager)

    def test_cancel_by_holder(self):
        self.request.action_cancel()
        self.assertFalse(self._get_to_do())
        self.request.action_reopen()
        self.assertEqual(self.request.state, "requested")
        self.assertTrue(self._get_to_do())

    def test_moving_asks_again(self):
        self.request.with_user(self.department_manager).action_confirm()
        self.request.stop = self._at(9, 30)
        self.assertEqual(self.request.state, "confirmed", "less than what was approved")
        self.request.write({"start": self._at(11), "stop": self._at(12)})
        self.assertEqual(self.request.state, "requested")
        self.assertTrue(self._get_to_do())
        self.request.with_user(self.department_manager).action_confirm()
        self.request.with_user(self.department_manager).stop = self._at(13)
        self.assertEqual(self.request.state, "confirmed")

    def test_moving_to_it_asks(self):
        booking = self._book(self.room_small, 11, 12)
        booking.resource_id = self.room_boss
        self.assertEqual(booking.state, "requested")

    def test_moving_the_activity_asks_again(self):
        activity = self._create_activity(by=self.salesperson_a, start=self._at(11))
        activity.resource_ids = self.room_boss
        self.assertEqual(activity.booking_ids.state, "requested")
        activity.booking_ids.with_user(self.department_manager).action_confirm()
        activity.start = self._at(12)
        self.assertEqual(activity.booking_ids.state, "requested")

    def test_expiry(self):
        self.room_boss.request_hours = 2
        soon = self._book(self.room_boss, 14, 15)
        self.assertEqual(soon.expiry, self._at(11, day=11))
        with freeze_time(self._at(10, 59, day=11)):
            self._run_expiry()
        self.assertEqual(soon.state, "requested")
        with freeze_time(self._at(11, day=11)):
            self._run_expiry()
        self.assertRecordValues(soon, [{"state": "cancelled", "is_blocking": False}])
        self.assertIn("nobody answered", soon.message_ids[0].body)

    def test_expiry_when_it_starts(self):
        self.room_boss.request_hours = 48
        with freeze_time(self._at(9) - timedelta(seconds=1)):
            self._run_expiry()
        self.assertEqual(self.request.state, "requested")
        with freeze_time(self._at(9)):
            self._run_expiry()
        self.assertEqual(self.request.state, "cancelled")
