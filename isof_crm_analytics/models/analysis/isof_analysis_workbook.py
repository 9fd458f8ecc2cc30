import json
from functools import partial

import psycopg2
from xlsxwriter.utility import xl_col_to_name

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import mute_logger

from odoo.addons.isof_crm.models.export import isof_export_job
from odoo.addons.isof_crm.tools import xlsx

from ...tools.analysis_table import BASE, COMPARISON, TOTAL
from .isof_analysis import ROWS
from .isof_analysis_table import NoFiguresError

# Rows below one row, and rows altogether, that a workbook has.
WORKBOOK_ROWS = (200_000, 200_000)
# With more rows only those count that have others below them, and the total.
COUNTING_ROWS = 10_000
CHART_ROWS = 30
CHART_TYPES = {"bar": "column", "line": "line", "pie": "pie"}
KINDS = {"money": "float"}


class IsofAnalysis(models.Model):
    """A saved analysis as a workbook: with levels to fold, and formulas that count."""

    _inherit = "isof.analysis"

    @api.readonly
    def action_export(self, overrides=None):
        """Return the action that downloads the workbook, or has a long one written meanwhile.

        :raises AccessError: for users who may not export
        """
        self.ensure_one()
        self.check_access("read")
        self.env["isof.export"]._check_allowed()
        if self._with_overrides(overrides or {})._has_many_rows():
            return self.env["isof.export.job"]._start(
                self,
                allowed_company_ids=self.env.companies.ids,
                isof_overrides=overrides or {},
            )
        options = {"companies": "-".join(map(str, self.env.companies.ids))}
        if overrides:
            options["overrides"] = json.dumps(overrides)
        url = self._get_workbook_url(**options)
        return {"type": "ir.actions.act_url", "url": url, "target": "download"}

    def _with_workbook_options(self, **options):
        """Return the analysis for some companies, with other periods than those saved.

        :param options: ``companies``, ids of those that are switched on, with dashes between them;
            ``overrides``, the periods, as JSON
        """
        overrides = json.loads(options.get("overrides", "{}"))
        analysis = self.with_context(isof_overrides=dict(overrides))
        if not (companies := options.get("companies")):
            return analysis
        # whether they are the user's is checked where they are used
        return analysis.with_context(
            allowed_company_ids=[int(company) for company in companies.split("-")]
        )

    def _has_many_rows(self):
        """Return whether the workbook is long enough to be written in the background."""
        limit = isof_export_job.ROWS_AT_ONCE
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint(flush=False):
                model, notes = self._get_model(), []
                domain = Domain.OR(self._get_domains(model, self._get_days(), notes).values())
                # fewer records than that cannot have more groups
                if model.search_count(domain, limit=limit + 1) <= limit:
                    return False
                groups = [dimension.spec for dimension in self._get_dimensions(model, ROWS, notes)]
                return len(model._read_group(domain, groups, limit=limit + 1)) > limit
        except (NoFiguresError, psycopg2.DataError, psycopg2.ProgrammingError):
            return False  # the workbook says what is wrong

    def _get_file_name(self):
        """Return the name of the file, without an extension."""
        return f"{self.name} {fields.Date.context_today(self)}"

    def _write_workbook(self, output):
        """Write the whole table with all levels as a workbook.

        :param output: binary file to write to
        :raises AccessError: for users who may not export
        :raises UserError: if there is nothing to show
        """
        self.ensure_one()
        exporter = self.env["isof.export"]
        exporter._check_allowed()
        shown = self._with_overrides(self.env.context.get("isof_overrides") or {})
        days = shown._get_days()
        try:
            reader, notes = shown._read_table(days, (), None, True, WORKBOOK_ROWS, with_parts=True)
        except NoFiguresError as error:
            raise UserError(str(error)) from error
        title = shown._get_title(days, shown._describe_filter(reader.model))
        lines = [self.env._("Period: %s", title["period"])]
        if title["comparison"]:
            lines.append(self.env._("Compared with: %s", title["comparison"]))
        lines += [self.env._("Filter: %s", line) for line in title["filters"]]
        lines += [note["text"] for note in notes]
        lines.append(exporter._get_as_of_line())
        with xlsx.new_workbook(output) as book:
            AnalysisSheet(shown, reader).add_to(book, lines)


