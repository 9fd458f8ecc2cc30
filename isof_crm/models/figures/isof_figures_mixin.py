from functools import cache
from typing import NamedTuple

from lxml import etree

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.models import parse_read_group_spec
from odoo.tools import SQL, ormcache, unique

from ...tools.searching import search_true

# What must not be done to amounts of several currencies; to count them is fine.
MIXING_AGGREGATES = ("sum", "avg", "min", "max")
# What can be declared of a field besides what any dimension or measure says.
PARAMETERS = ("frozen", "sql", "unmixed")
# How a ratio of two figures of a kind is shown: as a percentage of two decimals.
PERCENT = {"widget": "isof_ratio", "options": "{'digits': [16, 2]}"}


class Figures(NamedTuple):
    """What the fields of a model declare of its measures."""

    money: frozenset  # names of those in the currency of the company
    unmixed: tuple  # names of the fields that the rows of a sum of money have in common
    ratios: dict  # names of numerator and denominator by the name of the ratio
    counts: dict  # name of what is counted by the name of the measure
    columns: dict  # what the SQL of a column is, by its name
    frozen: tuple  # names of what stays as it was when the document was posted


class IsofFiguresMixin(models.AbstractModel):
    """Figures that stay true at every level of a pivot, a list and an export.

    Fields declare what they are as in ``isof.dimensions.mixin``. A figure is of a kind:

    - ``figure="money"``: in the currency of the company. Rows of several currencies have no sum,
      no average, no smallest and no largest: the cell stays empty. Define it as ``fields.Float``: a
      monetary field makes the client ask for currencies too, which is three times slower.
    - ``figure="quantity"``: in the unit of the product.
    - ``figure="number"``: how many there are.
    - ``figure="days"``: how many days.

    Besides there are:

    - ``unmixed=True``: what the rows of a sum of money have in common, as they have the currency.
    - ``ratio``: of two such figures. Define it as ``fields.Float(ratio=…, compute=
      "_compute_ratios", aggregator="avg")``: its value of one row is computed from the
      declaration, and so is that of a group, as the ratio of the sums. A ratio is empty
      (0 on a row) where the denominator is 0, and has the groups of its parts.
    - ``counts``: define it as ``fields.Integer(counts=…, compute="_compute_counts",
      aggregator="count_distinct", exportable=False)``.
    - ``sql``: what a column of a report is, see ``_get_columns``.
    - ``frozen=True``: it stays as it was when the document was posted; all else is as it is now.

    Lists get a footer that knows all that (``static/src/figures_list``), and so do exports of
    lists (``isof.list.export``, and Odoo's own of groups in ``controllers/export.py``). Pivots and
    graphs leave out the measures that the reader may not see, and graphs say why there is nothing
    to draw (``static/src/figures_views``).

    The rule of a team's figures is ``[('is_my_team', '=', True)]``.
    """

    _name = "isof.figures.mixin"
    _description = "Figures of a Trading Company"
    _inherit = ["isof.dimensions.mixin"]

    company_id = fields.Many2one(
        "res.company", string="Company", readonly=True, dimension="company"
    )
    company_currency_id = fields.Many2one(
        "res.currency",
        string="Currency",
        readonly=True,
        dimension="company",
        help="The currency of the company, in which all amounts are.",
    )
    user_id = fields.Many2one("res.users", string="Employee", readonly=True, dimension="employee")
    department_id = fields.Many2one(
        "hr.department", string="Department", readonly=True, dimension="employee"
    )
    is_my_team = fields.Boolean(
        string="My Team's",
        compute="_compute_is_my_team",
        search="_search_is_my_team",
        exportable=False,
        help="Of the members of the sales teams that I lead and the departments that I manage.",
    )

    def _valid_field_parameter(self, field, name):
        return name in PARAMETERS or super()._valid_field_parameter(field, name)

    @api.model
    @ormcache()
    def _get_figures(self):
        """Return what the fields of the model declare: a ``Figures``."""
        declared = {
            name: {
                field.name: value
                for field in self._fields.values()
                if (value := getattr(field, name, None))
            }
            for name in ("figure", "ratio", "counts", "sql", "unmixed", "frozen")
        }
        money = {name for name, kind in declared["figure"].items() if kind == "money"}
        return Figures(
            money=frozenset(money),
            unmixed=("company_currency_id", *declared["unmixed"]),
            ratios=declared["ratio"],
            counts=declared["counts"],
            columns=declared["sql"],
            frozen=tuple(declared["frozen"]),
        )

    @api.model
    def _get_columns(self, source=None):
        """Return the SQL of the columns of a report, of those fields that declare any.

        ``sql`` of a field is a text, a function of the model and the source, or a dict of these by
        sources; a source that it does not say anything about has no such column.

        :param str source: which kind of rows it is, where a report has several
        :return: dict of ``SQL`` by names of fields
        """
        columns = {}
        for name, sql in self._get_figures().columns.items():
            if isinstance(sql, dict):
                sql = sql.get(source)
            if callable(sql):
                sql = sql(self, source)
            if sql is not None:
                columns[name] = sql if isinstance(sql, SQL) else SQL(sql)
        return columns

    # ------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------

    @api.depends_context("uid")
    @api.depends("user_id", "department_id")
    def _compute_is_my_team(self):
        users, departments = self.env.user._get_isof_led()
        for figure in self:
            figure.is_my_team = figure.user_id in users or figure.department_id in departments

    @api.model
    @search_true
    def _search_is_my_team(self):
        users, departments = self.env.user._get_isof_led()
        return Domain("user_id", "in", users.ids) | Domain("department_id", "in", departments.ids)

    @api.model
    def _open_document(self, document):
        """Return the action that opens a document which figures are made of.

        :raise AccessError: with the reason, for who may see the figures but not the document
        """
        if not document.has_access("read"):
            raise AccessError(
                self.env._(
                    "You may see these figures, but not open what they are made of: %s. If you"
                    " need it, ask your administrator for the right to read it.",
                    self.env["ir.model"]._get(document._name).name,
                )
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": document._name,
            "res_id": document.id,
            "views": [(False, "form")],
        }

    @api.depends(
        lambda self: {name for pair in self._get_figures().ratios.values() for name in pair}
    )
    def _compute_ratios(self):
        ratios = self._get_figures().ratios
        for figure, parts in zip(self, self._get_ratio_parts(), strict=True):
            for name, (numerator, denominator) in ratios.items():
                divisor = parts[denominator]
                figure[name] = parts[numerator] / divisor if divisor else 0.0

    def _get_ratio_parts(self):
        """Return these records as what ratios are made of is read of them."""
        # sudo: parts of one ratio may be hidden from who may read another; each ratio has the
        # groups of its parts
        return self.sudo()

    @api.depends(lambda self: self._get_figures().counts.values())
    def _compute_counts(self):
        counts = self._get_figures().counts
        for figure in self:
            for name, counted in counts.items():
                figure[name] = 1 if figure[counted] else 0

    # ------------------------------------------------------------
    # Views
    # ------------------------------------------------------------

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Have the client's views for figures, and tell them how to total ratios and money.

        A column that has no total across several currencies and the like is marked with the
        fields that its rows must have in common. A graph knows these, and its measures of money.
        """
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type in ("list", "pivot", "graph"):
            arch.set("js_class", f"isof_figures_{view_type}")
        if view_type == "list":
            self._total_columns(arch)
        elif view_type == "pivot":
            self._show_percentages(arch)
        elif view_type == "graph":
            arch.set("data-unmixed", " ".join(self._get_figures().unmixed))
            arch.set("data-money", " ".join(filter(self._is_of_money, self._fields)))
        return arch, view

    @api.model
    def _total_columns(self, arch):
        """Give the columns of a list their totals, and what these need."""
        figures = self._get_figures()
        needed = set()
        for node in arch.iterfind("field"):
            name = node.get("name")
            field = self._fields[name]
            parts = figures.ratios.get(name, ())
            if parts:
                node.set("data-numerator", parts[0])
                node.set("data-denominator", parts[1])
                needed.update(parts)
            if self._is_of_money(name):
                node.set("data-unmixed", " ".join(figures.unmixed))
                needed.update(figures.unmixed)
            if parts or (getattr(field, "figure", None) and field.aggregator == "sum"):
                total = "avg" if parts else "sum"
                node.set(total, node.get(total) or self.env._("Total"))
        for name in sorted(needed - set(arch.xpath("./field/@name"))):
            etree.SubElement(arch, "field", name=name, column_invisible="1")

    @api.model
    def _show_percentages(self, arch):
        there = set(arch.xpath("./field/@name"))
        for name in self._get_figures().ratios:
            if name not in there and self._is_percentage(name):
                etree.SubElement(arch, "field", name=name, **PERCENT)

    @api.model
    def _is_of_money(self, name):
        """Return whether a measure is in the currency of the company, or a ratio of such ones."""
        figures = self._get_figures()
        return not {name, *figures.ratios.get(name, ())}.isdisjoint(figures.money)

    @api.model
    def _is_percentage(self, name):
        """Return whether a ratio is a part of the whole: of two figures of the same kind."""
        numerator, denominator = (
            self._fields[part].figure for part in self._get_figures().ratios[name]
        )
        return numerator == denominator

    # ------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------

    @api.model
    def _web_read_group_groupby_formatter(self, groupby_spec, values):
        """Format each value once, and not in each group that has it.

        With thousands of customers or products this is most of what a pivot costs.
        """
        formatter = super()._web_read_group_groupby_formatter(groupby_spec, values)

        @cache
        def format_once(value):
            label, domain = formatter(value)
            return label, Domain(domain)

        if not (values and isinstance(values[0], models.BaseModel)):
            return format_once
        # sudo: Odoo does that for each record by itself, which takes longer than to name it
        records = values[0].browse(unique(value.id for value in values if value)).sudo()
        records._isof_prefetch_names()
        formatted = {record.id: format_once(record) for record in records}
        return lambda value: formatted[value.id] if value else format_once(value)

    def _read_group_select(self, aggregate_spec, query):
        name, _property, aggregator = parse_read_group_spec(aggregate_spec)
        figures = self._get_figures()
        if name in figures.ratios and aggregator == "avg":
            self._check_field_access(self._fields[name], "read")
            numerator, denominator = (
                self._read_group_select(f"{part}:sum", query) for part in figures.ratios[name]
            )
            return SQL("%s / NULLIF(%s, 0)", numerator, denominator)
        if name in figures.counts and aggregator == "count_distinct":
            self._check_field_access(self._fields[name], "read")
            return self._read_group_select(f"{figures.counts[name]}:{aggregator}", query)
        aggregate = super()._read_group_select(aggregate_spec, query)
        if name in figures.money and aggregator in MIXING_AGGREGATES:
            common = (self._field_to_sql(self._table, name, query) for name in figures.unmixed)
            return SQL(
                "CASE WHEN %s THEN %s END",
                SQL(" AND ").join(SQL("MIN(%s) = MAX(%s)", sql, sql) for sql in common),
                aggregate,
            )
        return aggregate
