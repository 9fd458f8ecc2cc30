import base64
import io
import time
import zipfile
from datetime import datetime

import openpyxl

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged, users
from odoo.tools import mute_logger

from ...models.segment import isof_segment_mailing
from ...tools import contact_list
from .test_segment import SegmentCommon


@tagged("post_install", "-at_install")
class TestSegmentAddWizard(SegmentCommon):
    def _wizard(self, partners, **context):
        return Form(
            self.env["isof.segment.add.wizard"].with_context(
                active_model="res.partner", active_ids=partners.ids, **context
            )
        )

    @users("isof_marketer")
    def test_add_tells_how_many(self):
        segment = self._create_segment([("id", "=", self.alfa.id)], name="Fair")
        archived = self.env["res.partner"].create({"name": "Gone", "is_company": True})
        archived.action_archive()
        form = self._wizard(self.alfa | self.beta | self.alfa_anna | archived)
        self.assertEqual(form.partner_count, 4)
        form.segment_id = segment
        message = form.save().action_apply()["params"]["message"]
        self.assertEqual(
            message,
            "1 added to “Fair”, 1 were in it already.\n2 do not fit and were left out: archived, "
            "hidden from the owner, or not of the kind “Contractors”.",
        )
        self.assertEqual(segment.member_ids, (self.alfa | self.beta).with_env(self.env))
        self.assertEqual(segment.addition_ids, (self.alfa | self.beta).with_env(self.env))

    @users("isof_marketer")
    def test_add_undoes_an_exclusion_and_remove_an_addition(self):
        segment = self._create_segment(exclusion_ids=self.alfa.ids)
        form = self._wizard(self.alfa)
        form.segment_id = segment
        form.save().action_apply()
        self.assertFalse(segment.exclusion_ids)
        self.assertIn(self.alfa.id, segment.member_ids.ids)
        form = self._wizard(self.alfa | self.alfa_anna, default_operation="remove")
        form.segment_id = segment
        message = form.save().action_apply()["params"]["message"]
        self.assertEqual(message, "1 removed from “Test segment”; 1 were not in it.")
        self.assertFalse(segment.addition_ids)
        segment.action_refresh()
        self.assertNotIn(self.alfa.id, segment.member_ids.ids)

    @users("isof_salesperson_a")
    def test_new_static_segment_of_persons(self):
        form = self._wizard(self.alfa_anna | self.beta_barbara)
        form.operation = "new"
        self.assertEqual(form.target, "person")
        form.name = "Guests"
        action = form.save().action_apply()
        segment = self.env["isof.segment"].browse(action["res_id"])
        self.assertRecordValues(
            segment,
            [{"name": "Guests", "mode": "static", "target": "person", "member_count": 2}],
        )

    @users("isof_salesperson_a")
    def test_nothing_to_do(self):
        wizard = self.env["isof.segment.add.wizard"].create({})
        with self.assertRaisesRegex(UserError, "Choose the contacts in a list first"):
            wizard.action_apply()
        wizard.partner_ids = self.alfa
        with self.assertRaisesRegex(UserError, "Choose the segment"):
            wizard.action_apply()
        wizard.operation = "new"
        with self.assertRaisesRegex(UserError, "Give the new segment a name"):
            wizard.action_apply()

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_only_to_segments_that_one_may_change(self):
        shared = self._create_segment(is_shared=True)
        Wizard = self.env["isof.segment.add.wizard"].with_user(self.salesperson_a)
        offered = (
            self.env["isof.segment"]
            .with_user(self.salesperson_a)
            .search(Wizard._get_segment_domain())
        )
        self.assertNotIn(shared.id, offered.ids)
        wizard = Wizard.create({"segment_id": shared.id, "partner_ids": self.alfa.ids})
        with self.assertRaises(AccessError):
            wizard.action_apply()


