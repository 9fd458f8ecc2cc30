from datetime import timedelta
from itertools import islice

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command, Domain

from odoo.addons.isof_crm.models.base.condition_many2many import ConditionMany2many
from odoo.addons.isof_crm.tools import activity_time

from ...exceptions import BookingConflict
from ...tools import availability, intervals

# Proposals shown; whoever needs more asks for less.
MAX_LINES = 50
# The period that is proposed, and the longest one; more makes a list that nobody reads.
DEFAULT_DAYS = 7
MAX_DAYS = 62
# At most this many things are needed at a time.
MAX_NEEDS = 20
MINUTE = timedelta(minutes=1)


class IsofResourceFinder(models.TransientModel):
    """Find out what is free at a time, or when something is free, and book it by one click.

    Several things can be needed at once; a proposal has one resource for each of them.
    """

    _name = "isof.resource.finder"
    _description = "Find Free Resources"
    _inherit = ["isof.guard.mixin"]

    mode = fields.Selection(
        [("time", "What is free at a given time"), ("period", "When something is free")],
        string="Find",
        required=True,
        default="time",
    )
    start = fields.Datetime(
        string="From", default=lambda self: self.env["isof.activity"]._default_start()
    )
    duration = fields.Float(string="Hours", required=True, default=1.0)
    date_from = fields.Date(string="First Day", default=fields.Date.context_today)
    date_to = fields.Date(
        string="Last Day",
        default=lambda self: fields.Date.context_today(self) + timedelta(days=DEFAULT_DAYS - 1),
    )
    need_ids = fields.One2many(
        "isof.resource.finder.need",
        "finder_id",
        string="What You Need",
        default=lambda self: [Command.create({})],
        help="A line for each thing that is needed at the same time.",
    )
    activity_id = fields.Many2one(
        "isof.activity", string="For Activity", readonly=True, ondelete="cascade"
    )
    booking_id = fields.Many2one(
        "isof.booking",
        string="To Move",
        readonly=True,
        ondelete="cascade",
        help="The booking that is moved to what is chosen; its own time counts as free.",
    )
    line_ids = fields.One2many("isof.resource.finder.line", "finder_id", string="Free")
    is_searched = fields.Boolean()
    is_cut = fields.Boolean(help="There are more proposals than are shown.")

    @api.model
    def default_get(self, fields):
        """Propose the time of the activity that it is for."""
        values = super().default_get(fields)
        activity = self.env["isof.activity"].browse(values.get("activity_id"))
        if activity:
            times = self._prepare_activity_vals(activity)
            values.update({name: times[name] for name in times.keys() & set(fields)})
        return values

    @api.constrains("mode", "start", "duration", "date_from", "date_to")
    def _check_times(self):
        for finder in self:
            if finder.duration <= 0:
                raise ValidationError(self.env._("Say for how long you need it."))
            if finder.duration > MAX_DAYS * 24:
                raise ValidationError(
                    self.env._("Look for %(days)s days at a time or fewer.", days=MAX_DAYS)
                )
            if finder.mode == "time":
                if not finder.start:
                    raise ValidationError(self.env._("Say from when on you need it."))
                continue
            if not (finder.date_from and finder.date_to):
                raise ValidationError(self.env._("Say from which to which day to look."))
            if finder.date_to < finder.date_from:
                raise ValidationError(
                    self.env._("The last day to look at is before the first one.")
                )
            if (finder.date_to - finder.date_from).days >= MAX_DAYS:
                raise ValidationError(
                    self.env._("Look at %(days)s days at a time or fewer.", days=MAX_DAYS)
                )

    @api.constrains("need_ids")
    def _check_needs(self):
        for finder in self:
            if len(finder.need_ids) > MAX_NEEDS:
                raise ValidationError(
                    self.env._("Look for %(count)s things at a time or fewer.", count=MAX_NEEDS)
                )

    def _compute_display_name(self):
        for finder in self:
            finder.display_name = self.env._("Find Free Resources")

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_search(self):
        """Find what is free, or when, and show the finder with its proposals.

        :raises UserError: when no resource meets a need at all, or the time is over
        """
        self.ensure_one()
        line_vals = list(islice(self._iter_line_vals(), MAX_LINES + 1))
        self.write(
            {
                "is_searched": True,
                "is_cut": len(line_vals) > MAX_LINES,
                "line_ids": [
                    Command.clear(),
                    *(Command.create(vals) for vals in line_vals[:MAX_LINES]),
                ],
            }
        )
        return self._get_open_action()

    # ------------------------------------------------------------
    # Business methods
    # ------------------------------------------------------------

    def _get_open_action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Find Free Resources"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    @api.model
    def _prepare_activity_vals(self, activity):
        if activity.allday:
            return {
                "mode": "period",
                "date_from": activity.start_date,
                "date_to": activity.stop_date,
                "duration": activity.type_id.default_duration,
            }
        return {
            "start": activity.start,
            "duration": activity.duration,
            "date_from": activity.start_date,
            "date_to": activity.start_date + timedelta(days=DEFAULT_DAYS - 1),
        }

    def _get_length(self):
        """Return for how long the resources are needed."""
        return timedelta(minutes=round(self.duration * 60))

    def _get_range(self):
        """Return the first moment at which a booking may start and the last one it may last to.

        :raises UserError: when that is over already
        """
        now = fields.Datetime.now()
        length = self._get_length()
        if self.mode == "time":
            start, stop = self.start, self.start + length
            is_over = start < now - MINUTE
        else:
            tz = self.env["isof.activity"]._get_tz()
            start = max(activity_time.day_bounds(self.date_from, tz)[0], now)
            stop = activity_time.day_bounds(self.date_to, tz)[1]
            is_over = stop < start + length
        if is_over:
            raise UserError(self.env._("This time is over. Choose one that is still to come."))
        return start, stop

    def _iter_line_vals(self):
        """Yield the values of the proposals, best or earliest first."""
        start, stop = self._get_range()
        needs = self.need_ids or self.need_ids.new()
        candidates = [need._find_candidates() for need in needs]
        # one look for the resources of all needs
        every = self.env["isof.resource"].union(*candidates)
        bookables = every._get_bookables(start, stop, self.booking_id.ids)
        at_any_hour = every._ignore_hours(bookables)
        if self.mode == "time":
            # what is open comes before what is closed then
            candidates = [
                found.sorted(lambda each: not bookables[each.id].is_open(start, stop))
                for found in candidates
            ]
            for slot in self._find_slots(candidates, at_any_hour, start, stop):
                yield from self._iter_combinations(slot)
            return
        # at night only what is not free by day
        slots = self._find_slots(candidates, bookables, start, stop)
        yield from self._iter_runs(slots or self._find_slots(candidates, at_any_hour, start, stop))

    def _find_slots(self, candidates, bookables, start, stop):
        """Return the times at which all needs can be met; see ``availability.find_together``.

        :param candidates: list of the ``isof.resource`` for each need
        :param bookables: dict of resource id to ``availability.Bookable``
        """
        return availability.find_together(
            [[bookables[resource.id] for resource in found] for found in candidates],
            start,
            stop,
            self._get_length(),
            # at a given time there is one start, whatever the minute
            step=MINUTE if self.mode == "time" else availability.STEP,
            tz=self.env["isof.activity"]._get_tz(),
        )

    @api.model
    def _iter_combinations(self, slot):
        """Yield the values of a proposal for each way to meet the needs at one time."""
        for resource_ids in availability.iter_choices(slot):
            yield self._prepare_line_vals(slot, resource_ids)

    @api.model
    def _iter_runs(self, slots):
        """Yield the values of a proposal for each run of starts that the same resources allow."""
        runs = []
        for slot in slots:
            last = runs[-1][-1] if runs else None
            if (
                last
                and slot.assigned == last.assigned
                and slot.start - last.start == availability.STEP
            ):
                runs[-1].append(slot)
            else:
                runs.append([slot])
        for run in runs:
            yield self._prepare_line_vals(run[0], run[0].assigned) | {
                "last_start": run[-1].start if len(run) > 1 else False,
                "has_others": any(len(choices) > 1 for choices in run[0].choices),
            }

    @api.model
    def _prepare_line_vals(self, slot, resource_ids):
        return {
            "start": slot.start,
            "booked_ids": list(resource_ids),
        }


