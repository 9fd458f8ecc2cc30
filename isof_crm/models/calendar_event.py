from odoo import models


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    def _get_activity_excluded_models(self):
        """Odoo adds a to-do to the document of every event; the activity itself is the plan."""
        return [*super()._get_activity_excluded_models(), "isof.activity"]