@tagged("post_install", "-at_install")
class TestSegmentFillWizard(SegmentCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.alfa.write({"vat": "PL5260250274", "ref": "K-001", "email": "Office@Alfa.example"})
        cls.twin = cls.env["res.partner"].create({"name": "Gamma Stal", "is_company": True})
        cls.segment = cls._create_segment(mode="static", name="Fair")

    def _fill(self, **vals):
        wizard = (
            self.env["isof.segment.fill.wizard"]
            .with_user(self.marketer)
            .create({"segment_id": self.segment.id, **vals})
        )
        wizard.action_match()
        return wizard

    def test_each_way_to_name_a_contact(self):
        for entry in (
            "Alfa Hurt",
            "  alfa hurt ",
            "PL5260250274",
            "526-025-02-74",
            "pl 526 025 02 74",
            "office@alfa.example",
            "k-001",
            "+48 22 111 11 11",
            "22 111-11-11",
            "(22) 1111111",
        ):
            with self.subTest(entry=entry):
                wizard = self._fill(text=entry)
                self.assertEqual(wizard.found_ids, self.alfa)

    def test_report_then_apply(self):
        wizard = self._fill(
            text="Alfa Hurt\nGamma Stal\nNobody Ltd\nalfa hurt\nAlfa Hurt\n"
            "Anna Alfowska\nBeta Market"
        )
        self.assertRecordValues(
            wizard,
            [
                {
                    "entry_count": 7,
                    "repeated_count": 1,
                    "found_count": 2,
                    "ambiguous_count": 1,
                    "missing_count": 2,
                    "state": "report",
                }
            ],
        )
        ambiguous = wizard.line_ids.filtered(lambda line: line.reason == "ambiguous")
        self.assertEqual(ambiguous.candidate_ids, self.gamma | self.twin)
        self.assertFalse(self.segment.member_ids, "nothing is done before it is confirmed")
        ambiguous.partner_id = self.twin
        wizard.action_apply()
        self.assertEqual(self.segment.member_ids, self.alfa | self.beta | self.twin)
        self.assertEqual(wizard.result, "3 added to “Fair”, 0 were in it already.")
        self.assertEqual(
            wizard.line_ids.mapped("name"), ["Nobody Ltd", "Anna Alfowska"], "still on screen"
        )

    def test_files(self):
        csv = "Beta Market;Gdańsk\nBrak Sp. z o.o.;Łódź\n".encode("cp1250")
        wizard = self._fill(file=base64.b64encode(csv), file_name="list.csv")
        self.assertEqual(wizard.found_ids, self.beta)
        self.assertEqual(wizard.line_ids.mapped("name"), ["Brak Sp. z o.o."])
        book = openpyxl.Workbook()
        book.active.append(["Name", "City"])
        book.active.append(["Beta Market", "Gdańsk"])
        book.active.append([5260250274])
        output = io.BytesIO()
        book.save(output)
        wizard = self._fill(
            text="K-001", file=base64.b64encode(output.getvalue()), file_name="LIST.XLSX"
        )
        self.assertEqual(wizard.found_ids, self.alfa | self.beta)
        self.assertEqual(wizard.line_ids.mapped("name"), ["Name"])

    def test_bad_input(self):
        with self.assertRaisesRegex(UserError, "Paste a list or choose a file"):
            self._fill(text="  \n ")
        for name in ("list.xlsx", "list.csv"):
            content = base64.b64encode(b"\x00\x81\x02")
            with self.assertRaisesRegex(UserError, f"“{name}” cannot be read. Save it as CSV"):
                self._fill(file=content, file_name=name)

    def _fill_workbook(self, **members):
        """Fill from a workbook some of whose parts are others."""
        book = openpyxl.Workbook()
        book.active.append(["Beta Market"])
        output = io.BytesIO()
        book.save(output)
        changed = io.BytesIO()
        with (
            zipfile.ZipFile(output) as archive,
            zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as other,
        ):
            for name in archive.namelist():
                other.writestr(name, members.get(name.rpartition("/")[2]) or archive.read(name))
        return self._fill(file=base64.b64encode(changed.getvalue()), file_name="list.xlsx")

    def test_limits(self):
        """What would keep a thread busy is refused at once, with the limits."""
        message = (
            "The list is too large. It can have 10000 entries of 500 characters each, and a file "
            "5 MB \\(a workbook 30 MB unpacked\\). Split it up."
        )
        bomb = " " * (contact_list.MAX_UNPACKED + 1)
        for what, call in (
            ("entries", lambda: self._fill(text="x\n" * 10_001)),
            ("long entry", lambda: self._fill(text="x" * 501)),
            (
                "rows of a file",
                lambda: self._fill(file=base64.b64encode(b"x\n" * 10_001), file_name="list.csv"),
            ),
            (
                "file",
                lambda: self._fill(
                    file=base64.b64encode(b"\n" * (contact_list.MAX_FILE + 1)), file_name="list.csv"
                ),
            ),
            ("unpacked workbook", lambda: self._fill_workbook(**{"sheet1.xml": bomb})),
        ):
            begin = time.monotonic()
            with self.subTest(what), self.assertRefused(UserError, message):
                call()
            self.assertLess(time.monotonic() - begin, 2, what)

    def test_row_without_end(self):
        """A workbook of a kilobyte that says it has a million million rows."""
        sheet = (
            '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            '<sheetData><row r="1"><c t="inlineStr"><is><t>Beta Market</t></is></c></row>'
            '<row r="1000000000000"/></sheetData></worksheet>'
        )
        begin = time.monotonic()
        wizard = self._fill_workbook(**{"sheet1.xml": sheet})
        self.assertLess(time.monotonic() - begin, 3)
        self.assertEqual(wizard.found_ids, self.beta)

    def test_damaged_workbook(self):
        for part in ("sheet1.xml", "workbook.xml"):
            for content in ("<broken", "<a/>", "\0"):
                with (
                    self.subTest(part=part, content=content),
                    self.assertRefused(
                        UserError, "“list.xlsx” cannot be read. Save it as CSV|Paste"
                    ),
                ):
                    self._fill_workbook(**{part: content})

    def test_ten_thousand_lines(self):
        self.env["res.partner"].create(
            [{"name": f"Test company {number}", "is_company": True} for number in range(1000)]
        )
        entries = [f"Test company {number}" for number in range(1000)]
        entries += [f"Unknown company {number}" for number in range(9000)]
        self.env.flush_all()
        begin = time.monotonic()
        wizard = self._fill(text="\n".join(entries))
        wizard.action_apply()
        self.assertLess(time.monotonic() - begin, 20)
        self.assertEqual(self.segment.member_count, 1000)
        self.assertEqual(wizard.missing_count, 9000)
        with self.assertQueryCount(25):
            wizard._match(entries)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_only_segments_that_one_may_change(self):
        self.segment.is_shared = True
        wizard = (
            self.env["isof.segment.fill.wizard"]
            .with_user(self.salesperson_a)
            .create({"segment_id": self.segment.id, "text": "Alfa Hurt"})
        )
        wizard.action_match()
        with self.assertRaises(AccessError):
            wizard.action_apply()


@tagged("post_install", "-at_install", "isof_mailing")
class TestSegmentMailingList(SegmentCommon):
    def setUp(self):
        super().setUp()
        if "mailing.list" not in self.env:
            self.skipTest("Email Marketing is not installed")
        self.marketer.group_ids |= self.env.ref("mass_mailing.group_mass_mailing_user")

    def test_members_with_an_address_blacklist_and_opt_outs(self):
        self.alfa.email = "alfa@example.com"
        self.beta.email = "beta@example.com"
        self.gamma.email = "gamma@example.com"
        self.env["mail.blacklist"]._add("gamma@example.com")
        segment = self._create_segment(name="Newsletter")
        self.assertTrue(segment.has_mailing)
        message = segment.action_update_mailing_list()["params"]["message"]
        self.assertEqual(
            message,
            "Mailing list “Newsletter”: 2 added, 0 removed, 2 in all. Left out: 1 who do not "
            "want mail, 0 without an address.\nNo mail to: Gamma Stal",
        )
        mailing_list = self.env["mailing.list"].browse(segment.mailing_list_res_id)
        subscriptions = mailing_list.subscription_ids
        by_email = {s.contact_id.email: s for s in subscriptions}
        self.assertEqual(sorted(by_email), ["alfa@example.com", "beta@example.com"])
        by_email["beta@example.com"].opt_out = True
        segment.exclusion_ids = self.companies
        segment.action_update_mailing_list()
        self.assertEqual(mailing_list.subscription_ids.contact_id.email, "beta@example.com")
        segment.exclusion_ids = False
        segment.action_update_mailing_list()
        by_email = {s.contact_id.email: s for s in mailing_list.subscription_ids}
        self.assertEqual(sorted(by_email), ["alfa@example.com", "beta@example.com"])
        self.assertTrue(by_email["beta@example.com"].opt_out)
        self.assertEqual(
            self.env["mailing.contact"].search_count(
                [("email", "=like", "%@example.com"), ("list_ids", "in", mailing_list.ids)]
            ),
            2,
        )

    def _get_subscriptions(self, segment):
        """Return whether they opted out, by the addresses of a segment's mailing list."""
        subscriptions = self.env["mailing.list"].browse(segment.mailing_list_res_id)
        return {s.contact_id.email: s.opt_out for s in subscriptions.subscription_ids}

    def test_address_of_one_who_does_not_want_mail(self):
        self.alfa.email = self.beta.email = "office@example.com"
        self.gamma.email = "gamma@example.com"
        self.env["isof.consent"].create(
            {"partner_id": self.beta.id, "channel": "email", "state": "withdrawn"}
        )
        segment = self._create_segment()
        message = segment.action_update_mailing_list()["params"]["message"]
        self.assertEqual(self._get_subscriptions(segment), {"gamma@example.com": False})
        self.assertIn("2 who do not want mail", message)
        self.assertRegex(message, "No mail to: Alfa Hurt, Beta Market$")

    def test_only_some_of_many_are_named(self):
        self.patch(isof_segment_mailing, "NAMES_SHOWN", 1)
        self.env["isof.consent"].create(
            [
                {"partner_id": partner.id, "channel": "email", "state": "withdrawn"}
                for partner in self.companies
            ]
        )
        message = self._create_segment().action_update_mailing_list()["params"]["message"]
        self.assertRegex(message, "No mail to: Alfa Hurt and 2 more$")

    def test_members_of_a_company_switched_off_stay(self):
        self.alfa.email = "alfa@example.com"
        self.gamma.write({"email": "theirs@example.com", "company_id": self.other_company.id})
        self.marketer.company_ids |= self.other_company
        both = self.company | self.other_company
        segment = self._create_segment(company_id=False).with_context(allowed_company_ids=both.ids)
        segment.action_refresh()
        segment.action_update_mailing_list()
        subscribed = {"alfa@example.com": False, "theirs@example.com": False}
        self.assertEqual(self._get_subscriptions(segment), subscribed)
        self.beta.email = "beta@example.com"
        segment.with_context(allowed_company_ids=self.company.ids).action_update_mailing_list()
        self.assertEqual(self._get_subscriptions(segment), subscribed | {"beta@example.com": False})

    def test_withdrawal_counts_at_once(self):
        self.alfa.email, self.beta.email = "alfa@example.com", "beta@example.com"
        segment = self._create_segment()
        segment.action_update_mailing_list()
        other_list = self.env["mailing.list"].create({"name": "Of no segment"})
        contact = self.env["mailing.contact"].search([("email", "=", "alfa@example.com")])
        other_list.contact_ids = contact
        withdrawal = {"partner_id": self.alfa.id, "state": "withdrawn"}
        consents = self.env["isof.consent"].with_user(self.marketer)
        consents.create({**withdrawal, "channel": "phone"})
        # outdated by a later declaration
        consents.create({"partner_id": self.alfa.id, "channel": "email"})
        consents.create({**withdrawal, "channel": "email", "date": datetime(2026, 3, 1)})
        self.assertFalse(any(self._get_subscriptions(segment).values()))
        consents.create({**withdrawal, "channel": "email"})
        self.assertEqual(
            self._get_subscriptions(segment),
            {"alfa@example.com": True, "beta@example.com": False},
        )
        self.assertFalse(other_list.subscription_ids.opt_out)

    def test_segments_of_others(self):
        segment = self._create_segment(by=self.salesperson_a)
        with self.assertRaises(AccessError):
            segment.with_user(self.marketer).action_update_mailing_list()
        self.assertFalse(segment.mailing_list_res_id)

    def test_without_rights_to_mailing_lists(self):
        segment = self._create_segment(by=self.salesperson_a)
        self.assertFalse(segment.has_mailing)
        with self.assertRaises(AccessError):
            segment.action_update_mailing_list()
