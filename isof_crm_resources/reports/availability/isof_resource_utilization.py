from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# What only bookings have: hours are available to everybody, and not to one of these alone.
BOOKING_DIMENSIONS = ("user_id", "department_id", "booking_id")
SHARED_AGGREGATES = ("available_hours:sum", "utilization:avg")


class IsofResourceUtilization(models.Model):
    """Booked hours against available hours, by day on the clock of each resource.

    A row is either the part of a booking that lies on one day, or the hours that a resource
    is available on one day. Everybody reads what everybody sees of bookings: when, by whom.
    """

    _name = "isof.resource.utilization"
    _description = "Utilisation of Resources"
    _auto = False
    _rec_name = "resource_id"
    _order = "date desc, resource_id, id desc"

    date = fields.Date(string="Day", readonly=True, help="On the clock of the resource.")
    resource_id = fields.Many2one("isof.resource", string="Resource", readonly=True)
    kind_id = fields.Many2one("isof.resource.kind", string="Kind", readonly=True)
    place_id = fields.Many2one("isof.resource.place", string="Place", readonly=True)
    company_id = fields.Many2one(
        "res.company",
        string="Company",
        readonly=True,
        help="That the resource belongs to; none for those that companies share.",
    )
    booking_id = fields.Many2one("isof.booking", string="Booking", readonly=True)
    user_id = fields.Many2one("res.users", string="Booked For", readonly=True)
    department_id = fields.Many2one(
        "hr.department",
        string="Department",
        readonly=True,
        help="Of the holder, on the day of the booking.",
    )
    booked_hours = fields.Float(
        readonly=True,
        help="Confirmed bookings, and those released early as long as they lasted; "
        "without preparation and clearing up.",
    )
    requested_hours = fields.Float(readonly=True, help="Requests that nobody has answered yet.")
    available_hours = fields.Float(
        readonly=True,
        aggregator="sum",
        help="Working hours less closures, times the number of units. A resource without working "
        "hours is available around the clock.",
    )
    utilization = fields.Float(
        string="Utilisation",
        readonly=True,
        aggregator="avg",
        help="Booked hours divided by available hours. Over 100 % where bookings overlap or lie "
        "outside the working hours.",
    )

    _depends = {
        "isof.booking": [
            *("resource_id", "user_id", "department_id", "start", "stop", "duration", "state"),
            *("first_day", "last_day"),
        ],
        "isof.resource": ["resource_id", "kind_id", "place_id", "company_id"],
        "isof.resource.capacity": ["resource_id", "date", "hours"],
        "resource.resource": ["tz"],
    }

    @property
    def _table_query(self):
        return SQL(
            "%s UNION ALL %s UNION ALL %s",
            self._select_short_bookings(),
            self._select_long_bookings(),
            self._select_capacity(),
        )

    @api.model
    def _select_short_bookings(self):
        """Return the query of bookings that lie on one day, which nearly all do."""
        # not "=", of which PostgreSQL would expect next to none
        return SQL(
            "%s WHERE %s AND booking.first_day >= booking.last_day",
            self._select_bookings(
                SQL("0"), SQL("booking.first_day"), SQL("booking.duration"), SQL()
            ),
            self._where_counts(),
        )

    @api.model
    def _select_long_bookings(self):
        """Return the query of the others, split by day on the clock of the resource.

        PostgreSQL cannot see through the split which of them are asked for.
        """
        first, last = self.env.context.get("utilization_days", (None, None))
        midnight = "(booking.first_day + %s)::timestamp AT TIME ZONE clock.tz AT TIME ZONE 'UTC'"
        return SQL(
            "%s WHERE %s AND booking.first_day < booking.last_day %s %s",
            self._select_bookings(
                SQL("day_offset"),
                SQL("booking.first_day + day_offset"),
                SQL(
                    "EXTRACT(EPOCH FROM LEAST(booking.stop, %s) - GREATEST(booking.start, %s))"
                    "::float8 / 3600",
                    SQL(midnight, SQL("day_offset + 1")),
                    SQL(midnight, SQL("day_offset")),
                ),
                SQL(
                    "JOIN resource_resource AS clock ON clock.id = resource.resource_id"
                    " CROSS JOIN LATERAL"
                    " generate_series(0, booking.last_day - booking.first_day) AS day_offset"
                ),
            ),
            self._where_counts(),
            SQL("AND booking.last_day >= %s", first) if first else SQL(),
            SQL("AND booking.first_day <= %s", last) if last else SQL(),
        )

    @api.model
    def _select_bookings(self, number, day, hours, joins):
        """Return the query of the parts of bookings, one for each day, without conditions.

        :param number: of the part, from 0 on
        """
        return SQL(
            """
            SELECT (booking.id::int8 * 1000 + %(number)s) * 2 AS id,
                   %(day)s AS date,
                   %(dimensions)s,
                   booking.id AS booking_id,
                   booking.user_id,
                   booking.department_id,
                   CASE WHEN booking.state <> 'requested' THEN %(hours)s ELSE 0 END
                       AS booked_hours,
                   CASE WHEN booking.state = 'requested' THEN %(hours)s ELSE 0 END
                       AS requested_hours,
                   0::float8 AS available_hours,
                   NULL::float8 AS utilization
              FROM isof_booking AS booking
              JOIN isof_resource AS resource ON resource.id = booking.resource_id
              %(joins)s
            """,
            number=number,
            day=day,
            hours=hours,
            dimensions=self._select_dimensions(),
            joins=joins,
        )

    @api.model
    def _where_counts(self):
        """Return the condition of bookings that count."""
        return SQL("booking.state IN ('requested', 'confirmed', 'released')")

    @api.model
    def _select_capacity(self):
        """Return the query of the available hours by day."""
        return SQL(
            """
            SELECT capacity.id::int8 * 2 + 1, capacity.date, %(dimensions)s,
                   NULL::int4, NULL::int4, NULL::int4,
                   0::float8, 0::float8, capacity.hours, NULL::float8
              FROM isof_resource_capacity AS capacity
              JOIN isof_resource AS resource ON resource.id = capacity.resource_id
            """,
            dimensions=self._select_dimensions(),
        )

    @api.model
    def _select_dimensions(self):
        """Return the columns that bookings and available hours have in common."""
        return SQL(
            "resource.id AS resource_id, resource.kind_id, resource.place_id, resource.company_id"
        )

    # ------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------

    @api.model
    def _search(self, domain, *args, **kwargs):
        """Look only at long bookings of the days asked for; see ``_select_long_bookings``."""
        days = self._get_days(domain)
        return super(IsofResourceUtilization, self.with_context(utilization_days=days))._search(
            domain, *args, **kwargs
        )

    @api.model
    def _get_days(self, domain):
        """Return the first and the last day that a domain asks for, None for no limit."""
        domain = Domain(domain).optimize_full(self)
        conditions = domain.children if getattr(domain, "OPERATOR", None) == "&" else [domain]
        first = last = None
        for condition in conditions:
            if getattr(condition, "field_expr", None) != "date":
                continue
            value = condition.value
            days = value if condition.operator == "in" else [value]
            if condition.operator in ("in", ">", ">=") and all(days):
                first = max(first or min(days), min(days))
            if condition.operator in ("in", "<", "<=") and all(days):
                last = min(last or max(days), max(days))
        return first, last

    def _read_group_select(self, aggregate_spec, query):
        """Divide the sums, at whatever level."""
        if aggregate_spec != "utilization:avg":
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            "SUM(%s) / NULLIF(SUM(%s), 0)",
            self._field_to_sql(self._table, "booked_hours", query),
            self._field_to_sql(self._table, "available_hours", query),
        )

    @api.model
    def _read_group(self, domain, groupby=(), aggregates=(), *args, **kwargs):
        rows = super()._read_group(domain, groupby, aggregates, *args, **kwargs)
        return self._compare_with_all(domain, groupby, aggregates, rows)

    @api.model
    def _read_grouping_sets(self, domain, grouping_sets, aggregates=(), order=None):
        results = super()._read_grouping_sets(domain, grouping_sets, aggregates, order)
        return [
            self._compare_with_all(domain, groupby, aggregates, rows)
            for groupby, rows in zip(grouping_sets, results, strict=True)
        ]

    @api.model
    def _compare_with_all(self, domain, groupby, aggregates, rows):
        """Compare what departments or persons have booked with all hours that are available.

        :param rows: what ``_read_group`` returns for the other parameters
        :return: the same, without rows that only hold available hours
        """
        positions = [n for n, spec in enumerate(groupby) if not self._is_of_bookings(spec)]
        unlimited = Domain(domain).map_conditions(
            lambda condition: (
                Domain.TRUE if self._is_of_bookings(condition.field_expr) else condition
            )
        )
        is_split = len(positions) < len(groupby) or unlimited != Domain(domain)
        if not is_split or not set(SHARED_AGGREGATES) & set(aggregates):
            return rows
        available = {
            tuple(group): hours
            for *group, hours in self._read_group(
                unlimited, [groupby[n] for n in positions], ["available_hours:sum"]
            )
        }
        taken = {
            tuple(group): hours
            for *group, booked, requested in self._read_group(
                domain, groupby, ["booked_hours:sum", "requested_hours:sum"]
            )
            if any(hours := (booked, requested))
        }
        result = []
        for row in rows:
            group, values = row[: len(groupby)], list(row[len(groupby) :])
            if groupby and group not in taken:
                continue
            hours = available.get(tuple(group[n] for n in positions))
            booked = taken.get(group, (0, 0))[0]
            shared = (hours, booked / hours if hours else None)
            for aggregate, value in zip(SHARED_AGGREGATES, shared, strict=True):
                for n, spec in enumerate(aggregates):
                    if spec == aggregate:
                        values[n] = value
            result.append((*group, *values))
        return result

    @api.model
    def _is_of_bookings(self, spec):
        """Return whether a field, or what it is grouped by, is one that only bookings have."""
        return spec.split(":")[0].split(".")[0] in BOOKING_DIMENSIONS