class IsofResourceFinderNeed(models.TransientModel):
    """One thing that is needed: a resource by name, or any with certain properties."""

    _name = "isof.resource.finder.need"
    _description = "Resource That Is Needed"
    _inherit = ["isof.guard.mixin"]

    finder_id = fields.Many2one(
        "isof.resource.finder", required=True, ondelete="cascade", index=True
    )
    kind_id = fields.Many2one("isof.resource.kind", string="Kind", ondelete="cascade")
    resource_ids = ConditionMany2many(
        "isof.resource",
        string="Resources",
        domain="[('kind_id', '=?', kind_id)]",
        help="One of these will do. Leave empty to look at all of the kind.",
    )
    seats = fields.Integer(help="For how many people it has to be.")
    feature_ids = ConditionMany2many(
        "isof.resource.feature", string="Features", help="All of these it has to offer."
    )
    place_id = fields.Many2one(
        "isof.resource.place",
        string="Place",
        ondelete="cascade",
        help="There, or in a part of it.",
    )

    @api.depends("kind_id", "resource_ids", "seats", "feature_ids", "place_id")
    def _compute_display_name(self):
        for need in self:
            parts = [
                need.kind_id.name,
                " / ".join(need.resource_ids.mapped("name")),
                need.seats and self.env._("for %(count)s people", count=need.seats),
                ", ".join(need.feature_ids.mapped("name")),
                need.place_id.name,
            ]
            need.display_name = ", ".join(filter(None, parts)) or self.env._("any resource")

    def _find_candidates(self):
        """Return the resources that meet the need and that the user may book, best first.

        :raises UserError: when there are none
        """
        self.ensure_one()
        domain = Domain("seats", ">=", self.seats)
        if self.resource_ids:
            domain &= Domain("id", "in", self.resource_ids.ids)
        if self.kind_id:
            domain &= Domain("kind_id", "=", self.kind_id.id)
        if self.place_id:
            domain &= Domain("place_id", "child_of", self.place_id.id)
        for feature in self.feature_ids:
            domain &= Domain("feature_ids", "in", feature.id)
        # the smallest that is large enough, so that the large ones stay free
        order = "seats, sequence, name, id" if self.seats else None
        candidates = self.env["isof.resource"].search(domain, order=order)
        candidates = candidates.filtered(lambda resource: resource._may_book())
        # what is confirmed at once first
        candidates = candidates.sorted(lambda resource: resource._asks_approval())
        if not candidates:
            raise UserError(
                self.env._(
                    "There is no resource that you may book for: %(need)s. Ask for less.",
                    need=self.display_name,
                )
            )
        return candidates


