"""Layout of the workbooks that reports are exported to, on XlsxWriter.

One sheet is a title, the filters used, a frozen header with an autofilter, typed cells and
totals as formulas. Rows are written as they come, so memory does not grow with them, and
text is always written as text: a subject that begins with ``=`` is never a formula.
"""

import html
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from math import isfinite
from typing import Any, NamedTuple

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

# What Excel takes: rows of a sheet, characters of a cell and of a sheet's name. It counts those
# beyond the first 65,536 of Unicode, such as emoji, twice.
MAX_ROWS = 1_048_576
MAX_TEXT = 32_767
MAX_SHEET_NAME = 31
# A name that Excel keeps for itself.
RESERVED_SHEET_NAME = "history"
# It takes 1900 for a leap year, so that it counts the days before that March otherwise.
FIRST_MONTH = (1900, 3)
DAY_0 = datetime(1899, 12, 30)
# What is not longer is taken for a name.
MAX_NAME = 80
# The key of the ``Outline`` of a row.
OUTLINE = "_outline"

NUMBER_FORMATS = {
    "text": "@",
    "multiline": "@",
    "integer": "#,##0",
    "float": "#,##0.00",
    "percent": "0.0%",
    "integer_delta": "+#,##0;-#,##0;0",
    "float_delta": "+#,##0.00;-#,##0.00;0.00",
    "percent_delta": "+0.0%;-0.0%;0.0%",
    "date": "yyyy-mm-dd",
    "datetime": "yyyy-mm-dd hh:mm",
}
TEXT_KINDS = ("text", "multiline")
# Of what type nearly all values of a kind are: what there is to know of them is known.
PLAIN_TYPES = {
    **dict.fromkeys(TEXT_KINDS, str),
    **dict.fromkeys(("integer", "integer_delta"), int),
    **dict.fromkeys(("float", "percent", "float_delta", "percent_delta"), float),
}
TITLE_STYLE = {"bold": True, "font_size": 14}
HEADING_STYLE = {
    "bold": True,
    "bg_color": "#E9ECEF",
    "bottom": 1,
    "valign": "vcenter",
    "text_wrap": True,
}
ILLEGAL_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
CONTROL_ESCAPE = re.compile("_x[0-9a-fA-F]{4}_")
ILLEGAL_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")


class Column(NamedTuple):
    """One column of a sheet.

    ``kind`` is one of ``NUMBER_FORMATS``; ``width`` counts characters; ``total`` asks for a
    sum below the column, of the rows that the reader's own filter leaves. ``ratio`` are the keys
    of two columns that this one divides, in each row that has a value here and below two sums.
    What is ``hidden`` is there for formulas only.
    """

    key: str
    label: str
    kind: str = "text"
    width: float = 16
    total: bool = False
    hidden: bool = False
    ratio: tuple = ()


class Formula(NamedTuple):
    """A cell that counts.

    ``write`` is a function that returns the formula; it is given a function that returns the
    address of a cell by the key of its column and by how many rows below it is. ``value`` is
    what the formula gives, for readers that never count; ``None`` and ``False`` are nothing.
    """

    write: Callable
    value: Any


class Outline(NamedTuple):
    """How a row of a tree stands.

    It has a ``level`` from 0, may be folded away (``hidden``), and may be the bold head of those
    below (``is_head``).
    """

    level: int
    hidden: bool = False
    is_head: bool = False


class SheetRange(NamedTuple):
    """Where the rows of a sheet lie, counted from 0: what a chart refers to.

    Without rows ``last_row`` is the row of the header, above ``first_row``.
    """

    worksheet: Any
    first_row: int
    last_row: int


