from collections import defaultdict
from functools import cache
from itertools import islice
from typing import NamedTuple

from lxml import etree

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import unique
from odoo.tools.safe_eval import safe_eval
from odoo.tools.view_validation import get_expression_field_names

from ...tools import xlsx

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
NUMBERS = ("float", "integer", "monetary")
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
    _inherit = ["isof.download", "isof.guard.mixin"]

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

        :param dict vals: values of a record of this model; a list without a name has that of what
            it lists
        :raises AccessError: for users who may not export
        """
        name = vals.get("name") or self.env["ir.model"]._get(vals["res_model"]).name
        return self.create({**vals, "name": name})._prepare_download_action()

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
        :raises UserError: if no column can be exported
        """
        self.ensure_one()
        model = self._get_model()
        records = model.search(self.list_domain or [], order=self._get_order())
        view = self._read_view(model)
        columns, footers, aggregates = self._get_columns(model, view)
        if not columns:
            raise UserError(self.env._("Nothing of this list can be exported. Show more columns."))
        groups = self._read_groups(records, aggregates)
        total = self._read_figures(records, [], footers)
        size, adds_up = len(groups) + len(records), True
        if groups:
            ids = [id_ for group in groups for id_ in group.ids]
            # or some belong to several groups
            adds_up = len(ids) == len(records) == len(set(ids))
            size, records = len(groups) + len(ids), records.browse(ids)

        def get_summed(aggregates):
            # what the view hides of a sum is missing in the rows
            return {
                name
                for name, aggregate in aggregates.items()
                if adds_up and aggregate == "sum" and "invisible" not in view.get(name, {})
            }

        rows = self._iter_rows(records, columns, view)
        if groups:
            rows = self._iter_tree(groups, rows, columns, get_summed(aggregates))
        total_row = {}
        if size and total:
            total_row = self._get_figures_row(total[0][1], get_summed(footers), (-size, -1))
            total_row[columns[0].key] = self.env._("Total")
        lines = [*(self.list_filters or ()), self.env["isof.export"]._get_as_of_line()]
        with xlsx.new_workbook(output) as book:
            xlsx.write_sheet(book, self.name, columns, rows, lines, total_row=total_row)

    # ------------------------------------------------------------
    # Columns
    # ------------------------------------------------------------

    def _read_view(self, model):
        """Return what the view says of its columns: dicts of attributes by names of fields.

        A field may have several columns, of which one is there in the list's context.
        """
        view = {}
        arch = etree.fromstring(model.get_view(self.list_view_id or False, "list")["arch"])
        for node in arch.iterfind("field"):
            if not self._evaluate(model, node.get("column_invisible"), {}):
                view.setdefault(node.get("name"), dict(node.attrib))
        return view

    def _evaluate(self, model, expression, values):
        """Return whether a modifier of the view holds; what the client alone knows, does not.

        :param dict values: of the fields of a record, as the client has them
        """
        known = {"context": model.env.context, "uid": self.env.uid, **values}
        try:
            return bool(expression and safe_eval(expression, known))
        except (NameError, ValueError):
            return False

    def _get_columns(self, model, view):
        """Return what is shown of the list, as far as the reader may see it.

        What amounts are in is told in any case. What a ratio divides is there, if hidden, and is
        summed.

        :param dict view: what the view says of its columns
        :return: tuple of a list of ``xlsx.Column`` and two dicts of aggregates by names of
            fields: those of the footer, and those of groups
        """
        shown = [
            name
            for name in self.list_columns or ()
            if name in view and view[name].get("widget") not in NO_FIGURES
        ]
        declared = self._get_ratios(model)
        ratios = {name: declared[name] for name in shown if name in declared}
        summed = list(unique(part for parts in ratios.values() for part in parts))
        currencies = self._get_currency_fields(model, shown)
        wanted = list(unique([*shown, *summed, *currencies]))
        specs, footers, aggregates = [], {}, {}
        described = model.fields_get(wanted, ["aggregator", "exportable", "type"])
        for name in filter(described.__contains__, wanted):
            field = described[name]
            if field["type"] not in KINDS or not field.get("exportable", True):
                continue
            attributes = view.get(name, {})
            kind, width = KINDS[field["type"]]
            kind = "percent" if attributes.get("widget") == "percentage" else kind
            specs.append((name, kind, width, False))
            if not field.get("aggregator"):
                continue
            if name in ratios:  # the average of a ratio is the ratio of the sums
                footers[name] = aggregates[name] = "avg"
            elif name in summed:
                footers[name] = aggregates[name] = "sum"
            else:
                footer = next(filter(attributes.get, AGGREGATES), None)
                footers |= {name: footer} if footer else {}
                if field["type"] in NUMBERS and field["aggregator"] in AGGREGATES:
                    aggregates[name] = field["aggregator"]
        columns = self.env["isof.export"]._get_columns(model, specs)
        keys = {column.key for column in columns}
        columns = [
            column._replace(
                label=view.get(column.key, {}).get("string") or column.label,
                hidden=column.key not in {*shown, *currencies},
                ratio=parts if keys.issuperset(parts := ratios.get(column.key, ())) else (),
            )
            for column in columns
        ]
        return columns, footers, aggregates

    def _has_figures(self, model):
        return isinstance(model, self.env.registry["isof.figures.mixin"])

    def _get_ratios(self, model):
        """Return the names of the fields that a field divides, by its name."""
        return model._get_figures().ratios if self._has_figures(model) else {}

    def _get_currency_fields(self, model, names):
        """Return the names of the fields that tell what the amounts of columns are in."""
        found = []
        for name in names:
            if model._fields[name].type == "monetary":
                found.append(model._fields[name].get_currency_field(model))
            elif self._has_figures(model) and model._is_of_money(name):
                found += model._get_figures().unmixed
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
        readers, also_read = {}, set()
        if hasattr(model, "_get_export_readers"):  # the model's own ways
            readers, names = model._get_export_readers()
            also_read.update(names)

        def get_reader(column, expression, deciding):
            own = readers.get(column.key)
            labels = exporter._prepare_labels(model, column.key)

            def show(batch):
                if column.ratio:
                    return [True] * len(batch)
                return own(batch) if own else exporter._read_texts(batch, column.key, labels)

            @cache
            def is_hidden(*values):
                return self._evaluate(model, expression, dict(zip(deciding, values, strict=True)))

            def read_deciding(batch, each):
                values = exporter._read_values(batch, each)
                return [
                    tuple(value) if isinstance(value, list) else value or False for value in values
                ]

            def read(batch):
                values = show(batch)
                decided = [read_deciding(batch, each) for each in deciding]
                hidden = map(is_hidden, *decided) if decided else [is_hidden()] * len(values)
                return [None if h else value for h, value in zip(hidden, values, strict=True)]

            return read

        for column in columns:
            expression = view.get(column.key, {}).get("invisible")
            names = get_expression_field_names(expression)
            deciding = sorted(model.fields_get(list(names), ["type"])) if names else []
            if expression or column.ratio:
                readers[column.key] = get_reader(column, expression, deciding)
                also_read.update(deciding)
        return readers, also_read

    # ------------------------------------------------------------
    # Rows
    # ------------------------------------------------------------

    def _iter_rows(self, records, columns, view):
        """Yield the records as rows of a sheet."""
        ratios = [(column.key, *column.ratio) for column in columns if column.ratio]
        readers, also_read = self._get_readers(records, view, columns)
        for rows in self.env["isof.export"]._iter_batches(records, columns, readers, also_read):
            for row in rows:
                for name, numerator, denominator in ratios:
                    is_there = row[name] and row[denominator]
                    row[name] = row[numerator] / row[denominator] if is_there else None
                yield row

    def _iter_tree(self, groups, rows, columns, summed):
        """Yield the rows of a list with those of its groups above."""
        for group in groups:
            row = self._get_figures_row(group.figures, summed, (1, group.size))
            row[columns[0].key] = group.label
            yield row | {xlsx.OUTLINE: xlsx.Outline(group.level, is_head=True)}
            outline = xlsx.Outline(min(group.level + 1, MAX_LEVEL))
            for row in islice(rows, len(group.ids)):
                yield row | {xlsx.OUTLINE: outline}

    def _get_figures_row(self, figures, summed, span):
        """Return a row of figures that the database computed.

        :param dict figures: by names of fields
        :param summed: names of those that are the sum of the rows: these are formulas
        :param span: the first and the last row that is summed, as distances
        """

        def get_sum(name):
            # unlike 109, 9 knows rows that are folded away
            return xlsx.Formula(
                lambda cell: f"=SUBTOTAL(9,{cell(name, span[0])}:{cell(name, span[1])})",
                figures[name],
            )

        return {name: get_sum(name) if name in summed else value for name, value in figures.items()}

    # ------------------------------------------------------------
    # Groups
    # ------------------------------------------------------------

    def _get_directions(self):
        """Return what the list is sorted by: directions by names, of groups also ``__count``."""
        terms = [term.strip().partition(" ") for term in (self.list_order or "").split(",")]
        return {name: direction or "asc" for name, _space, direction in terms if name}

    def _get_order(self):
        """Return what the records are sorted by; None is the order of their model."""
        directions = self._get_directions().items()
        return ", ".join(f"{name} {how}" for name, how in directions if name != "__count") or None

    def _read_figures(self, records, keys, aggregates, also=()):
        """Return what the database computes of a list, or of its groups in their order.

        :param records: of the model of the list
        :param list keys: what is grouped by
        :param dict aggregates: by names of fields
        :param also: further aggregates, as ``formatted_read_group`` takes them
        :return: list of tuples of what Odoo formats for the client and a dict of the figures; what
            has no single value, as amounts of several currencies, is in no figures
        """
        specs = {name: f"{name}:{aggregate}" for name, aggregate in aggregates.items()}
        currencies = {
            name: f"{field.get_currency_field(records)}:array_agg_distinct"
            for name in aggregates
            if (field := records._fields[name]).type == "monetary"
        }
        wanted = [*unique([*specs.values(), *currencies.values()]), *also]
        if not wanted:
            return []
        order = records._get_read_group_order(self._get_directions(), keys[-1:], wanted)
        return [
            (
                group,
                {
                    name: group[spec]
                    for name, spec in specs.items()
                    if group[spec] is not None
                    and group[spec] is not False
                    and len(group.get(currencies.get(name)) or ()) < 2
                },
            )
            for group in records.formatted_read_group(
                self.list_domain or [], keys, wanted, order=order if keys else None
            )
        ]

    def _read_groups(self, records, aggregates):
        """Return the groups of a list as they are shown: outer ones above their inner ones.

        :param records: of the list, in its order
        :param dict aggregates: by names of fields
        :return: list of ``Group``
        """
        keys = self.list_groupby or []
        inner = defaultdict(list)
        for depth in range(1, len(keys) + 1):
            also = ["__count", *(["id:array_agg"] if depth == len(keys) else ())]
            for group, figures in self._read_figures(records, keys[:depth], aggregates, also):
                path = tuple(group[key] for key in keys[:depth])
                inner[path[:-1]].append((path, group, figures))
        positions = {id_: position for position, id_ in enumerate(records.ids)}
        found = []

        def add_groups(outer):
            for path, group, figures in inner[outer]:
                place = len(found)
                found.append(None)  # known when those below are
                add_groups(path)
                below = found[place + 1 :]
                ids = sorted(group.get("id:array_agg", ()), key=positions.get)
                label = self._get_label(records, keys[len(outer)], path[-1])
                found[place] = Group(
                    level=min(len(outer), MAX_LEVEL),
                    label=f"{label} ({group['__count']})",
                    figures=figures,
                    ids=ids,
                    size=len(below) + sum(len(each.ids) for each in below) + len(ids),
                )

        add_groups(())
        return found

    def _get_label(self, records, key, value):
        """Return what a group is called.

        :param str key: what the group is of, as in the client
        :param value: of the group, as Odoo formats it for the client
        """
        if isinstance(value, (tuple, list)):  # an id or a date, and what it is called
            return value[1]
        name = key.split(":")[0].split(".")[0]
        labels = self.env["isof.export"]._prepare_labels(records, name)
        if value in labels:
            return labels[value]
        is_empty = value is None or value is False or value == ""
        return self.env._("None") if is_empty else value