class IsofResourceFinderLine(models.TransientModel):
    """A proposal: what is free from when to when."""

    _name = "isof.resource.finder.line"
    _description = "Free Resources"
    _inherit = ["isof.guard.mixin"]
    _order = "id"

    finder_id = fields.Many2one(
        "isof.resource.finder", required=True, ondelete="cascade", index=True
    )
    activity_id = fields.Many2one(related="finder_id.activity_id")
    start = fields.Datetime(required=True)
    stop = fields.Datetime(compute="_compute_stop")
    last_start = fields.Datetime(
        string="Or Later, Until",
        help="The last start at which the same resources are free for as long.",
    )
    booked_ids = fields.Json(help="Ids of the resources, one for each need; some perhaps twice.")
    resource_ids = fields.Many2many(
        "isof.resource", string="Resources", compute="_compute_resource_ids"
    )
    note = fields.Char(compute="_compute_note", string="Good to Know")
    is_closed = fields.Boolean(
        compute="_compute_note", help="Outside the working hours of one of the resources."
    )
    has_others = fields.Boolean(help="Other resources would do at this time, too.")
    is_other_time = fields.Boolean(
        compute="_compute_is_other_time", help="The activity is at another time."
    )

    @api.depends("start", "finder_id.duration")
    def _compute_stop(self):
        for line in self:
            line.stop = line.start and line.start + line.finder_id._get_length()

    @api.depends("booked_ids")
    def _compute_resource_ids(self):
        for line in self:
            line.resource_ids = [Command.set(line.booked_ids or [])]

    @api.depends("booked_ids", "start", "stop")
    @api.depends_context("uid", "lang")
    def _compute_note(self):
        closed_resources = self._get_closed_resources()
        for line in self:
            resources = line.resource_ids._origin
            closed = closed_resources[line]
            parts = [
                f"{count}x {resource.name}"
                for resource in resources
                if (count := line.booked_ids.count(resource.id)) > 1
            ]
            if len(resources) == 1:
                parts += self._get_properties(resources)
            for text, concerned in (
                (self.env._("outside working hours"), closed),
                (
                    self.env._("needs approval"),
                    resources.filtered(lambda resource: resource._asks_approval()),
                ),
            ):
                if concerned == resources:
                    parts.append(text)
                elif concerned:
                    parts.append(f"{text}: {', '.join(concerned.mapped('name'))}")
            line.note = " · ".join(parts)
            line.is_closed = bool(closed)

    def _get_closed_resources(self):
        """Return which resources of each proposal are closed for some of its time."""
        timed = self.filtered(lambda line: line.start and line.booked_ids)
        result = dict.fromkeys(self, self.env["isof.resource"])
        if timed:
            opening = timed.resource_ids._origin._get_opening(
                min(timed.mapped("start")), max(timed.mapped("stop"))
            )
        for line in timed:
            result[line] = line.resource_ids._origin.filtered(
                lambda each, line=line: (
                    not intervals.covers(opening[each.id], line.start, line.stop)
                )
            )
        return result

    @api.depends("start", "stop", "finder_id.activity_id")
    def _compute_is_other_time(self):
        for line in self:
            activity = line.activity_id
            line.is_other_time = bool(activity) and (
                activity.allday or (activity.start, activity.stop) != (line.start, line.stop)
            )

    @api.model
    def _get_properties(self, resource):
        """Return in words what tells a resource from others of its kind."""
        return [
            part
            for part in (
                resource.seats and self.env._("for %(count)s people", count=resource.seats),
                ", ".join(resource.feature_ids.mapped("name")),
                ", ".join(filter(None, (resource.place_id.display_name, resource.location))),
            )
            if part
        ]

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_book(self):
        """Book the resources of the proposal, all of them or none.

        A booking that was to be moved is moved to the first of them.
        """
        self.ensure_one()
        is_moved = bool(self.finder_id.booking_id)
        try:
            bookings = self._book()
        except BookingConflict as conflict:
            # somebody took it meanwhile
            if is_moved and len(self.booked_ids) > 1:
                self._advise(conflict)
            else:
                # what is offered is all that was to be booked
                conflict.offer(self._name, conflict.context["offers"])
            raise
        return self._get_booked_action(bookings)

    def action_move_and_book(self):
        """Move the activity, with what is booked for it, to the time proposed and book for it."""
        self.ensure_one()
        try:
            self.activity_id.write({"allday": False, "start": self.start, "stop": self.stop})
            bookings = self._book()
        except BookingConflict as conflict:
            self._advise(conflict)
            raise
        return self._get_booked_action(bookings)

    def action_show_others(self):
        """Show everything that is free at the time proposed."""
        self.ensure_one()
        self.finder_id.write({"mode": "time", "start": self.start})
        return self.finder_id.action_search()

    # ------------------------------------------------------------
    # Business methods
    # ------------------------------------------------------------

    def _book(self):
        """Book the resources of the proposal, or move the booking that was to be moved.

        :return: ``isof.booking``
        """
        bookings = self.finder_id.booking_id
        activity = self.activity_id or bookings.activity_id
        vals_list = [
            {"resource_id": resource_id, "start": self.start, "stop": self.stop}
            for resource_id in self.booked_ids
        ]
        if bookings:
            bookings.write(vals_list.pop(0))
        return bookings | bookings.create(
            [vals | {"activity_id": activity.id} for vals in vals_list]
        )

    @api.model
    def _advise(self, conflict):
        """Say what to do where what is offered would be only a part of what was to be done."""
        conflict.advise(
            self._name,
            self.env._("Nothing has been booked or moved. Search again to see what is free now."),
        )

    @api.model
    def _get_booked_action(self, bookings):
        """Return the action that tells what is booked, and closes the finder."""
        requested = bookings.filtered(lambda booking: booking.state == "requested")
        # the names of the resources are the texts of the links
        links = [
            {
                "label": f"{booking.resource_id.name}, {booking._format_times()}",
                "url": f"/odoo/{booking._name}/{booking.id}",
            }
            for booking in (bookings - requested) + requested
        ]
        messages = []
        if confirmed := bookings - requested:
            messages.append(
                self.env._("Booked: %(resources)s", resources=", ".join(["%s"] * len(confirmed)))
            )
        if requested:
            messages.append(
                self.env._(
                    "Requested, waiting for approval: %(resources)s",
                    resources=", ".join(["%s"] * len(requested)),
                )
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": "; ".join(messages),
                "links": links,
                "next": {
                    "type": "ir.actions.act_window_close",
                    # for the dialogue about a conflict, if it led here
                    "infos": {"model": bookings._name, "ids": bookings.ids},
                },
            },
        }
