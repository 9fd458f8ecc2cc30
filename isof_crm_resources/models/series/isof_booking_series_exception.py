from odoo import fields, models


class IsofBookingSeriesException(models.Model):
    """A day on which a series of bookings pauses."""

    _name = "isof.booking.series.exception"
    _description = "Exception of a Series of Bookings"
    _inherit = ["isof.guard.mixin"]
    _order = "date"
    _rec_name = "date"

    series_id = fields.Many2one(
        "isof.booking.series", required=True, index=True, ondelete="cascade"
    )
    date = fields.Date(string="Not On", required=True)
