from odoo import api, models


class CalendarAttendee(models.Model):
    """Who takes part in an activity is changed there; everybody answers an invitation as ever."""

    _inherit = "calendar.attendee"

    @api.model_create_multi
    def create(self, vals_list):
        attendees = super().create(vals_list)
        attendees._get_isof_events()._check_isof_attendees()
        return attendees

    def write(self, vals):
        if not vals.keys() & {"event_id", "partner_id"}:
            return super().write(vals)
        before = self.event_id
        result = super().write(vals)
        (before | self._get_isof_events())._check_isof_attendees()
        return result

    def unlink(self):
        self.event_id._check_isof_attendees()
        return super().unlink()

    def _get_isof_events(self):
        """Return of which events they are as it is stored, in whatever form a client gave it."""
        self.invalidate_recordset(["event_id"])
        return self.event_id
