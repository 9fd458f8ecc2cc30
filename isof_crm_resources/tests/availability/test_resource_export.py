import io
from datetime import date, datetime
from unittest.mock import patch

import openpyxl

from odoo.exceptions import AccessError, ValidationError
from odoo.tests.common import HttpCase, freeze_time, new_test_user, tagged

from ...wizards.availability import isof_resource_report_wizard
from ..common import ResourceCommon


class TestResourceExport(ResourceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in (cls.salesperson_a, cls.manager):
            user.group_ids += cls.env.ref("base.group_allow_export")
        cls.Wizard = cls.env["isof.resource.report.wizard"]
        cls.resources = cls.room_small | cls.kit
        cls.resources._update_capacity()

    def _export(self, by=None, formulas=False, **vals):
        """Return the sheets of the workbook as lists of rows."""
        return [
            [
                tuple(round(cell, 4) if isinstance(cell, float) else cell for cell in row)
                for row in sheet.iter_rows(values_only=True)
            ]
            for sheet in self._open(by, data_only=not formulas, **vals)
        ]

    def _open(self, by=None, data_only=False, **vals):
        """Return the workbook."""
        self.env.flush_all()
        wizard = self.Wizard.with_user(by or self.salesperson_a).create(
            {"date_from": "2026-03-12", "date_to": "2026-03-13"}
            | {"resource_ids": self.resources.ids, **vals}
        )
        self.env.invalidate_all()
        output = io.BytesIO()
        wizard._write_workbook(output)
        return openpyxl.load_workbook(output, data_only=data_only)

    def test_archived_criterion_is_still_one(self):
        place = self.env["isof.resource.place"].create({"name": "Test barn"})
        self.room_small.place_id = place
        self._book(self.room_small, 9, 11, name="Budget")
        self._book(self.kit, 9, 15)
        for criterion in (
            {"resource_ids": self.room_small.ids},
            {"resource_ids": [], "place_ids": place.ids},
        ):
            with self.subTest(criterion):
                wizard = self.Wizard.create(
                    {"date_from": "2026-03-12", "date_to": "2026-03-13", **criterion}
                )
                with freeze_time(self._at(12)):
                    (place if "place_ids" in criterion else self.room_small).active = False
                self.env.invalidate_all()
                bookings = self.env["isof.booking"].search(wizard._get_booking_domain())
                self.assertEqual(bookings.resource_id, self.room_small)

    def test_sheets(self):
        self._book(self.room_small, 9, 11, name="Budget")
        self._book(self.kit, 9, 15)
        self._book(self.kit, self._at(9, day=14), self._at(10, day=14))
        by_resource, by_day, bookings = self._export()
        self.assertIn(("Test small room", "Room", None, 2, 0, 48, round(2 / 48, 4)), by_resource)
        self.assertIn(("Test demo kit", "Device", None, 6, 0, 144, round(6 / 144, 4)), by_resource)
        self.assertIn(
            ("Test small room", "Room", None, datetime(2026, 3, 12), 2, 0, 24, round(2 / 24, 4)),
            by_day,
        )
        self.assertIn(("Test small room", "Room", None, datetime(2026, 3, 13), 0, 0, 24, 0), by_day)
        rows = [row for row in bookings if row[0] in ("Test small room", "Test demo kit")]
        self.assertEqual(
            [(row[0], row[3], row[5], row[6], row[9]) for row in rows],
            [
                ("Test small room", datetime(2026, 3, 12, 10), 2, "Confirmed", "Budget"),
                ("Test demo kit", datetime(2026, 3, 12, 10), 6, "Confirmed", None),
            ],
            "on the user's clock, and nothing of the next day",
        )

    def test_chart(self):
        """One of how much each resource is used, where these are few enough to be told apart."""
        sheets = list(self._open())
        self.assertEqual([len(sheet._charts) for sheet in sheets], [1, 0, 0])
        [series] = sheets[0]._charts[0].series
        first = int(sheets[0].freeze_panes[1:])
        self.assertEqual(series.cat.numRef.f, f"Utilisation!$A${first}:$A${first + 1}")
        self.assertEqual(series.val.numRef.f, f"Utilisation!$G${first}:$G${first + 1}")
        with patch.object(isof_resource_report_wizard, "CHART_ROWS", 1):
            self.assertFalse(self._open().worksheets[0]._charts)

    def test_utilization_is_counted(self):
        """In each row and in the total, of the rows that the reader's own filter leaves."""
        self._book(self.room_small, 9, 11)
        self._book(self.kit, 9, 15)
        for n, first in ((0, "D"), (1, "E")):  # with a column more where there are days
            booked, requested, available = (chr(ord(first) + k) for k in range(3))
            rows = self._export(formulas=True)[n]
            number = len(rows)
            self.assertEqual(
                [row[-1] for row in rows[-3:]],
                [
                    f'=IF({available}{k}=0,"",{booked}{k}/{available}{k})'
                    for k in range(number - 2, number + 1)
                ],
            )
            self.assertRegex(
                rows[-1][-3], rf"^=SUBTOTAL\(109,{requested}\d+:{requested}{number - 1}\)$"
            )
            self.assertEqual(self._export()[n][-1][-4:], (8, 0, 192, round(8 / 192, 4)))

    def test_purpose_only_for_whom_it_concerns(self):
        self._book(self.room_small, 9, 11, name="Dismissals")
        *_others, bookings = self._export(by=self.salesperson_b)
        self.assertIn("Test small room", str(bookings))
        self.assertNotIn("Dismissals", str(bookings))
        *_others, bookings = self._export(by=self.resource_manager)
        self.assertIn("Dismissals", str(bookings))

    def test_filters(self):
        self._book(self.room_small, 9, 11)
        by_resource, _by_day, bookings = self._export(
            kind_ids=self.kind_device.ids, resource_ids=False
        )
        self.assertIn("Kinds: Device", str(by_resource))
        self.assertIn("Test demo kit", str(by_resource))
        self.assertNotIn("Test small room", str(by_resource) + str(bookings))

    def test_dates(self):
        wizard = self.Wizard.with_user(self.salesperson_a).create({})
        self.assertEqual((wizard.date_from, wizard.date_to), (date(2026, 3, 1), date(2026, 3, 31)))
        with self.assertRaisesRegex(ValidationError, "not later than the last"):
            wizard.date_to = "2026-02-01"

    def test_own_reports_only(self):
        wizard = self.Wizard.with_user(self.salesperson_a).create({})
        with self.assertRaises(AccessError):
            wizard.with_user(self.salesperson_b).read(["date_from"])


@tagged("-at_install", "post_install")
class TestResourceExportRoute(HttpCase):
    def test_download(self):
        users = [
            new_test_user(
                self.env,
                f"export_{name}",
                groups="isof_crm.group_user,base.group_allow_export",
            )
            for name in ("one", "other")
        ]
        wizard = self.env["isof.resource.report.wizard"].with_user(users[0]).create({})
        url = wizard.action_export()["url"]
        self.authenticate("export_one", "export_one")
        response = self.url_open(url)
        response.raise_for_status()
        self.assertEqual(len(openpyxl.load_workbook(io.BytesIO(response.content)).worksheets), 3)
        self.assertEqual(
            self.url_open("/isof_crm/workbook/isof.resource.report.wizard/0.xlsx").status_code, 404
        )
        self.authenticate("export_other", "export_other")
        self.assertEqual(self.url_open(url).status_code, 403)
