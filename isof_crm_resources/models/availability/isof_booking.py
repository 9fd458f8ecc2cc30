from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command, Domain

from odoo.addons.isof_crm.tools import moments
from odoo.addons.isof_crm.tools.searching import search_true

from ...exceptions import Alternative
from ...tools import availability, intervals
from ...tools.availability import DAYS_AHEAD
from ..booking.isof_booking import LIVE_STATES

# Which bookings were within hours before this transaction changed these, in ``precommit.data``.
WITHIN_HOURS = "isof_crm_resources.within_hours"


class IsofBooking(models.Model):
    """When a resource is closed for a booking, and what could be booked instead.

    Bookings of what has closed since are found by a filter, and their holders are told once.

    What is offered instead of bookings that are not possible is taken by one click: a call of the
    client through the same guard. It stands for the whole of what was refused: several bookings
    that were wanted together are possible together.
    """

    _inherit = "isof.booking"

    warning = fields.Text(
        compute="_compute_warning",
        help="What is unusual about the booking but does not hinder it.",
    )
    is_out_of_hours = fields.Boolean(
        string="In Conflict with Hours",
        compute="_compute_is_out_of_hours",
        search="_search_is_out_of_hours",
        help="Still to come, while the resource is closed for some of the time.",
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
    # Outside the hours
    # ------------------------------------------------------------

    def _follow_up(self, before, reason=None):
        self.filtered(lambda booking: booking not in before)._warn()
        return super()._follow_up(before, reason)

    def _warn(self):
        """Put in the chatter what is unusual about the bookings."""
        for booking in self.filtered("warning"):
            booking._message_log(body=booking.warning)

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

    # ------------------------------------------------------------
    # What could be booked instead
    # ------------------------------------------------------------

    @api.model
    def _get_conflict(self, to_place, conflicts, ignored=()):
        conflict = super()._get_conflict(to_place, conflicts, ignored)
        conflict.alternatives = self._find_alternatives(to_place, conflicts, ignored)
        offers = (self._prepare_offer(to_place, each) for each in conflict.alternatives)
        finder = self._prepare_finder_context(*to_place) if len(to_place) == 1 else None
        conflict.offer(self._name, filter(None, offers), finder)
        return conflict

    @api.model
    def _describe_conflict(self, resource, start, stop, ids, ignored=()):
        taken = super()._describe_conflict(resource, start, stop, ids, ignored)
        # sudo: everybody's bookings count
        offer = resource.sudo()._describe_alternatives(start, stop, ignored)
        return "\n".join(filter(None, (taken, offer)))

    @api.model
    def _find_alternatives(self, to_place, conflicts, ignored):
        """Return what is possible instead of bookings; see ``_find_units``.

        :return: list of ``Alternative``: the next time at which all of them are, then another
            resource in the place of the one that is taken, if it is one
        """
        # sudo: everybody's bookings count; what is offered is what the reader sees
        resources = self.env["isof.resource"].sudo().browse({v["resource_id"] for v in to_place})
        horizon = timedelta(days=DAYS_AHEAD)
        first = min(vals["start"] for vals in to_place)
        last = max(vals["stop"] for vals in to_place)
        bookables = resources._get_bookables(first, last + horizon, ignored)
        shift = availability.next_shift(
            [(bookables[v["resource_id"]], v["start"], v["stop"]) for v in to_place],
            horizon,
            tz=self.env["isof.activity"]._get_tz(),
        )
        found = [Alternative(self._label_shift(to_place, shift), shift)] if shift else []
        taken = resources.browse({vals["resource_id"] for vals, _ids in conflicts})
        if len(taken) == 1:
            times = [(v["start"], v["stop"]) for v in to_place if v["resource_id"] == taken.id]
            found += [
                Alternative(
                    self._label_instead(to_place, taken, other), instead=(taken.id, other.id)
                )
                for other in taken._find_substitutes(times, resources)
            ]
        return found

    @api.model
    def _label_shift(self, to_place, shift):
        """Return the words for bookings that are put off."""
        start = min(vals["start"] for vals in to_place) + shift
        if len(to_place) > 1:
            return self.env._(
                "All of them, starting %(time)s",
                time=moments.format_moment(self.env, start),
            )
        [wanted] = to_place
        resource = self.env["isof.resource"].browse(wanted["resource_id"])
        return f"{resource.sudo().name}, {self._format_period(start, wanted['stop'] + shift)}"

    @api.model
    def _label_instead(self, to_place, taken, other):
        """Return the words for another resource in the place of one that is taken."""
        if len(to_place) > 1:
            label = self.env._(
                "“%(other)s” instead of “%(resource)s”", other=other.name, resource=taken.name
            )
        else:
            [wanted] = to_place
            label = f"{other.name}, {self._format_period(wanted['start'], wanted['stop'])}"
        return f"{label} ({self.env._('needs approval')})" if other._asks_approval() else label

    @api.model
    def _prepare_offer(self, to_place, alternative):
        """Return what the client may call instead, None if that is not one call."""
        vals_list = [self._prepare_offer_vals(wanted, alternative) for wanted in to_place]
        if "booking" not in to_place[0]:
            return {"label": alternative.label, "method": "create", "args": [vals_list]}
        if len(to_place) > 1:
            return None
        booking = to_place[0]["booking"]
        return {"label": alternative.label, "method": "write", "args": [booking.ids, *vals_list]}

    @api.model
    def _prepare_offer_vals(self, wanted, alternative):
        """Return the values to create or write instead of those that were wanted."""
        taken_id, other_id = alternative.instead or (None, None)
        is_taken = wanted["resource_id"] == taken_id
        resource = self.env["isof.resource"].browse(other_id if is_taken else wanted["resource_id"])
        vals = {
            "resource_id": resource.id,
            "start": fields.Datetime.to_string(wanted["start"] + alternative.shift),
            "stop": fields.Datetime.to_string(wanted["stop"] + alternative.shift),
        }
        if "booking" not in wanted:
            return vals | {
                "user_id": wanted["user_id"],
                "activity_id": wanted.get("held_activity_id"),
                "name": wanted.get("title"),
                "attendee_count": wanted.get("attendee_count"),
            }
        if "state" in wanted:
            vals["state"] = wanted["booking"]._get_first_state(resource)
        kept = {field.name for field in self.sudo(False)._filter_isof_kept(wanted)}
        others = wanted.keys() - kept - vals.keys() - {"booking", "state"}
        return vals | {name: wanted[name] for name in others}

    @api.model
    def _prepare_finder_context(self, wanted):
        """Return the context that opens the finder with what was wanted."""
        start, stop = wanted["start"], wanted["stop"]
        booking = wanted.get("booking", self.browse())
        # sudo: what kind of resource it was
        resource = self.env["isof.resource"].sudo().browse(wanted["resource_id"])
        return {
            # one that was given back is none to move
            "default_booking_id": booking.state in LIVE_STATES and booking.id,
            "default_activity_id": wanted.get("held_activity_id", False),
            "default_start": fields.Datetime.to_string(start),
            "default_duration": (stop - start) / timedelta(hours=1),
            "default_need_ids": [
                Command.create({"kind_id": resource.kind_id.id, "seats": resource.seats})
            ],
        }