class PlainWorksheet(Worksheet):
    """A sheet of plain text, numbers, dates and simple formulas, written row by row from the top.

    XlsxWriter makes an object of each cell, goes through each text several times, looks for each
    function newer than Excel 2007 in each formula, and keeps how each row is folded. With millions
    of cells that takes most of the time. Here a row is written at once, of cells that are ready.
    """

    def write_cells(self, number, cells, outline=None):
        """Write a row below all others.

        :param int number: of the row, from 0
        :param cells: list of the XML of cells, from the left
        :param outline: ``Outline`` of a row of a tree
        """
        attributes = ""
        if outline and outline.level:
            hidden = ' hidden="1"' if outline.hidden else ""
            attributes = f' outlineLevel="{outline.level}"{hidden}'
            self.outline_row_level = max(self.outline_row_level, outline.level)
        self._check_dimensions(number, max(len(cells) - 1, 0))
        self.fh.write(f'<row r="{number + 1}"{attributes}>{"".join(cells)}</row>')

    def get_cell(self, address, style, value):
        """Return the XML of a cell.

        :param int style: index of a format
        :param value: str, int, float, date, naive datetime or pair of a formula and its value
        :raises ValueError: if the value is infinite or no number
        """
        if isinstance(value, str):
            get_markup = _get_name_markup if len(value) <= MAX_NAME else _get_text_markup
            return f'<c r="{address}" s="{style}" t="inlineStr"><is>{get_markup(value)}</is></c>'
        if isinstance(value, tuple):
            formula, value = value
            formula = f"<f>{html.escape(formula.removeprefix('='), quote=False)}</f>"
            if isinstance(value, str):
                text = html.escape(clean_text(value), quote=False)
                return f'<c r="{address}" s="{style}" t="str">{formula}<v>{text}</v></c>'
            if value is None or value is False:
                return f'<c r="{address}" s="{style}">{formula}</c>'
        else:
            formula = ""
        if isinstance(value, date):
            value = _get_serial_number(value)
        if not isfinite(value):
            raise ValueError(f"{value} in {address} is no number for a workbook")
        return f'<c r="{address}" s="{style}">{formula}<v>{value:.16G}</v></c>'


def _get_serial_number(day):
    """Return a date or a naive datetime of March 1900 or later as Excel counts them: in days."""
    if isinstance(day, datetime):
        return (day - DAY_0) / timedelta(days=1)
    return day.toordinal() - DAY_0.toordinal()


def _get_text_markup(text):
    """Return the XML of a text in a cell."""
    text = clean_text(text)
    if "_x" in text:  # what looks like Excel's own way to write control characters is none
        text = CONTROL_ESCAPE.sub(r"_x005F\g<0>", text)
    return f'<t xml:space="preserve">{html.escape(text, quote=False)}</t>'


# Most texts of a report are names that come again and again.
_get_name_markup = lru_cache(maxsize=10_000)(_get_text_markup)


class ReportWorkbook(xlsxwriter.Workbook):
    """A workbook that has one format for each style of cells: equal ones cost time at each cell."""

    def __init__(self, output):
        super().__init__(output, {"constant_memory": True})
        self.get_style = cache(self._add_style)

    def _add_style(self, kind, indent=0, is_total=False, is_head=False):
        """Return the index of the format of cells of some kind."""
        style = {"num_format": NUMBER_FORMATS[kind], "valign": "top", "indent": indent}
        style |= {"align": "left"} if indent else {}  # Excel ignores the indent of no alignment
        style |= {"bold": is_total or is_head, "top": int(is_total)}
        return self.add_style(style | {"text_wrap": kind == "multiline"})

    def add_style(self, properties):
        """Return the index of a new format of some properties."""
        return self.add_format(properties)._get_xf_index()


def new_workbook(output):
    """Return a workbook to use as a context manager; it is written when that is left.

    :param output: binary file to write to
    """
    return ReportWorkbook(output)


