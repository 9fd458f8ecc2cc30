from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools import activity_time
from .isof_activity_status import OPEN_STATES


class IsofActivity(models.Model):
    """Overdue, today or coming, by the clock of the reader: a filter and a group of its own."""

    _inherit = "isof.activity"

    timeframe = fields.Selection(
        # Groups are sorted by these keys, so their alphabetical order is the order on screen.
        [("late", "Overdue"), ("now", "Today"), ("upcoming", "Coming")],
        string="Due",
        compute="_compute_timeframe",
        search="_search_timeframe",
        help="Overdue: still open although its time is over. Today and coming: open, by the "
        "clock of the reader.",
    )

    @api.depends("start", "stop", "allday", "state")
    @api.depends_context("tz", "uid")
    def _compute_timeframe(self):
        bounds = self._get_timeframe_bounds()
        for activity in self:
            late_before, upcoming_from = bounds[bool(activity.allday)]
            if activity.state not in OPEN_STATES or not activity.stop:
                activity.timeframe = False
            elif activity.stop < late_before:
                activity.timeframe = "late"
            elif activity.start < upcoming_from:
                activity.timeframe = "now"
            else:
                activity.timeframe = "upcoming"

    @api.model
    def _search_timeframe(self, operator, value):
        if operator != "in":
            return NotImplemented
        is_open = Domain("state", "in", OPEN_STATES)
        domains = {"late": Domain.FALSE, "now": Domain.FALSE, "upcoming": Domain.FALSE}
        for allday, (late_before, upcoming_from) in self._get_timeframe_bounds().items():
            is_so = is_open & Domain("allday", "=", allday)
            is_waiting = is_so & Domain("stop", ">=", late_before)
            domains["late"] |= is_so & Domain("stop", "<", late_before)
            domains["now"] |= is_waiting & Domain("start", "<", upcoming_from)
            domains["upcoming"] |= is_waiting & Domain("start", ">=", upcoming_from)
        domains[False] = ~is_open
        return Domain.OR(domains[key] for key in value if key in domains)

    def _read_group_groupby(self, alias, groupby_spec, query):
        if groupby_spec != "timeframe":
            return super()._read_group_groupby(alias, groupby_spec, query)
        bounds = self._get_timeframe_bounds()
        is_allday = self._field_to_sql(alias, "allday", query)
        late_before, upcoming_from = (
            SQL("CASE WHEN %s THEN %s ELSE %s END", is_allday, by_day, by_clock)
            for by_day, by_clock in zip(bounds[True], bounds[False], strict=True)
        )
        return SQL(
            """CASE WHEN %(state)s NOT IN %(open)s THEN NULL
                    WHEN %(stop)s < %(late_before)s THEN 'late'
                    WHEN %(start)s < %(upcoming_from)s THEN 'now'
                    ELSE 'upcoming' END""",
            state=self._field_to_sql(alias, "state", query),
            start=self._field_to_sql(alias, "start", query),
            stop=self._field_to_sql(alias, "stop", query),
            open=OPEN_STATES,
            late_before=late_before,
            upcoming_from=upcoming_from,
        )

    @api.model
    def _get_timeframe_bounds(self):
        """Return until when activities are overdue and from when they are still to come.

        :return: dict of ``allday`` to a tuple of two naive datetimes: what stopped before the
            first is overdue, what starts at or after the second is coming. Both are UTC for
            timed activities; all-day ones last as long as their day does on the user's clock.
        """
        now = fields.Datetime.now()
        tz = self._get_tz()
        today = activity_time.local_day(now, tz)
        midnight = fields.Datetime.to_datetime(today)
        return {
            False: (now, activity_time.day_bounds(today, tz)[1]),
            True: (midnight, midnight + timedelta(days=1)),
        }
