from odoo import api, fields, models

from ...tools import intervals
from .isof_booking import LIVE_STATES


class IsofBooking(models.Model):
    """What a resource allows: who, how long, how far ahead, in which hours, for how many."""

    _inherit = "isof.booking"

    warning = fields.Text(
        compute="_compute_warning",
        help="What is unusual about the booking but does not hinder it.",
    )

    @api.depends("resource_id", "start", "stop", "attendee_count", "state")
    @api.depends_context("lang", "uid")
    def _compute_warning(self):
        self.warning = False
        timed = self.filtered(
            lambda booking: (
                booking.resource_id
                and booking.state in (False, *LIVE_STATES)
                and booking.start
                and booking.stop
                and booking.start < booking.stop
            )
        )
        if not timed:
            return
        opening = timed.resource_id._origin._get_opening_at(
            [(booking.start, booking.stop) for booking in timed]
        )
        for booking in timed:
            resource = booking.resource_id
            warnings = []
            if resource.seats and booking.attendee_count > resource.seats:
                warnings.append(
                    self.env._(
                        "%(participants)s participants are more than the %(seats)s seats of "
                        "“%(resource)s”.",
                        participants=booking.attendee_count,
                        seats=resource.seats,
                        resource=resource.name,
                    )
                )
            if not intervals.covers(opening[resource._origin.id], booking.start, booking.stop):
                warnings.append(
                    self.env._(
                        "“%(resource)s” is closed for some of this time.", resource=resource.name
                    )
                )
            booking.warning = "\n".join(warnings)

    @api.model
    def _check_limits(self, to_place):
        """Check bookings against what their resources allow.

        :param to_place: list of dicts of values
        :raises AccessError: if the user may not book a resource
        :raises ValidationError: if a booking is too long, too far ahead, while it is closed or of
            what is archived
        """
        live = [vals for vals in to_place if vals.get("state") != "released"]
        resources = self.env["isof.resource"].browse({vals["resource_id"] for vals in live})
        for resource in resources:
            resource._check_not_archived()
            wanted = [vals for vals in live if vals["resource_id"] == resource.id]
            resource._check_may_book()
            for vals in wanted:
                resource._check_length_and_day(vals["start"], vals["stop"])
            if resource.closed_policy == "refuse":
                resource._check_open([(vals["start"], vals["stop"]) for vals in wanted])

    def _warn(self):
        """Put in the chatter what is unusual about new or changed bookings."""
        for booking in self.filtered("warning"):
            booking._message_log(body=booking.warning)
