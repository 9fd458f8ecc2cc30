from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import frozendict

from ...tools import activity_time, bounds

TIME_FIELDS = {"start", "stop", "allday", "duration", "start_date", "stop_date"}
# What a day of an all-day activity counts where the company keeps no working hours.
HOURS_PER_DAY = 8.0


class IsofActivity(models.Model):
    """When: from moment to moment, or whole days; by start and end, or by start and length."""

    _inherit = "isof.activity"

    # When
    start = fields.Datetime(
        required=True,
        default=lambda self: self._default_start(),
        tracking=True,
    )
    stop = fields.Datetime(
        required=True,
        compute="_compute_stop",
        store=True,
        readonly=False,
        precompute=True,
    )
    allday = fields.Boolean(string="All Day")
    start_date = fields.Date(
        string="First Day",
        compute="_compute_allday_dates",
        readonly=False,
        help="First day of an all-day activity.",
    )
    stop_date = fields.Date(
        string="Last Day",
        compute="_compute_allday_dates",
        readonly=False,
        help="Last day of an all-day activity.",
    )
    duration = fields.Float(
        highest=bounds.MAX_HOURS,
        string="Hours",
        compute="_compute_duration",
        store=True,
        readonly=False,
        precompute=True,
        help="Length in hours. An all-day activity counts the company's hours of a working "
        "day for each of its days.",
    )

    _stop_after_start = models.Constraint(
        "CHECK(stop >= start)", "An activity cannot end before it starts."
    )

    @api.constrains("start", "stop")
    def _check_length(self):
        for activity in self:
            if activity.stop - activity.start > bounds.MAX_LENGTH:
                raise ValidationError(
                    self.env._(
                        "“%(activity)s”: an activity lasts %(days)s days at most. Plan a follow-up "
                        "for what comes later.",
                        activity=activity.name,
                        days=bounds.MAX_LENGTH.days,
                    )
                )

    @api.model
    def _default_start(self):
        """Return the next full half hour."""
        # Always ahead of now: what starts in the past would be proposed as done.
        now = fields.Datetime.now().replace(second=0)
        return now + timedelta(minutes=30 - now.minute % 30)

    @api.depends("start", "duration")
    def _compute_stop(self):
        # Start and length give the end, start and end give the length. Whichever of the two
        # was not given follows the other, so the length must not be recomputed here.
        self.env.remove_to_compute(self._fields["duration"], self)
        for activity in self:
            if activity.allday and activity.stop:
                continue
            hours = activity.duration
            if not hours and not activity._origin:
                hours = activity.type_id.default_duration or 1.0
            activity.stop = activity.start and activity.start + timedelta(minutes=round(hours * 60))

    @api.depends("start", "stop", "allday")
    def _compute_duration(self):
        for activity in self:
            if not (activity.start and activity.stop):
                activity.duration = activity.type_id.default_duration
            elif activity.allday:
                # sudo: a number of hours; the calendar itself is not shown
                hours = activity.company_id.sudo().resource_calendar_id.hours_per_day
                days = (activity.stop.date() - activity.start.date()).days + 1
                activity.duration = days * (hours or HOURS_PER_DAY)
            else:
                activity.duration = (activity.stop - activity.start).total_seconds() / 3600

    @api.depends("start", "stop", "allday")
    @api.depends_context("tz", "uid")
    def _compute_allday_dates(self):
        for activity in self:
            # what is ticked only now in a form has moments still
            to_day = activity._get_to_day(activity._was_allday())
            activity.start_date = activity.start and to_day(activity.start)
            activity.stop_date = activity.stop and to_day(activity.stop)

    @api.onchange("type_id")
    def _onchange_type_id(self):
        """Propose the length of the type, unless it was chosen: by hand, by drag or earlier."""
        if self._origin or {"default_stop", "default_duration"} & self.env.context.keys():
            return
        types = self.env["isof.activity.type"]._get_all()
        if self.duration in types.mapped("default_duration"):
            self.duration = self.type_id.default_duration

    @api.onchange("allday")
    def _onchange_allday(self):
        """Show at once the time that an all-day activity gets when it is one no more."""
        if self._was_allday() and not self.allday and self.start_date:
            self.update(self._prepare_timed_vals(self.start_date))

    @api.model
    def default_get(self, fields):
        """The calendar proposes date-only strings for all-day activities: make them days."""
        values = super().default_get(fields)
        if values.get("allday") and values.get("start"):
            values.update(self._prepare_allday_vals(self._get_default_times()))
        return values

    @api.model_create_multi
    def create(self, vals_list):
        """Put all-day activities on whole days, and have an end count before a length."""
        defaults = self._get_default_times()
        prepared = []
        for vals in vals_list:
            # empty, as a cell of an imported file, means what is proposed
            vals = {
                name: value
                for name, value in vals.items()
                if value or name not in ("stop", "duration")
            }
            is_missing_start = not (vals.get("start_date") or vals.get("start", True))
            if vals.get("allday", defaults["allday"]) and not is_missing_start:
                vals.update(self._prepare_allday_vals(defaults | vals))
            if vals.get("stop"):
                # the end is what was meant; a length that came along is derived from it
                vals.pop("duration", None)
            vals.pop("start_date", None)
            vals.pop("stop_date", None)
            prepared.append(vals)
        return super().create(prepared)

    def write(self, vals):
        """Write on each activity what the given times mean for it; see ``_prepare_time_vals``."""
        if not TIME_FIELDS & vals.keys():
            return super().write(vals)
        # before it is counted with
        self._check_bounds(vals)
        by_vals = {}
        for activity in self:
            time_vals = frozendict(activity._prepare_time_vals(vals))
            by_vals[time_vals] = by_vals.get(time_vals, self.browse()) | activity
        other_vals = {name: value for name, value in vals.items() if name not in TIME_FIELDS}
        for time_vals, activities in by_vals.items():
            super(IsofActivity, activities).write(other_vals | time_vals)
        return True

    @api.model
    def _get_tz(self):
        """Return the name of the time zone that the user reads times in."""
        return self.env.tz.zone

    def _was_allday(self):
        """Return whether an activity is stored as all-day, or was proposed as one."""
        if self._origin:
            return self._origin.allday
        return self.env.context.get("default_allday", False)

    @api.model
    def _get_to_day(self, allday):
        """Return the function that tells on which day a bound of an activity falls."""
        tz = self._get_tz()
        to_day = activity_time.allday_date if allday else activity_time.local_day
        return lambda moment: to_day(moment, tz)

    @api.model
    def _get_default_times(self):
        """Return the times that the context proposes, such as those chosen in a calendar."""
        return {
            name: self.env.context.get(f"default_{name}") for name in ("start", "stop", "allday")
        }

    @api.model
    def _get_given_day(self, vals, bound):
        """Return the day that ``vals`` give for a bound, ``start`` or ``stop``; None if none."""
        if day := vals.get(f"{bound}_date"):
            return fields.Date.to_date(day)
        if not (moment := fields.Datetime.to_datetime(vals.get(bound) or None)):
            return None
        if self.env.context.get("import_file"):
            # the import has put the clock of the user on everything, days included
            return activity_time.local_day(moment, self._get_tz())
        return activity_time.allday_date(moment, self._get_tz())

    @api.model
    def _prepare_allday_vals(self, vals):
        """Return start and stop of an all-day activity from the days or moments in ``vals``.

        ``start_date`` and ``stop_date`` count before ``start`` and ``stop``; a first day that is
        not given is today, a last day that is not given is the first one.
        """
        first = self._get_given_day(vals, "start") or fields.Date.context_today(self)
        last = self._get_given_day(vals, "stop") or first
        start, stop = activity_time.allday_bounds(first, last)
        return {"start": start, "stop": stop}

    def _prepare_timed_vals(self, day):
        """Return start and stop of an activity that lasted all day: at 9 on the user's clock."""
        nine = fields.Datetime.to_datetime(day).replace(hour=9)
        start = activity_time.to_utc(nine, self._get_tz())
        return {"start": start, "stop": start + timedelta(hours=self.type_id.default_duration)}

    def _prepare_time_vals(self, vals):
        """Return the time fields to write on one activity for the ones a caller gave.

        Moving only the start keeps the length, changing only the first day keeps the last;
        all-day activities are put on whole days.
        """
        self.ensure_one()
        given = {name: vals[name] for name in TIME_FIELDS & vals.keys()}
        if given.get("allday", self.allday):
            first = self._get_given_day(given, "start") or self.start_date
            last = self._get_given_day(given, "stop")
            if not last and (given.get("start_date") or not given.get("start")):
                last = self.stop_date
            if not last or (first > last and not {"stop", "stop_date"} & given.keys()):
                last = first + (self.stop_date - self.start_date)
            start, stop = activity_time.allday_bounds(first, last)
            return {"allday": True, "start": start, "stop": stop}
        if self.allday:
            timed = self._prepare_timed_vals(given.get("start_date") or self.start_date)
            length = (
                timedelta(hours=given["duration"])
                if given.get("duration")
                else timed["stop"] - timed["start"]
            )
            start = fields.Datetime.to_datetime(given.get("start") or timed["start"])
            given = {"start": start, "stop": start + length} | given
        if given.get("stop"):
            given.pop("duration", None)
        elif given.get("start") or given.get("duration") is not None:
            # written along: computed later, a flush in between would find the end before the start
            hours = given.get("duration", self.duration)
            start = fields.Datetime.to_datetime(given.get("start") or self.start)
            given["stop"] = start + timedelta(minutes=round(hours * 60))
        return {name: value for name, value in given.items() if not name.endswith("_date")}
