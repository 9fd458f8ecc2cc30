from odoo import models


class ResourceCalendarAttendance(models.Model):
    _inherit = "resource.calendar.attendance"

    def write(self, vals):
        result = super().write(vals)
        if "calendar_id" in vals:
            # nor into working hours that the user may not change
            self.check_access("write")
        return result
