from odoo import api, models


class CalendarAttendee(models.Model):
    """Who takes part in an activity is changed there; everybody answers an invitation as ever."""

    _inherit = "calendar.attendee"

    @api.model_create_multi
    def create(self, vals_list):
        self.env["calendar.event"].browse(
            vals["event_id"] for vals in vals_list if vals.get("event_id")
        )._check_isof_attendees()
        return super().create(vals_list)

    def write(self, vals):
        if vals.keys() & {"event_id", "partner_id"}:
            (self.event_id | self.event_id.browse(vals.get("event_id")))._check_isof_attendees()
        return super().write(vals)

    def unlink(self):
        self.event_id._check_isof_attendees()
        return super().unlink()
