from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.isof_crm.tests.common import NOW

from .common import ResourceCommon


@tagged("post_install", "-at_install")
class TestApprovalBySubstitute(ResourceCommon):
    """Salesperson B acts for the department manager, who approves the boss room."""

    def _substitute(self):
        self.env["isof.substitute"].with_user(self.department_manager).create(
            {"substitute_id": self.salesperson_b.id, "date_from": NOW, "date_to": NOW}
        )

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
