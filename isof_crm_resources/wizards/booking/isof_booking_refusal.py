from odoo import fields, models


class IsofBookingRefusal(models.TransientModel):
    """Asks why bookings are refused: who has asked for them reads it."""

    _name = "isof.booking.refusal"
    _description = "Refuse Bookings"
    _inherit = ["isof.guard.mixin"]

    booking_ids = fields.Many2many("isof.booking", string="Bookings", required=True)
    reason = fields.Text(
        required=True, help="Those who have asked for the bookings are told, and it is kept there."
    )

    def action_refuse(self):
        """Refuse the bookings, all or none."""
        self.ensure_one()
        self.booking_ids._refuse(self.reason)
        return {"type": "ir.actions.act_window_close"}
