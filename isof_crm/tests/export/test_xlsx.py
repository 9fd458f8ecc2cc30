import inspect
import io
from datetime import date, datetime

import openpyxl
import xlsxwriter
from openpyxl.utils.escape import unescape

from odoo.tests.common import TransactionCase, tagged

from ...tools import xlsx


@tagged("post_install", "-at_install")
class TestXlsx(TransactionCase):
    def _write(self, columns, rows, values=False, **kwargs):
        """Return the only sheet of a workbook, read back, and the written range."""
        output = io.BytesIO()
        with xlsx.new_workbook(output) as book:
            written = xlsx.write_sheet(book, "Sheet title", columns, rows, **kwargs)
        return openpyxl.load_workbook(output, data_only=values).worksheets[0], written

    def test_typed_cells(self):
        columns = [
            xlsx.Column("text", "Text"),
            xlsx.Column("integer", "Integer", "integer"),
            xlsx.Column("float", "Float", "float", 9),
            xlsx.Column("percent", "Percent", "percent"),
            xlsx.Column("date", "Date", "date"),
            xlsx.Column("moment", "Moment", "datetime"),
        ]
        row = {
            "text": "0012",
            "integer": 0,
            "float": 2.5,
            "percent": 0.25,
            "date": date(2026, 3, 11),
            "moment": datetime(2026, 3, 11, 10, 30),
        }
        sheet, _written = self._write(columns, [row])
        cells = sheet[4]
        self.assertEqual(
            [cell.value for cell in cells],
            ["0012", 0, 2.5, 0.25, datetime(2026, 3, 11), datetime(2026, 3, 11, 10, 30)],
        )
        self.assertEqual([cell.data_type for cell in cells], ["s", "n", "n", "n", "d", "d"])
        self.assertEqual(
            [cell.number_format for cell in cells],
            ["@", "#,##0", "#,##0.00", "0.0%", "yyyy-mm-dd", "yyyy-mm-dd hh:mm"],
        )
        self.assertAlmostEqual(sheet.column_dimensions["C"].width, 9, delta=1)

    def test_date_in_a_datetime_column(self):
        columns = [xlsx.Column("moment", "Moment", "datetime")]
        sheet, _written = self._write(columns, [{"moment": date(2026, 3, 11)}])
        self.assertEqual(sheet["A4"].value, datetime(2026, 3, 11))
        self.assertEqual(sheet["A4"].number_format, "yyyy-mm-dd")

    def test_dates_that_excel_does_not_know(self):
        """To Excel there was a 29 February 1900, so that it shifts the days before."""
        columns = [xlsx.Column("day", "Day", "date")]
        days = [date(1899, 12, 31), date(1900, 2, 28), date(1900, 3, 1), date(9999, 12, 31)]
        sheet, _written = self._write(columns, [{"day": day} for day in days])
        cells = [sheet.cell(row, 1) for row in range(4, 8)]
        self.assertEqual([cell.value for cell in cells[:2]], ["1899-12-31", "1900-02-28"])
        self.assertEqual([cell.value.date() for cell in cells[2:]], days[2:])

    def test_what_is_no_number(self):
        for value in (float("nan"), float("inf")):
            with self.assertRaisesRegex(ValueError, "in A4 is no number"):
                self._write([xlsx.Column("rate", "Rate", "float")], [{"rate": value}])

    def test_formula_and_its_value_are_escaped(self):
        formula = xlsx.Formula(lambda cell: f'=IF({cell("a")}<>"&","<b>","")', "<b> & \x0b")
        columns = [xlsx.Column("a", "A"), xlsx.Column("b", "B")]
        rows = [{"a": "x", "b": formula}]
        sheet, _written = self._write(columns, rows)
        self.assertEqual(sheet["B4"].value, '=IF(A4<>"&","<b>","")')
        sheet, _written = self._write(columns, rows, values=True)
        self.assertEqual(sheet["B4"].value, "<b> & ")

    def test_formula_of_no_value(self):
        """It has none to show to whoever does not count, which is not 0."""
        columns = [xlsx.Column("a", "A"), xlsx.Column("b", "B", "float"), xlsx.Column("c", "C")]
        row = {
            "a": xlsx.Formula(lambda cell: f"={cell('b')}", None),
            "b": xlsx.Formula(lambda _cell: "=1/0", False),
            "c": xlsx.Formula(lambda _cell: "=0", 0),
        }
        sheet, _written = self._write(columns, [row])
        self.assertEqual([cell.value for cell in sheet[4]], ["=B4", "=1/0", "=0"])
        sheet, _written = self._write(columns, [row], values=True)
        self.assertEqual([cell.value for cell in sheet[4]], [None, None, 0])

    def test_indent(self):
        """It is on the left, or Excel shows none."""
        rows = [{"name": "Team"}, {"name": "Anna", xlsx.OUTLINE: xlsx.Outline(1)}]
        sheet, _written = self._write([xlsx.Column("name", "Name")], rows)
        found = [(cell.alignment.horizontal, cell.alignment.indent) for cell in sheet["A"][3:]]
        self.assertEqual(found, [(None, 0), ("left", 1)])

    def test_text_is_never_a_formula_or_a_link(self):
        texts = ["=1+1", "+48 22", "-5", "@SUM(A1)", "{=A1}", "https://example.com", "a\x0bb\x01"]
        sheet, _written = self._write(
            [xlsx.Column("text", "=Label")], [{"text": text} for text in texts], lines=["=2+2"]
        )
        texts[-1] = "ab"
        column = [sheet.cell(row, 1) for row in range(1, 5 + len(texts))]
        self.assertEqual(
            [cell.value for cell in column], ["Sheet title", "=2+2", None, "=Label", *texts]
        )
        self.assertEqual({cell.data_type for cell in column if cell.value}, {"s"})
        self.assertFalse(any(cell.hyperlink for cell in column))

    def test_evil_text(self):
        """Whatever was typed is in the cell as text, and the file opens."""
        texts = {
            "x" * 40_000: "x" * 32_766 + "…",
            # Excel counts what is beyond the first 65,536 characters twice
            "👍" * 20_000: "👍" * 16_383 + "…",
            "👩‍👩‍👧 ½ Łódź": "👩‍👩‍👧 ½ Łódź",
            # what XlsxWriter takes for rich text
            "<r><t>a & b</r>": "<r><t>a & b</r>",
            "_x0041_ a\rb": "_x0041_ a\nb",
            "\ud83d\x00\x1f\ufffelone": "lone",
            "&lt;b&gt; <b> ]]> \"'": "&lt;b&gt; <b> ]]> \"'",
            "  spaces  ": "  spaces  ",
            "@x": "@x",
        }
        sheet, _written = self._write(
            [xlsx.Column("text", "x" * 40_000, "multiline")],
            [{"text": text} for text in texts],
            lines=["👍" * 40_000],
        )
        cells = [sheet.cell(row, 1) for row in range(5, 5 + len(texts))]
        # openpyxl leaves Excel's escapes in inline texts
        self.assertEqual([unescape(cell.value) for cell in cells], list(texts.values()))
        self.assertEqual({cell.data_type for cell in cells}, {"s"})
        for cell in (sheet["A2"], sheet["A4"], *cells):
            self.assertLessEqual(len(cell.value.encode("utf-16-le")) // 2, 32_767)

    def test_layout(self):
        columns = [xlsx.Column("name", "Name"), xlsx.Column("hours", "Hours", "float", total=True)]
        rows = [
            {"name": "A", "hours": 1.5},
            {"name": "B", "hours": None},
            {"name": "C", "hours": 2},
        ]
        sheet, written = self._write(columns, iter(rows), lines=["One", "Two"], total_label="Sum")
        self.assertEqual(sheet.freeze_panes, "A6", "what lies above the first row is frozen")
        self.assertEqual(sheet.auto_filter.ref, "A5:B8", "the totals are not filtered")
        self.assertEqual((written.first_row, written.last_row), (5, 7))
        self.assertEqual(sheet["A9"].value, "Sum")
        self.assertEqual(sheet["B9"].value, "=SUBTOTAL(109,B6:B8)")
        self.assertEqual(sheet["B9"].data_type, "f")
        self.assertIsNone(sheet["B7"].value, "nothing is not 0")

    def test_print(self):
        columns = [xlsx.Column("a", "A"), xlsx.Column("b", "B")]
        sheet, _written = self._write(columns, [{}], lines=["One"], groups=[("AB", 2)])
        setup = sheet.page_setup
        self.assertEqual((setup.orientation, setup.paperSize), ("landscape", 9))
        self.assertEqual(setup.fitToHeight, 0, "as many pages as it takes")
        self.assertTrue(sheet.sheet_properties.pageSetUpPr.fitToPage)
        self.assertEqual(sheet.print_title_rows, "$4:$5", "both headers on each page")
        self.assertEqual(sheet.oddFooter.center.text, "&P / &N")

    def test_ratio(self):
        columns = [
            xlsx.Column("booked", "Booked", "float", total=True),
            xlsx.Column("available", "Available", "float", total=True),
            xlsx.Column("rate", "Rate", "percent", ratio=("booked", "available")),
        ]
        for rows, total in (
            ([{"booked": 1, "available": 4, "rate": 0.25}, {"booked": 3, "available": 0}], 1),
            ([{"booked": 1, "available": 0}], None),
        ):
            sheet, _written = self._write(columns, rows)
            last = 4 + len(rows)
            self.assertEqual(sheet.cell(last, 3).value, f'=IF(B{last}=0,"",A{last}/B{last})')
            self.assertEqual(sheet.cell(last, 3).number_format, "0.0%")
            self.assertIsNone(sheet.cell(last - 1, 3).value, "nothing to divide by")
            values, _written = self._write(columns, rows, values=True)
            self.assertEqual(values.cell(last, 3).value, total)
        self.assertEqual(sheet["C4"].value, None)

    def test_totals_carry_their_value(self):
        output = io.BytesIO()
        columns = [xlsx.Column("hours", "Hours", "float", total=True)]
        with xlsx.new_workbook(output) as book:
            xlsx.write_sheet(book, "T", columns, [{"hours": 1.25}, {"hours": 2}])
        sheet = openpyxl.load_workbook(output, data_only=True)["T"]
        self.assertEqual(sheet["A6"].value, 3.25)

    def test_no_rows(self):
        columns = [xlsx.Column("hours", "Hours", "float", total=True)]
        sheet, written = self._write(columns, [])
        self.assertEqual(sheet.max_row, 3, "neither rows nor totals")
        self.assertLess(written.last_row, written.first_row)

    def test_too_many_rows(self):
        self.patch(xlsx, "MAX_ROWS", 5)
        columns = [xlsx.Column("name", "Name")]
        self._write(columns, [{"name": "x"}] * 2)
        with self.assertRaisesRegex(ValueError, "takes 5 rows"):
            self._write(columns, [{"name": "x"}] * 3)

    def test_sheet_name(self):
        columns = [xlsx.Column("name", "Name")]
        sheet, _written = self._write(columns, [], sheet_name="1/2 [draft]: " + "x" * 40)
        self.assertEqual(sheet.title, ("1-2 -draft-- " + "x" * 40)[:31])

    def test_sheets_of_one_name(self):
        output = io.BytesIO()
        columns = [xlsx.Column("name", "Name")]
        names = ["Chart", "chart", "👍" * 40, "👍" * 41, "History", "'\n'"]
        with xlsx.new_workbook(output) as book:
            for name in names:
                xlsx.write_sheet(book, name, columns, [])
        self.assertEqual(
            openpyxl.load_workbook(output).sheetnames,
            ["Chart", "chart (2)", "👍" * 15, "👍" * 13 + " (2)", "History (2)", "Sheet"],
        )


@tagged("post_install", "-at_install")
class TestPrivatePartsOfXlsxWriter(TransactionCase):
    """What ``tools/xlsx.py`` uses of XlsxWriter that its documentation does not promise."""

    def test_rows_are_written_to_a_file_as_they_come(self):
        book = xlsxwriter.Workbook(io.BytesIO(), {"constant_memory": True})
        sheet = book.add_worksheet(worksheet_class=xlsx.PlainWorksheet)
        self.assertTrue(hasattr(sheet, "fh"), "a sheet has no file of its rows any more")
        self.assertEqual(sheet.outline_row_level, 0)
        sheet.write_cells(0, ["<c/>"])
        sheet.fh.seek(0)
        self.assertEqual(sheet.fh.read(), '<row r="1"><c/></row>')
        book.close()

    def test_a_sheet_knows_how_large_it_is(self):
        """Or Excel is told another range than there is."""
        signature = inspect.signature(xlsxwriter.worksheet.Worksheet._check_dimensions)
        self.assertEqual(list(signature.parameters)[:3], ["self", "row", "col"])
        book = xlsxwriter.Workbook(io.BytesIO(), {"constant_memory": True})
        sheet = book.add_worksheet(worksheet_class=xlsx.PlainWorksheet)
        sheet.write_cells(6, ["<c/>"] * 3)
        self.assertEqual((sheet.dim_rowmax, sheet.dim_colmax), (6, 2))
        book.close()

    def test_a_format_has_an_index(self):
        book = xlsxwriter.Workbook(io.BytesIO())
        indexes = [book.add_format({"bold": bold})._get_xf_index() for bold in (True, False)]
        self.assertEqual(len(set(indexes)), 2, "formats are not told apart by their index any more")
        book.add_worksheet()
        book.close()
