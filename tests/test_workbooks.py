"""Every kind of workbook, opened by LibreOffice, which counts all formulas anew.

What a workbook says before it is opened was written by us together with the formula. Here the
formulas have to come to what Odoo itself says, read by another way than the workbook's.
"""

import io
import shutil
import subprocess
import tempfile
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from isof_cli import config, system

from odoo.fields import Command
from odoo.tests.common import BaseCase, tagged

from odoo.addons.isof_crm.tests.common import ActivityCommon
from odoo.addons.isof_crm.tests.segment.test_partner_export import ExportCommon
from odoo.addons.isof_crm.tools import xlsx
from odoo.addons.isof_crm_analytics.tests.analysis.analysis_common import AnalysisCommon
from odoo.addons.isof_crm_analytics.tests.commission.commission_common import CommissionCommon
from odoo.addons.isof_crm_resources.tests.common import ResourceCommon

# Else it believes what a workbook says that another program has written.
ALWAYS_COUNT = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""

pytestmark = pytest.mark.skipif(
    not system.OFFICE.find() and not config.in_ci(),
    reason=f"no LibreOffice. {system.OFFICE.advice}",
)


class WorkbookCase(BaseCase):
    """What opens workbooks in LibreOffice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        settings = cls.folder / "profile" / "user" / "registrymodifications.xcu"
        settings.parent.mkdir(parents=True)
        settings.write_text(ALWAYS_COUNT)

    def _open(self, output):
        """Return the workbook as LibreOffice shows it.

        :param output: the workbook, as bytes in memory
        """
        path = self.folder / "book.xlsx"
        path.write_bytes(output.getvalue())
        done = subprocess.run(
            [
                system.OFFICE.find(),
                f"-env:UserInstallation={(self.folder / 'profile').as_uri()}",
                *("--headless", "--convert-to", "xlsx", "--outdir", self.folder / "opened", path),
            ],
            capture_output=True,
            text=True,
        )
        opened = self.folder / "opened" / path.name
        self.assertTrue(opened.exists(), done.stdout + done.stderr)
        book = openpyxl.load_workbook(opened, data_only=True)
        opened.unlink()
        for sheet, written in zip(book, openpyxl.load_workbook(output), strict=True):
            # without a window LibreOffice does not keep what is frozen in it
            sheet.freeze_panes = written.freeze_panes
            for row in sheet.iter_rows():
                for cell in row:
                    self.assertNotEqual(cell.data_type, "e", f"{sheet.title}!{cell.coordinate}")
        return book

    def _export(self, record):
        """Return the workbook of a download, opened."""
        record.env.flush_all()
        record.env.invalidate_all()
        output = io.BytesIO()
        record._write_workbook(output)
        return self._open(output)

    def _read(self, sheet):
        """Return the rows below the header of a sheet, as dicts by its labels."""
        first = int(sheet.freeze_panes[1:])
        header, *rows = sheet.iter_rows(min_row=first - 1, values_only=True)
        return [dict(zip(header, row, strict=True)) for row in rows]


@tagged("post_install", "-at_install")
class TestLibreOffice(WorkbookCase):
    def test_formulas_are_counted(self):
        """What we wrote as the value of a formula is not what is read here."""
        output = io.BytesIO()
        wrong = xlsx.Formula(lambda cell: f"=2*{cell('hours')}", 99)
        with xlsx.new_workbook(output) as book:
            columns = [xlsx.Column("hours", "Hours", "float"), xlsx.Column("twice", "Twice")]
            xlsx.write_sheet(book, "Sheet", columns, [{"hours": 1.5, "twice": wrong}])
        self.assertEqual(openpyxl.load_workbook(output, data_only=True)["Sheet"]["B4"].value, 99)
        self.assertEqual(self._open(output)["Sheet"]["B4"].value, 3)

    def test_evil_text(self):
        """Text that looks like a formula, or that no file may hold, is read as text."""
        texts = {
            "=1+1": "=1+1",
            "@x": "@x",
            "+48 22": "+48 22",
            "-1": "-1",
            "{=A1}": "{=A1}",
            "_x0041_": "_x0041_",
            "👍" * 20_000: "👍" * 16_383 + "…",
            "x" * 40_000: "x" * 32_766 + "…",
            "a\x0b\x00\ud83db": "ab",
            "0012": "0012",
        }
        output = io.BytesIO()
        with xlsx.new_workbook(output) as book:
            rows = [{"text": text} for text in texts]
            xlsx.write_sheet(book, "=2+2", [xlsx.Column("text", "=3+3")], rows, ["=4+4"])
        [sheet] = self._open(output)
        self.assertEqual(
            [cell.value for [cell] in sheet.iter_rows()],
            ["=2+2", "=4+4", None, "=3+3", *texts.values()],
        )


@tagged("post_install", "-at_install")
class TestActivityWorkbooks(WorkbookCase, ActivityCommon):
    def test_register_and_action_plan(self):
        activities = self.env["isof.activity"]
        for name, minutes in (("=1+1", 20), ("@x", 45), ("Visit", 105)):
            activity = self._create_activity(name=name)
            activity.stop = activity.start + timedelta(minutes=minutes)
            activities |= activity
        for form in ("register", "action_plan"):
            wizard = (
                self.env["isof.activity.report.wizard"]
                .with_user(self.manager)
                .create({"form": form, "chosen_ids": activities.ids})
            )
            [sheet] = self._export(wizard)
            *rows, total = self._read(sheet)
            self.assertEqual({row["Subject"] for row in rows}, {"=1+1", "@x", "Visit"})
            [[hours]] = self.env["isof.activity"]._read_group(
                [("id", "in", activities.ids)], [], ["duration:sum"]
            )
            self.assertAlmostEqual(total["Hours"], hours)


@tagged("post_install", "-at_install")
class TestSegmentWorkbooks(WorkbookCase, ExportCommon):
    def test_segment_and_consents(self):
        self.alfa.write({"name": "=1+1", "street": "👍 <b>&amp;\x0b"})
        self._declare("given")
        sheet, *_others = self._export(self._wizard(self.segment))
        rows = self._read(sheet)
        self.assertEqual([row["Name"] for row in rows], ["=1+1", "Gamma Stal"])
        self.assertEqual(rows[0]["Street"], "👍 <b>&amp;")
        export = (
            self.env["isof.consent.export"]
            .with_user(self.salesperson_a)
            .create({"consent_domain": [("partner_id", "=", self.alfa.id)]})
        )
        [sheet] = self._export(export)
        [row] = self._read(sheet)
        self.assertEqual((row["Contact"], row["State"]), ("=1+1", "Given"))


@tagged("post_install", "-at_install")
class TestResourceWorkbooks(WorkbookCase, ResourceCommon):
    def test_utilization(self):
        resources = self.room_small | self.kit
        resources._update_capacity()
        self._book(self.room_small, 9, 11)
        self._book(self.kit, 9, 15)
        self.env.flush_all()
        wizard = (
            self.env["isof.resource.report.wizard"]
            .with_user(self.salesperson_a)
            .create(
                {
                    "date_from": "2026-03-12",
                    "date_to": "2026-03-13",
                    "resource_ids": [Command.set(resources.ids)],
                }
            )
        )
        by_resource, by_day, bookings = map(self._read, self._export(wizard))
        utilization = self.env["isof.resource.utilization"].with_user(self.salesperson_a)
        domain = [
            *(("resource_id", "in", resources.ids), ("date", ">=", "2026-03-12")),
            ("date", "<=", "2026-03-13"),
        ]
        names = ["booked_hours:sum", "available_hours:sum", "utilization:avg"]
        [wanted] = utilization._read_group(domain, [], names)
        self.assertEqual(wanted, (8, 192, 8 / 192))
        for *rows, total in (by_resource, by_day):
            found = (total["Booked Hours"], total["Available Hours"], total["Utilisation"])
            self.assertEqual(found, pytest.approx(wanted))
            self.assertTrue(any(row["Utilisation"] for row in rows))
        groups = utilization._read_group(domain, ["resource_id"], ["utilization:avg"])
        self.assertEqual(
            {row["Resource"]: row["Utilisation"] for row in by_resource[:-1]},
            {resource.display_name: pytest.approx(rate) for resource, rate in groups},
        )
        self.assertEqual(bookings[-1]["Hours"], 8)


@tagged("post_install", "-at_install")
class TestAnalysisWorkbooks(WorkbookCase, AnalysisCommon):
    def test_every_figure(self):
        """Sums of levels, ratios, shares and differences, down to each row and each column."""
        for vals in (
            {"row_2": "product_id", "show_share": True, "unfolded": True},
            {"row_2": "product_id", "column": "invoice_date:month", "show_share": True},
            {"row_1": "user_id", "row_2": "partner_id", "row_3": "product_id"},
        ):
            with self.subTest(**vals):
                analysis = self._create_analysis(
                    "sold_net", "cost", "margin", "margin_rate", chart="bar", **vals
                )
                sheet, chart = self._export(analysis)
                table = self._get_table(analysis, unfold=True)
                self._check_rows(sheet, table)
                keys = [column["key"] for column in table["columns"]]
                sold = keys.index("total.sold_net.base")
                self.assertEqual(
                    [(r["label"], r["values"][sold]) for r in table["rows"] if not r["level"]],
                    [row[:2] for row in chart.iter_rows(min_row=4, max_col=2, values_only=True)],
                )

    def _check_rows(self, sheet, table):
        first = int(sheet.freeze_panes[1:])
        shown = [*table["rows"], table["total"]]
        found = list(sheet.iter_rows(min_row=first, values_only=True))
        self.assertEqual([row[0] for row in found], [row["label"] for row in shown])
        labels = [cell.value for cell in sheet[first - 1]]
        for row, wanted in zip(found, shown, strict=True):
            self._check_row(labels, row, wanted, table["columns"])

    def _check_row(self, labels, row, wanted, columns):
        """Compare the figures of a row; the parts of ratios stand among them, hidden."""
        position = 2
        for column, value in zip(columns, wanted["values"], strict=True):
            position = next(
                number
                for number in range(position, len(labels))
                if labels[number].rpartition(": ")[2] == column["label"]
            )
            where = f"{wanted['label']}, {labels[position]}"
            self.assertEqual(row[position] or 0, pytest.approx(value or 0), where)
            position += 1


@tagged("post_install", "-at_install")
class TestListWorkbooks(WorkbookCase, AnalysisCommon):
    def test_groups_of_figures(self):
        """Sums and ratios of each group and of all are those of the sales; see AnalysisCommon."""
        export = self.env["isof.list.export"].create(
            {
                "name": "Sales Statement",
                "res_model": "isof.trade.line",
                "list_domain": [("move_id", "in", self.moves.ids)],
                "list_groupby": ["user_id", "partner_id"],
                "list_columns": ["invoice_date", "sold_net", "margin", "margin_rate"],
            }
        )
        [sheet] = self._export(export)
        rows = self._read(sheet)
        self.assertEqual(len([row for row in rows if not isinstance(row["Date"], str)]), 6)
        self.assertEqual(
            {
                row["Date"]: (row["Sold"], row["Margin"], pytest.approx(row["Margin %"]))
                for row in rows
                if isinstance(row["Date"], str)
            },
            {
                "Salesperson A (4)": (1280, 570, 570 / 1280),
                "Alfa Hurt (3)": (980, 390, 390 / 980),
                "Gamma Stal (1)": (300, 180, 180 / 300),
                "Salesperson B (2)": (180, 80, 80 / 180),
                "Beta Market (2)": (180, 80, 80 / 180),
                "Total": (1460, 650, 650 / 1460),
            },
        )
        self.assertEqual(
            {row["Currency"] for row in rows} - {None}, {self.env.company.currency_id.name}
        )


@tagged("post_install", "-at_install")
class TestCommissionWorkbooks(WorkbookCase, CommissionCommon):
    def test_statement_and_payroll(self):
        self._create_plan()
        for quantity in (10, 7):
            self._create_invoice({"quantity": quantity})
        self._create_invoice({"quantity": 3}, invoice_user_id=self.salesperson_b.id)
        settlements = self._settle("2026-03-01", "2026-03-31")
        settlements.action_confirm()
        self.assertEqual(len(settlements), 2)
        self.commission_manager.group_ids += self.env.ref("base.group_allow_export")
        exports = self.env["isof.commission.export"].with_user(self.commission_manager)
        settlements = exports.env["isof.commission.settlement"].search(
            [("id", "in", settlements.ids)]
        )
        vals = {"settlement_ids": [Command.set(settlements.ids)]}
        sheets = self._export(exports.create({"form": "statement", **vals}))
        for settlement, sheet in zip(settlements, sheets, strict=True):
            *rows, total = self._read(sheet)
            self.assertEqual(len(rows), settlement.entry_count)
            self.assertAlmostEqual(total["Due"], settlement.amount_due)
        [sheet] = self._export(exports.create({"form": "payroll", **vals}))
        *rows, total = self._read(sheet)
        self.assertEqual(len(rows), 2)
        self.assertAlmostEqual(total["To Pay"], sum(settlements.mapped("amount_payable")))
