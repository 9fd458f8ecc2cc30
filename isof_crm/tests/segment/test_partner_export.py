import io
from datetime import datetime

import openpyxl

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain
from odoo.tests import HttpCase, tagged

from ...reports.export import isof_export
from ..common import NOW
from ..consent.test_consent import ConsentCommon


class ExportCommon(ConsentCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.segment = cls.env["isof.segment"].create(
            {"name": "Test fair", "mode": "static", "is_shared": True}
        )
        cls.segment._add_by_hand(cls.alfa | cls.gamma)
        # exporting is a right of its own in Odoo
        cls.may_export = cls.env.ref("base.group_allow_export")
        cls.may_export.user_ids |= (
            cls.salesperson_a | cls.salesperson_b | cls.manager | cls.outsider
        )

    def _wizard(self, records, by=None, chosen=None):
        """Return the dialogue opened for contacts or segments.

        :param chosen: keys of the columns to export, in their order; what is proposed if None
        """
        wizard = (
            self.env["isof.partner.export.wizard"]
            .with_user(by or self.salesperson_a)
            .with_context(active_model=records._name, active_ids=records.ids)
            .create({})
        )
        for column in wizard.column_ids if chosen is not None else ():
            column.is_chosen = column.key in chosen
            if column.is_chosen:
                column.sequence = chosen.index(column.key)
        return wizard

    def _export(self, wizard):
        """Return the sheet of a download: title, lines, and its rows as dicts by the labels."""
        output = io.BytesIO()
        wizard._write_workbook(output)
        return self._read(output)

    def _read(self, output):
        sheet = openpyxl.load_workbook(output).worksheets[0]
        values = [list(row) for row in sheet.iter_rows(values_only=True)]
        header = sheet.freeze_panes and int(sheet.freeze_panes[1:]) - 2
        rows = [dict(zip(values[header], row, strict=True)) for row in values[header + 1 :]]
        return sheet, [row[0] for row in values[:header]], rows


@tagged("post_install", "-at_install")
class TestPartnerExport(ExportCommon):
    """Contacts are exported with the columns chosen, as far as the user may read."""

    def test_segment_with_proposed_columns(self):
        self.alfa.write({"name": "=1+1", "vat": "PL5260001246", "city": "Warszawa"})
        self.segment.description = "Who came to see us"
        self._create_activity(status_id=self.status_done.id, start=datetime(2026, 3, 9, 9, 0))
        self._declare("given")
        self._declare("withdrawn", purpose_id=self.service.id)
        self._declare("withdrawn", channel="phone")
        sheet, lines, rows = self._export(self._wizard(self.segment))
        self.assertEqual(lines[0], "Test fair")
        self.assertEqual(
            lines[1:3], ["Contacts: 2", "Segments: Test fair (Static): Who came to see us"]
        )
        self.assertEqual([row["Name"] for row in rows], ["=1+1", "Gamma Stal"])
        self.assertEqual(sheet.cell(row=len(lines) + 2, column=1).data_type, "s")
        alfa, gamma = rows
        self.assertEqual(
            {
                label: alfa[label]
                for label in ("Tax ID", "City", "Region", "Segments", "Last Activity")
            },
            {
                "Tax ID": "PL5260001246",
                "City": "Warszawa",
                "Region": "Test Poland / Test Mazovia",
                "Segments": "Test fair",
                "Last Activity": datetime(2026, 3, 9, 10, 0),  # in Warsaw
            },
        )
        self.assertEqual(
            set(alfa["Consent: E-mail"].split("; ")),
            {"Given: Test offers", "Withdrawn: Test service"},
        )
        self.assertEqual(alfa["Consent: Phone"], "Withdrawn: Test offers")
        self.assertEqual((gamma["Salesperson"], gamma["Consent: E-mail"]), ("Salesperson B", None))
        self.assertNotIn("Company", alfa)

    def test_chosen_contacts_columns_and_order(self):
        self.alfa_anna.active = False  # chosen in a list of archived ones
        wizard = self._wizard(self.alfa | self.alfa_anna, chosen=["phone", "parent_id", "name"])
        _sheet, lines, rows = self._export(wizard)
        self.assertEqual(lines[0], "Contacts")
        self.assertEqual(list(rows[0]), ["Phone", "Related Company", "Name"])
        self.assertEqual(
            [tuple(row.values()) for row in rows],
            [
                ("+48 22 111 11 11", None, "Alfa Hurt"),
                ("+48 600 111 111", "Alfa Hurt", "Anna Alfowska"),
            ],
        )

    def test_remembered(self):
        wizard = self._wizard(self.alfa, chosen=["email", "name"])
        self.assertEqual(
            wizard.action_export()["url"],
            f"/isof_crm/workbook/isof.partner.export.wizard/{wizard.id}.xlsx",
        )
        columns = self._wizard(self.alfa).column_ids
        self.assertEqual(columns.filtered("is_chosen").mapped("key"), ["email", "name"])
        self.assertEqual(columns[:2].mapped("key"), ["email", "name"])
        self.assertIn("vat", columns.mapped("key"))
        others = self._wizard(self.alfa, by=self.salesperson_b).column_ids
        self.assertIn("vat", others.filtered("is_chosen").mapped("key"))

    def test_nothing_to_export(self):
        with self.assertRefused(UserError, "Choose at least one column"):
            self._wizard(self.alfa, chosen=[]).action_export()
        with self.assertRefused(UserError, "There are no contacts"):
            self._wizard(self.env["res.partner"]).action_export()

    def test_fields_that_one_may_not_read(self):
        """Neither offered nor exported, also where the column is forged by RPC."""
        field = self.env["res.partner"]._fields["ref"]
        self.patch(field, "groups", "base.group_system")
        self.alfa.ref = "secret"
        wizard = self._wizard(self.alfa, chosen=["name"])
        self.assertNotIn("ref", wizard.column_ids.mapped("key"))
        wizard.write(
            {
                "column_ids": [
                    Command.create({"key": key, "name": key, "is_chosen": True})
                    for key in ("ref", "barcode", "nonsense")
                ]
            }
        )
        _sheet, _lines, rows = self._export(wizard)
        self.assertEqual(rows, [{"Name": "Alfa Hurt"}])

    def test_private_segments_of_others_stay_private(self):
        private = (
            self.env["isof.segment"]
            .with_user(self.salesperson_b)
            .create({"name": "Secret list", "mode": "static", "addition_ids": [self.alfa.id]})
        )
        chosen = ["isof_segment_ids"]
        for user, expected in (
            (self.salesperson_a, {"Test fair"}),
            (self.salesperson_b, {"Test fair", "Secret list"}),
        ):
            with self.subTest(user=user.name):
                _sheet, _lines, rows = self._export(self._wizard(self.alfa, user, chosen))
                self.assertEqual(set(rows[0]["Segments"].split(", ")), expected)
        with self.assertRaises(AccessError):
            self._export(self._wizard(private))

    def test_companies(self):
        """A segment's members of a company that is not switched on are not exported."""
        theirs = self.env["res.partner"].create(
            {"name": "Their customer", "is_company": True, "company_id": self.other_company.id}
        )
        both = self._create_user("both", "isof_crm.group_user,base.group_allow_export")
        both.company_ids |= self.other_company
        companies = self.company | self.other_company
        segment = (
            self.env["isof.segment"]
            .with_user(both)
            .with_context(allowed_company_ids=companies.ids)
            .create({"name": "Both", "mode": "static", "company_id": False})
        )
        segment._add_by_hand(self.alfa | theirs)
        self.assertEqual(segment.member_count, 2)
        for switched_on, expected in (
            (companies, ["Alfa Hurt", "Their customer"]),
            (self.company, ["Alfa Hurt"]),
        ):
            with self.subTest(companies=switched_on.mapped("name")):
                wizard = self._wizard(
                    segment.with_context(allowed_company_ids=switched_on.ids), both, ["name"]
                )
                wizard.company_ids = switched_on
                # a download knows no companies that are switched on
                _sheet, _lines, rows = self._export(wizard.with_context(allowed_company_ids=None))
                self.assertEqual([row["Name"] for row in rows], expected)

    def test_rights(self):
        with self.assertRefused(AccessError, "Export Contacts|export.wizard"):
            self._wizard(self.alfa, by=self.outsider)
        wizard = self._wizard(self.alfa)
        for user in (self.salesperson_b, self.manager):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                wizard.with_user(user).action_export()
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                wizard.column_ids[0].with_user(user).write({"is_chosen": True})

    def test_without_the_right_to_export(self):
        wizard = self._wizard(self.alfa)
        self.may_export.user_ids -= self.salesperson_a
        alfa = self.alfa.with_user(self.salesperson_a)
        consent = self._declare("given").with_user(self.salesperson_a)
        for function in (
            wizard.action_export,
            alfa.action_export_isof_consents,
            consent.action_export,
        ):
            with self.assertRefused(AccessError, "You may not export data"):
                function()
        for model in ("res.partner", "isof.segment", "isof.consent"):
            for user, is_offered in ((self.salesperson_a, False), (self.salesperson_b, True)):
                with self.subTest(model=model, user=user.name):
                    actions = self.env["ir.actions.actions"].with_user(user).get_bindings(model)
                    names = " ".join(action["name"] for action in actions.get("action", ()))
                    self.assertEqual("XLSX" in names, is_offered, names)

    def test_days_of_never_contacted_are_blank(self):
        self._create_activity(status_id=self.status_done.id, start=datetime(2026, 3, 11, 8, 0))
        self._create_activity(
            partner_id=self.beta.id, status_id=self.status_done.id, start=datetime(2026, 3, 8, 8, 0)
        )
        partners = self.alfa | self.alfa_anna | self.beta | self.gamma
        wizard = self._wizard(partners, chosen=["name", "isof_days_without_contact"])
        rows = self._export(wizard)[2]
        self.assertEqual(
            {row["Name"]: row["Days without Contact"] for row in rows},
            {"Alfa Hurt": 0, "Anna Alfowska": 0, "Beta Market": 3, "Gamma Stal": None},
        )

    def test_queries_do_not_grow(self):
        counts = []
        for amount in (3, 3, 60):
            partners = self.env["res.partner"].create(
                [{"name": f"Partner {n}", "user_id": self.salesperson_b.id} for n in range(amount)]
            )
            for partner in partners:
                self._declare("given", partner=partner)
            wizard = self._wizard(partners)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            wizard._write_workbook(io.BytesIO())
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2], "queries for 3 and 60 contacts")

    def test_evil_text(self):
        """Whatever stands in a contact or names the segment, the file opens with it as text."""
        evil = ["@x", "-1+1", "+1", "👍" * 20_000, "x" * 40_000, "a\x0b\x1fb", "_x0041_", "<b>&"]
        self.segment.name = "=1+1 [*?/\\:] " + "👍" * 20
        partners = self.env["res.partner"].create([{"name": "n", "street": text} for text in evil])
        self.segment._add_by_hand(partners)
        wizard = self._wizard(self.segment, chosen=["street"])
        sheet, lines, rows = self._export(wizard)
        self.assertEqual(lines[0], self.segment.name)
        streets = [row["Street"] for row in rows]
        for text in ("@x", "-1+1", "+1", "ab", "<b>&", "x" * 32_766 + "…", "👍" * 16_383 + "…"):
            self.assertIn(text, streets)
        first = len(lines) + 2
        cells = [cell for [cell] in sheet.iter_rows(min_row=first) if cell.value]
        self.assertEqual({cell.data_type for cell in cells}, {"s"})

    def test_batches(self):
        """Names of other records are those of before, or read again where they were too many."""
        self.patch(isof_export, "BATCH_SIZE", 1)
        self._declare("given", partner=self.gamma)
        for most in (1, 1000):
            self.patch(isof_export, "MAX_NAMES", most)
            _sheet, _lines, rows = self._export(self._wizard(self.segment))
            self.assertEqual(
                [(row["Name"], row["Consent: E-mail"], row["Segments"]) for row in rows],
                [
                    ("Alfa Hurt", None, "Test fair"),
                    ("Gamma Stal", "Given: Test offers", "Test fair"),
                ],
            )


