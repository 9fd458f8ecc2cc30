from collections import defaultdict

from lxml.builder import E

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.isof_crm.tools import activity_time
from odoo.addons.isof_crm.tools.search_view import find_group_by, get_end_of_fields

from ...tools import periods
from .isof_period_type import get_type_id


class IsofPeriodMixin(models.AbstractModel):
    """Records on a day, grouped and filtered by the periods that users define.

    A model inherits it and names the field that says when: ::

        _inherit = ["isof.trade.line", "isof.period.mixin"]
        _isof_period_date = "invoice_date"

    It then has a many2one for each type of periods (see ``isof.period.type``): the period that
    the day lies in, empty outside all of them. Since periods of a type do not overlap, there is
    one at most and totals stay what they are, by however many types one groups.

    Where the day is not simply that of the field, override ``_get_isof_period_day``,
    ``_isof_period_day_to_sql`` and ``_get_isof_period_domain``, which have to agree.
    """

    _name = "isof.period.mixin"
    _description = "Grouped by Periods"

    # Name of a stored field, Date or Datetime; of the latter the day on the user's clock counts.
    _isof_period_date = None

    def init(self):
        res = super().init()
        # While add-ons are installed: a model that comes later than the types gets their fields
        # once all models are there. Fields that are made later end up here, too.
        if not self._abstract and not self.pool.ready:
            self.env.cr.precommit.add(self.env["isof.period.type"]._sync_fields)
        return res

    # ------------------------------------------------------------
    # The day
    # ------------------------------------------------------------

    def _get_isof_period_day(self):
        """Return the day that decides about the period, or False."""
        self.ensure_one()
        value = self[self._isof_period_date]
        if value and self._fields[self._isof_period_date].type == "datetime":
            return activity_time.local_day(value, self.env.tz.zone)
        return value

    @api.model
    def _isof_period_day_to_sql(self, alias, query):
        """Return the SQL of the day that decides about the period."""
        value = self._field_to_sql(alias, self._isof_period_date, query)
        if self._fields[self._isof_period_date].type == "datetime":
            return self._isof_moment_to_day(value)
        return value

    @api.model
    def _isof_moment_to_day(self, moment):
        """Return the SQL of the day of a moment on the user's clock."""
        return SQL("timezone(%s, timezone('UTC', %s))::date", self.env.tz.zone, moment)

    @api.model
    def _get_isof_period_domain(self, first, last):
        """Return the domain of the records whose day is one of ``first`` to ``last``."""
        name = self._isof_period_date
        if self._fields[name].type == "date":
            return Domain(name, ">=", first) & Domain(name, "<=", last)
        tz = self.env.tz.zone
        start, stop = activity_time.day_bounds(first, tz)[0], activity_time.day_bounds(last, tz)[1]
        return Domain(name, ">=", start) & Domain(name, "<", stop)

    # ------------------------------------------------------------
    # The fields
    # ------------------------------------------------------------

    @api.model
    def _has_field_access(self, field, operation):
        """Keep the periods of a company from those who do not work in it at the moment.

        Odoo asks for each value that it reads: of all but manual fields nothing more is looked at.
        """
        if not super()._has_field_access(field, operation):
            return False
        if not field.manual or self.env.su or not get_type_id(field.name):
            return True
        if not self.env["isof.period"].has_access("read"):
            return False
        companies = self.env["isof.period.type"]._get_field_companies()
        company_id = companies.get(field.name)
        return field.name in companies and (not company_id or company_id in self.env.companies.ids)

    @api.model
    def _get_isof_period_fields(self):
        """Return the fields of the types of periods that the user may see, in order."""
        names = self.env["isof.period.type"]._get_field_companies()
        period_fields = [self._fields[name] for name in names if name in self._fields]
        return [field for field in period_fields if self._has_field_access(field, "read")]

    @api.depends(lambda self: [self._isof_period_date])
    @api.depends_context("tz", "uid")
    def _compute_isof_period(self):
        Period = self.env["isof.period"]
        type_ids = {name: type_id for name in self._fields if (type_id := get_type_id(name))}
        days = {record: record._get_isof_period_day() for record in self}
        known = [day for day in days.values() if day]
        found = defaultdict(list)
        if known:
            domain = [
                ("type_id", "in", list(type_ids.values())),
                ("date_from", "<=", max(known)),
                ("date_to", ">=", min(known)),
            ]
            for period in Period.search_fetch(domain, ["type_id", "date_from", "date_to"]):
                found[period.type_id.id].append(period)
        for name, type_id in type_ids.items():
            ranges = [(period.date_from, period.date_to) for period in found[type_id]]
            for record, day in days.items():
                position = periods.find(ranges, day) if day else None
                record[name] = Period if position is None else found[type_id][position]

    @api.model
    def _search_isof_period(self, name, operator, value):
        """Return a condition on the day, which an index and a summary of days can answer."""
        if operator not in ("in", "any", "any!"):
            return NotImplemented
        # a search that turns into another never checks the field it was for
        self._check_field_access(self._fields[name], "read")
        is_type = Domain("type_id", "=", get_type_id(name))
        Period = self.env["isof.period"]
        if operator == "in":
            chosen = Domain("id", "in", [id_ for id_ in value if id_])
        else:
            chosen = value if isinstance(value, Domain) else Domain("id", "any!", value)
        if operator == "any!":
            # sudo: that is what the exclamation mark asks for; only code can write it
            Period = Period.sudo()
        domain = self._get_isof_periods_domain(Period.search(is_type & chosen))
        if operator == "in" and False in value:
            # sudo: who may see the type may see its periods
            domain |= ~self._get_isof_periods_domain(Period.sudo().search(is_type))
        return domain

    @api.model
    def _get_isof_periods_domain(self, chosen):
        ranges = periods.merge((period.date_from, period.date_to) for period in chosen)
        return Domain.OR(self._get_isof_period_domain(first, last) for first, last in ranges)

    @api.model
    def _field_to_sql(self, alias, field_expr, query=None):
        """Return the SQL of the period of a type, by binary search in all of its periods.

        They are joined as arrays in a single row: that neither multiplies nor drops a row, and
        hundreds of periods cost no more than a few.
        """
        type_id = get_type_id(field_expr)
        if not type_id or field_expr not in self._fields:
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], "read")
        # sudo: who may see the type may see its periods
        Period = self.env["isof.period"].sudo()
        names = ("id", "type_id", "date_from", "date_to")
        columns = {name: Period._field_to_sql(Period._table, name, query) for name in names}
        arrays = query.make_alias(alias, f"{field_expr}__periods")
        query.add_join(
            "LEFT JOIN",
            arrays,
            SQL(
                """(SELECT array_agg(%(id)s ORDER BY %(date_from)s) AS ids,
                           array_agg(%(date_from)s ORDER BY %(date_from)s) AS firsts,
                           array_agg(%(date_to)s ORDER BY %(date_from)s) AS lasts
                      FROM %(table)s WHERE %(type_id)s = %(type)s)""",
                **columns,
                table=SQL.identifier(Period._table),
                type=type_id,
            ),
            SQL("TRUE"),
        )
        day = self._isof_period_day_to_sql(alias, query)
        ids, firsts, lasts = (SQL.identifier(arrays, name) for name in ("ids", "firsts", "lasts"))
        position = SQL("width_bucket(%s, %s)", day, firsts)
        return SQL(
            "CASE WHEN %s <= (%s)[%s] THEN (%s)[%s] END", day, lasts, position, ids, position
        )

    # ------------------------------------------------------------
    # Search views
    # ------------------------------------------------------------

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        key = super()._get_view_cache_key(view_id, view_type, **options)
        if view_type != "search":
            return key
        return (*key, *(field.name for field in self._get_isof_period_fields()))

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Offer each type of periods in search views: to look for, to filter and to group by."""
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "search" and (period_fields := self._get_isof_period_fields()):
            self._add_isof_periods_to_search(arch, period_fields)
        return arch, view

    @api.model
    def _add_isof_periods_to_search(self, arch, period_fields):
        labels = {field.name: field._description_string(self.env) for field in period_fields}
        position = get_end_of_fields(arch)
        arch[position:position] = [E.field(name=name) for name in labels]
        group = find_group_by(arch)
        for name in labels:
            group.append(
                E.filter(name=name, string=labels[name], context=f"{{'group_by': '{name}'}}")
            )
        position = arch.index(group)
        arch[position:position] = self._prepare_isof_period_filters(labels)

    @api.model
    def _prepare_isof_period_filters(self, labels):
        """Return the nodes of a search view that filter by the current and the previous period."""
        nodes = []
        for name, label in labels.items():
            nodes.append(E.separator())
            for position, title in (
                ("current", self.env._("Current: %(type)s", type=label)),
                ("previous", self.env._("Previous: %(type)s", type=label)),
            ):
                domain = f"[('{name}.position', '=', '{position}')]"
                nodes.append(E.filter(name=f"{name}_{position}", string=title, domain=domain))
        return nodes
