from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...exceptions import BookingConflict
from ...tools import recurrence

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

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_change_series(self):
        """Ask what is to change, and whether for this one, the following or all of the series."""
        return self._get_series_action()

    def action_cancel_series(self):
        """Ask whether this one, the following or all of the series are to be cancelled."""
        return self._get_series_action(default_is_cancellation=True)

    # ------------------------------------------------------------
    # Business methods
    # ------------------------------------------------------------

    def change_series(self, vals, scope):
        """Change a booking, and others of its series with it; all of them or none.

        :param dict vals: values of ``SERIES_FIELDS`` for this booking; a change of the time moves
            the others as far on the clock, and gives them the same length on it
        :param str scope: ``one``, ``following`` (this and later ones) or ``all`` that are not over
        """
        self.ensure_one()
        self.check_access("write")
        if names := vals.keys() - SERIES_FIELDS:
            raise UserError(
                self.env._(
                    "This cannot be changed for a series: %(fields)s.",
                    fields=", ".join(sorted(names)),
                )
            )
        bookings = self._get_of_series(scope)
        bookings._check_to_come()
        self._check_isof_given(vals)
        try:
            if {"start", "stop"} & vals.keys():
                bookings._write_each(self._prepare_moves(bookings, vals))
            else:
                bookings.write(vals)
        except BookingConflict as conflict:
            conflict.offer(self._name, self._prepare_series_offers(conflict, vals, scope))
            raise
        if scope == "all":
            self.series_id._take_over(vals)
        return True

    @api.private
    def cancel_series(self, scope):
        """Cancel a booking, and others of its series with it.

        :param str scope: ``one``, ``following`` (this and later ones) or ``all`` that are not over
        """
        self.ensure_one()
        self.check_access("write")
        bookings = self._get_of_series(scope)
        bookings._check_to_come()
        bookings.action_cancel()

    def _prepare_series_offers(self, conflict, vals, scope):
        """Return what may be changed of the series instead; see ``change_series``.

        :param conflict: the ``BookingConflict`` with the alternatives
        """
        offers = []
        for label, shift, instead in conflict.alternatives:
            if instead:
                changed = {"resource_id": instead[1]}
            else:
                changed = {
                    name: fields.Datetime.to_datetime(vals.get(name) or self[name]) + shift
                    for name in ("start", "stop")
                }
            args = [self.ids, vals | changed, scope]
            offers.append({"label": label, "method": "change_series", "args": args})
        return offers

    def _prepare_moves(self, bookings, vals):
        """Return what to write on each of several bookings of a series to move them with one.

        :param dict vals: what changes on this booking
        :return: dict of booking to values
        """
        start, stop = (
            fields.Datetime.to_datetime(vals.get(name) or self[name]) for name in ("start", "stop")
        )
        tz = self.series_id.sudo().tz or self.env["isof.activity"]._get_tz()
        before = self.start, self.stop
        changes = {}
        for booking in bookings:
            moved = recurrence.follow((booking.start, booking.stop), before, (start, stop), tz)
            changes[booking] = vals | dict(zip(("start", "stop"), moved, strict=True))
        return changes

    def _get_of_series(self, scope):
        """Return those bookings of the series of this one that a change concerns, if any.

        Of several only those that are still booked and not over, even if this one is.
        """
        if scope not in ("one", "following", "all"):
            raise UserError(self.env._("Choose whether one, the following or all are to change."))
        if scope == "one" or not self.series_id:
            return self
        domain = self.series_id._get_to_come_domain()
        if scope == "following":
            domain &= Domain("start", ">=", self.start)
        return self.search(domain, order="start")

    def _check_to_come(self):
        """Refuse to change no booking at all.

        :raises UserError: when ``self`` is empty
        """
        if not self:
            raise UserError(self.env._("No booking of this series is still to come."))

    def _get_series_action(self, **defaults):
        """Return the action that opens the wizard for a booking of a series."""
        self.ensure_one()
        self.check_access("read")
        is_cancellation = defaults.get("default_is_cancellation")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Cancel Bookings")
            if is_cancellation
            else self.env._("Change Series"),
            "res_model": "isof.booking.series.wizard",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_booking_id": self.id, **defaults},
        }
