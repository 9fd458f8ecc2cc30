from odoo import models


class ResourceCalendarAttendance(models.Model):
    _inherit = "resource.calendar.attendance"

    def write(self, vals):
        self.calendar_id._watch_isof_hours()
        result = super().write(vals)
        if "calendar_id" in vals:
            # nor into working hours that the user may not change
            self.check_access("write")
        return result

    def unlink(self):
        self.calendar_id._watch_isof_hours()
        return super().unlink()
