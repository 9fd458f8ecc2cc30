from collections import defaultdict
from dataclasses import replace
from datetime import UTC, timedelta
from itertools import pairwise

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from odoo.addons.isof_crm.tools import activity_time, moments
from odoo.addons.isof_crm.tools.searching import search_true

from ...tools import availability, intervals
from ...tools.availability import DAYS_AHEAD

# When it is open; whoever changes Odoo's own resource comes by resource_resource.py.
HOURS_FIELDS = {"company_id", "resource_calendar_id", "tz"}
# How many other resources are offered.
MAX_ALTERNATIVES = 3
# The last minute of a day that Odoo's working hours leave out.
GAP = timedelta(minutes=1)
# Times that are no further from each other are looked up together.
NEAR = timedelta(days=31)


class IsofResource(models.Model):
    """When resources are open, taken and free."""

    _inherit = "isof.resource"

    is_free = fields.Boolean(
        string="Free Now", compute="_compute_is_free", search="_search_is_free"
    )
    free_change = fields.Datetime(
        string="Until",
        compute="_compute_is_free",
        help="Until when the resource is free or taken; empty: for the next days.",
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_is_free(self):
        now = fields.Datetime.now()
        horizon = now + timedelta(days=DAYS_AHEAD)
        # what is being entered is as free as it was when it was saved, and not at all before
        bookables = self._origin._get_bookables(now, horizon)
        for resource in self:
            bookable = bookables.get(resource._origin.id)
            free = availability.free_slots(bookable, now, horizon) if bookable else []
            resource.is_free = bool(free) and free[0][0] <= now
            if resource.is_free:
                resource.free_change = free[0][1] if free[0][1] < horizon else False
            else:
                resource.free_change = free[0][0] if free else False

    @api.model
    @search_true
    def _search_is_free(self):
        every = self.search([])  # pylint: disable=no-search-all
        return Domain("id", "in", every.filtered("is_free").ids)

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    def write(self, vals):
        if HOURS_FIELDS & vals.keys():
            # while the fields still say what they did
            self.env["isof.booking"]._watch_hours(self.sudo())
        return super().write(vals)

    # ------------------------------------------------------------
    # Business methods
    # ------------------------------------------------------------

    @api.readonly
    def get_alternatives(self, start, stop):
        """Return what could be booked instead of this resource.

        :param start: naive UTC start of the booking wanted, as a string or a datetime
        :param stop: its end
        :return: list of dicts with ``resource_id``, ``name``, ``start`` and ``stop`` (strings):
            first the next free time of this resource, then others of its kind for the same time
        :raises ValidationError: if it would not end after it starts, or lasts too long
        """
        self.ensure_one()
        self.check_access("read")
        start, stop = self.env["isof.booking"]._check_times(start, stop)
        found = self._find_alternatives(start, stop)
        return [
            {
                "resource_id": resource.id,
                "name": resource.name,
                "start": fields.Datetime.to_string(begin),
                "stop": fields.Datetime.to_string(end),
            }
            for resource, begin, end in found
        ]

    def _find_alternatives(self, start, stop, ignored=()):
        """Return what could be booked instead; see ``get_alternatives``.

        :param ignored: ids of bookings that do not count as taken
        :return: list of tuples of ``isof.resource``, start and stop
        """
        self.ensure_one()
        horizon = stop + timedelta(days=DAYS_AHEAD)
        duration = stop - start
        bookable = self._get_bookables(start, horizon, ignored)[self.id]
        following = availability.next_free(
            bookable, start, horizon, duration, tz=self.env["isof.activity"]._get_tz()
        )
        found = [(self, following, following + duration)] if following else []
        return found + [(other, start, stop) for other in self._find_substitutes([(start, stop)])]

    def _find_substitutes(self, times, excluded=None):
        """Return others of the kind that the user may book at all of several times instead.

        :param times: list of tuples of start and stop
        :param excluded: ``isof.resource`` that will not do
        """
        self.ensure_one()
        # only resources that the reader sees, and that may take the place of this one
        others = (
            self.sudo(False)
            .search(
                [
                    ("kind_id", "=", self.kind_id.id),
                    ("id", "not in", (self | (excluded or self)).ids),
                    ("seats", ">=", self.seats),
                    ("company_id", "in", [False, (self.company_id or self.env.company).id]),
                ],
                order="seats, sequence, name, id",
            )
            .filtered(lambda other: other._may_book())
        )
        first, last = min(start for start, _stop in times), max(stop for _start, stop in times)
        bookables = others._get_bookables(first, last)
        return others.filtered(
            lambda other: all(
                availability.is_free(bookables[other.id], *times_) for times_ in times
            )
        )[:MAX_ALTERNATIVES]

    def _describe_alternatives(self, start, stop, ignored=()):
        """Return a sentence that offers what could be booked instead, empty if there is nothing."""
        found = self._find_alternatives(start, stop, ignored)
        offers = []
        if following := next((begin for resource, begin, _end in found if resource == self), None):
            offers.append(
                self.env._(
                    "“%(resource)s” from %(time)s",
                    resource=self.name,
                    time=moments.format_moment(self.env, following),
                )
            )
        if others := [resource.name for resource, *_times in found if resource != self]:
            offers.append(self.env._("%(resources)s at the same time", resources=", ".join(others)))
        if not offers:
            return ""
        return self.env._("Still free: %(offers)s.", offers="; ".join(offers))

    def _get_bookables(self, start, stop, ignored=()):
        """Return what is known about when each resource is free.

        :param datetime start: naive UTC datetime
        :param datetime stop: naive UTC datetime
        :param ignored: ids of bookings that do not count as taken
        :return: dict of resource id to ``availability.Bookable``
        """
        opening = self._get_opening(start, stop)
        widest = timedelta(minutes=max((r.buffer_before + r.buffer_after for r in self), default=0))
        busy = defaultdict(list)
        bookings = self.env["isof.booking"]
        slots = [(resource.id, start - widest, stop + widest) for resource in self]
        for position, claim in bookings._query_blocking(slots, ignored):
            busy[slots[position][0]].append((claim.start, claim.stop))
        return {
            resource.id: availability.Bookable(
                resource.id,
                busy=busy[resource.id],
                working=opening[resource.id],
                quantity=resource.quantity,
                before=timedelta(minutes=resource.buffer_before),
                after=timedelta(minutes=resource.buffer_after),
                allow_overlap=resource.allow_overlap,
                max_duration=resource._get_max_duration(),
                closes=resource._get_last_moment(),
            )
            for resource in self
        }

    def _ignore_hours(self, bookables):
        """Return when resources can be booked by whoever ignores the warning that they are closed.

        :param bookables: dict of resource id to ``availability.Bookable``
        """
        return {
            resource.id: replace(bookables[resource.id], working=None)
            if resource.closed_policy == "warn"
            else bookables[resource.id]
            for resource in self
        }

    def _get_opening(self, start, stop):
        """Return when resources are open: their working hours less their closures.

        :param datetime start: naive UTC datetime
        :param datetime stop: naive UTC datetime
        :return: dict of resource id to sorted intervals of naive UTC datetimes
        """
        if not self:
            return {}
        # sudo: when resources are open, whoever's working hours those are
        closures = self.env["resource.calendar.leaves"].sudo()
        closures = closures.search(
            [
                ("resource_id", "in", [False, *self.sudo().resource_id.ids]),
                ("date_from", "<", stop),
                ("date_to", ">", start),
            ]
        )
        opening = {}
        clocks = self.sudo().grouped(lambda each: (each.resource_calendar_id, each.resource_id.tz))
        for (calendar, _tz), resources in clocks.items():
            # the same working hours on the same clock: fifty rooms have them from one
            attended = resources[:1]._get_attendance(calendar, start, stop)[resources[:1].id]
            for resource in resources:
                closed = [
                    (closure.date_from, closure.date_to)
                    for closure in closures
                    if resource._is_closed_by(closure)
                ]
                opening[resource.id] = intervals.difference(attended, intervals.normalise(closed))
        return opening

    def _get_opening_at(self, times):
        """Return when resources are open at several times, however far from each other they are.

        :param times: list of tuples of naive UTC start and stop
        :return: as ``_get_opening``, of these times and of short ones between them
        """
        opening = {resource.id: [] for resource in self}
        for start, stop in intervals.bridge(times, NEAR):
            for resource_id, spans in self._get_opening(start, stop).items():
                opening[resource_id] += spans
        return opening

    def _get_attendance(self, calendar, start, stop):
        """Return the working hours of resources that have the same ones."""
        if not calendar or calendar.flexible_hours:
            return {resource_id: [(start, stop)] for resource_id in self.ids}
        has_breaks = "lunch" in calendar.attendance_ids.mapped("day_period")
        batches = [
            calendar._attendance_intervals_batch(
                start.replace(tzinfo=UTC),
                stop.replace(tzinfo=UTC),
                self.resource_id,
                lunch=is_break,
            )
            # people have a break, rooms and devices do not
            for is_break in ([False, True] if has_breaks else [False])
        ]
        attended = {}
        for resource in self:
            spans = sorted(
                tuple(moment.astimezone(UTC).replace(tzinfo=None) for moment in (first, last))
                for batch in batches
                for first, last, _records in batch[resource.resource_id.id]
            )
            # midnight is the end of one day and the start of the next
            gaps = [
                (last, following)
                for (_first, last), (following, _last) in pairwise(spans)
                if timedelta() < following - last < GAP
            ]
            attended[resource.id] = intervals.union(spans, gaps)
        return attended

    def _is_closed_by(self, closure):
        """Return whether a time off is one of the resource, its working hours or its company."""
        if closure.resource_id:
            return closure.resource_id == self.resource_id
        if closure.calendar_id:
            return closure.calendar_id == self.resource_calendar_id
        return bool(closure.company_id) and closure.company_id == self.company_id

    def _get_whole_days(self, first, last):
        """Return the time that a resource is needed for whole days.

        :param date first: first day
        :param date last: last day
        :return: tuple of naive UTC start and stop: from the first opening to the last closing,
            or the days on the clock of the resource where it is closed on them
        """
        self.ensure_one()
        # sudo: the zone of the resource's clock
        tz = self.sudo().tz
        start = activity_time.day_bounds(first, tz)[0]
        stop = activity_time.day_bounds(last, tz)[1]
        opening = self._get_opening(start, stop)[self.id]
        return (opening[0][0], opening[-1][1]) if opening else (start, stop)

    def _check_bookable(self, times):
        result = super()._check_bookable(times)
        if self.closed_policy == "refuse":
            self._check_open(times)
        return result

    def _check_open(self, times):
        """Check that the resource is open at several times.

        :param times: list of tuples of naive UTC start and stop
        :raises ValidationError: with the times at which it is not
        """
        opening = self._get_opening_at(times)[self.id]
        closed = [times for times in times if not intervals.covers(opening, *times)]
        if closed:
            bookings = self.env["isof.booking"]
            raise ValidationError(
                self.env._(
                    "“%(resource)s” is closed then and cannot be booked: %(times)s.",
                    resource=self.name,
                    times="; ".join(bookings._format_period(*times) for times in closed[:10]),
                )
            )
