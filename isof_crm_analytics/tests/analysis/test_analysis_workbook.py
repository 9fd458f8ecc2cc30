import io
from unittest.mock import patch

import openpyxl

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.isof_crm.models.export import isof_export_job

from ...models.analysis import isof_analysis_workbook
from .analysis_common import AnalysisCommon


@tagged("post_install", "-at_install")
class TestAnalysisWorkbook(AnalysisCommon):
    """The workbook of an analysis, opened with openpyxl."""

    def _export(self, analysis, user=None, values=False):
        """Return the sheets of the workbook as a user gets it."""
        self.env.flush_all()
        self.env.invalidate_all()
        output = io.BytesIO()
        analysis.with_user(user or self.controller)._write_workbook(output)
        return openpyxl.load_workbook(output, data_only=values)

    def _read(self, book):
        """Return the rows below the header of the first sheet, without empty rows."""
        sheet = book.worksheets[0]
        rows = list(sheet.iter_rows(values_only=True))
        header = next(n for n, row in enumerate(rows) if row[-1] == "Level")
        return rows[header], rows[header + 1 :], header + 2

    def test_layout_and_values(self):
        analysis = self._create_analysis(
            "sold_net", "margin_rate", row_2="product_id", show_share=True, unfolded=True
        )
        book = self._export(analysis, values=True)
        sheet = book.worksheets[0]
        self.assertEqual(sheet["A1"].value, "Test analysis")
        self.assertEqual(sheet["A2"].value, "Period: 01/01/2026 – 03/11/2026")
        self.assertEqual(sheet["A3"].value, "Compared with: 01/01/2025 – 03/11/2025")
        self.assertIn(
            "The cost is known for 100.0 % of the turnover: margins are of that part.",
            [row[0] for row in sheet.iter_rows(max_row=10, values_only=True)],
        )
        header, rows, first = self._read(book)
        self.assertEqual(
            header[:8],
            (
                *("Contractor / Product", "Currency", "Sold", "Sold: Before", "Sold: Δ"),
                *("Sold: Δ %", "Share", "Margin %"),
            ),
        )
        table = self._get_table(analysis)
        shown = [*table["rows"], table["total"]]
        self.assertEqual([row[0] for row in rows], [row["label"] for row in shown])
        for row, expected in zip(rows, shown, strict=True):
            for value, wanted in zip(row[2:10], expected["values"], strict=True):
                self.assertAlmostEqual(value or 0, wanted or 0, msg=expected["label"])
        self.assertEqual(sheet.freeze_panes, f"A{first}")
        self.assertEqual(sheet.row_dimensions[first].outlineLevel, 0)
        self.assertEqual(sheet.row_dimensions[first + 1].outlineLevel, 1)
        self.assertFalse(sheet.row_dimensions[first + 1].hidden)
        self.assertEqual(sheet.cell(first, 3).number_format, "#,##0.00")
        self.assertEqual(sheet.cell(first, 5).number_format, "+#,##0.00;-#,##0.00;0.00")
        self.assertEqual(sheet.cell(first, 6).number_format, "+0.0%;-0.0%;0.0%")
        self.assertTrue(sheet.column_dimensions["B"].hidden, "there is only one currency")

    def test_formulas(self):
        analysis = self._create_analysis(
            "sold_net", "margin_rate", row_2="product_id", show_share=True
        )
        book = self._export(analysis)
        _header, rows, first = self._read(book)
        sheet = book.worksheets[0]
        total = first + len(rows) - 1
        level = openpyxl.utils.get_column_letter(len(rows[0]))
        alfa = rows[0]
        self.assertEqual(
            alfa[2],
            f"=SUMIFS(C{first + 1}:C{first + 2},{level}{first + 1}:{level}{first + 2},2)",
        )
        self.assertEqual(alfa[4], f"=C{first}-D{first}")
        self.assertEqual(alfa[5], f"=(C{first}-D{first})/ABS(D{first})")
        self.assertEqual(alfa[6], f"=C{first}/C{total}")
        self.assertRegex(alfa[7], rf"^=[A-Z]+{first}/[A-Z]+{first}$")
        bolt = rows[1]
        self.assertEqual(bolt[2], 480)
        self.assertEqual(bolt[6], f"=C{first + 1}/C{first}", "share of the row above")
        self.assertEqual(
            rows[-1][2],
            f"=SUMIFS(C{first}:C{total - 1},{level}{first}:{level}{total - 1},1)",
        )
        self.assertTrue(sheet.row_dimensions[first + 1].hidden, "folded away, as in the table")

    def test_total_of_what_has_nothing_beside_it_is_no_sum(self):
        """The sales of last year lay in no period: rows say nothing of them, the total does."""
        period_type = self.env["isof.period.type"].create(
            {
                "name": "Test spring",
                "period_ids": [
                    Command.create(
                        {"name": "Spring", "date_from": "2026-02-01", "date_to": "2026-03-31"}
                    )
                ],
            }
        )
        self.env.flush_all()
        analysis = self._create_analysis("sold_net", row_1=f"x_isof_period_{period_type.id}")
        _header, rows, _first = self._read(self._export(analysis))
        self.assertEqual(
            [row[:2] + row[3:4] for row in rows[:2]],
            [
                ("Spring", None, None),
                ("Outside any period", None, None),
            ],
        )
        self.assertTrue(rows[-1][2].startswith("=SUMIFS("))
        self.assertEqual(rows[-1][3], 500)

    def test_rows_of_a_large_workbook_have_figures(self):
        self.patch(isof_analysis_workbook, "COUNTING_ROWS", 3)
        book = self._export(self._create_analysis("sold_net", row_2="product_id"))
        _header, rows, first = self._read(book)
        self.assertEqual(rows[0][4], f"=C{first}-D{first}", "a row with others below it counts")
        self.assertEqual(rows[1][2:5], (480, 400, 80))
        self.assertRegex(rows[-1][2], "^=SUMIFS")

    def test_columns_and_others(self):
        analysis = self._create_analysis(
            "sold_net", column="invoice_date:month", comparison="none", top_n=1, chart="none"
        )
        book = self._export(analysis, values=True)
        self.assertEqual(len(book.worksheets), 1)
        header, rows, first = self._read(book)
        groups = [cell.value for cell in book.worksheets[0][first - 2]]
        self.assertEqual(groups[2:6], ["January 2026", "February 2026", "March 2026", "Total"])
        self.assertEqual(header[2:6], ("Sold",) * 4)
        self.assertEqual(
            [row[:1] + row[2:6] for row in rows],
            [
                ("Alfa Hurt", 0, 480, 100, 580),
                ("Others", 80, 300, 0, 380),
                ("Total", 80, 780, 100, 960),
            ],
        )

    def test_chart(self):
        book = self._export(self._create_analysis("sold_net", chart="line"))
        sheet = book.worksheets[1]
        self.assertEqual(sheet.title, "Chart")
        self.assertEqual(len(sheet._charts), 1)
        self.assertEqual(len(sheet._charts[0].series), 2, "the period and the one before")
        self.assertRegex(sheet["B4"].value, r"^='Test analysis'!C\d+$")

    def test_text_is_never_a_formula(self):
        self.alfa.name = "=1+1"
        book = self._export(self._create_analysis("sold_net"))
        _header, rows, first = self._read(book)
        self.assertEqual(rows[0][0], "=1+1")
        self.assertEqual(book.worksheets[0].cell(first, 1).data_type, "s")

    def test_evil_text(self):
        """Whatever customers, an analysis and its filter are called, the file opens."""
        self.alfa.name = "👍" * 20_000
        self.beta.name = "@x\x0b\x1f</c><b>&"
        self.gamma.name = "-1+1" + "x" * 40_000
        other = self.env["res.partner"].create({"name": "=2+2\x0b"})
        domain = [("move_id", "in", self.moves.ids), ("partner_id", "!=", other.id)]
        analysis = self._create_analysis(
            "sold_net", chart="bar", name="'[Chart]*?:/\\ " + "👍" * 20, domain=str(domain)
        )
        book = self._export(analysis)
        _header, rows, first = self._read(book)
        self.assertEqual(
            {row[0] for row in rows},
            {"👍" * 16_383 + "…", "@x</c><b>&", "-1+1" + "x" * 32_762 + "…", "Total"},
        )
        sheet, chart = book.worksheets
        texts = [sheet.cell(row, 1) for row in range(1, first + len(rows)) if row != first - 2]
        self.assertEqual({cell.data_type for cell in texts if cell.value}, {"s"})
        self.assertEqual(sheet["A1"].value, analysis.name)
        self.assertTrue(any(cell.value and cell.value.endswith("=2+2") for cell in texts))
        self.assertEqual(chart["A4"].data_type, "f", "a link to the table")

    def test_analysis_called_as_its_chart(self):
        book = self._export(self._create_analysis("sold_net", chart="bar", name="chart"))
        self.assertEqual(book.sheetnames, ["chart", "Chart (2)"])
        self.assertRegex(book.worksheets[1]["B4"].value, r"^='chart'!C\d+$")

    def test_with_the_readers_rights(self):
        analysis = self._create_analysis("sold_net", "margin")
        book = self._export(analysis, user=self.salesperson_a, values=True)
        header, rows, _first = self._read(book)
        self.assertNotIn("Margin", header)
        self.assertEqual(rows[-1][2], 880)
        lines = [cell.value or "" for cell in book.worksheets[0]["A"]]
        self.assertTrue(any("may not see it: Margin" in line for line in lines))
        with self.assertRaises(AccessError):
            self._export(analysis, user=self.salesperson_b)

    def test_a_long_one_is_written_in_the_background(self):
        """With the companies and the periods of whoever asked for it."""
        analysis = self._create_analysis("sold_net", row_1="partner_id", row_2="product_id")
        days = {"period": "dates", "date_from": "2025-01-01", "date_to": "2026-03-11"}
        days["comparison"] = "none"
        table = analysis.with_user(self.controller).get_table(overrides=days, unfold=True)
        rows = len([row for row in table["rows"] if row["level"]])
        self.controller.group_ids += self.env.ref("base.group_allow_export")
        for limit, is_long in ((rows, False), (rows - 1, True)):
            with patch.object(isof_export_job, "ROWS_AT_ONCE", limit):
                action = analysis.with_user(self.controller).action_export(days)
            self.assertEqual(action["type"] == "ir.actions.client", is_long)
        job = self.env["isof.export.job"].search([("res_model", "=", "isof.analysis")])
        with self.enter_registry_test_mode():
            name, content = job._read_workbook()
        self.assertIn(analysis.name, name)
        sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
        self.assertEqual(sheet["A2"].value, "Period: 01/01/2025 – 03/11/2026")
