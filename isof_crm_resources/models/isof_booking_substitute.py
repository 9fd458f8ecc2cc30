from odoo import models


class IsofBooking(models.Model):
    """Decisions of substitutes say for whom they were made."""

    _inherit = "isof.booking"

    def _write_each(self, vals_by_booking, reason=None):
        before = {booking: booking.state for booking in vals_by_booking}
        result = super()._write_each(vals_by_booking, reason)
        bodies = {
            booking.id: self.env._(
                "As substitute for %(users)s.", users=", ".join(users.mapped("name"))
            )
            for booking, state in before.items()
            # what follows from an activity in sudo mode is no decision, nor is what holders do
            if not self.env.su
            and booking.state != state
            and booking.user_id != self.env.user
            and (users := booking.resource_id._get_acted_for())
        }
        if bodies:
            self.browse(bodies)._message_log_batch(bodies)
        return result