def write_sheet(
    book,
    title,
    columns,
    rows,
    lines=(),
    sheet_name=None,
    total_label="Total",
    groups=(),
    total_row=None,
):
    """Add a sheet to a workbook.

    :param book: workbook of ``new_workbook``
    :param str title: heading, and the sheet's name where ``sheet_name`` gives none
    :param columns: list of ``Column``
    :param rows: iterable of dicts of values by the columns' keys: str, int, float, date, naive
        datetime on the reader's clock or ``Formula``; ``None``, ``False`` and ``""`` are empty
        cells. A date in a datetime column is shown without a time. A row of a tree has its
        ``Outline`` under the key ``OUTLINE``.
    :param lines: lines of text below the title: the filters used
    :param str total_label: what the row of totals is called
    :param groups: pairs of a label and a number of columns: a second header above the other
    :param dict total_row: the row of totals, where it is not of the sums of columns
    :return: ``SheetRange``
    :raises ValueError: if there are more rows than a sheet takes

    >>> import io, openpyxl
    >>> output = io.BytesIO()
    >>> columns = [Column("name", "Name"), Column("hours", "Hours", "float", total=True)]
    >>> with new_workbook(output) as book:
    ...     written = write_sheet(
    ...         book, "Register", columns, [{"name": "=1+1", "hours": 1.5}], ["Period: today"]
    ...     )
    >>> written.first_row, written.last_row
    (4, 4)
    >>> sheet = openpyxl.load_workbook(output)["Register"]
    >>> [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    [['Name', 'Hours'], ['=1+1', 1.5], ['Total', '=SUBTOTAL(109,B5:B5)']]
    >>> sheet["A5"].data_type, sheet["B6"].data_type, sheet.freeze_panes
    ('s', 'f', 'A5')

    >>> columns.append(Column("double", "Double", "float"))
    >>> double = Formula(lambda cell: f"=2*{cell('hours')}", 3)
    >>> rows = [
    ...     {"name": "Team", "hours": 1.5, "double": double},
    ...     {"name": "Anna", OUTLINE: Outline(1)},
    ... ]
    >>> groups, total = [("", 1), ("Q1", 2)], {"name": "All", "hours": 1.5}
    >>> with new_workbook(output) as book:
    ...     written = write_sheet(book, "Tree", columns, rows, groups=groups, total_row=total)
    >>> sheet = openpyxl.load_workbook(output)["Tree"]
    >>> sheet["B3"].value, sheet["C5"].value, sheet.row_dimensions[6].outlineLevel
    ('Q1', '=2*B5', 1)
    >>> sheet["A6"].alignment.horizontal, sheet["A6"].alignment.indent
    ('left', 1.0)
    >>> sheet["A7"].value, sheet["A7"].font.bold
    ('All', True)
    """
    taken = [sheet.get_name() for sheet in book.worksheets()]
    name = clean_sheet_name(sheet_name or title, taken)
    sheet = book.add_worksheet(name, PlainWorksheet)
    header_row = len(lines) + 2 + bool(groups)
    _write_head(book, sheet, title, columns, lines, groups, header_row)
    write_row = _get_row_writer(book, sheet, columns)

    sums = {column.key: 0 for column in columns if column.total} if total_row is None else {}
    last_row = header_row
    for last_row, row in enumerate(rows, start=header_row + 1):
        if last_row + bool(sums or total_row) >= MAX_ROWS:
            raise ValueError(f"a sheet takes {MAX_ROWS} rows and no more")
        write_row(last_row, row)
        for key in sums:
            sums[key] += row.get(key) or 0
    if last_row > header_row:
        sheet.autofilter(header_row, 0, last_row, len(columns) - 1)
        if sums:
            total_row = _get_totals(columns, sums, last_row - header_row, total_label)
    if total_row:
        write_row(last_row + 1, total_row, is_total=True)
    return SheetRange(sheet, header_row + 1, last_row)


def insert_chart(book, data, kind, title, positions):
    """Put a chart beside the rows of a sheet, which are named in its first column.

    :param book: workbook of ``new_workbook``
    :param data: ``SheetRange`` that ``write_sheet`` returned
    :param str kind: of a chart of XlsxWriter: bar, column, line, pie
    :param str title: heading of the chart
    :param positions: where the columns of the values are, from 0
    """
    sheet, first, last = data.worksheet, data.first_row, data.last_row
    name = sheet.get_name()
    chart = book.add_chart({"type": kind})
    for position in positions:
        chart.add_series(
            {
                "name": [name, first - 1, position],
                "categories": [name, first, 0, last, 0],
                "values": [name, first, position, last, position],
            }
        )
    chart.set_title({"name": title})
    chart.set_size({"width": 900, "height": 420})
    sheet.insert_chart(first, sheet.dim_colmax + 2, chart)


def _write_head(book, sheet, title, columns, lines, groups, header_row):
    """Write the title and the header, and say how the sheet is shown and printed."""
    for position, column in enumerate(columns):
        sheet.set_column(position, position, column.width, None, {"hidden": column.hidden})
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C&P / &N")  # the page and how many there are
    sheet.repeat_rows(header_row - bool(groups), header_row)
    sheet.freeze_panes(header_row + 1, 0)
    sheet.outline_settings(symbols_below=False)

    heading = book.add_style(HEADING_STYLE)
    sheet.write_cells(0, [sheet.get_cell("A1", book.add_style(TITLE_STYLE), title)])
    for number, line in enumerate(lines, start=1):
        sheet.write_cells(number, [sheet.get_cell(f"A{number + 1}", 0, line)])
    # not merged: merged cells are in the way of who sorts, filters or hides columns
    labels = [text for label, span in groups for text in (label, *("",) * (span - 1))]
    for number, texts in (
        (header_row - 1, labels),
        (header_row, [column.label for column in columns]),
    ):
        cells = [
            sheet.get_cell(f"{xl_col_to_name(position)}{number + 1}", heading, text)
            for position, text in enumerate(texts)
        ]
        if cells:
            sheet.write_cells(number, cells)


