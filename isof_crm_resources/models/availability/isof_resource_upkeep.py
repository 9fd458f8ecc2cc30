from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, split_every

from odoo.addons.isof_crm.tools import activity_time, bounds

from ...tools import day_hours

# How many days ahead the available hours are known, and how many more are added at a time.
DAYS_AHEAD = 365
DAYS_ADDED = 30
# How many days back they are known at most, whatever bookings and closures are entered.
DAYS_BACK = bounds.MAX_DAYS
# How many resources one run of the cron looks at before it commits.
BATCH_SIZE = 20


class IsofResource(models.Model):
    """Keeps the available hours of each day, which utilisation is measured against.

    A change of the working hours or the quantity counts from today on: what was available on
    days gone by does not change with it. A closure counts on its own days, whenever it is
    entered. The cron works changes off; only marks are set when they are made. It also adds days
    before the first one that is known, back to the first booking, as it may be imported later.
    """

    _inherit = "isof.resource"

    stale_from = fields.Date(
        string="Hours to Compute From",
        compute="_compute_stale_from",
        store=True,
        copy=False,
        index="btree_not_null",
        export_string_translation=False,
        help="First day whose available hours have changed.",
    )
    capacity_from = fields.Date(
        string="Hours Computed From", readonly=True, copy=False, export_string_translation=False
    )
    capacity_until = fields.Date(
        string="Hours Computed Until", readonly=True, copy=False, export_string_translation=False
    )

    @api.depends(
        *("active", "quantity", "resource_id.tz", "company_id", "resource_calendar_id"),
        *(
            f"resource_calendar_id.{name}"
            for name in ("flexible_hours", "two_weeks_calendar", "attendance_ids")
        ),
        *(
            f"resource_calendar_id.attendance_ids.{name}"
            for name in ("dayofweek", "hour_from", "hour_to", "week_type", "display_type")
        ),
    )
    def _compute_stale_from(self):
        now = fields.Datetime.now()
        for resource in self:
            # sudo: the day on the clock of the resource
            today = activity_time.local_day(now, resource.sudo().resource_id.tz or "UTC")
            resource.stale_from = min(resource.stale_from or today, today)

    # ------------------------------------------------------------
    # Business methods
    # ------------------------------------------------------------

    @api.model
    def _mark_closed(self, closures):
        """Have the available hours computed anew from the first day of some times off on.

        :param closures: ``resource.calendar.leaves``, as they are or were
        """
        for closure in closures:
            resources = self._find_closed_by(closure)
            # a day earlier, which it may be where the resource is
            first = max(closure.date_from.date(), self._get_earliest_day())
            day = first - timedelta(days=1)
            resources.filtered(
                lambda each, day=day: not each.stale_from or each.stale_from > day
            ).stale_from = day

    @api.model
    def _find_closed_by(self, closure):
        """Return the resources that a time off closes, archived or not; see ``_is_closed_by``."""
        if closure.resource_id:
            return closure.resource_id.isof_resource_ids
        everything = self.with_context(active_test=False)
        if closure.calendar_id:
            return everything.search([("resource_calendar_id", "=", closure.calendar_id.id)])
        return everything.search([("company_id", "in", closure.company_id.ids)])

    @api.model
    def _cron_update_capacity(self):
        """Compute the available hours that have changed, and those of the days to come."""
        everything = self.with_context(active_test=False)
        domain = Domain("stale_from", "!=", False) | (
            Domain("active", "=", True)
            & Domain("capacity_until", "<", fields.Date.today() + timedelta(days=DAYS_AHEAD))
        )
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=everything.search_count(domain))

        def update():
            if resources := everything.search(domain, limit=BATCH_SIZE, order="id"):
                resources._update_capacity()
            return len(resources) or None

        if cron._isof_repeat(update):
            earlier = list(split_every(BATCH_SIZE, self._find_earlier_days().items()))
            for batch in cron._isof_take(earlier):
                self._add_earlier_capacity(dict(batch))

    def _update_capacity(self):
        """Compute the available hours of the resources that have changed."""
        last = fields.Date.today() + timedelta(days=DAYS_AHEAD + DAYS_ADDED)
        by_first_day = defaultdict(list)
        for resource in self:
            first = resource.stale_from or resource.capacity_until + timedelta(days=1)
            first = max(first, self._get_earliest_day())
            resource.capacity_from = min(resource.capacity_from or first, first)
            by_first_day[first].append(resource.id)
        rows = []
        for first, ids in by_first_day.items():
            rows += self.browse(ids).filtered("active")._get_capacity_rows(first, last)
        self._replace_capacity(by_first_day, rows)
        self.write({"stale_from": False, "capacity_until": last})

    @api.model
    def _get_earliest_day(self):
        """Return the first day whose available hours are computed."""
        return fields.Date.today() - timedelta(days=DAYS_BACK)

    @api.model
    def _find_earlier_days(self):
        """Return the resources with bookings of a time whose available hours are not known.

        :return: dict of resource to the day of its first booking, on its clock
        """
        self.env["isof.booking"].flush_model(["resource_id", "start"])
        self.flush_model(["active", "capacity_from"])
        # one look into the index of bookings for each resource
        self.env.cr.execute(
            SQL(
                """
                SELECT resource.id, booking.start
                  FROM isof_resource AS resource
                 CROSS JOIN LATERAL (SELECT start FROM isof_booking
                                      WHERE resource_id = resource.id
                                        AND start >= %(earliest)s
                                      ORDER BY start LIMIT 1) AS booking
                 WHERE resource.active
                   -- a day more, which it may be where the resource is
                   AND booking.start < resource.capacity_from + 1
                 ORDER BY resource.id
                """,
                # where the resource is, it may be the day before
                earliest=self._get_earliest_day() + timedelta(days=1),
            )
        )
        starts = {self.browse(id_): start for id_, start in self.env.cr.fetchall()}
        days = {
            resource: activity_time.local_day(start, resource.resource_id.tz)
            for resource, start in starts.items()
        }
        return {resource: day for resource, day in days.items() if day < resource.capacity_from}

    @api.model
    def _add_earlier_capacity(self, first_days):
        """Compute available hours of days before those that are known, which stay as they are.

        :param first_days: dict of resource to date
        """
        rows = []
        for resource, first in first_days.items():
            rows += resource._get_capacity_rows(first, resource.capacity_from - timedelta(days=1))
            resource.capacity_from = first
        self._replace_capacity({}, rows)

    def _get_capacity_rows(self, first, last):
        """Return the available hours of the resources.

        :param date first: first day
        :param date last: last day
        :return: list of tuples of resource id, date and hours
        """
        if not self:
            return []
        zones = set(self.resource_id.mapped("tz"))
        opening = self._get_opening(
            min(activity_time.day_bounds(first, tz)[0] for tz in zones),
            max(activity_time.day_bounds(last, tz)[1] for tz in zones),
        )
        rows = []
        for resource in self:
            by_day = day_hours.split(opening[resource.id], resource.resource_id.tz)
            rows += [
                (resource.id, day, resource.quantity * hours)
                for day, hours in by_day.items()
                if first <= day <= last
            ]
        return rows

    def _replace_capacity(self, by_first_day, rows):
        """Put rows of available hours in the place of what there was.

        :param by_first_day: dict of the first day that is replaced to the ids of resources
        :param rows: list of tuples of resource id, date and hours
        """
        capacity = self.env["isof.resource.capacity"]
        for first, ids in by_first_day.items():
            self.env.cr.execute(
                SQL(
                    "DELETE FROM isof_resource_capacity WHERE resource_id = ANY(%s) AND date >= %s",
                    ids,
                    first,
                )
            )
        if rows:
            ids, days, hours = (list(column) for column in zip(*rows, strict=True))
            # plain SQL: a year of a hundred resources are 36,500 rows
            self.env.cr.execute(
                SQL(
                    "INSERT INTO isof_resource_capacity (resource_id, date, hours) "
                    "SELECT * FROM unnest(%s::int4[], %s::date[], %s::float8[]) "
                    # what was computed before the first day was noted stays
                    "ON CONFLICT DO NOTHING",
                    ids,
                    days,
                    hours,
                )
            )
        capacity.invalidate_model()
