from functools import cache
from itertools import islice
from operator import itemgetter
from typing import NamedTuple

from lxml import etree

from odoo import api, fields, models
from odoo.tools import groupby, unique
from odoo.tools.safe_eval import safe_eval
from odoo.tools.view_validation import get_expression_field_names

from ..tools import xlsx

# Kinds of cells and widths of columns by the types of fields; others are not exported.
KINDS = {
    "boolean": ("text", 10),
    "char": ("text", 28),
    "date": ("date", 12),
    "datetime": ("datetime", 17),
    "float": ("float", 14),
    "integer": ("integer", 11),
    "many2many": ("text", 28),
    "many2one": ("text", 28),
    "monetary": ("float", 14),
    "selection": ("text", 16),
    "text": ("multiline", 40),
}
AGGREGATES = ("sum", "avg", "min", "max")
# Fields that a list has for the client to work with.
NO_FIGURES = ("color_picker", "handle")
# What Excel can fold.
MAX_LEVEL = 7


class Group(NamedTuple):
    """A group of a list: what it is called, its figures, and what stands below it.

    ``ids`` are of the records right below, ``size`` counts the rows below, of inner groups too.
    """

    level: int
    label: str
    figures: dict
    ids: list
    size: int


class IsofListExport(models.TransientModel):
    """A list as somebody sees it in the client, to download: its columns, filters and groups."""

    _name = "isof.list.export"
    _description = "Export of a List"
    _inherit = ["isof.download"]
    _download_path = "/isof_crm/list_export"

    name = fields.Char(required=True, help="What the list is called.")
    res_model = fields.Char(required=True)
    list_domain = fields.Json(
        help="What the list is searched by; the reader's rights apply on top."
    )
    list_context = fields.Json(help="The context of the list.")
    list_groupby = fields.Json(help="What the list is grouped by, as in the client.")
    list_order = fields.Char(help="What the list is sorted by.")
    list_filters = fields.Json(help="What the reader chose in the search bar, in words.")
    list_view_id = fields.Integer(help="The view of the list; 0 is the model's own one.")
    list_columns = fields.Json(help="Names of the fields that are shown, from the left.")

    @api.model
    def get_download(self, vals):
        """Return the action that downloads a list, or has a long one written in the background.

        :param dict vals: values of a record of this model
        :raises AccessError: for users who may not export
        """
        return self.create(vals)._prepare_download_action()

    def _get_file_name(self):
        """Return the name of the file, without an extension."""
        return f"{self.name} {fields.Date.context_today(self)}"

    def _count_rows(self):
        return self._get_model().search_count(self.list_domain or [])

    def _get_model(self):
        """Return the model of the list, as the list asks it."""
        context = {**(self.list_context or {}), "allowed_company_ids": self.company_ids.ids}
        return self.env[self.res_model].with_context(context)

    def _write_workbook(self, output):
        """Write the list as a workbook: a tree where it is grouped, with totals that count.

        :param output: binary file to write to
        :raises AccessError: if the reader may not read what is listed
        """
        self.ensure_one()
        model = self._get_model()
        records = model.search(self.list_domain or [], order=self.list_order or None)
        view = self._read_view(model)
        columns, aggregates = self._get_columns(model, view)
        total, groups = self._read_groups(records, aggregates)
        adds_up = True
        if groups:
            ids = [id_ for group in groups for id_ in group.ids]
            adds_up = len(ids) == len(records)  # or some belong to several groups
            records = records.browse(ids)
        rows = self._iter_rows(records, columns, view)
        if groups:
            rows = self._iter_tree(groups, rows, columns, aggregates, adds_up)
        size = len(groups) + len(records)
        total_row = {}
        if size and total:
            total_row = self._get_figures_row(total, aggregates, (-size, -1), adds_up)
            total_row[columns[0].key] = self.env._("Total")
        lines = [*(self.list_filters or ()), self.env["isof.export"]._get_as_of_line()]
        with xlsx.new_workbook(output) as book:
            xlsx.write_sheet(book, self.name, columns, rows, lines, total_row=total_row)

    # ------------------------------------------------------------
    # Columns
    # ------------------------------------------------------------

    def _read_view(self, model):
        """Return what the view says of its columns: dicts of attributes by names of fields."""
        arch = etree.fromstring(model.get_view(self.list_view_id or False, "list")["arch"])
        return {node.get("name"): dict(node.attrib) for node in arch.iterfind("field")}

    def _get_columns(self, model, view):
        """Return what is shown of the list, as far as the reader may see it.

        What amounts are in is told in any case. What a ratio divides is there, if hidden, and is
        summed.

        :param dict view: what the view says of its columns
        :return: tuple of a list of ``xlsx.Column`` and a dict of the columns' aggregates
        """
        shown = [
            name
            for name in self.list_columns
            if name in view and view[name].get("widget") not in NO_FIGURES
        ]
        ratios = {name: parts for name in shown if (parts := self._get_parts(view[name]))}
        summed = list(unique(part for parts in ratios.values() for part in parts))
        currencies = self._get_currency_fields(model, view, shown)
        wanted = list(unique([*shown, *summed, *currencies]))
        specs, aggregates = [], {}
        described = model.fields_get(wanted, ["aggregator", "exportable", "type"])
        for name in filter(described.__contains__, wanted):
            field = described[name]
            if field["type"] not in KINDS or not field.get("exportable", True):
                continue
            attributes = view.get(name, {})
            kind, width = KINDS[field["type"]]
            kind = "percent" if attributes.get("widget") == "percentage" else kind
            specs.append((name, kind, width, False))
            aggregate = next(filter(attributes.get, AGGREGATES), None)
            if name in ratios:
                aggregate = "avg"  # which is the ratio of the sums
            elif name in summed:
                aggregate = "sum"
            if aggregate and field.get("aggregator"):
                aggregates[name] = aggregate
        columns = self.env["isof.export"]._get_columns(model, specs)
        keys = {column.key for column in columns}
        return [
            column._replace(
                label=view.get(column.key, {}).get("string") or column.label,
                hidden=column.key not in {*shown, *currencies},
                ratio=parts if keys.issuperset(parts := ratios.get(column.key, ())) else (),
            )
            for column in columns
        ], aggregates

    def _get_parts(self, attributes):
        """Return the fields that the cells of a column divide; none if it is no ratio."""
        parts = attributes.get("data-numerator"), attributes.get("data-denominator")
        return parts if all(parts) else ()

    def _get_currency_fields(self, model, view, names):
        """Return the names of the fields that tell what the amounts of columns are in."""
        found = []
        for name in names:
            if model._fields[name].type == "monetary":
                found.append(model._fields[name].get_currency_field(model))
            found += view[name].get("data-unmixed", "").split()
        return [
            name for name in unique(found) if model._fields[name].comodel_name == "res.currency"
        ]

    def _get_readers(self, model, view, columns):
        """Return how cells are read that the view hides in some rows, or that divide others.

        Of the latter it is only read whether they are there: they are computed from their parts.

        :param dict view: what the view says of its columns
        :param columns: list of ``xlsx.Column``
        :return: tuple of a dict of functions of a batch of records, by names of fields, and a set
            of the fields that these read beside their own
        """
        exporter = self.env["isof.export"]

        def get_reader(name, is_ratio, expression, deciding):
            labels = exporter._prepare_labels(model, name)

            @cache
            def is_hidden(*values):
                return safe_eval(expression, dict(zip(deciding, values, strict=True)))

            def read(batch):
                values = (
                    [True] * len(batch) if is_ratio else exporter._read_texts(batch, name, labels)
                )
                decided = [exporter._read_values(batch, each) for each in deciding]
                hidden = map(is_hidden, *decided) if decided else [is_hidden()] * len(values)
                return [None if h else value for h, value in zip(hidden, values, strict=True)]

            return read

        readers, also_read = {}, set()
        for column in columns:
            expression = view.get(column.key, {}).get("invisible", "False")
            deciding = sorted(get_expression_field_names(expression))
            if not model._fields.keys() >= set(deciding):
                expression, deciding = "False", []  # what only the client knows hides nothing
            if expression != "False" or column.ratio:
                readers[column.key] = get_reader(
                    column.key, bool(column.ratio), expression, deciding
                )
                also_read.update(deciding)
        return readers, also_read

    # ------------------------------------------------------------
    # Rows
    # ------------------------------------------------------------

    def _iter_rows(self, records, columns, view):
        """Yield the records as rows of a sheet, as their model shows them if it has own ways."""
        if hasattr(records, "_iter_export_rows"):
            yield from records._iter_export_rows(columns)
            return
        ratios = [(column.key, *column.ratio) for column in columns if column.ratio]
        readers, also_read = self._get_readers(records, view, columns)
        for rows in self.env["isof.export"]._iter_batches(records, columns, readers, also_read):
            for row in rows:
                for name, numerator, denominator in ratios:
                    is_there = row[name] and row[denominator]
                    row[name] = row[numerator] / row[denominator] if is_there else None
                yield row

    def _iter_tree(self, groups, rows, columns, aggregates, adds_up):
        """Yield the rows of a list with those of its groups above."""
        for group in groups:
            row = self._get_figures_row(group.figures, aggregates, (1, group.size), adds_up)
            row[columns[0].key] = group.label
            yield row | {xlsx.OUTLINE: xlsx.Outline(group.level, is_head=True)}
            outline = xlsx.Outline(min(group.level + 1, MAX_LEVEL))
            for row in islice(rows, len(group.ids)):
                yield row | {xlsx.OUTLINE: outline}

    def _get_figures_row(self, figures, aggregates, span, adds_up):
        """Return a row of figures that the database computed: formulas where these are sums.

        :param dict figures: by names of fields
        :param dict aggregates: by names of fields
        :param span: the first and the last row that is summed, as distances
        :param bool adds_up: whether the sum of the rows is the figure
        """

        def get_sum(name):
            # unlike 109, 9 knows rows that are folded away
            return xlsx.Formula(
                lambda cell: f"=SUBTOTAL(9,{cell(name, span[0])}:{cell(name, span[1])})",
                figures[name],
            )

        return {
            name: get_sum(name) if adds_up and aggregates[name] == "sum" else value
            for name, value in figures.items()
        }

    # ------------------------------------------------------------
    # Groups
    # ------------------------------------------------------------

    def _read_groups(self, records, aggregates):
        """Return what the database computes of the list and of its groups.

        :param records: of the list, in its order
        :param dict aggregates: by names of fields
        :return: tuple of a dict of the figures of all, and a list of ``Group`` as they are shown;
            what has no single value, as amounts of several currencies, is in no figures
        """
        keys = self.list_groupby or []
        specs = {name: f"{name}:{aggregate}" for name, aggregate in aggregates.items()}
        currencies = {
            name: f"{field.get_currency_field(records)}:array_agg_distinct"
            for name in aggregates
            if (field := records._fields[name]).type == "monetary"
        }
        wanted = [
            *specs.values(),
            *unique(currencies.values()),
            *(["id:array_agg"] if keys else ()),
        ]
        if not wanted:
            return {}, []
        grouping_sets = [keys[:depth] for depth in range(len(keys) + 1)]
        levels = records.formatted_read_grouping_sets(self.list_domain or [], grouping_sets, wanted)

        def get_figures(group):
            return {
                name: group[spec]
                for name, spec in specs.items()
                if group[spec] is not None and len(group.get(currencies.get(name)) or ()) < 2
            }

        figures = {
            tuple(group[key] for key in grouping_set): get_figures(group)
            for grouping_set, groups in zip(grouping_sets, levels, strict=True)
            for group in groups
        }
        positions = {id_: position for position, id_ in enumerate(records.ids)}
        found = []

        def add_groups(leaves, path=()):
            level = len(path)
            for value, members in groupby(leaves, itemgetter(keys[level])):
                place = len(found)
                found.append(None)  # known when those below are
                if level + 1 < len(keys):
                    add_groups(members, (*path, value))
                    ids = []
                    count = sum(len(group.ids) for group in found[place + 1 :])
                else:
                    ids = sorted(members[0]["id:array_agg"], key=positions.get)
                    count = len(ids)
                found[place] = Group(
                    level=min(level, MAX_LEVEL),
                    label=f"{self._get_label(records, keys[level], value)} ({count})",
                    figures=figures[(*path, value)],
                    ids=ids,
                    size=count + len(found) - place - 1,
                )

        if keys:
            add_groups(levels[-1])
        return figures.get((), {}), found

    def _get_label(self, records, key, value):
        """Return what a group is called.

        :param str key: what the group is of, as in the client
        :param value: of the group, as Odoo formats it for the client
        """
        if isinstance(value, (tuple, list)):  # an id or a date, and what it is called
            return value[1]
        name = key.split(":")[0].split(".")[0]
        labels = self.env["isof.export"]._prepare_labels(records, name)
        return labels.get(value, value or self.env._("None"))
