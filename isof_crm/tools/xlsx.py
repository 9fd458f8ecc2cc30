"""Layout of the workbooks that reports are exported to, on XlsxWriter.

One sheet is a title, the filters used, a frozen header with an autofilter, typed cells and
totals as formulas. Rows are written as they come, so memory does not grow with them, and
text is always written as text: a subject that begins with ``=`` is never a formula.
"""

import re
from datetime import date, datetime
from typing import Any, NamedTuple

import xlsxwriter

# What Excel takes: rows of a sheet, characters of a cell and of a sheet's name.
MAX_ROWS = 1_048_576
MAX_TEXT = 32_767
MAX_SHEET_NAME = 31
FIRST_YEAR = 1900

NUMBER_FORMATS = {
    "text": "@",
    "multiline": "@",
    "integer": "#,##0",
    "float": "#,##0.00",
    "percent": "0.0%",
    "date": "yyyy-mm-dd",
    "datetime": "yyyy-mm-dd hh:mm",
}
ILLEGAL_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
ILLEGAL_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")


class Column(NamedTuple):
    """One column of a sheet.

    ``kind`` is one of ``NUMBER_FORMATS``; ``width`` counts characters; ``total`` asks for a
    sum below the column, of the rows that the reader's own filter leaves.
    """

    key: str
    label: str
    kind: str = "text"
    width: float = 16
    total: bool = False


class SheetRange(NamedTuple):
    """Where the rows of a sheet lie, counted from 0: what a chart refers to.

    Without rows ``last_row`` is the row of the header, above ``first_row``.
    """

    worksheet: Any
    first_row: int
    last_row: int


def new_workbook(output):
    """Return a workbook to use as a context manager; it is written when that is left.

    :param output: binary file to write to
    """
    return xlsxwriter.Workbook(
        output,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )


def write_sheet(book, title, columns, rows, lines=(), sheet_name=None, total_label="Total"):
    """Add a sheet to a workbook.

    :param book: workbook of ``new_workbook``
    :param str title: heading, and the sheet's name where ``sheet_name`` gives none
    :param columns: list of ``Column``
    :param rows: iterable of dicts of values by the columns' keys: str, int, float, date or
        naive datetime on the reader's clock; ``None``, ``False`` and ``""`` are empty cells.
        A date in a datetime column is shown without a time.
    :param lines: lines of text below the title: the filters used
    :param str total_label: what the row of totals is called
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
    """
    sheet = book.add_worksheet(clean_sheet_name(sheet_name or title))
    formats = {
        kind: book.add_format(
            {"num_format": number, "valign": "top", "text_wrap": kind == "multiline"}
        )
        for kind, number in NUMBER_FORMATS.items()
    }
    bold = book.add_format({"bold": True})
    heading = book.add_format(
        {"bold": True, "bg_color": "#E9ECEF", "bottom": 1, "valign": "vcenter", "text_wrap": True}
    )
    header_row = len(lines) + 2
    for position, column in enumerate(columns):
        sheet.set_column(position, position, column.width)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(header_row)
    sheet.freeze_panes(header_row + 1, 0)

    sheet.write_string(0, 0, clean_text(title), book.add_format({"bold": True, "font_size": 14}))
    for position, line in enumerate(lines, start=1):
        sheet.write_string(position, 0, clean_text(line))
    for position, column in enumerate(columns):
        sheet.write_string(header_row, position, clean_text(column.label), heading)

    sums = {column.key: 0 for column in columns if column.total}
    last_row = header_row
    for last_row, row in enumerate(rows, start=header_row + 1):
        if last_row + bool(sums) >= MAX_ROWS:
            raise ValueError(f"a sheet takes {MAX_ROWS} rows and no more")
        for position, column in enumerate(columns):
            _write_cell(sheet, last_row, position, row.get(column.key), column.kind, formats)
        for key in sums:
            sums[key] += row.get(key) or 0
    if last_row > header_row:
        sheet.autofilter(header_row, 0, last_row, len(columns) - 1)
        if sums:
            _write_totals(book, sheet, columns, sums, (header_row + 1, last_row), total_label, bold)
    return SheetRange(sheet, header_row + 1, last_row)


def _write_totals(book, sheet, columns, sums, bounds, label, label_format):
    """Write the row of totals; each formula carries its value for readers that never count."""
    first_row, last_row = bounds
    for position, column in enumerate(columns):
        if column.total:
            letter = xlsxwriter.utility.xl_col_to_name(position)
            sheet.write_formula(
                last_row + 1,
                position,
                f"=SUBTOTAL(109,{letter}{first_row + 1}:{letter}{last_row + 1})",
                book.add_format(
                    {"bold": True, "top": 1, "num_format": NUMBER_FORMATS[column.kind]}
                ),
                sums[column.key],
            )
        elif position == 0:
            sheet.write_string(last_row + 1, position, clean_text(label), label_format)


def _write_cell(sheet, row, position, value, kind, formats):
    """Write one typed cell; empty values leave it empty, except the number 0."""
    if value is None or value is False or value == "":
        return
    if isinstance(value, date):
        if value.year < FIRST_YEAR:
            sheet.write_string(row, position, str(value), formats["text"])
        else:
            own_kind = "datetime" if isinstance(value, datetime) else "date"
            sheet.write_datetime(row, position, value, formats[own_kind])
    elif kind in ("text", "multiline"):
        sheet.write_string(row, position, clean_text(str(value)), formats[kind])
    else:
        sheet.write_number(row, position, value, formats[kind])


def clean_text(text):
    r"""Return text without the characters that no workbook may hold, cut to what a cell takes.

    >>> clean_text("Meeting\x0b at\r\nnoon")
    'Meeting at\nnoon'
    >>> len(clean_text("x" * 40000)), clean_text("x" * 40000)[-1]
    (32767, '…')
    """
    text = ILLEGAL_TEXT.sub("", text.replace("\r\n", "\n"))
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"


def clean_sheet_name(name):
    """Return a name that a sheet may have.

    >>> clean_sheet_name("Register 01/11/2026 – 30/11/2026")
    'Register 01-11-2026 – 30-11-202'
    >>> clean_sheet_name("''")
    'Sheet'
    """
    name = ILLEGAL_SHEET_NAME.sub("-", clean_text(name))[:MAX_SHEET_NAME]
    return name.strip("' ") or "Sheet"
