import csv
import io
from datetime import datetime

import xlsxwriter

from odoo.tests.common import tagged

from ..common import ActivityCommon

COLUMNS = {
    "Type": "type_id",
    "Subject": "name",
    "Status": "status_id",
    "Customer": "partner_id",
    "Contact Person": "contact_id",
    "Employee": "user_id",
    "Start": "start",
    "Hours": "duration",
    "Campaign": "campaign_id",
    "Region": "region_id",
    "Result": "result",
}
OPTIONS = {
    "has_headers": True,
    "quoting": '"',
    "separator": ",",
    "encoding": "utf-8",
    "float_thousand_separator": "",
    "float_decimal_separator": ".",
    "date_format": "%Y-%m-%d",
    "datetime_format": "%Y-%m-%d %H:%M:%S",
    "advanced": True,
}
TOMORROW = "2026-03-12 10:00:00"  # in Warsaw


@tagged("post_install", "-at_install")
class TestImport(ActivityCommon):
    """A file with names, by the import of the web client."""

    def _row(self, **values):
        return {
            "Type": "Test call",
            "Subject": "",
            "Status": "",
            "Customer": "Alfa Hurt",
            "Contact Person": "",
            "Employee": "Salesperson A",
            "Start": TOMORROW,
            "Hours": "",
            "Campaign": "Test Spring Fair",
            "Region": "",
            "Result": "",
        } | {name.replace("_", " "): value for name, value in values.items()}

    def _to_csv(self, rows):
        target = io.StringIO()
        writer = csv.DictWriter(target, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        return target.getvalue().encode(), "text/csv"

    def _to_xlsx(self, rows):
        target = io.BytesIO()
        with xlsxwriter.Workbook(target) as book:
            dates = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, list(rows[0]))
            for number, row in enumerate(rows, 1):
                for column, value in enumerate(row.values()):
                    if isinstance(value, datetime):
                        sheet.write_datetime(number, column, value, dates)
                    else:
                        sheet.write(number, column, value)
        return (
            target.getvalue(),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )

    def _import(self, file, user=None, columns=None, rows=None, dryrun=False):
        content, mimetype = file
        wizard = (
            self.env["base_import.import"]
            .with_user(user or self.manager)
            .with_context(tz=(user or self.manager).tz)
            .create({"res_model": "isof.activity", "file": content, "file_type": mimetype})
        )
        columns = columns or COLUMNS
        result = wizard.execute_import(list(columns.values()), list(columns), OPTIONS, dryrun)
        return result, self.env["isof.activity"].browse(result["ids"] or [])

    def test_names_of_a_csv_file(self):
        result, activities = self._import(
            self._to_csv(
                [
                    self._row(),
                    self._row(
                        Subject="Called about spring",
                        Status="Done",
                        Contact_Person="Anna Alfowska",
                        Customer="",
                        Hours="0.5",
                        Region="Test Poland / Test Pomerania",
                        Result="Interested",
                    ),
                ]
            )
        )
        self.assertFalse(result["messages"])
        self.assertRecordValues(
            activities,
            [
                {
                    "type_id": self.type_call.id,
                    "name": "Test call",
                    "state": "planned",
                    "partner_id": self.alfa.id,
                    "contact_id": False,
                    "user_id": self.salesperson_a.id,
                    "author_id": self.manager.id,
                    "department_id": self.department_field.id,
                    "start": datetime(2026, 3, 12, 9, 0),
                    "stop": datetime(2026, 3, 12, 9, 15),
                    "duration": 0.25,
                    "campaign_id": self.campaign.id,
                    "region_id": self.region_mazovia.id,
                    "result": False,
                },
                {
                    "type_id": self.type_call.id,
                    "name": "Called about spring",
                    "state": "done",
                    "partner_id": self.alfa.id,
                    "contact_id": self.alfa_anna.id,
                    "user_id": self.salesperson_a.id,
                    "author_id": self.manager.id,
                    "department_id": self.department_field.id,
                    "start": datetime(2026, 3, 12, 9, 0),
                    "stop": datetime(2026, 3, 12, 9, 30),
                    "duration": 0.5,
                    "campaign_id": self.campaign.id,
                    "region_id": self.region_pomerania.id,
                    "result": "Interested",
                },
            ],
        )

    def test_xlsx_file(self):
        result, activities = self._import(
            self._to_xlsx(
                [
                    self._row(Start=datetime(2026, 3, 12, 10, 0), Hours=0.5),
                    self._row(Start=datetime(2026, 7, 1, 10, 0)),
                ]
            )
        )
        self.assertFalse(result["messages"])
        self.assertRecordValues(
            activities,
            [
                {"start": datetime(2026, 3, 12, 9, 0), "duration": 0.5},
                {"start": datetime(2026, 7, 1, 8, 0), "duration": 0.25},
            ],
        )

    def test_a_salesperson_imports_as_author(self):
        result, activities = self._import(
            self._to_csv([self._row(Author="Manager")]),
            user=self.salesperson_a,
            columns=COLUMNS | {"Author": "author_id"},
        )
        self.assertFalse(result["messages"])
        self.assertEqual(activities.author_id, self.salesperson_a)

    def test_past_rows_become_done(self):
        _result, activities = self._import(
            self._to_csv(
                [
                    self._row(Start="2026-03-10 10:00:00"),
                    self._row(Start="2026-03-10 10:00:00", Status="Planned"),
                    self._row(Start="2026-03-11 10:30:00"),
                ]
            )
        )
        self.assertEqual(activities.mapped("state"), ["done", "planned", "planned"])

    def test_all_day_rows_are_days_of_the_users_zone(self):
        for tz in ("Europe/Warsaw", "America/New_York", "Pacific/Auckland", "Asia/Dhaka"):
            with self.subTest(tz=tz):
                self.manager.tz = tz
                result, activities = self._import(
                    self._to_csv(
                        [
                            self._row(
                                **{
                                    "Start": "2026-03-12 00:00:00",
                                    "End": "2026-03-13 00:00:00",
                                    "All Day": "1",
                                }
                            )
                        ]
                    ),
                    columns=COLUMNS | {"End": "stop", "All Day": "allday"},
                )
                self.assertFalse(result["messages"])
                self.assertRecordValues(
                    activities,
                    [
                        {
                            "allday": True,
                            "start": datetime(2026, 3, 12, 8, 0),
                            "stop": datetime(2026, 3, 13, 18, 0),
                        }
                    ],
                )

    def test_unknown_name_is_told_with_its_row(self):
        before = self.env["isof.activity"].search_count([])
        for column, value, label in (
            ("Customer", "Nobody Ltd", "Customer"),
            ("Type", "Teleport", "Type"),
            ("Status", "Perhaps", "Status"),
            ("Employee", "John Doe", "Employee"),
            ("Region", "Atlantis", "Region"),
        ):
            with self.subTest(column=column):
                rows = [self._row(), self._row(), self._row(**{column: value})]
                result, activities = self._import(self._to_csv(rows))
                self.assertFalse(activities)
                messages = {message["message"]: message["rows"] for message in result["messages"]}
                told = f"No matching record found for name '{value}' in field '{label}'"
                self.assertEqual(messages.get(told), {"from": 2, "to": 2}, messages)
                self.assertEqual(self.env["isof.activity"].search_count([]), before)

    def test_refused_rows_leave_nothing_half_done(self):
        before = self.env["isof.activity"].search_count([])
        rows = [self._row(), self._row(Customer=""), self._row()]
        result, activities = self._import(self._to_csv(rows))
        self.assertFalse(activities)
        self.assertRegex(
            result["messages"][0]["message"],
            "“Test call”: choose the customer; an activity of type “Test call” needs one.",
        )
        self.assertIn(1, [message["record"] for message in result["messages"]])
        self.assertEqual(self.env["isof.activity"].search_count([]), before)

    def test_trying_out_saves_nothing(self):
        before = self.env["isof.activity"].search_count([])
        result, _activities = self._import(self._to_csv([self._row()]), dryrun=True)
        self.assertFalse(result["messages"])
        self.assertEqual(self.env["isof.activity"].search_count([]), before)

    def test_5000_rows(self):
        """As many rows as a company brings from its old system, in one file."""
        customers = self.env["res.partner"].create(
            [{"name": f"Imported customer {number}", "is_company": True} for number in range(200)]
        )
        rows = [
            self._row(
                Customer=customers[number % 200].name,
                Start=f"2026-{1 + number % 12:02}-{1 + number % 28:02} {8 + number % 9:02}:00:00",
                Subject=f"Row {number}",
            )
            for number in range(5000)
        ]
        counts = []
        for size in (100, 200, len(rows)):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            result, activities = self._import(self._to_csv(rows[:size]))
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertFalse(result["messages"])
            self.assertEqual(len(activities), size)
        self.assertEqual(activities[4999].name, "Row 4999")
        self.assertEqual(activities[4999].partner_id, customers[199])
        # Odoo looks each name up: 8 names a row that it does not remember. The rest is ours.
        self.assertLess((counts[1] - counts[0]) / 100, 12, counts)
        self.assertLess((counts[2] - counts[1]) / 4800, 12, counts)