class AnalysisSheet:
    """The sheet of the table of an analysis, and that of its chart.

    Every row of the table is a row of the sheet, with its children right below it and the total
    at the end; so the place of each is known before any is written, and formulas can point there.
    """

    def __init__(self, analysis, reader):
        self.analysis = analysis
        self.reader = reader
        self.env = analysis.env
        shown = set(analysis.measure_ids.mapped("measure"))
        self.keys = {
            (column.group, column.measure.name, column.kind): f"c{position}"
            for position, column in enumerate(reader.columns)
        }
        self.hidden = {
            self._key(column) for column in reader.columns if column.measure.name not in shown
        }
        self.currencies = self._get_currencies()
        # by levels, of which the total is -1
        self.formulas = {
            level: [self._get_formula(column, level) for column in reader.columns]
            for level in range(-1, len(reader.dimensions))
        }
        self.rows = []
        self._place(reader.rows, 0)

    def _key(self, column):
        return self.keys[column.group, column.measure.name, column.kind]

    def _place(self, rows, level):
        """Put rows one below the other: the row, its level and how many are below it."""
        for row in rows:
            place = len(self.rows)
            self.rows.append(None)
            self._place(row.children or (), level + 1)
            self.rows[place] = (row, level, len(self.rows) - place - 1)

    def add_to(self, book, lines):
        """Add both sheets to a workbook, with lines of text above the table."""
        analysis = self.analysis
        columns = self._get_columns()
        has_groups = bool(self.reader.column_keys)
        sheet = xlsx.write_sheet(
            book,
            analysis.name,
            columns,
            self._iter_rows(),
            lines,
            total_row=self._get_total_row(),
            groups=self._get_groups(len(columns)) if has_groups else (),
        )
        if analysis.chart != "none" and self.rows:
            self._write_chart(book, sheet, columns)

    def _get_columns(self):
        analysis, reader = self.analysis, self.reader
        columns = [
            xlsx.Column("label", " / ".join(d.label for d in reader.dimensions), "text", 40),
            xlsx.Column("currency", self.env._("Currency"), "text", 8, hidden=not self.currencies),
        ]
        for column in reader.columns:
            described = analysis._format_kind(column, 2)
            kind = KINDS.get(described["type"], described["type"])
            if kind == "points" or column.kind == "rate":
                kind = "percent_delta"
            elif column.kind == "delta":
                kind = f"{kind}_delta"
            label = described["label"]
            if column.kind in (COMPARISON, "delta", "rate"):
                label = f"{column.measure.label}: {label}"
            key = self._key(column)
            columns.append(xlsx.Column(key, label, kind, 14, hidden=key in self.hidden))
        columns.append(xlsx.Column("level", self.env._("Level"), "integer", hidden=True))
        return columns

    def _get_currencies(self):
        """Return the currencies of rows by their ids, where there are several."""
        if not self.analysis._get_currency_name(self.reader.model):
            return {}
        return {currency.id: currency.name for currency in self.analysis._get_currencies()}

    def _get_groups(self, count):
        headers = self.analysis._format_headers(self.reader)
        groups = [("", 2), *((header["label"], header["span"]) for header in headers)]
        return [*groups, ("", count - sum(span for _label, span in groups))]

    # ------------------------------------------------------------
    # Rows
    # ------------------------------------------------------------

    def _iter_rows(self):
        """Yield the rows of the sheet; formulas find the row above by how far up it is."""
        above = []
        for place, (row, level, below) in enumerate(self.rows):
            above[level:] = [place]
            parent = above[level - 1] if level else len(self.rows)
            yield {
                "label": row.label,
                "currency": self._get_currency(row),
                "level": level + 1,
                xlsx.OUTLINE: xlsx.Outline(level, bool(level) and not self.analysis.unfolded),
                **self._get_cells(row, level, below, parent - place),
            }

    def _get_total_row(self):
        total = self.reader.total
        return {
            "label": total.label,
            "currency": self._get_currency(total),
            **self._get_cells(total, -1, -len(self.rows), 0),
        }

    def _get_currency(self, row):
        if not self.currencies:
            return None
        return self.currencies.get(self.reader.get_currency_id(row))

    def _get_cells(self, row, level, below, parent):
        """Return the cells of a row.

        :param int below: how many rows below it belong to it; negative where they are above it
        :param int parent: how far down the row is that shares are of
        """
        place = {"level": level, "below": below, "parent": parent}
        counts = below or len(self.rows) <= COUNTING_ROWS
        return {
            key: xlsx.Formula(partial(write, **place), value)
            if write and value is not None and counts and (below or not is_sum)
            else value
            for key, (write, is_sum), value in zip(
                self.keys.values(), self.formulas[level], row.values, strict=True
            )
        }

    def _get_formula(self, column, level):
        """Return the function that writes the formula of a column's cells, and if it is a sum.

        Of rows without others below them, what is a sum elsewhere is a figure. The function is
        given the one that finds cells, and where the row stands: see ``_get_cells``.
        """
        group, measure, kind = column
        find = self.keys.get
        key, before = (find((group, measure.name, side)) for side in (BASE, COMPARISON))
        if kind in (BASE, COMPARISON):
            parts = [find((group, part, kind)) for part in measure.parts]
            if parts and all(parts):
                return partial(self._write_ratio, *parts), False
            if measure.adds_up and self._makes_up(level + 1, kind):
                return partial(self._write_sum, find((group, measure.name, kind))), True
        elif kind == "share":
            return partial(self._write_share, key), False
        elif before and kind in ("delta", "rate"):
            write = self._write_delta if kind == "delta" else self._write_rate
            return partial(write, key, before), False
        return None, False

    def _makes_up(self, level, kind):
        """Return whether the rows of a level make up those above them."""
        if level >= len(self.reader.dimensions):
            return True
        dimension = self.reader.dimensions[level]
        # what has nothing beside it leaves out a part of the period that it is compared with
        return not (dimension.overlaps or (kind == COMPARISON and dimension.alone))

    @staticmethod
    def _write_ratio(numerator, denominator, cell, **_place):
        return f"={cell(numerator)}/{cell(denominator)}"

    @staticmethod
    def _write_share(key, cell, parent, **_place):
        return f"={cell(key)}/{cell(key, parent)}"

    @staticmethod
    def _write_delta(key, before, cell, **_place):
        return f"={cell(key)}-{cell(before)}"

    @staticmethod
    def _write_rate(key, before, cell, **_place):
        return f"=({cell(key)}-{cell(before)})/ABS({cell(before)})"

    @staticmethod
    def _write_sum(key, cell, level, below, **_place):
        """Write the sum of the rows of the next level."""
        first, last = (1, below) if below > 0 else (below, -1)
        return (
            f"=SUMIFS({cell(key, first)}:{cell(key, last)},"
            f"{cell('level', first)}:{cell('level', last)},{level + 2})"
        )

    # ------------------------------------------------------------
    # Chart
    # ------------------------------------------------------------

    def _write_chart(self, book, sheet, columns):
        """Add a sheet with the rows of the first level, as links to the table, and a chart."""
        measure = self.reader.measures[0]
        sides = [BASE] + [COMPARISON] * (COMPARISON in self.reader.domains)
        keys = [key for side in sides if (key := self.keys.get((TOTAL, measure.name, side)))]
        chosen = [columns[0]] + [column for column in columns if column.key in keys]
        name = sheet.worksheet.get_name().replace("'", "''")
        letters = {column.key: xl_col_to_name(columns.index(column)) for column in chosen}

        def link(key, place, value):
            address = f"='{name}'!{letters[key]}{sheet.first_row + place + 1}"
            return value if value is None else xlsx.Formula(lambda _cell: address, value)

        rows = []
        for place, (row, level, _below) in enumerate(self.rows):
            if level or row.is_others or len(rows) == CHART_ROWS:
                continue
            values = dict(zip(self.keys.values(), row.values, strict=True))
            rows.append(
                {"label": link("label", place, row.label)}
                | {key: link(key, place, values[key]) for key in keys}
            )
        title = self.env._("Chart")
        data = xlsx.write_sheet(book, title, [c._replace(hidden=False) for c in chosen], rows)
        kind = CHART_TYPES[self.analysis.chart]
        xlsx.insert_chart(book, data, kind, self.analysis.name, range(1, len(chosen)))
