from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

from odoo.addons.isof_crm.tools import activity_time, bounds

from ...exceptions import BookingConflict
from ...tools import intervals, recurrence
from ..booking.isof_booking import LIVE_STATES

# A series that pauses for longer is none.
MAX_INTERVAL = 366
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# They say when the bookings are; once those are made they are changed themselves.
RULE_FIELDS = {
    "resource_id",
    "start",
    "stop",
    "tz",
    "freq",
    "interval",
    "week",
    "until",
    "count",
    "skip_taken",
    "exception_ids",
    *WEEKDAYS,
}
# What the wizard proposes that is opened from a series.
WHOLE_DEFAULTS = {"default_scope": "all", "default_is_whole": True}


class IsofBookingSeries(models.Model):
    """A rule, such as every Monday at 10, and the bookings that were made by it at once.

    The bookings are like any others afterwards; ``change_series`` and ``cancel_series`` of a
    booking change the ones that follow it as well, or all that are not over.
    """

    _name = "isof.booking.series"
    _description = "Series of Bookings"
    _inherit = ["isof.guard.mixin"]
    _order = "start desc, id desc"
    _check_company_auto = True

    name = fields.Char(string="Purpose")
    resource_id = fields.Many2one(
        "isof.resource",
        string="Resource",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Booked For",
        required=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        index=True,
        ondelete="restrict",
    )
    attendee_count = fields.Integer(string="Participants")
    company_id = fields.Many2one(
        "res.company",
        required=True,
        compute="_compute_company_id",
        store=True,
        precompute=True,
        readonly=False,
        ondelete="restrict",
    )

    # When
    start = fields.Datetime(string="First Start", required=True)
    stop = fields.Datetime(string="First End", required=True)
    tz = fields.Selection(
        lambda self: self.env["res.partner"]._fields["tz"]._description_selection(self.env),
        string="Time Zone",
        required=True,
        default=lambda self: self.env["isof.activity"]._get_tz(),
        help="The bookings keep their time on this clock when the clocks change.",
    )
    freq = fields.Selection(
        [("daily", "Days"), ("weekly", "Weeks"), ("monthly", "Months")],
        string="Repeat Unit",
        required=True,
        default="weekly",
    )
    interval = fields.Integer(highest=MAX_INTERVAL, string="Repeat Every", default=1, required=True)
    monday = fields.Boolean()
    tuesday = fields.Boolean()
    wednesday = fields.Boolean()
    thursday = fields.Boolean()
    friday = fields.Boolean()
    saturday = fields.Boolean()
    sunday = fields.Boolean()
    week = fields.Selection(
        [("1", "First"), ("2", "Second"), ("3", "Third"), ("4", "Fourth"), ("-1", "Last")],
        string="Weekday of the Month",
        help="The first, second… such weekday of the month as that of the first start. Empty: the "
        "same day of the month.",
    )
    until = fields.Date(help="The last day on which it may be.")
    count = fields.Integer(string="Number of Times", help="0: until the last day.")
    exception_ids = fields.One2many(
        "isof.booking.series.exception", "series_id", string="Except On", copy=True
    )

    # What became of it
    skip_taken = fields.Boolean(
        string="Leave Out What Is Taken",
        help="Book the other times when the resource is taken or closed at some. Otherwise "
        "nothing is booked then.",
    )
    booking_ids = fields.One2many("isof.booking", "series_id", string="Bookings")
    skipped = fields.Text(
        string="Left Out", readonly=True, copy=False, help="Times at which it was not free."
    )

    _interval_positive = models.Constraint(
        "CHECK(interval >= 1 AND count >= 0)", "A series repeats every 1 or more days."
    )

    @api.depends("resource_id")
    def _compute_company_id(self):
        for series in self:
            # sudo: the company only
            series.company_id = series.resource_id.sudo().company_id or self.env.company

    @api.depends("freq", "start", "tz")
    @api.depends_context("lang")
    def _compute_display_name(self):
        # seen by everybody who sees one of the bookings: nothing of what it is for
        labels = dict(self._fields["freq"]._description_selection(self.env))
        for series in self:
            series.display_name = series.start and self.env._(
                "%(unit)s from %(start)s",
                unit=labels.get(series.freq, ""),
                start=format_date(
                    self.env, activity_time.local_day(series.start, series.tz or "UTC")
                ),
            )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Create the series and its bookings: all of them, or those that are possible."""
        every = super().create(vals_list)
        try:
            for series in every:
                series._book()
        except BookingConflict as conflict:
            offers = every._prepare_offers(conflict, *vals_list) if len(every) == 1 else []
            conflict.offer(self._name, offers)
            raise
        return every

    def write(self, vals):
        if RULE_FIELDS & vals.keys():
            raise UserError(
                self.env._(
                    "The bookings of the series are made. Change one of them, and choose whether "
                    "the following or all are to change with it."
                )
            )
        return super().write(vals)

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_change(self):
        """Ask what is to change on all bookings of the series that are not over."""
        return self._get_next_booking()._get_series_action(**WHOLE_DEFAULTS)

    def action_cancel(self):
        """Ask whether all bookings of the series that are not over are to be cancelled."""
        return self._get_next_booking()._get_series_action(
            default_is_cancellation=True, **WHOLE_DEFAULTS
        )

    # ------------------------------------------------------------
    # Business methods
    # ------------------------------------------------------------

    def _get_to_come_domain(self):
        """Return the domain of the bookings of the series that are still booked and not over."""
        return Domain(
            [
                ("series_id", "in", self.ids),
                ("state", "in", LIVE_STATES),
                ("stop", ">", fields.Datetime.now()),
            ]
        )

    def _get_next_booking(self):
        """Return the first booking of the series that is not over.

        :raises UserError: when there is none
        """
        self.ensure_one()
        self.check_access("read")
        bookings = self.env["isof.booking"]
        coming = bookings.search(self._get_to_come_domain(), order="start", limit=1)
        coming._check_to_come()
        return coming

    def _take_over(self, vals):
        """Say of the series what was changed on all of its bookings, but for when they are."""
        # sudo: whoever may change all of its bookings
        kept = {name: value for name, value in vals.items() if name not in ("start", "stop")}
        return super(IsofBookingSeries, self.sudo()).write(kept)  # pylint: disable=super-method-mismatch

    def _expand(self):
        """Return when the bookings are.

        :return: list of tuples of naive UTC start and stop
        :raises ValidationError: if the rule makes no sense
        """
        self.ensure_one()
        try:
            times = recurrence.expand(
                self.start,
                self.stop,
                self.tz,
                self.freq,
                interval=self.interval,
                weekdays=[number for number, day in enumerate(WEEKDAYS) if self[day]],
                week=int(self.week) if self.week and self.freq == "monthly" else None,
                until=self.until or None,
                count=self.count or None,
                exceptions=self.exception_ids.mapped("date"),
            )
        except recurrence.TooManyOccurrences as error:
            raise ValidationError(
                self.env._(
                    "A series has %(number)s bookings at most. Choose an earlier last day.",
                    number=recurrence.MAX_OCCURRENCES,
                )
            ) from error
        except ValueError as error:
            raise ValidationError(
                self.env._(
                    "Check the series: it has to end after it starts, and needs a last day or a "
                    "number of times."
                )
            ) from error
        if not times:
            raise ValidationError(self.env._("There is no such day: nothing would be booked."))
        if (times[-1][0] - times[0][0]).days > bounds.MAX_DAYS:
            raise ValidationError(
                self.env._(
                    "The bookings of a series lie within %(days)s days. Choose an earlier last "
                    "day.",
                    days=bounds.MAX_DAYS,
                )
            )
        return times

    def _book(self):
        """Make the bookings.

        :raises ValidationError: if one of them is not possible, or none is
        """
        self.ensure_one()
        bookings = self.env["isof.booking"]
        times = self._expand()
        if self.skip_taken:
            left_out = self._find_impossible(times)
            # sudo: what was left out is noted here only
            self.sudo().skipped = "\n".join(bookings._format_period(*left) for left in left_out)
            times = [each for each in times if each not in left_out]
        if not times:
            raise ValidationError(self.env._("The resource is free at none of these times."))
        made = bookings.create(
            [
                {
                    "resource_id": self.resource_id.id,
                    "user_id": self.user_id.id,
                    "company_id": self.company_id.id,
                    "name": self.name,
                    "attendee_count": self.attendee_count,
                    "start": start,
                    "stop": stop,
                }
                for start, stop in times
            ]
        )
        # sudo: which series a booking is of is not for the caller to say
        made.sudo().series_id = self

    def _prepare_offers(self, conflict, vals):
        """Return what may be created instead of the series.

        It is later on the day, of another resource, or without the times at which that is taken.

        :param conflict: the ``BookingConflict`` with the alternatives
        :param dict vals: what the series was to be created with
        """
        self.ensure_one()
        day = activity_time.local_day(self.start, self.tz)
        changes = []
        for label, shift, instead in conflict.alternatives:
            if instead:
                changes.append((label, {"resource_id": instead[1]}))
            elif activity_time.local_day(self.start + shift, self.tz) == day:
                # on other days the rule would not mean the same
                start, stop = self.start + shift, self.stop + shift
                changes.append((label, {"start": start, "stop": stop}))
        times = self._expand()
        impossible = self._find_impossible(times)
        if len(impossible) < len(times):
            label = self.env._("All but what is taken (%(count)s left out)", count=len(impossible))
            changes.append((label, {"skip_taken": True}))
        return [
            {"label": label, "method": "create", "args": [[vals | changed]]}
            for label, changed in changes
        ]

    def _find_impossible(self, times):
        """Return those times at which the resource is taken, or closed and refused."""
        bookings, resource = self.env["isof.booking"], self.resource_id
        to_place = [
            bookings._prepare_place_vals({"resource_id": resource.id, "start": start, "stop": stop})
            for start, stop in times
        ]
        _units, _moves, conflicts = bookings._find_units(to_place)
        impossible = {(vals["start"], vals["stop"]) for vals, _ids in conflicts}
        if resource.closed_policy == "refuse":
            opening = resource._get_opening_at(times)[resource.id]
            impossible |= {each for each in times if not intervals.covers(opening, *each)}
        return sorted(impossible)

    def _hand_over(self, leaving, successor):
        """Give the series, and what is to come of it, to somebody else.

        :param leaving: the ``res.users`` who hold it now
        :param successor: the ``res.users`` who gets it
        """
        self._get_held_to_come(leaving).write({"user_id": successor.id})
        self._take_over({"user_id": successor.id})

    def _cancel_to_come(self):
        """Cancel what is to come of the series and held by who holds the series."""
        self._get_held_to_come(self.user_id).action_cancel()

    def _get_held_to_come(self, holders):
        domain = self._get_to_come_domain() & Domain("user_id", "in", holders.ids)
        return self.env["isof.booking"].search(domain)
