from odoo import models


class IsofBooking(models.Model):
    """What substitutes decide and change says for whom they did."""

    _inherit = "isof.booking"

    def _write_each(self, vals_by_booking, reason=None):
        before = {booking: booking._get_stand() for booking in vals_by_booking}
        result = super()._write_each(vals_by_booking, reason)
        bodies = {
            booking.id: self.env._(
                "As substitute for %(users)s.", users=", ".join(users.mapped("name"))
            )
            for booking, stand in before.items()
            # what follows from an activity in sudo mode is no decision
            if not self.env.su
            and booking._get_stand() != stand
            and not booking._may_change_by_own_right(stand)
            and (users := booking.resource_id._get_acted_for())
        }
        if bodies:
            self.browse(bodies)._message_log_batch(bodies)
        return result

    def _may_change_by_own_right(self, before):
        """Return whether the user could do what was done without looking after the resource.

        :param before: the ``Stand`` of the booking before
        """
        if before.holder == self.env.user:
            return True
        # whoever may read an activity may change its bookings, but not decide on them
        return bool(self.activity_id) and self.state in ("cancelled", before.state)
