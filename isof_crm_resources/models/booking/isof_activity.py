from collections import namedtuple
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.isof_crm.models.activity.isof_activity_status import FREE_STATES, HELD_STATES
from odoo.addons.isof_crm.tools import activity_time
from odoo.addons.isof_crm.tools.searching import search_true

from ...exceptions import BookingConflict
from .isof_booking import DROPPED_STATES, LIVE_STATES

# A change of one of these fields is carried over to the bookings.
CARRIED_FIELDS = {
    "active",
    "allday",
    "company_id",
    "duration",
    "start",
    "start_date",
    "status_id",
    "stop",
    "stop_date",
    "user_id",
}

# What bookings follow, and from when to when each of them was.
Anchor = namedtuple("Anchor", "start stop allday state takes_place user times")


class IsofActivity(models.Model):
    """The resources an activity needs: each a booking, which the activity takes along.

    A booking may have a time of its own, inside or around the activity. When the activity
    moves, its bookings move as far; the activity as a whole is refused when one of them
    cannot. An activity that does not take place gives its resources back, and books them again
    when it is put back. A copy of an activity has no bookings: they would be in the way of
    those of the original.
    """

    _inherit = "isof.activity"

    booking_ids = fields.One2many("isof.booking", "activity_id", string="Bookings")
    resource_ids = fields.Many2many(
        "isof.resource",
        string="Resources",
        compute="_compute_resource_ids",
        inverse="_inverse_resource_ids",
        search="_search_resource_ids",
        copy=False,
        # an activity does not lose what it had when that is archived
        context={"active_test": False},
        help="What the activity needs: rooms, devices, vehicles. Each is booked for the time of "
        "the activity.",
    )
    has_bookings = fields.Boolean(
        string="With Resources", compute="_compute_has_bookings", search="_search_has_bookings"
    )

    @api.depends("booking_ids.resource_id", "booking_ids.state")
    def _compute_resource_ids(self):
        for activity in self:
            live = activity.booking_ids.filtered(lambda booking: booking.state in LIVE_STATES)
            activity.resource_ids = live.resource_id

    def _inverse_resource_ids(self):
        bookings = self.env["isof.booking"]
        to_create, unwanted = [], bookings
        for activity in self:
            live = activity._get_held_bookings().filtered(lambda b: b.state in LIVE_STATES)
            unwanted |= live.filtered(
                lambda b, activity=activity: b.resource_id not in activity.resource_ids
            )
            to_create += [
                {"activity_id": activity.id, "resource_id": resource.id}
                for resource in activity.resource_ids - live.resource_id
            ]
        # sudo: whoever may write the activity gives back what it holds
        unwanted.sudo().action_cancel()
        bookings.create(to_create)

    @api.model
    def _search_resource_ids(self, operator, value):
        if operator not in ("in", "any", "any!"):
            return NotImplemented
        found = Domain("resource_id", operator, value) & Domain("state", "in", LIVE_STATES)
        if operator == "in" and False in value:
            return ~self._get_booked_domain(Domain("state", "in", LIVE_STATES))
        return self._get_booked_domain(found)

    @api.depends("booking_ids")
    def _compute_has_bookings(self):
        for activity in self:
            activity.has_bookings = bool(activity.booking_ids)

    @api.model
    @search_true
    def _search_has_bookings(self):
        return self._get_booked_domain(Domain.TRUE)

    @api.model
    def _get_booked_domain(self, domain):
        """Return the domain of activities for which there are such bookings."""
        # sudo: the link, of bookings of activities that the reader sees
        bookings = self.env["isof.booking"].sudo()
        held = bookings._search(Domain("held_activity_id", "!=", False) & domain)
        return Domain("id", "in", held.subselect("held_activity_id"))

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        try:
            with self.env["isof.notifier"]._gather():
                return super().create(vals_list)
        except BookingConflict as conflict:
            self._offer_creation(conflict, vals_list)
            raise

    def write(self, vals):
        anchors = self._get_booking_anchors() if CARRIED_FIELDS & vals.keys() else {}
        try:
            with self.env["isof.notifier"]._gather():
                result = super().write(vals)
                self._sync_bookings(anchors)
        except BookingConflict as conflict:
            self._offer_change(conflict, vals, anchors)
            raise
        return result

    def onchange(self, values, field_names, fields_spec):
        result = super().onchange(values, field_names, fields_spec)
        if "booking_ids" in field_names:
            # what is chosen stays, until the bookings entered beside it are saved
            result.get("value", {}).pop("resource_ids", None)
        return result

    def web_save_multi(self, vals_list, specification):
        try:
            return super().web_save_multi(vals_list, specification)
        except BookingConflict as conflict:
            # what is offered for one of them is not the whole
            if len(self) > 1:
                self._advise(conflict)
            raise

    def unlink(self):
        self.check_access("unlink")
        # what took place stays in the history of the resource
        self._get_held_bookings().filtered(lambda b: b.state in DROPPED_STATES).unlink()
        return super().unlink()

    # ------------------------------------------------------------
    # Business methods
    # ------------------------------------------------------------

    def _get_held_bookings(self):
        """Return the bookings of the activities, in any state."""
        # sudo: the bookings are the activity's own; its rights are those of the activity
        return self.env["isof.booking"].sudo().search([("held_activity_id", "in", self.ids)])

    def _get_booking_anchors(self):
        """Return what the bookings of activities follow, to compare it after a change."""
        return {
            activity: Anchor(
                activity.start,
                activity.stop,
                activity.allday,
                activity.state,
                activity._takes_place(),
                activity.user_id,
                {booking: (booking.start, booking.stop) for booking in bookings},
            )
            for activity, bookings in self._get_held_bookings().grouped("held_activity_id").items()
        }

    def _prepare_marks(self):
        """Keep what of it was confirmed: undone, it is once more; see ``_is_approved``."""
        marks = super()._prepare_marks()
        for booking in self._get_held_bookings():
            if booking.state == "confirmed":
                approved = marks[booking.held_activity_id].setdefault("approved", {})
                approved[str(booking.id)] = booking._prepare_approved(
                    booking.resource_id, booking.start, booking.stop
                )
        return marks

    def _takes_place(self):
        """Return whether the activity needs its resources at its time."""
        self.ensure_one()
        return self.active and self.state not in FREE_STATES

    def _sync_bookings(self, anchors):
        """Move, give back or take again the bookings of activities that changed.

        :param anchors: what the bookings followed before; see ``_get_booking_anchors``
        :raises ValidationError: if one of the bookings cannot follow
        """
        changes = {}
        for booking in self.browse(activity.id for activity in anchors)._get_held_bookings():
            activity = booking.held_activity_id
            if vals := activity._prepare_booking_vals(booking, anchors[activity]):
                changes[booking] = vals
        if changes:
            self.env["isof.booking"].sudo().concat(*changes)._write_each(changes)

    def _prepare_booking_vals(self, booking, before):
        """Return what changes on a booking with its activity.

        :param booking: one ``isof.booking`` of the activity
        :param before: the ``Anchor`` it followed until now
        """
        self.ensure_one()
        vals = {}
        if booking.state not in LIVE_STATES and not booking.is_dropped:
            return vals
        if booking.user_id == before.user and self.user_id and before.user != self.user_id:
            vals["user_id"] = self.user_id.id
        if booking.company_id != self.company_id:
            vals["company_id"] = self.company_id.id
        times = self._get_followed_times(booking, before)
        if times != (booking.start, booking.stop):
            vals["start"], vals["stop"] = times
        takes_place = self._takes_place()
        is_live = booking.state in LIVE_STATES
        if is_live and before.takes_place and (not takes_place or self._is_held_early(before)):
            vals |= {"state": "cancelled", "is_dropped": True}
        elif (
            takes_place
            and booking.is_dropped
            # what was held early did without, however it changes afterwards
            and (before.takes_place, before.state) != (True, self.state)
        ):
            resource = booking.resource_id
            if resource.active:
                is_approved = booking._is_approved(resource, *times)
                vals["state"] = "confirmed" if is_approved else booking._get_first_state()
            else:
                # otherwise the activity could never take place again
                vals["is_dropped"] = False
                self._message_log(
                    body=self.env._(
                        "“%(resource)s” is archived and was not booked again.",
                        resource=resource.name,
                    )
                )
        return vals

    def _is_held_early(self, before):
        """Return whether the activity took place before the time that its resources were for."""
        return (
            self.state in HELD_STATES
            and before.state not in HELD_STATES
            and self.start < before.start
            and before.start > fields.Datetime.now()
        )

    def _get_followed_times(self, booking, before):
        """Return start and stop of a booking once it has followed its activity.

        A time that was given to it along with a change of the activity stays.
        """
        times = booking.start, booking.stop
        is_moved = (before.start, before.stop, before.allday) != (
            self.start,
            self.stop,
            self.allday,
        )
        if is_moved and before.times.get(booking) == times:
            return self._follow(booking, before)
        return times

    def _follow(self, booking, before):
        """Return start and stop of a booking after its activity moved or got another length.

        A move takes the booking along. With another length, an end of the booking that lies at
        the end of the activity or beyond follows it, one inside stays where it is. Of an activity
        that lasts all day what is booked for whole days stays so.
        """
        resource = booking.resource_id
        whole = self._get_whole_days(resource, before) if before.allday else None
        if before.allday != self.allday or (booking.start, booking.stop) == whole:
            return self._get_booking_times(resource)
        shift_start, shift_stop = self.start - before.start, self.stop - before.stop
        if shift_start == shift_stop:
            return tuple(
                self._put_off(moment, shift_start) for moment in (booking.start, booking.stop)
            )
        start = booking.start + (shift_start if booking.start <= before.start else timedelta())
        stop = booking.stop + (shift_stop if booking.stop >= before.stop else timedelta())
        if start >= stop or start >= self.stop or stop <= self.start:
            return self._get_booking_times(resource)
        return start, stop

    def _put_off(self, moment, shift):
        """Return a moment that is put off along with the activity.

        What lasts all day is put off by days, to the same time on the clock.
        """
        if not self.allday:
            return moment + shift
        tz = self._get_tz()
        clock = activity_time.to_clock(moment, tz)
        return activity_time.to_utc(clock + shift, tz)

    def _get_booking_times(self, resource):
        """Return from when to when the activity needs a resource unless told otherwise."""
        self.ensure_one()
        if self.allday:
            return self._get_whole_days(resource, self)
        # what has no length still takes place
        return self.start, max(self.stop, self.start + timedelta(minutes=15))

    def _get_whole_days(self, resource, times):
        """Return from when to when a resource is needed all day.

        :param times: the activity, or the ``Anchor`` with its time before a change
        """
        tz = self._get_tz()
        first, last = (
            activity_time.allday_date(moment, tz) for moment in (times.start, times.stop)
        )
        return resource._get_whole_days(first, last)

    @api.model
    def _offer_creation(self, conflict, vals_list):
        """Offer what may be created instead of activities; rooms above know what that is.

        :param conflict: the ``BookingConflict`` about what they need
        """
        self._advise(conflict)

    def _offer_change(self, conflict, vals, anchors):
        """Offer what may be written instead of ``vals``; rooms above know what that is.

        :param conflict: the ``BookingConflict`` about what the activities need
        :param anchors: what their bookings followed before; see ``_get_booking_anchors``
        """
        self._advise(conflict)

    @api.model
    def _advise(self, conflict):
        """Say what to do where several activities were to be saved: an offer is for one."""
        conflict.advise(
            self._name,
            self.env._(
                "None of the activities has been saved. Save this one on its own: another time "
                "or another resource is then offered for it."
            ),
        )

    def _count_attendees(self):
        """Return how many people take part."""
        self.ensure_one()
        colleagues = (self.user_id | self.participant_ids).partner_id
        return len(colleagues | self.contact_id | self.contact_ids)