@tagged("post_install", "-at_install")
class TestConsentExport(ExportCommon):
    """What a person declared is handed out with its whole history."""

    def _download(self, action):
        self.assertEqual(action["target"], "download")
        export = self.env["isof.consent.export"].with_user(self.salesperson_a)
        number = int(action["url"].split("/")[-1].removesuffix(".xlsx"))
        return self._export(export.browse(number))[1:]

    def test_history_of_a_contact(self):
        self._declare(
            "given",
            date=datetime(2026, 3, 1, 23, 30),
            source="website",
            note="=1+1",
            by=self.salesperson_a,
        )
        self._declare("withdrawn", date=NOW, source="phone")
        self._declare("given", partner=self.beta)
        lines, rows = self._download(
            self.alfa.with_user(self.salesperson_a).action_export_isof_consents()
        )
        self.assertEqual(lines[:2], ["Consents", "Declarations: 2"])
        withdrawn, given = rows
        expected = {
            "Contact": "Alfa Hurt",
            "Purpose": "Test offers",
            "Channel": "E-mail",
            "State": "Given",
            "Date": datetime(2026, 3, 2, 0, 30),  # in Warsaw
            "Is Current": "No",
            "Source": "Website",
            "Note": "=1+1",
            "Recorded By": "Salesperson A",
        }
        self.assertEqual({label: given[label] for label in expected}, expected)
        self.assertEqual((withdrawn["State"], withdrawn["Is Current"]), ("Withdrawn", "Yes"))

    def test_chosen_declarations(self):
        first = self._declare("given", date=datetime(2026, 3, 1))
        self._declare("withdrawn")
        other = self._declare("given", partner=self.beta)
        lines, rows = self._download((other | first).with_user(self.salesperson_a).action_export())
        self.assertEqual([row["Contact"] for row in rows], ["Alfa Hurt", "Beta Market"])
        self.assertEqual(lines[1], "Declarations: 2")

    def test_no_declarations(self):
        lines, rows = self._download(
            self.alfa.with_user(self.salesperson_a).action_export_isof_consents()
        )
        self.assertEqual((lines[1], rows), ("Declarations: 0", []))

    def test_rights(self):
        theirs = self.env["res.partner"].create(
            {"name": "Their customer", "company_id": self.other_company.id}
        )
        self._declare("given", partner=theirs)
        self._declare("given")
        with self.assertRefused(AccessError, "Contact"):
            (self.alfa | theirs).with_user(self.salesperson_a).action_export_isof_consents()
        # whatever the dialogue asks for
        consents = self.env["isof.consent"].with_user(self.salesperson_a)
        both = Domain("partner_id", "in", (self.alfa | theirs).ids)
        _lines, rows = self._download(consents._export(both))
        self.assertEqual([row["Contact"] for row in rows], ["Alfa Hurt"])
        with self.assertRefused(AccessError, "Consent"):
            self.alfa.with_user(self.outsider).action_export_isof_consents()
        export = self.env["isof.consent.export"].search([], order="id desc", limit=1)
        with self.assertRaises(AccessError):
            export.with_user(self.manager).read(["consent_domain"])


