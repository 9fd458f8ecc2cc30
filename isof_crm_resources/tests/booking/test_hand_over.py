from odoo.tests import tagged

from odoo.addons.isof_crm.tests.succession.test_hand_over import HandOverCommon

from ..common import ResourceCommon


@tagged("post_install", "-at_install")
class TestBookingsHandedOver(HandOverCommon, ResourceCommon):
    """Bookings, series and resources in the hands of people who leave."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.room_large.user_id = cls.department_manager

    def test_kinds(self):
        self._book(self.room_small, 9, 10)
        self._book(self.room_small, self._at(7, day=11), self._at(8, day=11))
        self._create_series(resource_id=self.room_large.id)
        self.kit.user_id = self.salesperson_a
        self.room_boss.approver_ids |= self.salesperson_a
        counts = self._counts(self._open(self.salesperson_a, self.manager))
        self.assertEqual(counts["booking_series"], 1)
        self.assertEqual(counts["booking"], 5, "but what is over")
        self.assertEqual((counts["resource"], counts["resource_approval"]), (1, 1))

    def test_handed_over(self):
        single = self._book(self.room_small, 9, 10)
        series = self._create_series(resource_id=self.room_large.id)
        self.kit.user_id = self.salesperson_a
        self.room_boss.approver_ids |= self.salesperson_a
        self.salesperson_a.active = False
        hand_over = self._open(self.salesperson_a, self.manager)
        hand_over.successor_id = self.salesperson_b
        hand_over.action_hand_over()
        self.assertEqual(hand_over.state, "done")
        self.assertEqual((single | series.sudo().booking_ids).user_id, self.salesperson_b)
        self.assertEqual(series.sudo().user_id, self.salesperson_b)
        self.assertEqual(self.kit.user_id, self.salesperson_b)
        self.assertEqual(
            self.room_boss.with_context(active_test=False).approver_ids,
            self.department_manager | self.salesperson_b,
        )
        single.with_user(self.salesperson_b).action_cancel()

    def test_both_are_told_once(self):
        """Of all, and not of each booking as well."""
        self._book(self.room_small, 9, 10)
        self._create_series(resource_id=self.room_large.id)
        activity = self._create_activity()
        self._book(self.kit, 9, 10, activity_id=activity.id)
        hand_over = self._open(self.salesperson_a, self.manager)
        hand_over.successor_id = self.salesperson_b
        hand_over.action_hand_over()
        for user, subject in (
            (self.salesperson_a, "What you had in hands was handed over"),
            (self.salesperson_b, "You take over from Salesperson A"),
        ):
            with self.subTest(user.name):
                self.assertEqual([told for told, _body in self._told(user)], [subject])

    def test_cancelled(self):
        single = self._book(self.room_small, 9, 10)
        series = self._create_series(resource_id=self.room_large.id)
        hand_over = self._open(self.salesperson_a, self.manager)
        hand_over.successor_id = self.salesperson_b
        self._decide(hand_over, booking_series="cancel", booking="cancel").action_hand_over()
        self.assertEqual(set((single | series.booking_ids).mapped("state")), {"cancelled"})
        self.assertEqual(hand_over.state, "done")
        self.assertFalse(sum(hand_over.line_ids.mapped("failed_count")))

    def test_bookings_follow_their_activity(self):
        activity = self._create_activity()
        booking = self._book(self.room_small, 9, 10, activity_id=activity.id)
        hand_over = self._open(self.salesperson_a, self.manager)
        hand_over.successor_id = self.salesperson_b
        self._decide(hand_over, activity="hand_over").action_hand_over()
        self.assertEqual((activity.user_id, booking.user_id), (self.salesperson_b,) * 2)

    def test_who_looks_after_the_resource_is_told(self):
        """One message with a line for each resource, whoever archived the holder and how."""
        self.room_small.user_id = self.team_leader
        self._book(self.room_small, 9, 10)
        self._book(self.room_large, 9, 10)
        self._create_series(
            resource_id=self.room_boss.id, by=self.manager, user_id=self.salesperson_a.id
        )
        self.salesperson_a.with_user(self.administrator).write({"active": False})
        [(_subject, body)] = self._told(self.department_manager)
        self.assertIn("Test large room: bookings to come of Salesperson A, who has left: 1", body)
        self.assertIn("Test boss room: bookings to come of Salesperson A, who has left: 4", body)
        with self.subTest("who leads the holder, too"):
            [(subject, body)] = self._told(self.team_leader)
            self.assertEqual(subject, "Salesperson A has left (and 1 more)")
            self.assertIn("Bookings to come, those of series too: 6", body)
            self.assertIn("Test small room: bookings to come of Salesperson A", body)
        found = self.Booking.with_user(self.resource_manager).search(
            [("user_id.active", "=", False), ("state", "in", ("requested", "confirmed"))]
        )
        self.assertEqual(len(found), 6)