def _get_row_writer(book, sheet, columns):
    """Return the function that writes a row of typed cells, empty values but 0 as empty ones."""
    letters = {column.key: xl_col_to_name(position) for position, column in enumerate(columns)}
    placed = [
        (c.key, letters[c.key], c, None if c.ratio else PLAIN_TYPES.get(c.kind)) for c in columns
    ]
    styles = {column.key: book.get_style(column.kind) for column in columns}
    get_cell = sheet.get_cell

    def write_row(number, row, is_total=False):
        def get_address(key, below=0):
            return f"{letters[key]}{number + below + 1}"

        outline = row.get(OUTLINE)
        level, is_head = (outline.level, outline.is_head) if outline else (0, False)
        cells = []
        for key, letter, column, plain in placed:
            value = row.get(key)
            address = f"{letter}{number + 1}"
            indent = level if letter == "A" else 0
            if type(value) is plain and value != "" and not (indent or is_total or is_head):
                # nearly all of millions of cells
                cells.append(get_cell(address, styles[key], value))
                continue
            if value is None or value is False or (value == "" and not column.ratio):
                continue
            kind = column.kind
            if column.ratio and (value == "" or not isinstance(value, str)):
                value = _divide(*column.ratio, value)
            if isinstance(value, Formula):
                value = (value.write(get_address), value.value)
            else:
                kind = _get_kind(value, kind)
                if kind in TEXT_KINDS:
                    value = str(value)
            style = book.get_style(kind, indent, is_total, is_head)
            cells.append(get_cell(address, style, value))
        sheet.write_cells(number, cells, outline)

    return write_row


def _get_totals(columns, sums, depth, label):
    """Return the row of totals below ``depth`` rows, of those that a filter leaves."""

    def get_total(key):
        return Formula(
            lambda cell: f"=SUBTOTAL(109,{cell(key, -depth)}:{cell(key, -1)})", sums[key]
        )

    totals = {key: get_total(key) for key in sums}
    ratios = {
        column.key: sums[numerator] / sums[denominator] if sums[denominator] else ""
        for column in columns
        if column.ratio and sums.keys() >= set(column.ratio)
        for numerator, denominator in [column.ratio]
    }
    return {columns[0].key: label} | totals | ratios


def _divide(numerator, denominator, value):
    """Return the cell that divides two others; empty where a filter leaves nothing to divide by."""
    return Formula(
        lambda cell: f'=IF({cell(denominator)}=0,"",{cell(numerator)}/{cell(denominator)})', value
    )


def _get_kind(value, kind):
    """Return the kind of the cell of a value in a column of some kind."""
    if isinstance(value, str):  # the label of the totals stands below any kind
        return kind if kind == "multiline" else "text"
    if not isinstance(value, date):
        return kind
    if (value.year, value.month) < FIRST_MONTH:
        return "text"
    return "datetime" if isinstance(value, datetime) else "date"


def clean_text(text, limit=MAX_TEXT):
    r"""Return text without the characters that no workbook may hold, cut to what a cell takes.

    >>> clean_text("Meeting\x0b at\r\nnoon")
    'Meeting at\nnoon'
    >>> len(clean_text("x" * 40000)), clean_text("x" * 40000)[-1]
    (32767, '…')
    >>> clean_text("👍👍👍", limit=5)
    '👍👍…'
    """
    if len(text) <= limit // 2 and text.isprintable():  # nearly all: one of millions of cells
        return text
    text = ILLEGAL_TEXT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    is_short = len(text.encode("utf-16-le")) <= 2 * limit
    return text if is_short else f"{_cut(text, limit - 1)}…"


def clean_sheet_name(name, taken=()):
    """Return a name that a sheet may have.

    :param taken: names of the other sheets; Excel does not tell capitals from small letters

    >>> clean_sheet_name("Register 01/11/2026 – 30/11/2026")
    'Register 01-11-2026 – 30-11-202'
    >>> clean_sheet_name("''"), clean_sheet_name("👍" * 20)
    ('Sheet', '👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍')
    >>> clean_sheet_name("chart", ["Chart", "CHART (2)"]), clean_sheet_name("History")
    ('chart (3)', 'History (2)')
    """
    name = ILLEGAL_SHEET_NAME.sub("-", " ".join(ILLEGAL_TEXT.sub("", name).split()))
    name = name.strip("' ") or "Sheet"
    refused = {RESERVED_SHEET_NAME, *map(str.lower, taken)}
    for suffix in ("", *(f" ({number})" for number in range(2, len(refused) + 2))):
        found = _cut(name, MAX_SHEET_NAME - len(suffix)).strip("' ") + suffix
        if found.lower() not in refused:
            break
    return found


def _cut(text, limit):
    """Return the start of a text, up to a limit of Excel's characters, without half of one."""
    return text.encode("utf-16-le")[: 2 * limit].decode("utf-16-le", "ignore")
