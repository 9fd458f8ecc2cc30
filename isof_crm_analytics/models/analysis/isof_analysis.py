from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tools.misc import format_date

from odoo.addons.isof_crm.tools import bounds

from ...tools import analysis_periods
from ...tools.analysis_datasets import DATASETS

GRANULARITIES = ("year", "quarter", "month", "week", "day")
ROWS = ("row_1", "row_2", "row_3")
# What a reader may change without saving it, see _with_overrides().
PERIOD_FIELDS = (
    *("period", "period_days", "period_id", "period_type_id", "date_from", "date_to"),
    *("comparison", "comparison_period_id", "comparison_date_from", "comparison_date_to"),
)


class IsofAnalysis(models.Model):
    """A saved analysis: a table of figures by up to three levels, compared with another period.

    It says what to show, never whose figures: each reader sees those that he or she may read,
    and a note about what is left out. ``isof_analysis_table.py`` computes the table,
    ``isof_analysis_workbook.py`` makes it a workbook.

    To analyse something else, extend ``_get_datasets``: ::

        def _get_datasets(self):
            return super()._get_datasets() | {"visit": Dataset(...)}

        def _get_dataset_selection(self):
            return [*super()._get_dataset_selection(), ("visit", self.env._("Visits"))]
    """

    _name = "isof.analysis"
    _description = "Saved Analysis"
    _inherit = ["isof.guard.mixin", "isof.workbook"]
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    description = fields.Char(
        translate=True, help="What the analysis answers; it is shown below its title."
    )
    sequence = fields.Integer(default=100)
    active = fields.Boolean(default=True)

    # Whose
    user_id = fields.Many2one(
        "res.users",
        string="Owner",
        default=lambda self: self.env.user,
        index=True,
        ondelete="set null",
        copy=False,
        help="Who may change it. Without an owner, managers may.",
    )
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        index="btree_not_null",
        ondelete="cascade",
        help="Figures of this company only, for those who work in it. Leave it empty for the "
        "companies that the reader has switched on: managers see such an analysis only if it is "
        "shared with roles.",
    )
    sharing = fields.Selection(
        [("private", "Private"), ("users", "With users"), ("groups", "With roles")],
        string="Shared",
        required=True,
        default="private",
        copy=False,
        help="Others see it and may copy it, with the figures that they may see themselves.",
    )
    shared_user_ids = fields.Many2many(
        "res.users",
        "isof_analysis_user_rel",
        string="Shared with Users",
        domain=[("share", "=", False)],
        copy=False,
    )
    shared_group_ids = fields.Many2many(
        "res.groups", "isof_analysis_group_rel", string="Shared with Roles", copy=False
    )
    can_write = fields.Boolean(compute="_compute_can_write", export_string_translation=False)

    # What
    dataset = fields.Selection(
        selection="_get_dataset_selection", string="Figures of", required=True, default="sale"
    )
    model_name = fields.Char(compute="_compute_choices", export_string_translation=False)
    domain = fields.Char(
        string="Filter",
        compute="_compute_layout",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )

    # When
    period = fields.Selection(
        [
            ("this_month", "This month"),
            ("month_to_date", "This month to date"),
            ("last_month", "Last full month"),
            ("this_quarter", "This quarter"),
            ("quarter_to_date", "This quarter to date"),
            ("last_quarter", "Last full quarter"),
            ("this_year", "This year"),
            ("year_to_date", "This year to date"),
            ("last_year", "Last year"),
            ("last_12_months", "Last 12 full months"),
            ("last_days", "Last days"),
            ("current_period", "Current period of a type"),
            ("previous_period", "Last finished period of a type"),
            ("own_period", "A certain period"),
            ("dates", "From – to"),
            ("all", "All time"),
        ],
        required=True,
        default="year_to_date",
    )
    period_days = fields.Integer(
        string="Days", default=30, highest=bounds.MAX_DAYS, help="Today is one of them."
    )
    period_type_id = fields.Many2one(
        "isof.period.type", string="Type of Periods", ondelete="set null"
    )
    period_id = fields.Many2one("isof.period", string="Certain Period", ondelete="set null")
    date_from = fields.Date(string="From")
    date_to = fields.Date(string="To")

    # Compared with when
    comparison = fields.Selection(
        [
            ("none", "Nothing"),
            ("previous", "The period before"),
            ("last_year", "The same time last year"),
            ("own_period", "A certain period"),
            ("dates", "From – to"),
        ],
        string="Compared with",
        required=True,
        default="last_year",
    )
    comparison_period_id = fields.Many2one(
        "isof.period", string="Compared with Certain Period", ondelete="set null"
    )
    comparison_date_from = fields.Date(string="Compared from")
    comparison_date_to = fields.Date(string="Compared to")

    # How: dimensions are fields of the model, dates with a granularity (invoice_date:month)
    row_1 = fields.Char(
        string="Rows", compute="_compute_layout", store=True, readonly=False, precompute=True
    )
    row_2 = fields.Char(
        string="Second Level",
        compute="_compute_layout",
        store=True,
        readonly=False,
        precompute=True,
    )
    row_3 = fields.Char(
        string="Third Level",
        compute="_compute_layout",
        store=True,
        readonly=False,
        precompute=True,
    )
    column = fields.Char(
        string="Columns", compute="_compute_layout", store=True, readonly=False, precompute=True
    )
    dimension_choices = fields.Json(compute="_compute_choices", export_string_translation=False)
    measure_ids = fields.One2many(
        "isof.analysis.measure",
        "analysis_id",
        string="Measures",
        compute="_compute_measure_ids",
        store=True,
        readonly=False,
        copy=True,
    )
    sort = fields.Selection(
        [
            ("natural", "By name or date"),
            ("largest", "Largest first"),
            ("smallest", "Smallest first"),
            ("growth", "Largest growth first"),
            ("decline", "Largest decline first"),
        ],
        string="Order",
        required=True,
        default="largest",
        help="By the first measure. Growth and decline are the difference from the period that "
        "it is compared with.",
    )
    top_n = fields.Integer(
        string="Top",
        help="At most this many rows of the first level; all others are one row “Others”. "
        "0 shows all.",
    )
    unfolded = fields.Boolean(string="Show All Levels", help="Open all levels at once.")
    show_comparison = fields.Boolean(string="Value Before", default=True)
    show_delta = fields.Boolean(string="Difference", default=True)
    show_rate = fields.Boolean(
        string="Difference in %",
        default=True,
        help="Of the value before, whatever its sign. Empty where that is 0.",
    )
    show_share = fields.Boolean(
        string="Share", help="Of the total; on lower levels, of the row above."
    )
    show_cumulative = fields.Boolean(
        string="Cumulative Share", help="Of the row and all that are larger."
    )
    show_abc = fields.Boolean(
        string="ABC Mark", help="A are the largest rows that together make most of the total."
    )
    abc_a = fields.Float(string="A up to %", default=80, digits=(5, 2))
    abc_b = fields.Float(string="B up to %", default=95, digits=(5, 2))
    chart = fields.Selection(
        [("none", "None"), ("bar", "Bars"), ("line", "Line"), ("pie", "Pie")],
        required=True,
        default="bar",
    )

    schedule_ids = fields.One2many("isof.analysis.schedule", "analysis_id", copy=False)
    schedule_count = fields.Integer(string="Number of Schedules", compute="_compute_schedule_count")

    _abc_order = models.Constraint(
        "CHECK (abc_a > 0 AND abc_a <= abc_b AND abc_b <= 100)",
        "The cut points of ABC marks have to be above 0, in order, and no more than 100 %.",
    )
    _positive = models.Constraint(
        "CHECK (top_n >= 0 AND period_days > 0)",
        "A number of rows cannot be negative, and there has to be at least one day.",
    )

    # ------------------------------------------------------------
    # Datasets
    # ------------------------------------------------------------

    @api.model
    def _get_datasets(self):
        """Return what analyses may be made of: a dict of ``Dataset`` by keys."""
        return DATASETS

    @api.model
    def _get_dataset_selection(self):
        """Return the keys and the names of the datasets; extend it with ``_get_datasets``."""
        labels = {
            "sale": self.env._("Sales"),
            "purchase": self.env._("Purchases"),
            "sale_order": self.env._("Ordered by customers"),
            "purchase_order": self.env._("Ordered from vendors"),
            "campaign": self.env._("Results of campaigns"),
            "commission": self.env._("Commissions"),
            "activity": self.env._("Activities"),
        }
        return list(labels.items())

    def _get_dataset(self):
        """Return the ``Dataset``, or None where its add-on has gone."""
        self.ensure_one()
        return self._get_datasets().get(self.dataset)

    @api.model
    def _get_readable_field(self, model, name):
        """Return a field of a model, or None if it is not there or the user may not read it."""
        field = model._fields.get(name)
        return field if field and model._has_field_access(field, "read") else None

    @api.model
    def _get_dimension_names(self, dataset):
        """Return the names of the dimensions of a dataset: all but what is the same in all rows."""
        names = dataset.dimensions or self.env[dataset.model]._get_dimension_names()
        same = {name for name, operator, _value in dataset.domain if operator == "="}
        return [name for name in names if name not in same]

    @api.model
    def _get_measure_names(self, dataset):
        """Return the names of the measures of a dataset: all but those of another flow."""
        model = self.env[dataset.model]
        flow = {name: value for name, _operator, value in dataset.domain}.get("flow")
        names = dataset.measures or [
            name
            for name in model._get_measure_names()
            if getattr(model._fields[name], "flow", None) in (None, flow)
        ]
        return [*names, *(["__count"] if dataset.has_count else [])]

    @api.model
    def _get_dimension_choices(self, dataset):
        """Return pairs of a dimension and its label, of those that the user may see."""
        model = self.env[dataset.model]
        names = self._get_dimension_names(dataset)
        readable = [
            *(field for name in names if (field := model._fields.get(name))),
            *model._get_isof_period_fields(),
        ]
        readable = [field for field in readable if model._has_field_access(field, "read")]
        granularities = self._get_granularity_labels()
        choices = []
        for field in readable:
            label = field._description_string(self.env)
            if field.type in ("date", "datetime"):
                choices += [
                    (f"{field.name}:{granularity}", f"{label}: {granularities[granularity]}")
                    for granularity in GRANULARITIES
                ]
            else:
                choices.append((field.name, label))
        return choices

    @api.model
    def _get_granularity_labels(self):
        return {
            "year": self.env._("Year"),
            "quarter": self.env._("Quarter"),
            "month": self.env._("Month"),
            "week": self.env._("Week"),
            "day": self.env._("Day"),
        }

    @api.model
    def _get_measure_label(self, model, name):
        if name == "__count":
            return self.env._("Number")
        field = model._fields.get(name)
        return field._description_string(self.env) if field else name

    @api.model
    def _get_measure_choices(self, dataset):
        """Return pairs of a measure and its label, of those that the user may see."""
        model = self.env[dataset.model]
        return [
            (name, self._get_measure_label(model, name))
            for name in self._get_measure_names(dataset)
            if name == "__count" or self._get_readable_field(model, name)
        ]

    # ------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------

    @api.depends("dataset")
    def _compute_layout(self):
        """Begin with what the dataset proposes; what was of another dataset makes no sense."""
        for analysis in self:
            dataset = analysis._get_dataset()
            rows = dataset.rows if dataset else ()
            for name, row in zip(ROWS, (*rows, *(False,) * len(ROWS)), strict=False):
                analysis[name] = row
            analysis.column = False
            analysis.domain = "[]"

    @api.depends("dataset")
    def _compute_measure_ids(self):
        for analysis in self:
            dataset = analysis._get_dataset()
            chosen = dict(self._get_measure_choices(dataset)) if dataset else {}
            analysis.measure_ids = [
                Command.clear(),
                *(
                    Command.create({"measure": name, "sequence": number})
                    for number, name in enumerate(dataset.chosen if dataset else ())
                    if name in chosen
                ),
            ]

    @api.depends("dataset")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_choices(self):
        for analysis in self:
            dataset = analysis._get_dataset()
            analysis.model_name = dataset.model if dataset else False
            analysis.dimension_choices = self._get_dimension_choices(dataset) if dataset else []

    @api.depends("user_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_can_write(self):
        writable = self._origin._filtered_access("write") if self._origin else self
        for analysis in self:
            analysis.can_write = not analysis._origin or analysis._origin in writable

    @api.depends("schedule_ids")
    def _compute_schedule_count(self):
        for analysis in self:
            analysis.schedule_count = len(analysis.schedule_ids)

    # ------------------------------------------------------------
    # Checks
    # ------------------------------------------------------------

    @api.constrains("dataset", "column", *ROWS)
    def _check_dimensions(self):
        for analysis in self:
            dataset = analysis._get_dataset()
            chosen = [analysis[name] for name in (*ROWS, "column") if analysis[name]]
            # what its owner may not see is left out when it is shown, see the class
            names = {spec.partition(":")[0] for spec in chosen}
            own = self._get_dimension_names(dataset) if dataset else ()
            known = {*own, *self.env["isof.period.type"]._get_field_companies()}
            if names - known:
                raise ValidationError(
                    self.env._(
                        "“%(analysis)s” cannot be divided by: %(dimensions)s. Choose others.",
                        analysis=analysis.name,
                        dimensions=", ".join(sorted(names - known)),
                    )
                )
            if len(chosen) > len(set(chosen)):
                raise ValidationError(
                    self.env._(
                        "“%(analysis)s” is divided by the same twice: choose each of its rows and "
                        "columns once.",
                        analysis=analysis.name,
                    )
                )

    @api.constrains("date_from", "date_to", "comparison_date_from", "comparison_date_to")
    def _check_dates(self):
        for analysis in self:
            for first, last in (
                (analysis.date_from, analysis.date_to),
                (analysis.comparison_date_from, analysis.comparison_date_to),
            ):
                if first and last and first > last:
                    raise ValidationError(
                        self.env._(
                            "A period cannot end before it begins: %(first)s – %(last)s.",
                            first=format_date(self.env, first),
                            last=format_date(self.env, last),
                        )
                    )

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        if "name" not in (default or {}):
            for analysis, vals in zip(self, vals_list, strict=True):
                vals["name"] = self.env._("%(name)s (copy)", name=analysis.name)
        return vals_list

    # ------------------------------------------------------------
    # Periods
    # ------------------------------------------------------------

    def _get_period_days(self):
        """Return the first and the last day, in the reader's time zone.

        :return: pair of dates, None if it is all time or the period is not known any more
        """
        self.ensure_one()
        if self.period == "all":
            return None
        if self.period == "dates":
            return self._as_days(self.date_from, self.date_to)
        if self.period in ("own_period", "current_period", "previous_period"):
            own = self._get_own_period()
            return self._as_days(own.date_from, own.date_to)
        today = fields.Date.context_today(self)
        # nobody's screen breaks by what was saved before there was a limit
        days = min(self.period_days, bounds.MAX_DAYS)
        return analysis_periods.moving_days(self.period, today, days)

    def _get_own_period(self):
        """Return the user-defined period that the analysis is of, as far as it is known."""
        if self.period == "own_period":
            return self.period_id._origin.exists()._filtered_access("read")
        position = self.period.partition("_")[0]
        return self.env["isof.period"].search(
            [("type_id", "=", self.period_type_id._origin.id), ("position", "=", position)], limit=1
        )

    @api.model
    def _as_days(self, first, last):
        return (bounds.nearest_day(first), bounds.nearest_day(last)) if first and last else None

    def _get_comparison_days(self, days):
        """Return the first and last day of what the period is compared with, or None.

        :param days: those of the period, as of ``_get_period_days``
        """
        self.ensure_one()
        if self.comparison == "own_period":
            period = self.comparison_period_id._origin.exists()._filtered_access("read")
            return self._as_days(period.date_from, period.date_to)
        if self.comparison == "dates":
            return self._as_days(self.comparison_date_from, self.comparison_date_to)
        if self.comparison == "none" or not days:
            return None
        if self.comparison == "last_year":
            return analysis_periods.shift(*days, -12)
        if self.period in ("own_period", "current_period", "previous_period"):
            own = self._get_own_period()
            before = self.env["isof.period"].search(
                [("type_id", "=", own.type_id.id), ("date_to", "<", own.date_from)],
                order="date_from desc",
                limit=1,
            )
            return self._as_days(before.date_from, before.date_to)
        return analysis_periods.previous(*days, analysis_periods.STEPS.get(self.period))

    def _with_overrides(self, overrides):
        """Return the analysis with other periods than it has, without saving them.

        :raises UserError: if they make no sense
        """
        self.ensure_one()
        vals = {name: value for name, value in overrides.items() if name in PERIOD_FIELDS}
        if not vals:
            return self
        self._check_bounds(vals)
        shown = self.new(origin=self)
        try:
            # as of an onchange: the values of the record, and these
            shown.update(vals)
        except (TypeError, ValueError) as error:
            raise UserError(self.env._("There is no such period. Choose one.")) from error
        return shown

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    @api.readonly
    def action_open(self):
        """Return the action that shows the table."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.client",
            "tag": "isof_analysis",
            "name": self.name,
            "params": {"analysis_id": self.id},
            "context": {"active_id": self.id, "active_model": self._name},
        }

    @api.readonly
    def action_edit(self):
        """Return the action that opens the settings of the analysis."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [[False, "form"]],
        }

    def action_duplicate(self):
        """Make a copy that belongs to the user, and return the action that opens it."""
        self.ensure_one()
        self.check_access("read")
        return self.copy().action_edit()

    @api.readonly
    def action_schedule(self):
        """Return the action that shows by whom and to whom the analysis is sent."""
        return self._open_isof(
            "isof_crm_analytics.isof_analysis_schedule_action",
            domain=[("analysis_id", "=", self.id)],
            context={"default_analysis_id": self.id},
        )

    def _get_rows_action(self):
        """Return the action of the dataset's records, without its own filters."""
        dataset = self._get_dataset()
        action = self.env["ir.actions.act_window"]._for_xml_id(dataset.action)
        action.pop("path", None)
        return action | {"context": dict(dataset.context or {}), "domain": []}
