"""The table of an analysis: read in a few grouped queries, whatever the number of its rows.

How it works: figures are read by grouping sets into cells, those of the base period and those
of the period that it is compared with, each by the keys of its row and its column. The keys of
the latter are those of the base that they belong beside: compared with last year, the figures
of March 2025 stand in the row of March 2026. Rows are made of the cells then: sorted, ranked
and cut off after the top ones, with a row "Others" read by the domain of all but these.
"""

from datetime import date, datetime, time, timedelta  # noqa: F401 (timedelta: doctests)
from functools import cached_property
from typing import Any, NamedTuple

from odoo.fields import Domain

from . import analysis_ranks
from .analysis_periods import pair, shift_between

BASE, COMPARISON = SIDES = ("base", "comparison")
# The column of all columns, and the row of those that are not shown.
TOTAL, OTHERS = "total", "others"
# Groups that columns are made of: a year of days. More is no table that anybody reads.
MAX_COLUMNS = 400
COMPARE = {"delta": analysis_ranks.difference, "rate": analysis_ranks.rate}


class TooManyColumns(Exception):  # noqa: N818
    """There are more groups of the dimension of the columns than ``MAX_COLUMNS``."""


class Measure(NamedTuple):
    """A measure: ``aggregate`` as the ORM wants it, ``kind`` as cells are formatted.

    What ``adds_up`` has shares, and 0 where there are no records; of what is only ``counted``
    that is 0, too. ``parts`` are numerator and denominator of a ratio.
    """

    name: str
    aggregate: str
    label: str
    help: str
    kind: str
    digits: int
    adds_up: bool = False
    counted: bool = False
    parts: tuple = ()


class Column(NamedTuple):
    """A column of figures: one kind of figure of a measure, below a header.

    ``group`` is the key of the header, or ``TOTAL``. ``kind`` is ``BASE``, ``COMPARISON``,
    ``delta``, ``rate``, ``share``, ``cumulative`` or ``abc``.
    """

    group: Any
    measure: Measure
    kind: str


class Group(NamedTuple):
    """A group of a dimension; the domains are those of either period."""

    label: str
    domain: Domain
    comparison_domain: Domain


class Row:
    """A row with its figures; ``keys`` are those of the rows above it and its own.

    :param above: the row that it is below, as one of the groups there
    :param group: its ``Group``
    """

    def __init__(self, keys, label, values, above=None, group=None):
        self.keys = keys
        self.label = label
        self.values = values
        self.children = None
        self._above = above
        self._group = group

    @cached_property
    def domains(self):
        """Those of its records in each period: made when asked for, which no workbook does."""
        return narrow(self._above.domains, self._group)

    @property
    def is_others(self):
        return self.keys[-1] == OTHERS


def narrow(domains, group):
    """Return the domains of a group below a row."""
    return {
        BASE: domains[BASE] & group.domain,
        COMPARISON: domains[COMPARISON] & group.comparison_domain,
    }


def move(day, delta):
    """Return a day that is moved, both as text; at an end of the calendar it stays where it is.

    >>> move("2026-03-01", timedelta(days=-1)), move("9999-12-01", timedelta(days=365))
    ('2026-02-28', '9999-12-01')
    """
    try:
        return str(date.fromisoformat(day) + delta)
    except (OverflowError, ValueError):
        return day


