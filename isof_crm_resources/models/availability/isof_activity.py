from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import format_date

from odoo.addons.isof_crm.tools import activity_time, moments

from ...tools import availability
from ...tools.availability import DAYS_AHEAD
from ..booking.isof_booking import LIVE_STATES


class IsofActivity(models.Model):
    """What is offered instead of an activity whose resources are taken, by one click.

    It is put off to where all it needs is free, or has another resource in the place of the one
    that is taken; everything else is saved as it was given.
    """

    _inherit = "isof.activity"

    @api.model
    def _offer_creation(self, conflict, vals_list):
        # it is there until the transaction is rolled back
        activity = self.browse(conflict.wanted[0].get("held_activity_id"))
        if len(vals_list) > 1 or not activity:
            super()._offer_creation(conflict, vals_list)
            return
        [vals] = vals_list
        offers = [
            offer | {"method": "create", "args": [[changed]]}
            for offer, changed in activity._iter_offers(conflict, vals)
        ]
        conflict.offer(self._name, offers)

    def _offer_change(self, conflict, vals, anchors):
        if len(self) > 1:
            super()._offer_change(conflict, vals, anchors)
            return
        offers = [
            offer | {"method": "write", "args": [self.ids, changed]}
            for offer, changed in self._iter_offers(conflict, vals, anchors.get(self))
        ]
        conflict.offer(self._name, offers)

    def _iter_offers(self, conflict, vals, before=None):
        """Yield what may be saved of the activity: a part of the offer, and the values.

        :param conflict: the ``BookingConflict`` about some of what it needs
        :param dict vals: what was to be saved
        :param before: the ``Anchor`` that its bookings followed, if it had any
        """
        self.ensure_one()
        if shift := self._find_shift(self._get_needed(conflict, before)):
            label = self.env._("The whole activity: %(time)s", time=self._format_put_off(shift))
            yield {"label": label}, self._prepare_put_off_vals(vals, shift)
        for label, _shift, instead in conflict.alternatives:
            if instead:
                yield {"label": label, "kwargs": {"context": {"isof_instead": [instead]}}}, vals

    def _get_needed(self, conflict, before):
        """Return all that the activity needs: what was refused, and what it has already.

        :return: list of tuples of ``isof.resource``, start and stop
        """
        # sudo: whatever the activity needs, and everybody's bookings of it, counts
        resources = self.env["isof.resource"].sudo()
        needed = [
            (resources.browse(vals["resource_id"]), vals["start"], vals["stop"])
            for vals in conflict.wanted
        ]
        refused = [vals["booking"].id for vals in conflict.wanted if "booking" in vals]
        for booking in self._get_held_bookings():
            if booking.state in LIVE_STATES and booking.id not in refused:
                times = booking.start, booking.stop
                if before:
                    times = self._get_followed_times(booking, before)
                needed.append((booking.resource_id, *times))
        return needed

    def _find_shift(self, needed):
        """Return by how much the activity has to be put off to where all it needs is free.

        :param needed: see ``_get_needed``
        :return: timedelta, of whole days for an activity that lasts all day; None if there is
            no such time soon
        """
        horizon = timedelta(days=DAYS_AHEAD)
        # sudo: everybody's bookings count
        resources = self.env["isof.resource"].sudo().union(*(each[0] for each in needed))
        bookables = resources._get_bookables(
            min(start for _resource, start, _stop in needed),
            # a day more, as what is needed for whole days starts and ends when that opens
            max(stop for *_start, stop in needed) + horizon + timedelta(days=1),
            self._get_held_bookings().ids,
        )
        if not self.allday:
            wanted = [(bookables[resource.id], *times) for resource, *times in needed]
            return availability.next_shift(wanted, horizon, tz=self._get_tz())
        for days in range(1, DAYS_AHEAD + 1):
            wanted = self._get_days_later(needed, bookables, timedelta(days=days))
            if wanted and availability.are_free(wanted):
                return timedelta(days=days)
        return None

    def _get_days_later(self, needed, bookables, shift):
        """Return what an activity that lasts all day needs some days later.

        :param bookables: dict of resource id to ``availability.Bookable``
        :return: list of tuples of ``Bookable``, start and stop; None when something that is
            needed for whole days is closed on the first or the last of them
        """
        first, last = self.start_date + shift, self.stop_date + shift
        wanted = []
        for resource, *times in needed:
            bookable = bookables[resource.id]
            if tuple(times) != self._get_booking_times(resource):
                moved = (self._put_off(moment, shift) for moment in times)
                wanted.append((bookable, *moved))
                continue
            if not all(
                bookable.allowed(*activity_time.day_bounds(day, resource.tz))
                for day in (first, last)
            ):
                return None
            # it may well be closed in between, such as at night
            at_any_hour = resource._ignore_hours(bookables)[resource.id]
            wanted.append((at_any_hour, *resource._get_whole_days(first, last)))
        return wanted

    def _format_put_off(self, shift):
        """Return when the activity is if it is put off."""
        if not self.allday:
            return moments.format_moment(self.env, self.start + shift)
        days = dict.fromkeys((self.start_date + shift, self.stop_date + shift))
        return " – ".join(format_date(self.env, day) for day in days)

    def _prepare_put_off_vals(self, vals, shift):
        """Return the values to save when the activity is put off, instead of those given.

        :param dict vals: what was to be saved
        """
        if self.allday:
            times = {name: self[name] + shift for name in ("start_date", "stop_date")}
        else:
            times = {name: self[name] + shift for name in ("start", "stop")}
        if "booking_ids" in vals:
            times["booking_ids"] = [
                self._put_off_command(command, shift) for command in vals["booking_ids"]
            ]
        return vals | times

    def _put_off_command(self, command, shift):
        """Return what to do with a booking of its own time when the activity is put off."""
        if command[0] not in (Command.CREATE, Command.UPDATE):
            return command
        code, id_, vals = command
        times = {
            name: self._put_off(fields.Datetime.to_datetime(vals[name]), shift)
            for name in ("start", "stop")
            if vals.get(name)
        }
        return code, id_, vals | times
