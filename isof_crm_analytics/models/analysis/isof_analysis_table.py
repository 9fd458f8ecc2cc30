from datetime import date

import psycopg2

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import formatLang, mute_logger
from odoo.tools.misc import format_date

from odoo.addons.isof_crm.models.base.isof_tree_mixin import widen_trees
from odoo.addons.isof_crm.tools import domain_text

from ...tools.analysis_table import (
    BASE,
    COMPARISON,
    MAX_COLUMNS,
    TOTAL,
    Dimension,
    Measure,
    TableReader,
    TooManyColumns,
)
from .isof_analysis import GRANULARITIES, PERIOD_FIELDS, ROWS

# Rows below one row, and rows altogether, that a browser shows.
SCREEN_ROWS = (1000, 5000)
# Values of a condition that are named where the filter is described.
MAX_NAMED = 5
OPERATORS = {"in": "=", "not in": "≠", "child_of": "⊂", "ilike": "∋", "=ilike": "∋"}


class NoFiguresError(Exception):
    """There is nothing to show; the message says why and what to do."""


class IsofAnalysis(models.Model):
    """The table of a saved analysis, with the rights of who reads it."""

    _inherit = "isof.analysis"

    @api.readonly
    def get_table(self, path=(), overrides=None, column_keys=None, unfold=None):
        """Return the table as the client shows it.

        What cannot be shown is left out, with a note that says so: no reader gets an error for
        what somebody else has set or deleted.

        Keys are ids that anybody can send. They choose figures among those that the reader may
        see, and nothing is named after them: rows below a row come without headers, which the
        table that they are for has already.

        :param path: keys of a row whose rows are wanted; of the whole table if empty
        :param dict overrides: other periods than those saved
        :param column_keys: those of the table that the rows below a row are for
        :param unfold: whether to open all levels, if it is not to be as saved
        """
        self.ensure_one()
        self.check_access("read")
        shown = self._with_overrides(overrides or {})
        days = shown._get_days()
        table = shown._get_heading(days)
        try:
            reader, notes = shown._read_table(
                days, path, column_keys if path else None, unfold, SCREEN_ROWS
            )
        except NoFiguresError as error:
            return table | {"notes": [{"type": "danger", "text": str(error)}]}
        table |= shown._format_table(reader, days, notes)
        return table if path else table | {"headers": shown._format_headers(reader)}

    def _get_days(self):
        """Return the days of the period and of what it is compared with: pairs, or None."""
        days = self._get_period_days()
        return days, self._get_comparison_days(days)

    def _get_heading(self, days):
        """Return what is shown above the figures, as the frame of an empty table."""
        return {
            "id": self._origin.id,
            "name": self.name,
            "description": self.description or "",
            "dataset": self.dataset,
            "dataset_label": dict(self._get_dataset_selection()).get(self.dataset, ""),
            "can_write": self._origin.can_write,
            "can_export": self.env.user.has_group("base.group_allow_export"),
            "title": self._get_title(days, []),
            "period": {
                name: value.id if isinstance(value, models.BaseModel) else value
                for name in PERIOD_FIELDS
                for value in [self[name]._origin if name.endswith("_id") else self[name]]
            },
            "currency": None,
            "dimensions": [],
            "column_dimension": "",
            "column_keys": [],
            "headers": [],
            "columns": [],
            "total": None,
            "rows": [],
            "base_domain": [],
            "comparison_domain": None,
            "chart": {"type": self.chart, "measure": False},
            "sort": self.sort,
            "notes": [],
        }

    def _get_title(self, days, filters):
        period, comparison = (
            " – ".join(format_date(self.env, day) for day in limits) if limits else ""
            for limits in days
        )
        if self.period == "all":
            period = self.env._("All time")
        return {"period": period, "comparison": comparison, "filters": filters}

    # ------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------

    def _read_table(self, days, path, column_keys, unfold, max_rows, with_parts=False):
        """Return the reader that has read the table, and notes about what is left out.

        :param tuple days: as of ``_get_days``
        :param bool with_parts: whether the parts of ratios are read, too
        :raises NoFiguresError: if there is nothing to show
        """
        notes = []
        model = self._get_model()
        domains = self._get_domains(model, days, notes)
        measures = self._get_measures(model, notes)
        if with_parts:
            measures += self._get_parts(model, measures)
        dimensions = self._get_dimensions(model, ROWS, notes)
        column = (self._get_dimensions(model, ["column"], notes) or [None])[0]
        if COMPARISON in domains:
            for dimension in (*dimensions, *filter(None, [column])):
                dimension.align(*days)
        reader = TableReader(
            self, model, dimensions, column, measures, domains, self._get_currency_name(model)
        )
        unfold = self.unfolded if unfold is None else unfold
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint(flush=False):
                reader.load(path, unfold, max_rows, column_keys)
        except (psycopg2.DataError, psycopg2.ProgrammingError) as error:
            raise NoFiguresError(self._get_filter_problem(error)) from error
        except TooManyColumns as error:
            raise NoFiguresError(
                self.env._(
                    "There would be more than %(count)s columns. Divide them by something "
                    "coarser, choose a shorter period or a filter.",
                    count=MAX_COLUMNS,
                )
            ) from error
        notes += self._get_table_notes(reader)
        return reader, notes

    def _get_model(self):
        """Return the model of the records, which the reader may read.

        :raises NoFiguresError: if there is none
        """
        dataset = self._get_dataset()
        if not dataset or dataset.model not in self.env:
            raise NoFiguresError(
                self.env._("What this analysis was made of is not installed any more.")
            )
        model = self.env[dataset.model]
        if not model.has_access("read"):
            raise NoFiguresError(
                self.env._(
                    "You may not see these figures: %(label)s.",
                    label=dict(self._get_dataset_selection())[self.dataset],
                )
            )
        return model

    def _get_domains(self, model, days, notes):
        """Return the domain of each period, by ``SIDES`` of the reader."""
        base = Domain(list(self._get_dataset().domain)) & self._get_filter(model, notes)
        if self.company_id:
            base &= Domain("company_id", "=", self.company_id.id)
        days, comparison_days = days
        if not days and self.period != "all":
            raise NoFiguresError(
                self.env._(
                    "The period of this analysis is not there any more, or you may not see it. "
                    "Choose another one."
                )
            )
        domains = {BASE: base & model._get_isof_period_domain(*days) if days else base}
        if days and comparison_days:
            domains[COMPARISON] = base & model._get_isof_period_domain(*comparison_days)
        elif self.comparison != "none":
            text = self.env._(
                "The period to compare with is not there any more, or you may not see it."
            )
            if not days:
                text = self.env._("All time is compared with nothing.")
            notes.append({"type": "warning", "text": text})
        return domains

    def _get_filter(self, model, notes):
        """Return the domain of the filter.

        :raises NoFiguresError: if it cannot be applied: without it the figures would be others
        """
        try:
            domain = self._parse_filter()
            # as the reader: unknown fields and those that one may not see are refused
            model._search(domain)
        except AccessError as error:
            raise NoFiguresError(
                self.env._(
                    "The filter uses what you may not see, so that there are no figures for you."
                )
            ) from error
        except (ValueError, TypeError, RecursionError) as error:
            raise NoFiguresError(self._get_filter_problem(error)) from error
        missing = self._find_missing(model, domain)
        if missing:
            text = self.env._(
                "The filter names what has been deleted: %(fields)s. The rest of it still applies.",
                fields=", ".join(missing),
            )
            notes.append({"type": "warning", "text": text})
        return widen_trees(model, domain)

    def _get_filter_problem(self, error):
        return self.env._(
            "The filter cannot be applied any more, because it uses what is no longer there. Its "
            "owner may correct it: %(reason)s",
            reason=error,
        )

    def _parse_filter(self):
        return Domain(domain_text.parse(self.domain))

    @api.model
    def _find_missing(self, model, domain):
        """Return the labels of fields that a domain compares with deleted records."""
        missing = []
        for condition in domain.iter_conditions():
            comodel, field = model, None
            for name in condition.field_expr.split("."):
                field = comodel._fields.get(name)
                comodel = self.env[field.comodel_name] if field and field.relational else comodel
            if not field or not field.relational:
                continue
            value = condition.value
            if isinstance(value, Domain):
                missing += self._find_missing(comodel, value)
                continue
            values = value if isinstance(value, (list, tuple, set, frozenset)) else [value]
            ids = {id_ for id_ in values if isinstance(id_, int) and id_}
            # sudo: whether it is there, not what it is
            records = comodel.sudo().browse(ids)
            gone = records - records.exists()
            if gone:
                missing.append(f"{field._description_string(self.env)} ({len(gone)})")
        return missing

    def _get_dimensions(self, model, names, notes):
        """Return the dimensions that some fields of the analysis name, as the reader may see."""
        dimensions = []
        hidden, gone = [], []
        granularities = self._get_granularity_labels()
        for spec in filter(None, (self[name] for name in names)):
            name, _colon, granularity = spec.partition(":")
            field = model._fields.get(name)
            if not field:
                gone.append(name)
                continue
            label = field._description_string(self.env)
            if not model._has_field_access(field, "read"):
                hidden.append(label)
                continue
            if field.type in ("date", "datetime"):
                granularity = granularity if granularity in GRANULARITIES else "month"
                spec = f"{name}:{granularity}"
                label = granularities[granularity]
            else:
                spec = name
            dimensions.append(Dimension(model, spec, label, self._get_empty_label(field)))
        self._note_left_out(notes, hidden, gone)
        return dimensions

    def _get_empty_label(self, field):
        return field._description_falsy_value_label(self.env) or self.env._("None")

    def _get_measures(self, model, notes):
        """Return the measures that the reader may see.

        :raises NoFiguresError: if there are none
        """
        hidden, gone, measures = [], [], []
        for name in self.measure_ids.mapped("measure"):
            field = model._fields.get(name)
            if name == "__count" or (field and model._has_field_access(field, "read")):
                measures.append(self._get_measure(model, name))
            else:
                (hidden if field else gone).append(self._get_measure_label(model, name))
        self._note_left_out(notes, hidden, gone)
        if not measures:
            problem = self.env._("There is no figure to show.")
            raise NoFiguresError(" ".join([problem, *(note["text"] for note in notes)]))
        return measures

    def _get_parts(self, model, measures):
        """Return the measures that ratios are made of and that are not among the others."""
        names = {part: None for measure in measures for part in measure.parts}
        shown = {measure.name for measure in measures}
        return [self._get_measure(model, name) for name in names if name not in shown]

    def _note_left_out(self, notes, hidden, gone):
        if hidden:
            text = self.env._("Left out, because you may not see it: %s", ", ".join(hidden))
            notes.append({"type": "warning", "text": text})
        if gone:
            text = self.env._("Left out, because it is no longer there: %s", ", ".join(gone))
            notes.append({"type": "warning", "text": text})

    def _get_measure(self, model, name):
        label = self._get_measure_label(model, name)
        if name == "__count":
            return Measure(name, name, label, "", "integer", 0, adds_up=True)
        field = model._fields[name]
        parts = getattr(field, "ratio", ())
        adds_up = field.aggregator == "sum" and not parts
        if parts and model._is_percentage(name):
            kind = "percent"
        elif parts or getattr(field, "figure", None) == "money":
            kind = "money" if model._is_of_money(name) else "float"
        else:
            kind = "integer" if field.type == "integer" else "float"
        digits = {"percent": 1, "integer": 0, "money": 2}.get(kind, 2)
        if kind == "float" and field.type == "float" and (size := field.get_digits(self.env)):
            digits = min(size[1], 2)
        return Measure(
            name,
            f"{name}:{field.aggregator}",
            label,
            field._description_help(self.env) or "",
            kind,
            digits,
            adds_up,
            field.aggregator == "count_distinct",
            parts,
        )

    def _get_currencies(self):
        """Return the currencies that amounts may be in."""
        return (self.company_id or self.env.companies).currency_id

    def _get_currency_name(self, model):
        """Return the field of the currency, where there may be several in a table."""
        has_currency = "company_currency_id" in model._fields
        return "company_currency_id" if has_currency and len(self._get_currencies()) > 1 else None

    def _get_table_notes(self, reader):
        notes = []
        if reader.total and not reader.rows and reader.dimensions:
            text = self.env._("There are no figures in this period.")
            notes.append({"type": "info", "text": text})
        if reader.is_too_deep:
            text = self.env._(
                "There are too many rows to open all levels: open those that you need, or filter."
            )
            notes.append({"type": "info", "text": text})
        if reader.is_cut and not (reader.total and self.top_n):
            text = self.env._(
                "These are the first %(count)s rows. The workbook has them all.",
                count=len(reader.rows) - 1,
            )
            notes.append({"type": "info", "text": text})
        if any(dimension.overlaps for dimension in reader.dimensions):
            text = self.env._(
                "What belongs to several groups counts in each of them, and in the total once."
            )
            notes.append({"type": "info", "text": text})
        if coverage := self._get_coverage_note(reader):
            notes.append({"type": "info", "text": coverage})
        has_money = any(measure.kind == "money" for measure in reader.measures)
        if has_money and len(self._get_currencies()) > 1:
            text = self.env._(
                "Amounts of several currencies are never added up: divide by company or "
                "currency, or switch the others off."
            )
            notes.append({"type": "info", "text": text})
        return notes

    def _get_coverage_note(self, reader):
        """Return of how much of the turnover the margins are, unless a column says it."""
        names = {measure.name for measure in reader.measures}
        if not reader.total or "margin_rate" not in names or "cost_coverage" in names:
            return None
        [(coverage,)] = reader.model._read_group(reader.domains[BASE], [], ["cost_coverage:avg"])
        if coverage is False or coverage is None:
            return None
        return self.env._(
            "The cost is known for %(percent)s %% of the turnover: margins are of that part.",
            percent=formatLang(self.env, 100 * coverage, digits=1),
        )

    # ------------------------------------------------------------
    # Format
    # ------------------------------------------------------------

    def _format_table(self, reader, days, notes):
        """Return what was read as the client expects it."""
        currencies = {
            currency.id: self._format_currency(currency) for currency in self._get_currencies()
        }
        own = next(iter(currencies.values())) if len(currencies) == 1 else None
        digits = own["digits"] if own else 2
        return {
            "title": self._get_title(days, self._describe_filter(reader.model)),
            "currency": own,
            "dimensions": [dimension.label for dimension in reader.dimensions],
            "column_dimension": reader.column.label if reader.column else "",
            "column_keys": reader.column_keys,
            "columns": self._format_columns(reader, digits),
            "total": reader.total
            and {
                "label": reader.total.label,
                "values": reader.total.values,
                "currency": self._get_row_currency(reader, reader.total, currencies),
            },
            "rows": list(self._iter_rows(reader, reader.rows, currencies)),
            "base_domain": list(reader.domains[BASE]),
            "comparison_domain": list(reader.domains[COMPARISON])
            if COMPARISON in reader.domains
            else None,
            "chart": {"type": self.chart, "measure": reader.measures[0].name},
            "notes": notes,
        }

    @api.model
    def _format_currency(self, currency):
        return {
            "id": currency.id,
            "symbol": currency.symbol,
            "position": currency.position,
            "digits": currency.decimal_places,
        }

    def _get_row_currency(self, reader, row, currencies):
        if len(currencies) == 1 or not self._get_currency_name(reader.model):
            return None
        return currencies.get(reader.get_currency_id(row))

    def _format_headers(self, reader):
        groups = reader.column.describe(reader.column_keys) if reader.column else {}
        span = {}
        for column in reader.columns:
            span[column.group] = span.get(column.group, 0) + 1
        headers = []
        for key in (*reader.column_keys, TOTAL):
            group = groups.get(key)
            headers.append(
                {
                    "label": group.label if group else self.env._("Total"),
                    "span": span[key],
                    "domain": list(group.domain) if group else [],
                    "comparison_domain": list(group.comparison_domain) if group else [],
                }
            )
        return headers

    def _format_columns(self, reader, money_digits):
        positions = {key: number for number, key in enumerate((*reader.column_keys, TOTAL))}
        return [
            {
                "key": f"{column.group}.{column.measure.name}.{column.kind}",
                "header": positions[column.group],
                "measure": column.measure.name,
                "kind": column.kind,
                **self._format_kind(column, money_digits),
            }
            for column in reader.columns
        ]

    def _format_kind(self, column, money_digits):
        """Return the label, the type, the digits and the help of a column."""
        measure = column.measure
        digits = money_digits if measure.kind == "money" else measure.digits
        label = {
            BASE: measure.label,
            COMPARISON: self.env._("Before"),
            "delta": "Δ",
            "rate": "Δ %",
            "share": self.env._("Share"),
            "cumulative": self.env._("Cumulative Share"),
            "abc": self.env._("ABC"),
        }[column.kind]
        kind = {
            BASE: measure.kind,
            COMPARISON: measure.kind,
            "delta": "points" if measure.kind == "percent" else measure.kind,
            "abc": "text",
        }.get(column.kind, "percent")
        if kind == "percent":
            digits = 1
        help_ = measure.help if column.kind == BASE else ""
        return {"label": label, "type": kind, "digits": digits, "help": help_}

    def _iter_rows(self, reader, rows, currencies, parent_id=None):
        """Yield rows and those below them, parents first."""
        for row in rows:
            level = len(row.keys) - 1
            # of its place in the whole table: rows that are read later are put below others
            row_id = "/".join(map(str, row.keys))
            yield {
                "id": row_id,
                "parent_id": parent_id or "/".join(map(str, row.keys[:-1])) or None,
                "level": level,
                "label": row.label,
                "path": list(row.keys),
                "domain": list(row.domains[BASE]),
                "comparison_domain": list(row.domains[COMPARISON]),
                "is_expandable": not row.is_others and level + 1 < len(reader.dimensions),
                "is_loaded": row.children is not None,
                "is_others": row.is_others,
                "currency": self._get_row_currency(reader, row, currencies),
                "values": row.values,
            }
            yield from self._iter_rows(reader, row.children or (), currencies, row_id)

    # ------------------------------------------------------------
    # The filter in words
    # ------------------------------------------------------------

    def _describe_filter(self, model):
        """Return the filter as lines of text."""
        domain = self._parse_filter()
        if domain.is_true():
            return []
        parts = domain.children if self._get_operator(domain) == "&" else [domain]
        return list(dict.fromkeys(self._describe_part(model, part) for part in parts))

    @staticmethod
    def _get_operator(domain):
        """Return what joins the parts of a domain: ``&``, ``|``; or ``!``, or None."""
        return getattr(domain, "OPERATOR", None)

    def _describe_part(self, model, part):
        is_condition = next(part.iter_conditions(), None) is part
        if is_condition and not isinstance(part.value, Domain):
            return self._describe_condition(model, part)
        if self._get_operator(part) == "|":
            parts = dict.fromkeys(self._describe_part(model, child) for child in part.children)
            return self.env._(" or ").join(parts)
        return self.env._("further conditions")

    def _describe_condition(self, model, condition):
        labels, field = [], None
        for name in condition.field_expr.split("."):
            field = model._fields.get(name)
            if not field:
                break
            labels.append(field._description_string(self.env))
            model = self.env[field.comodel_name] if field.relational else model
        value = condition.value
        values = value if isinstance(value, (list, tuple, set, frozenset)) else [value]
        names = self._name_values(field, list(values))
        operator = OPERATORS.get(condition.operator, condition.operator)
        return f"{' / '.join(labels)} {operator} {', '.join(names)}"

    def _name_values(self, field, values):
        """Return what the values of a condition are called, as far as the reader may see it."""
        more = ["…"] if len(values) > MAX_NAMED else []
        values = values[:MAX_NAMED]
        if field and field.relational and all(isinstance(value, int) for value in values):
            found = self.env[field.comodel_name].with_context(active_test=False)
            if found.has_access("read"):
                found = found.search([("id", "in", [value for value in values if value])])
            empty = [self._get_empty_label(field)] if False in values else []
            return [*empty, *found.mapped("display_name"), *more] or ["?"]
        labels = {True: self.env._("Yes"), False: self.env._("No")}
        if field and field.type == "selection":
            labels = dict(field._description_selection(self.env)) | {
                False: self._get_empty_label(field)
            }
        return [
            format_date(self.env, value)
            if isinstance(value, date)
            else str(labels.get(value, value))
            for value in values
        ] + more

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    @api.readonly
    def action_open_rows(self, domain, name=None):
        """Return the action that shows the records behind a figure.

        :param domain: of the records, as the table has it
        """
        self.ensure_one()
        self.check_access("read")
        action = self._get_rows_action()
        views = [view for view in action["views"] if view[1] == "list"] or [(False, "list")]
        return action | {
            "name": name or self.name,
            "domain": list(Domain(domain)),
            "views": [*views, (False, "form")],
            "view_mode": "list,form",
        }

    @api.readonly
    def action_open_pivot(self, overrides=None):
        """Return the action that shows the figures as a pivot, to go on from there."""
        self.ensure_one()
        self.check_access("read")
        shown = self._with_overrides(overrides or {})
        try:
            model = shown._get_model()
            domains = shown._get_domains(model, shown._get_days(), [])
            measures = [measure.name for measure in shown._get_measures(model, [])]
        except NoFiguresError as error:
            raise UserError(str(error)) from error
        rows = [dimension.spec for dimension in shown._get_dimensions(model, ROWS, [])]
        columns = [dimension.spec for dimension in shown._get_dimensions(model, ["column"], [])]
        action = shown._get_rows_action()
        return action | {
            "name": shown.name,
            "domain": list(domains[BASE]),
            "context": action["context"]
            | {
                "pivot_measures": measures,
                "pivot_row_groupby": rows,
                "pivot_column_groupby": columns,
                "graph_measure": measures[0],
                "graph_groupbys": rows[:1] + columns,
            },
        }
