from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time

from odoo.addons.isof_crm.tests.common import NOW

from ..common import ResourceCommon


@tagged("post_install", "-at_install")
class TestApprovalBySubstitute(ResourceCommon):
    """Salesperson B acts for the department manager, who approves the boss room."""

    def _substitute(self, by=None, **vals):
        return (
            self.env["isof.substitute"]
            .with_user(by or self.department_manager)
            .create(
                {"substitute_id": self.salesperson_b.id, "date_from": NOW, "date_to": NOW, **vals}
            )
        )

    def _get_asked(self, booking):
        return list(self._get_to_dos(booking))

    def test_decides_as_long_as_it_lasts(self):
        booking = self._book(self.room_boss, 9, 10)
        other = self._book(self.room_boss, 11, 12)
        requests = (booking | other).with_user(self.salesperson_b)
        with self.assertRaises(AccessError):
            requests[0].action_confirm()
        self._substitute()
        self.env.invalidate_all()
        self.assertEqual(requests.search([("may_decide", "=", True)]).sorted("id"), requests)
        self.assertEqual(requests.mapped("may_decide"), [True, True])
        requests[0].action_confirm()
        requests[1].action_refuse()
        self.assertEqual(requests.mapped("state"), ["confirmed", "refused"])
        for request in requests.sudo():
            [message] = request.message_ids.filtered(lambda m: "As substitute" in (m.body or ""))
            self.assertIn("As substitute for Department Manager.", message.body)
            self.assertEqual(message.author_id, self.salesperson_b.partner_id)

    def test_is_asked_from_the_first_to_the_last_day(self):
        request = self._book(self.room_boss, self._at(9, day=20), self._at(10, day=20))
        self._substitute(date_from=self._at(0, day=13), date_to=self._at(0, day=14))
        self._get_told(self.department_manager)
        for moment, asked, told in (
            (self._at(12), [self.department_manager], 0),
            # the day begins on the clock in Warsaw
            (self._at(23), [self.department_manager, self.salesperson_b], 1),
            (self._at(22, day=14), [self.department_manager, self.salesperson_b], 0),
            (self._at(23, day=14), [self.department_manager], 0),
        ):
            with self.subTest(moment), freeze_time(moment):
                self.room_boss.request_hours = 0
                self._run_expiry()
                self.assertEqual(self._get_asked(request), asked)
                self.assertEqual(len(self._get_told(self.salesperson_b)), told)
        self.assertFalse(self._get_told(self.department_manager), "was asked before")

    def test_is_asked_as_soon_as_it_is_said_and_no_more_when_taken_back(self):
        request = self._book(self.room_boss, 9, 10)
        substitute = self._substitute()
        self.assertEqual(self._get_asked(request), [self.department_manager, self.salesperson_b])
        later = self._book(self.room_boss, 11, 12)
        self.assertEqual(self._get_asked(later), [self.department_manager, self.salesperson_b])
        self.assertEqual(len(self._get_told(self.salesperson_b)), 1, "of the other one together")
        substitute.substitute_id = self.team_leader
        self.assertEqual(self._get_asked(request), [self.department_manager, self.team_leader])
        substitute.unlink()
        self.assertEqual(self._get_asked(request), [self.department_manager])

    def test_is_told_once_of_all_there_is_to_do(self):
        self._book(self.room_boss, 9, 10)
        self._book(self.room_boss, 11, 12)
        self._substitute()
        message = self.env["mail.message"].search(
            [("partner_ids", "in", self.salesperson_b.partner_id.ids)]
        )
        self.assertRegex(message.subject, r"You substitute for Department Manager \(and 2 more\)")

    def test_nobody_is_asked_who_cannot_answer(self):
        """Nor whoever acts for a resource manager, who looks after nothing by that."""
        request = self._book(self.room_boss, 9, 10)
        self._substitute(substitute_id=self.outsider.id)
        self.assertEqual(self._get_asked(request), [self.department_manager])
        self._substitute(by=self.resource_manager)
        self.room_boss.approver_ids = False
        self.assertIn(self.resource_manager, self._get_asked(request))
        self.assertNotIn(self.salesperson_b, self._get_asked(request))

    def test_nobody_is_asked_twice(self):
        self.room_boss.approver_ids |= self.salesperson_b | self.team_leader
        request = self._book(self.room_boss, 9, 10)
        self._get_told(self.salesperson_b)
        self._substitute()
        self._substitute(by=self.team_leader)
        to_dos = request.sudo().activity_ids
        self.assertEqual(
            to_dos.user_id, self.department_manager | self.salesperson_b | self.team_leader
        )
        self.assertEqual(len(to_dos), 3)
        self.assertFalse(self._get_told(self.salesperson_b), "was asked before")

    def test_decides_on_a_whole_series(self):
        series = self._create_series(resource_id=self.room_boss.id)
        mine = series.with_user(self.salesperson_b)
        with self.assertRaises(AccessError):
            mine.read(["name"])
        self._substitute()
        self.env.invalidate_all()
        self.assertEqual(mine.search([("id", "=", series.id)]), series)
        self.assertEqual(mine.name, "Weekly meeting")
        requests = mine.booking_ids.sorted("start")
        requests.action_confirm()
        self._open(mine.action_change(), attendee_count=3).action_apply()
        self.assertEqual(requests.mapped("attendee_count"), [3, 3, 3, 3])
        self.assertEqual(mine.attendee_count, 3)
        moved = {"start": self._at(13), "stop": self._at(14)}
        self._open(requests[0].action_change_series(), scope="following", **moved).action_apply()
        self.assertEqual(self._starts(series), ["12.03. 13", "19.03. 13", "26.03. 13", "02.04. 12"])
        self.assertEqual(requests.mapped("state"), ["confirmed"] * 4)
        self._open(mine.action_cancel()).action_apply()
        self.assertEqual(requests.mapped("state"), ["cancelled"] * 4)
        for booking in series.sudo().booking_ids:
            said = booking.message_ids.filtered(lambda m: "As substitute" in (m.body or ""))
            self.assertEqual(len(said), 3, "confirmed, moved, cancelled")

    def _open(self, action, **values):
        wizard = self.env[action["res_model"]].with_user(self.salesperson_b)
        with Form(wizard.with_context(**action["context"])) as form:
            for name, value in values.items():
                form[name] = value
        return form.record

    def test_what_is_ones_own_is_done_for_nobody(self):
        booking = self._book(self.room_boss, 9, 10, by=self.salesperson_b)
        self._substitute()
        booking.write({"start": self._at(13), "stop": self._at(14)})
        booking.action_cancel()
        said = booking.sudo().message_ids.filtered(lambda m: "As substitute" in (m.body or ""))
        self.assertFalse(said)

    def test_panel_of_the_start_page(self):
        self._book(self.room_boss, 9, 10)
        self._substitute()
        panels = self.env["isof.my.day"].with_user(self.salesperson_b).get_day()["panels"]
        self.assertIn("Bookings to Approve", [panel["title"] for panel in panels])

    def test_other_resources_are_not_looked_after(self):
        self.room_small.write({"needs_approval": True, "approver_ids": self.team_leader.ids})
        request = self._book(self.room_small, 9, 10)
        self._substitute()
        with self.assertRaises(AccessError):
            request.with_user(self.salesperson_b).action_confirm()
