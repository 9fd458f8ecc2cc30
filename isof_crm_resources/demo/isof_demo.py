from odoo import api, models


class IsofDemo(models.AbstractModel):
    _inherit = "isof.demo"

    @api.model
    def _load_bookings(self):
        """Give the demo company its bookings; called by the demo data."""
        # imported here, so that only a database with demo data ever loads it
        from .booking_generator import BookingGenerator

        BookingGenerator(self._get_demo_env()).load()
