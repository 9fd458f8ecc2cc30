from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.isof_crm.tools import moments
from odoo.addons.isof_crm.tools.searching import search_true

from ...tools import intervals
from ..booking.isof_booking import LIVE_STATES

# Which bookings were within hours before this transaction changed these, in ``precommit.data``.
WITHIN_HOURS = "isof_crm_resources.within_hours"


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
    @search_true
    def _search_is_out_of_hours(self):
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
    def _watch_hours(self, resources):
        """Have holders told of what is out of hours once the transaction ends, and is not yet.

        Call it before hours change. What happens meanwhile does not count: Odoo deletes all
        working hours of a week to enter them anew.

        :param resources: ``isof.resource`` whose hours are about to change
        """
        precommit = self.env.cr.precommit
        if resources and WITHIN_HOURS not in precommit.data:
            precommit.add(self._tell_out_of_hours)
        within = precommit.data.setdefault(WITHIN_HOURS, {})
        unknown = resources.filtered(lambda resource: resource.id not in within)
        if not unknown:
            return
        # sudo: everybody's bookings of whatever is closed
        coming = unknown.sudo()._get_bookings_to_come()
        within |= dict.fromkeys(unknown.ids, self.browse())
        for resource, bookings in (
            (coming - coming._filter_out_of_hours()).grouped("resource_id").items()
        ):
            within[resource.id] = bookings

    @api.model
    def _tell_out_of_hours(self):
        """Tell the holders of what has come to be out of hours; see ``_watch_hours``."""
        within = self.env.cr.precommit.data.pop(WITHIN_HOURS, {})
        # sudo: everybody's bookings of whatever is closed
        bookings = self.sudo().concat(*within.values()).exists()
        notifier = self.env["isof.notifier"]
        with notifier._gather():
            for booking in bookings._filter_out_of_hours():
                notifier._tell(booking.user_id, booking, lambda each: each._describe_out_of_hours())

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

    def _describe_out_of_hours(self):
        """Return subject and text about other working hours, as who has booked reads it."""
        # sudo: the holder hears of it, whatever he or she may see by now
        booking = self.sudo()
        resource = booking.resource_id.name
        subject = self.env._("%(resource)s is closed when you have booked it", resource=resource)
        text = self.env._(
            "%(resource)s, %(time)s: outside the working hours, which have changed",
            resource=resource,
            time=booking._format_times(),
        )
        return subject, text

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
            start=moments.format_moment(self.env, closure.date_from),
            stop=moments.format_moment(self.env, closure.date_to),
            reason=closure.name or self.env._("no reason given"),
        )
        return subject, text
