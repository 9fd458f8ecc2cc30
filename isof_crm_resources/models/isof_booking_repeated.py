from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.isof_crm.tools import activity_time

from .isof_booking import LIVE_STATES

# What of a booking can be changed for several bookings of its series at once.
SERIES_FIELDS = {"resource_id", "start", "stop", "name", "user_id", "attendee_count"}


class IsofBooking(models.Model):
    """Bookings of one series, changed together."""

    _inherit = "isof.booking"

    series_id = fields.Many2one(
        "isof.booking.series",
        string="Series",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )

    def change_series(self, vals, scope):
        """Change a booking, and others of its series with it; all of them or none.

        :param dict vals: values of ``SERIES_FIELDS`` for this booking; a change of the time moves
            the others as far on the clock, and gives them the same length
        :param str scope: ``one``, ``following`` (this and later ones) or ``all`` that are not over
        """
        self.ensure_one()
        if names := vals.keys() - SERIES_FIELDS:
            raise UserError(
                self.env._(
                    "This cannot be changed for a series: %(fields)s.",
                    fields=", ".join(sorted(names)),
                )
            )
        bookings = self._get_of_series(scope)
        self._check_not_derived(vals)
        if not {"start", "stop"} & vals.keys():
            return bookings.write(vals)
        start = fields.Datetime.to_datetime(vals.get("start", self.start))
        stop = fields.Datetime.to_datetime(vals.get("stop", self.stop))
        tz = self.series_id.sudo().tz or self.env["isof.activity"]._get_tz()
        clock = {
            booking: activity_time.to_local(booking.start, tz).replace(tzinfo=None)
            for booking in bookings
        }
        shift = activity_time.to_local(start, tz).replace(tzinfo=None) - clock[self]
        changes = {}
        for booking in bookings:
            moved = activity_time.to_utc(clock[booking] + shift, tz)
            changes[booking] = vals | {"start": moved, "stop": moved + (stop - start)}
        return bookings._write_each(changes)

    def cancel_series(self, scope):
        """Cancel a booking, and others of its series with it.

        :param str scope: ``one``, ``following`` (this and later ones) or ``all`` that are not over
        """
        self.ensure_one()
        self._get_of_series(scope).action_cancel()

    def _get_of_series(self, scope):
        """Return this booking and those of its series that a change concerns."""
        if scope not in ("one", "following", "all"):
            raise UserError(self.env._("Choose whether one, the following or all are to change."))
        if scope == "one" or not self.series_id:
            return self
        domain = [
            ("series_id", "=", self.series_id.id),
            ("state", "in", LIVE_STATES),
            ("stop", ">", fields.Datetime.now()),
        ]
        if scope == "following":
            domain.append(("start", ">=", self.start))
        return self | self.search(domain, order="start")
