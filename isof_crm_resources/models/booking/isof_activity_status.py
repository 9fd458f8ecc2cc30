from odoo import models


class IsofActivityStatus(models.Model):
    _inherit = "isof.activity.status"

    def write(self, vals):
        if "state" not in vals:
            return super().write(vals)
        # sudo: everybody's activities, like the events in the calendar
        activities = self.env["isof.activity"].sudo().with_context(active_test=False)
        activities = activities.search([("status_id", "in", self.ids), ("has_bookings", "=", True)])
        held = activities._get_booking_anchors()
        result = super().write(vals)
        activities._sync_bookings(held)
        return result
