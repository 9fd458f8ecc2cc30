from functools import cache

from lxml import etree

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.models import parse_read_group_spec
from odoo.tools import SQL, unique

from odoo.addons.isof_crm.tools.searching import search_true

# What must not be done to amounts of several currencies; to count them is fine.
MIXING_AGGREGATES = ("sum", "avg", "min", "max")


class IsofFiguresMixin(models.AbstractModel):
    """Figures that stay true at every level of a pivot, a list and an export.

    A model that inherits it has the fields ``company_currency_id``, ``user_id`` and
    ``department_id`` and declares:

    - ``_isof_money``: the measures in the currency of the company. Rows of several currencies
      have no sum, no average, no smallest and no largest: the cell stays empty. Define them as
      ``fields.Float``: a monetary field makes the client ask for currencies too, which is
      three times slower.
    - ``_isof_unmixed``: what the rows of such a sum have in common, other than the currency.
    - ``_isof_ratios``: the ratios with their numerator and denominator, which are measures of
      the model with the aggregator "sum". Define a ratio as ``fields.Float(compute=
      "_compute_ratios", aggregator="avg")``: its value of one row is computed from the
      declaration, and so is that of a group, as the ratio of the sums. A ratio is empty
      (0 on a row) where the denominator is 0.

    Lists get a footer that knows all that (``static/src/figures_list``), and so do exports of
    lists (``isof.list.export``, and Odoo's own of groups in ``controllers/export.py``). Pivots and
    graphs leave out the measures that the reader may not see, and graphs say why there is nothing
    to draw (``static/src/figures_views``).

    The rule of a team's figures is ``[('is_my_team', '=', True)]``.
    """

    _name = "isof.figures.mixin"
    _description = "Figures of a Trading Company"

    _isof_money = ()
    _isof_unmixed = ()
    _isof_ratios = {}

    is_my_team = fields.Boolean(
        string="My Team's",
        compute="_compute_is_my_team",
        search="_search_is_my_team",
        exportable=False,
        help="Of the members of the sales teams that I lead and the departments that I manage.",
    )

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

    @api.depends(lambda self: {name for pair in self._isof_ratios.values() for name in pair})
    def _compute_ratios(self):
        for figure, parts in zip(self, self._get_ratio_parts(), strict=True):
            for name, (numerator, denominator) in self._isof_ratios.items():
                divisor = parts[denominator]
                figure[name] = parts[numerator] / divisor if divisor else 0.0

    def _get_ratio_parts(self):
        """Return these records as what ratios are made of is read of them."""
        # sudo: parts of one ratio may be hidden from who may read another; each ratio has the
        # groups of its parts
        return self.sudo()

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Have the client's views for figures, and tell the list how to total ratios and money.

        A column that has no total across several currencies and the like is marked with the
        fields that its rows must have in common. A graph knows these, and its measures of money.
        """
        arch, view = super()._get_view(view_id, view_type, **options)
        common = ("company_currency_id", *self._isof_unmixed)
        if view_type in ("list", "pivot", "graph"):
            arch.set("js_class", f"isof_figures_{view_type}")
        if view_type == "graph":
            arch.set("data-unmixed", " ".join(common))
            arch.set("data-money", " ".join(filter(self._is_of_money, self._fields)))
        if view_type == "list":
            names = {node.get("name") for node in arch.iterfind("field")}
            needed = set()
            for node in arch.iterfind("field"):
                parts = self._isof_ratios.get(node.get("name"), ())
                if parts:
                    node.set("data-numerator", parts[0])
                    node.set("data-denominator", parts[1])
                    needed.update(parts)
                if self._is_of_money(node.get("name")):
                    node.set("data-unmixed", " ".join(common))
                    needed.update(common)
            for name in sorted(needed - names):
                etree.SubElement(arch, "field", name=name, column_invisible="1")
        return arch, view

    @api.model
    def _is_of_money(self, name):
        """Return whether a measure is in the currency of the company, or a ratio of such ones."""
        return not {name, *self._isof_ratios.get(name, ())}.isdisjoint(self._isof_money)

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
        formatted = {record.id: format_once(record) for record in records}
        return lambda value: formatted[value.id] if value else format_once(value)

    def _read_group_select(self, aggregate_spec, query):
        name, _property, aggregator = parse_read_group_spec(aggregate_spec)
        if name in self._isof_ratios and aggregator == "avg":
            self._check_field_access(self._fields[name], "read")
            numerator, denominator = (
                self._read_group_select(f"{part}:sum", query) for part in self._isof_ratios[name]
            )
            return SQL("%s / NULLIF(%s, 0)", numerator, denominator)
        aggregate = super()._read_group_select(aggregate_spec, query)
        if name in self._isof_money and aggregator in MIXING_AGGREGATES:
            common = (
                self._field_to_sql(self._table, name, query)
                for name in ("company_currency_id", *self._isof_unmixed)
            )
            return SQL(
                "CASE WHEN %s THEN %s END",
                SQL(" AND ").join(SQL("MIN(%s) = MAX(%s)", sql, sql) for sql in common),
                aggregate,
            )
        return aggregate