class Dimension:
    """What a level of rows, or the columns, are made of.

    Keys of its groups are plain values: an id, a text, the first day of a range; False for none.
    """

    def __init__(self, model, spec, label, empty_label):
        self.model = model
        self.spec = spec
        self.label = label
        self.empty_label = empty_label
        name, _colon, self.granularity = spec.partition(":")
        self.field = model._fields[name]
        self._to_base = self._to_comparison = None
        # groups that there are in one of the periods only
        self.alone = frozenset()

    @property
    def overlaps(self):
        """Whether a record belongs to several groups, so that these have no sum."""
        return self.field.type == "many2many"

    def align(self, days, comparison_days):
        """Have the groups of one period stand beside those of the other."""
        if self.granularity:
            there = shift_between(comparison_days[0], days[0], self.granularity)
            back = shift_between(days[0], comparison_days[0], self.granularity)
            self._to_base = lambda key: key and move(key, there)
            self._to_comparison = lambda key: key and move(key, back)
        elif self.field.comodel_name == "isof.period":
            self._align_periods(days, comparison_days)

    def _align_periods(self, days, comparison_days):
        """Have periods of users stand beside those of the other period, as far as there are any.

        What is outside all of them has nothing beside it, either, unless each has a counterpart.
        """
        ours, theirs = self._find_periods(*days), self._find_periods(*comparison_days)
        pairs = pair(list(ours.values()), days, list(theirs.values()), comparison_days)
        ids, other_ids = list(ours), list(theirs)
        to_comparison = {ids[our]: other_ids[their] for our, their in pairs.items()}
        to_base = {their: our for our, their in to_comparison.items()}
        self._to_base = lambda key: to_base.get(key, key)
        self._to_comparison = lambda key: to_comparison.get(key, key)
        alone = (ours.keys() - to_comparison.keys()) | (theirs.keys() - to_base.keys())
        self.alone = frozenset({*alone, False} if alone else ())

    def _find_periods(self, first, last):
        """Return the first and last days of the periods that meet some days, by their ids."""
        Period = self.model.env["isof.period"]
        is_type = Domain(self.field.get_comodel_domain(self.model))
        overlaps = Domain("date_from", "<=", last) & Domain("date_to", ">=", first)
        found = Period.search(is_type & overlaps, order="date_from")
        return {period.id: (period.date_from, period.date_to) for period in found}

    def key_of(self, value, side):
        """Return the key of a group that was read."""
        if self.field.relational:
            key = value.id
        else:
            key = str(value)[:10] if self.granularity and value else value or False
        return self._to_base(key) if side == COMPARISON and self._to_base else key

    def describe(self, keys):
        """Return the ``Group`` of each key."""
        described = self._format(keys)
        if not self._to_comparison:
            return {key: Group(label, domain, domain) for key, (label, domain) in described.items()}
        there = {key: self._to_comparison(key) for key in keys}
        described_there = self._format(list(set(there.values())))
        return {
            key: Group(label, domain, described_there[there[key]][1])
            for key, (label, domain) in described.items()
        }

    def _format(self, keys):
        """Return the label and the domain of each key."""
        values = dict(zip(keys, self._get_values(keys), strict=True))
        describe = self.model._web_read_group_groupby_formatter(self.spec, list(values.values()))
        described = {key: describe(value) for key, value in values.items()}
        return {
            key: (self._get_label(key, shown), Domain(domain))
            for key, (shown, domain) in described.items()
        }

    def _get_values(self, keys):
        if self.field.relational:
            comodel = self.model.env[self.field.comodel_name]
            # the names of all in one query
            records = comodel.browse([key for key in keys if key])
            return [comodel.browse(key or ()).with_prefetch(records.ids) for key in keys]
        if self.granularity:
            days = [key and date.fromisoformat(key) for key in keys]
            if self.field.type == "datetime":
                return [day and datetime.combine(day, time()) for day in days]
            return days
        return keys

    def _get_label(self, key, shown):
        env = self.model.env
        if self.field.type == "boolean":
            return env._("Yes") if key else env._("No")
        if not key:
            return self.empty_label
        if self.field.type == "selection":
            return dict(self.field._description_selection(env)).get(key, key)
        return str(shown[1] if isinstance(shown, tuple) else shown)

    def sort(self, keys, labels):
        """Return keys in the natural order: of time, of records, of the values of a selection."""
        if self.field.relational:
            # sudo: only the order of what is shown anyway
            comodel = self.model.env[self.field.comodel_name].sudo()
            wanted = [("id", "in", [key for key in keys if key])]
            order = comodel.with_context(active_test=False).search(wanted).ids
        elif self.field.type == "selection":
            order = self.field.get_values(self.model.env)
        else:
            order = sorted(key for key in keys if key) if self.granularity else []
        positions = {key: position for position, key in enumerate(order)}
        return sorted(
            keys,
            key=lambda key: (not key, positions.get(key, len(order)), labels[key].casefold()),
        )


