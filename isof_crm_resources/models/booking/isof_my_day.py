from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.isof_crm.models.my_day.isof_my_day import COMING_DAYS, SHOWN_IN_PANEL
from odoo.addons.isof_crm.tools import moments

from .isof_booking import LIVE_STATES


class IsofMyDay(models.AbstractModel):
    _inherit = "isof.my.day"

    @api.model
    def _get_panels(self):
        panels = super()._get_panels()
        if waiting := self._get_approval_panel():
            panels.append(waiting)
        return [*panels, self._get_booking_panel()]

    @api.model
    def _get_booking_panel(self):
        """Return what the user has booked for the next days."""
        now = fields.Datetime.now()
        bookings = self.env["isof.booking"].search(
            [
                ("user_id", "=", self.env.uid),
                ("state", "in", LIVE_STATES),
                ("stop", ">=", now),
                ("start", "<", now + timedelta(days=COMING_DAYS)),
            ],
            order="start, id",
            limit=SHOWN_IN_PANEL,
        )
        return self._prepare_panel(
            self.env._("My Bookings"),
            self._prepare_booking_rows(bookings),
            action="isof_crm_resources.isof_booking_action_my",
            empty=self.env._("You have booked nothing for the next days."),
        )

    @api.model
    def _get_approval_panel(self):
        """Return which requests the user may approve, or None if there are none."""
        bookings = self.env["isof.booking"].search(
            [("may_decide", "=", True)], order="start, id", limit=SHOWN_IN_PANEL
        )
        return bookings and self._prepare_panel(
            self.env._("Bookings to Approve"),
            self._prepare_booking_rows(bookings),
            action="isof_crm_resources.isof_booking_action_approve",
        )

    @api.model
    def _prepare_booking_rows(self, bookings):
        states = dict(bookings._fields["state"]._description_selection(self.env))
        return [
            {
                # sudo: who may read the booking may read of what it is
                "label": booking.resource_id.sudo().display_name,
                "detail": moments.format_moment(self.env, booking.start),
                "value": "" if booking.state == "confirmed" else states[booking.state],
                "action": {
                    "type": "ir.actions.act_window",
                    "res_model": booking._name,
                    "res_id": booking.id,
                    "views": [[False, "form"]],
                },
            }
            for booking in bookings
        ]
