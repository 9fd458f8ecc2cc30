from ..common import ResourceCommon


class TestMyDay(ResourceCommon):
    def _get_panel(self, user, title):
        panels = self.env["isof.my.day"].with_user(user).get_day()["panels"]
        return next((panel["rows"] for panel in panels if panel["title"] == title), None)

    def test_own_bookings_of_the_next_days(self):
        self._book(self.room_large, 12, 13)
        self._book(self.room_small, 9, 10)
        self._book(self.room_small, 10, 11, by=self.salesperson_b)
        self._book(self.kit, self._at(9, day=25), self._at(10, day=25))
        cancelled = self._book(self.kit, 14, 15)
        cancelled.action_cancel()
        rows = self._get_panel(self.salesperson_a, "My Bookings")
        self.assertEqual(
            [row["label"] for row in rows],
            [self.room_small.display_name, self.room_large.display_name],
        )
        self.assertEqual(rows[0]["value"], "")

    def test_requests_to_approve(self):
        booking = self._book(self.room_boss, 9, 10)
        self.assertEqual(booking.state, "requested")
        [row] = self._get_panel(self.department_manager, "Bookings to Approve")
        self.assertEqual(row["action"]["res_id"], booking.id)
        self.assertIsNone(self._get_panel(self.salesperson_a, "Bookings to Approve"))
        [own] = self._get_panel(self.salesperson_a, "My Bookings")
        self.assertEqual(own["value"], "Requested")