@tagged("post_install", "-at_install")
class TestExportRoute(ExportCommon, HttpCase):
    """What a click downloads, and that nobody downloads what another chose."""

    def test_download(self):
        wizard = self._wizard(self.segment)
        url = f"/isof_crm/workbook/isof.partner.export.wizard/{wizard.id}.xlsx"
        self.authenticate(self.salesperson_a.login, self.salesperson_a.login)
        response = self.url_open(url)
        response.raise_for_status()
        self.assertIn("Test%20fair%202026-03-11.xlsx", response.headers["Content-Disposition"])
        rows = self._read(io.BytesIO(response.content))[2]
        self.assertEqual([row["Name"] for row in rows], ["Alfa Hurt", "Gamma Stal"])
        self.assertEqual(
            self.url_open("/isof_crm/workbook/isof.partner.export.wizard/0.xlsx").status_code, 404
        )
        self.assertEqual(self.url_open(url.replace("partner", "secret")).status_code, 404)
        self.authenticate(self.salesperson_b.login, self.salesperson_b.login)
        self.assertEqual(self.url_open(url).status_code, 403)
        self.may_export.user_ids -= self.salesperson_a
        self.authenticate(self.salesperson_a.login, self.salesperson_a.login)
        self.assertEqual(self.url_open(url).status_code, 403)
