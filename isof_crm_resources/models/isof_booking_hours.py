from odoo import api, fields, models
from odoo.fields import Domain

from ..tools import intervals
from .isof_booking import LIVE_STATES


class IsofBooking(models.Model):
    """Bookings of what has closed since: found by a filter, and their holders are told once."""

    _inherit = "isof.booking"

    is_out_of_hours = fields.Boolean(
        string="In Conflict with Hours",
        compute="_compute_is_out_of_hours",
        search="_search_is_out_of_hours",
        help="Still to come, while the resource is closed for some of the time.",
    )

    @api.depends("resource_id", "start", "stop", "state")
    def _compute_is_out_of_hours(self):
        conflicting = self._origin._filter_out_of_hours()
        for booking in self:
            booking.is_out_of_hours = booking._origin in conflicting

    @api.model
    def _search_is_out_of_hours(self, operator, value):
        if operator != "in" or list(value) != [True]:
            return NotImplemented
        coming = self.search_fetch(
            [("state", "in", LIVE_STATES), ("stop", ">", fields.Datetime.now())],
            ["resource_id", "start", "state", "stop"],
            order="id",
        )
        return Domain("id", "in", coming._filter_out_of_hours().ids)

    # ------------------------------------------------------------
    # Business methods
    # ------------------------------------------------------------

    def _filter_out_of_hours(self):
        """Return those of the bookings that are to come while their resource is closed."""
        now = fields.Datetime.now()
        coming = self.filtered(lambda booking: booking.state in LIVE_STATES and booking.stop > now)
        opening = coming.resource_id._get_opening_at(
            [(booking.start, booking.stop) for booking in coming]
        )
        return coming.filtered(
            lambda booking: (
                not intervals.covers(opening[booking.resource_id.id], booking.start, booking.stop)
            )
        )

    @api.model
    def _find_closed_by(self, closure):
        """Return the bookings to come that fall into a time off of their resource."""
        resources = self.env["isof.resource"]._find_closed_by(closure)
        if not resources:
            return self.browse()
        return self.search(
            [
                ("resource_id", "in", resources.ids),
                ("state", "in", LIVE_STATES),
                ("start", "<", closure.date_to),
                ("stop", ">", max(closure.date_from, fields.Datetime.now())),
            ]
        )

    def _tell_closed(self, closure):
        """Tell the holders of bookings about a time off that was entered after they had booked."""
        for booking in self:
            self.env["isof.notifier"]._tell(
                booking.user_id, booking, lambda each: each._describe_closed(closure)
            )

    def _describe_closed(self, closure):
        """Return subject and text about a time off, as who has booked reads it."""
        # sudo: the holder hears of it, whatever he or she may see by now
        booking, closure = self.sudo(), closure.with_env(self.env).sudo()
        resource = booking.resource_id.name
        subject = self.env._("%(resource)s is closed when you have booked it", resource=resource)
        text = self.env._(
            "%(resource)s, %(time)s: closed from %(start)s to %(stop)s (%(reason)s)",
            resource=resource,
            time=booking._format_times(),
            start=booking._format_moment(closure.date_from),
            stop=booking._format_moment(closure.date_to),
            reason=closure.name or self.env._("no reason given"),
        )
        return subject, text