class TableReader:
    """Reads and arranges the figures of an analysis.

    How to use: ``load`` it; then ``columns``, ``total`` and ``rows`` are there. ``is_cut`` says
    that the last row is "Others", ``is_too_deep`` that there were too many rows to unfold.

    :param analysis: record of ``isof.analysis``: order, cut points and what to show
    :param model: of the records, with the reader's rights
    :param list dimensions: ``Dimension`` of each level of rows
    :param column: ``Dimension`` of the columns, or None
    :param list measures: of ``Measure``
    :param dict domains: that of each period, by ``SIDES``
    :param currency_name: field of the currency, where there may be several
    """

    def __init__(self, analysis, model, dimensions, column, measures, domains, currency_name=None):
        self.analysis = analysis
        self.model = model
        self.dimensions = dimensions
        self.column = column
        self.measures = measures
        self.domains = domains
        self.column_keys = []
        self.columns = []
        self.rows = []
        self.total = None
        self.is_cut = False
        self.is_too_deep = False
        self._cells = {side: {} for side in SIDES}
        # by the place of the key in a row, None for that of a column
        self._alone = [
            (position, dimension.alone)
            for position, dimension in [*enumerate(dimensions), (None, column)]
            if dimension and dimension.alone
        ]
        self._aggregates = list(
            dict.fromkeys([*(measure.aggregate for measure in measures), "__count"])
        )
        self._currencies = currency_name and f"{currency_name}:array_agg_distinct"
        if self._currencies:
            self._aggregates.append(self._currencies)
        # of the values of a cell: a dict for each of 100,000 would take much memory
        self._positions = {spec: position for position, spec in enumerate(self._aggregates)}

    def load(self, path, unfold, max_rows, column_keys=None):
        """Read the rows below some row, or all.

        :param path: keys of the row; empty for the whole table
        :param bool unfold: whether to read all levels, not only the next one
        :param tuple max_rows: how many there may be below one row, and altogether
        :param column_keys: those of the columns, where they are known already
        :raises TooManyColumns: when there are more than ``MAX_COLUMNS``
        """
        path = tuple(path)
        above = dict.fromkeys(SIDES, Domain.TRUE)
        for dimension, key in zip(self.dimensions, path, strict=False):
            above = narrow(above, dimension.describe([key])[key])
        domains = {side: domain & above[side] for side, domain in self.domains.items()}
        top_row = Row(path, "", [])
        top_row.domains = above
        dimensions = self.dimensions[len(path) :]
        self._read_cells(path, domains, dimensions[:1], with_own=True)
        self._set_columns(column_keys)
        if not path:
            self.total = Row((TOTAL,), self.model.env._("Total"), self._get_values(()))
        if not dimensions:
            return
        top = not path and self.analysis.top_n
        self._set_rows(top_row, domains, min(top or max_rows[0], max_rows[0]))
        if unfold and len(dimensions) > 1:
            self._unfold(path, domains, dimensions, max_rows[1])

    # ------------------------------------------------------------
    # Cells
    # ------------------------------------------------------------

    def _read_cells(self, path, domains, dimensions, with_own=False):
        """Read the cells of all rows below a row, and with ``with_own`` its own."""
        sizes = range(0 if with_own else 1, len(dimensions) + 1)
        sets = [tuple(dimensions[:size]) for size in sizes]
        columns = [(), (self.column,)] if self.column else [()]
        for side, domain in domains.items():
            found = self.model._read_grouping_sets(
                domain,
                [
                    [dimension.spec for dimension in (*levels, *column)]
                    for levels in sets
                    for column in columns
                ],
                self._aggregates,
            )
            lines = iter(found)
            for levels in sets:
                for column in columns:
                    self._add_cells(side, path, (*levels, *column), bool(column), next(lines))

    def _add_cells(self, side, path, dimensions, has_column, lines):
        for line in lines:
            keys = [
                dimension.key_of(value, side)
                for dimension, value in zip(dimensions, line, strict=False)
            ]
            column = keys.pop() if has_column else TOTAL
            values = line[len(dimensions) :]
            row = (*path, *keys)
            if side == COMPARISON and self._is_outside_alone(row, column):
                continue
            if values[self._positions["__count"]]:
                self._cells[side][row, column] = values

    def _is_outside_alone(self, keys, column):
        """Return whether what is outside all groups would be compared with what is not."""
        return any(key is False and key in alone for key, alone in self._get_alone(keys, column))

    def _get_alone(self, keys, column):
        """Yield the keys of a cell with those that have nothing beside them."""
        for position, alone in self._alone:
            if position is None:
                yield column, alone
            elif position < len(keys):
                yield keys[position], alone

    def _get(self, side, keys, column, measure):
        """Return a figure; None if there is none, or no single one of several currencies.

        Without records it is 0, but not in a group that the period does not have.
        """
        cell = self._cells[side].get((keys, column))
        if cell is None:
            if any(key in alone for key, alone in self._get_alone(keys, column)):
                return None
            return 0 if measure.adds_up or measure.counted else None
        value = cell[self._positions[measure.aggregate]]
        return None if value is False else value

    def get_currency_id(self, row):
        """Return the currency of a row, if it is a single one."""
        keys = () if row is self.total else row.keys
        cells = (self._cells[side].get((keys, TOTAL)) for side in SIDES)
        position = self._positions[self._currencies]
        ids = {id_ for cell in cells if cell for id_ in cell[position]}
        return ids.pop() if len(ids) == 1 else None

    # ------------------------------------------------------------
    # Columns
    # ------------------------------------------------------------

    def _set_columns(self, column_keys):
        """Set the columns: those of each group of the dimension, and those of the total."""
        if self.column and column_keys is None:
            cells = (cell for cells in self._cells.values() for cell in cells)
            found = dict.fromkeys(column for _keys, column in cells if column != TOTAL)
            if len(found) > MAX_COLUMNS:
                raise TooManyColumns
            labels = {key: group.label for key, group in self.column.describe(list(found)).items()}
            column_keys = self.column.sort(list(found), labels)
        self.column_keys = list(column_keys or ())[:MAX_COLUMNS]
        self.columns = [
            Column(group, measure, kind)
            for group in (*self.column_keys, TOTAL)
            for measure in self.measures
            for kind in self._get_kinds(measure, group == TOTAL and measure is self.measures[0])
        ]

    def _get_kinds(self, measure, is_main):
        """Return which figures of a measure are shown; the main one has shares."""
        kinds = [BASE]
        if COMPARISON in self.domains:
            # of a percentage the difference is in points, and per cent of it say nothing
            compared = (COMPARISON, "delta", *([] if measure.kind == "percent" else ["rate"]))
            kinds += [k for k in compared if self.analysis[f"show_{k}"]]
        if is_main and measure.adds_up and self.dimensions:
            kinds += [k for k in ("share", "cumulative", "abc") if self.analysis[f"show_{k}"]]
        return kinds

    # ------------------------------------------------------------
    # Rows
    # ------------------------------------------------------------

    def _set_rows(self, above, domains, limit):
        """Make the first rows, with one of the others if there are too many.

        :param above: the row that they are below
        """
        path = above.keys
        keys = self._get_keys(len(path) + 1).get(path, [])
        rows = self._make_rows(above, keys, *self._describe(len(path), keys))
        self.rows = rows[:limit]
        self.is_cut = len(rows) > limit
        if self.is_cut:
            shown = self.dimensions[len(path)].describe([row.keys[-1] for row in self.rows])
            rest = {
                BASE: ~Domain.OR(group.domain for group in shown.values()),
                COMPARISON: ~Domain.OR(group.comparison_domain for group in shown.values()),
            }
            others = (*path, OTHERS)
            rest_domains = {side: domain & rest[side] for side, domain in domains.items()}
            self._read_cells(others, rest_domains, [], with_own=True)
            row = Row(others, self.model.env._("Others"), self._get_values(others))
            row.domains = {side: above.domains[side] & rest[side] for side in SIDES}
            self.rows.append(row)

    def _get_keys(self, size):
        """Return the keys of all rows of a level by those of the rows above."""
        by_parent = {}
        for cells in self._cells.values():
            for keys, _column in cells:
                if len(keys) == size and keys[-1] != OTHERS:
                    by_parent.setdefault(keys[:-1], {})[keys[-1]] = None
        return {parent: list(keys) for parent, keys in by_parent.items()}

    def _unfold(self, path, domains, dimensions, max_rows):
        """Read the levels below the first rows, unless there are too many."""
        if self.is_cut:
            others = self.rows[-1].domains
            domains = {side: domain & ~others[side] for side, domain in domains.items()}
        specs = [dimension.spec for dimension in dimensions]
        for domain in domains.values():
            if len(self.model._read_group(domain, specs, limit=max_rows + 1)) > max_rows:
                self.is_too_deep = True
                return
        self._read_cells(path, domains, dimensions)
        parents = self.rows
        for size in range(len(path) + 2, len(self.dimensions) + 1):
            below = self._get_keys(size)
            groups, places = self._describe(
                size - 1, {key for keys in below.values() for key in keys}
            )
            children = []
            for parent in parents:
                if not parent.is_others:
                    keys = below.get(parent.keys, [])
                    parent.children = self._make_rows(parent, keys, groups, places)
                    children += parent.children
            parents = children

    def _describe(self, level, keys):
        """Return the groups of a level by their keys, and the place of each in natural order."""
        dimension = self.dimensions[level]
        groups = dimension.describe(list(keys))
        if self.analysis.sort != "natural":
            return groups, {}
        labels = {key: group.label for key, group in groups.items()}
        order = dimension.sort(list(keys), labels)
        return groups, {key: place for place, key in enumerate(order)}

    def _make_rows(self, above, keys, groups, places):
        """Return the rows below a row, in order.

        :param above: the row
        :param list keys: of the rows
        :param dict groups: as of ``_describe``, like ``places``
        """
        path = above.keys
        keys = self._sort(path, keys, groups, places)
        main = self.measures[0]
        ranks = analysis_ranks.rank(
            [self._get(BASE, (*path, key), TOTAL, main) for key in keys],
            self._get(BASE, path, TOTAL, main) if main.adds_up else 0,
            self.analysis.abc_a,
            self.analysis.abc_b,
        )
        return [
            Row(
                (*path, key),
                groups[key].label,
                self._get_values((*path, key), *rank),
                above,
                groups[key],
            )
            for key, rank in zip(keys, ranks, strict=True)
        ]

    def _sort(self, path, keys, groups, places):
        """Return keys in the order that the analysis asks for; equal ones by their labels."""
        sort = self.analysis.sort
        if sort == "natural":
            return sorted(keys, key=places.get)
        main = self.measures[0]

        def get_figure(key):
            value = self._get(BASE, (*path, key), TOTAL, main)
            if sort in ("growth", "decline") and COMPARISON in self.domains:
                before = self._get(COMPARISON, (*path, key), TOTAL, main)
                return analysis_ranks.difference(value, before)
            return value

        sign = 1 if sort in ("smallest", "decline") else -1
        figures = {key: get_figure(key) for key in keys}
        return sorted(
            keys,
            key=lambda key: (
                figures[key] is None,
                sign * (figures[key] or 0),
                groups[key].label.casefold(),
            ),
        )

    def _get_values(self, keys, cumulative=None, mark=None):
        """Return what the columns show in a row."""
        values = []
        for group, measure, kind in self.columns:
            value = self._get(BASE, keys, group, measure)
            if kind in (COMPARISON, "delta", "rate"):
                before = self._get(COMPARISON, keys, group, measure)
                value = before if kind == COMPARISON else COMPARE[kind](value, before)
            elif kind == "share":
                above = self._get(BASE, keys[:-1], TOTAL, measure)
                value = analysis_ranks.share(value, above)
            elif kind == "cumulative":
                value = cumulative
            elif kind == "abc":
                value = mark
            values.append(value)
        return values
