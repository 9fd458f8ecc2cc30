import base64
import io
from datetime import datetime, timedelta

from openpyxl import load_workbook

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import Form, tagged

from ..common import NOW, ActivityCommon


class ConsentCommon(ActivityCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.marketer = cls._create_user("marketer", "isof_crm.group_marketing")
        cls.purpose, cls.service = cls.env["isof.consent.purpose"].create(
            [{"name": "Test offers"}, {"name": "Test service", "is_opt_in": False}]
        )

    @classmethod
    def _declare(cls, state, *, partner=None, by=None, **vals):
        """Return a new declaration of Alfa about e-mails with offers, made now."""
        return (
            cls.env["isof.consent"]
            .with_user(by or cls.env.user)
            .create(
                {
                    "partner_id": (partner or cls.alfa).id,
                    "purpose_id": cls.purpose.id,
                    "channel": "email",
                    "state": state,
                    **vals,
                }
            )
        )


@tagged("post_install", "-at_install")
class TestConsent(ConsentCommon):
    """What counts among the declarations of a contact, and that none can be rewritten."""

    def test_companies(self):
        theirs = self.env["res.partner"].create(
            {"name": "Their customer", "company_id": self.other_company.id}
        )
        ours = self._declare("given")
        consents = ours | self._declare("given", partner=theirs)
        domain = [("id", "in", consents.ids)]
        Consent = self.env["isof.consent"]
        self.assertEqual(Consent.with_user(self.salesperson_a).search(domain), ours)
        self.assertEqual(Consent.with_user(self.foreign_salesperson).search(domain), consents)
        with self.assertRefused(AccessError, "Consent"):
            (consents - ours).with_user(self.salesperson_a).read(["state"])
        with self.assertRefused(AccessError, "Consent|Contact"):
            self._declare("withdrawn", partner=theirs, by=self.marketer)

    def test_latest_wins(self):
        given = self._declare("given", date=NOW - timedelta(days=2))
        withdrawn = self._declare("withdrawn", date=NOW - timedelta(days=1))
        self.assertEqual(self.alfa.isof_current_consent_ids, withdrawn)
        late = self._declare("given", date=NOW - timedelta(days=3))
        self.assertEqual(self.alfa.isof_current_consent_ids, withdrawn)
        self.assertEqual(self.alfa.isof_consent_ids, withdrawn | given | late)
        again = self._declare("given")
        self.assertEqual(self.alfa.isof_current_consent_ids, again)

    def test_withdrawal_wins_a_tie(self):
        withdrawn = self._declare("withdrawn")
        self._declare("given")
        self.assertEqual(self.alfa.isof_current_consent_ids, withdrawn)

    def test_channels_and_purposes_are_apart(self):
        consents = (
            self._declare("given")
            | self._declare("withdrawn", channel="phone")
            | self._declare("withdrawn", purpose_id=self.service.id)
        )
        self.assertEqual(self.alfa.isof_current_consent_ids, consents)

    def test_future_refused(self):
        with self.assertRefused(ValidationError, "cannot be dated in the future"):
            self._declare("given", date=NOW + timedelta(seconds=1))

    def test_history_stays(self):
        consent = self._declare("given")
        for vals in ({"state": "withdrawn"}, {"is_current": False}, {"date": datetime(2026, 1, 1)}):
            with self.subTest(vals=vals), self.assertRefused(UserError, "cannot be rewritten"):
                consent.write(vals)
        with self.assertRefused(UserError, "cannot be deleted"):
            consent.unlink()
        for user in (self.marketer, self.manager):
            with self.subTest(user=user.name):
                with self.assertRaises(UserError):
                    consent.with_user(user).write({"state": "withdrawn"})
                with self.assertRaises(UserError):
                    consent.with_user(user).unlink()
                with self.assertRaises(UserError):
                    self.alfa.with_user(user).write(
                        {"isof_consent_ids": [Command.delete(consent.id)]}
                    )
        self.assertEqual(self.alfa.isof_current_consent_ids, consent)

    def test_forged_values_do_not_count(self):
        self._declare("withdrawn")
        before = NOW - timedelta(days=1)
        for field, forged in (
            ("Is Current", {"is_current": True}),
            ("Recorded By", {"user_id": self.salesperson_a.id}),
        ):
            with self.assertRefused(AccessError, f"“{field}” cannot be set by hand"):
                self._declare("given", by=self.marketer, date=before, **forged)
        earlier = self._declare("given", by=self.marketer, date=before)
        self.assertFalse(earlier.is_current)
        self.assertEqual(earlier.user_id, self.marketer)

    def test_rights(self):
        consent = self._declare("given", by=self.marketer)
        self.assertEqual(consent.with_user(self.salesperson_a).state, "given")
        with self.assertRefused(AccessError, "Consent"):
            self._declare("withdrawn", by=self.outsider)
        with self.assertRefused(AccessError, "Consent"):
            consent.with_user(self.outsider).read(["state"])

    def test_a_salesperson_records_what_is_said(self):
        self._declare("given", by=self.marketer, date=NOW - timedelta(days=1))
        withdrawn = self._declare(
            "withdrawn",
            by=self.salesperson_a,
            source="phone",
            note="Rang us",
        )
        self.assertEqual(withdrawn.user_id, self.salesperson_a)
        self.assertEqual(self.alfa.isof_current_consent_ids, withdrawn)
        with self.subTest("for nobody else, by no default either"):
            self.env["ir.default"].with_user(self.salesperson_a).set(
                "isof.consent", "user_id", self.marketer.id, user_id=True
            )
            said = (
                self.env["isof.consent"]
                .with_user(self.salesperson_a)
                .with_context(default_user_id=self.marketer.id)
                .create({"partner_id": self.alfa.id, "purpose_id": self.purpose.id})
            )
            self.assertEqual(said.user_id, self.salesperson_a)
        with self.subTest("and then it stays"), self.assertRefused(UserError, "cannot be rewr"):
            withdrawn.with_user(self.salesperson_a).note = "Did not ring"
        with self.subTest("by the button of the contact"):
            action = self.alfa.with_user(self.salesperson_a).action_record_isof_consent()
            form = Form(
                self.env[action["res_model"]]
                .with_user(self.salesperson_a)
                .with_context(**action["context"])
            )
            form.note = "At the fair"
            self.assertEqual(form.save().note, "At the fair")
        with self.subTest("of contacts that one may not read"):
            theirs = self.env["res.partner"].create(
                {"name": "Their customer", "company_id": self.other_company.id}
            )
            with self.assertRefused(AccessError, "Consent|Contact"):
                self._declare("withdrawn", partner=theirs, by=self.salesperson_a)

    def test_deleting_the_contact(self):
        consent = self._declare("given", partner=self.beta_barbara)
        self.beta_barbara.unlink()
        self.assertFalse(consent.exists())

    def test_merge(self):
        self._declare("given", date=NOW - timedelta(days=1))
        withdrawn = self._declare("withdrawn", partner=self.beta)
        self.beta.isof_region_id = self.region_pomerania
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.alfa | self.beta).ids, self.alfa)
        self.env.invalidate_all()
        self.assertEqual(len(self.alfa.isof_consent_ids), 2)
        self.assertEqual(self.alfa.isof_current_consent_ids, withdrawn)
        self.assertEqual(self.alfa.isof_region_id, self.region_mazovia)
        self.assertTrue(self.alfa.isof_region_manual)

    def test_merge_takes_over_the_chosen_region(self):
        self.gamma.isof_region_id = False
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.alfa | self.gamma).ids, self.gamma)
        self.assertEqual(self.gamma.isof_region_id, self.region_mazovia)
        self.assertTrue(self.gamma.isof_region_manual)

    def test_split(self):
        self.alfa.email, self.gamma.email = "alfa@example.com", "gamma@example.com"
        self._declare("withdrawn", partner=self.beta)
        self._declare("given", partner=self.gamma)
        self.env["mail.blacklist"]._add("alfa@example.com")
        customers = (self.alfa | self.beta | self.gamma).with_user(self.salesperson_a)
        refused = {
            self.alfa: "e-mail address is blacklisted",
            self.beta: "consent withdrawn (E-mail)",
        }
        self.assertEqual(customers._split_by_isof_consent("email"), (self.gamma, refused))
        self.assertEqual(
            customers._split_by_isof_consent("email", self.purpose), (self.gamma, refused)
        )
        self.assertEqual(customers._split_by_isof_consent("phone"), (customers, {}))
        self.assertEqual(customers._split_by_isof_consent("phone", self.service), (customers, {}))
        allowed, skipped = customers._split_by_isof_consent("phone", self.purpose)
        self.assertFalse(allowed)
        self.assertEqual(set(skipped.values()), {"no consent given (Phone)"})

    def test_split_by_phone_blacklist(self):
        self.env["phone.blacklist"]._add(["+48221111111"])
        customers = (self.alfa | self.beta).with_user(self.salesperson_a)
        listed = {self.alfa: "phone number is blacklisted"}
        for channel, refused in (("phone", listed), ("sms", listed), ("email", {}), ("post", {})):
            with self.subTest(channel=channel):
                self.assertEqual(customers._split_by_isof_consent(channel)[1], refused)
        self.assertIn("phone number is blacklisted", customers[0].isof_consent_summary)
        self._declare("withdrawn", channel="phone")
        self.assertEqual(
            customers._split_by_isof_consent("phone")[1],
            {self.alfa: "consent withdrawn (Phone)"},
        )

    def test_found_by_consent(self):
        self._declare("given", date=NOW - timedelta(days=1))
        domain = [("isof_current_consent_ids", "any", [("state", "=", "given")])]
        partners = self.env["res.partner"].with_user(self.salesperson_a)
        self.assertIn(self.alfa, partners.search(domain))
        self._declare("withdrawn")
        self.assertNotIn(self.alfa, partners.search(domain))


@tagged("post_install", "-at_install")
class TestConsentProof(ConsentCommon):
    """Proofs are for marketing and who recorded them, on every path."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        proof = {
            "proof": base64.b64encode(b"KANAREK"),
            "proof_name": "kanarek.pdf",
            "note": "As the KANAREK sang",
        }
        cls.by_marketer = cls._declare("given", by=cls.marketer, **proof)
        cls.by_a = cls._declare("given", by=cls.salesperson_a, channel="phone", **proof)
        cls.consents = cls.by_marketer | cls.by_a
        cls.names = list(proof)
        cls.all_see = (
            (cls.marketer, cls.consents),
            (cls.manager, cls.consents),
            (cls.salesperson_a, cls.by_a),
            (cls.salesperson_b, cls.by_a.browse()),
            (cls.foreign_salesperson, cls.by_a.browse()),
        )
        cls.env.ref("base.group_allow_export").user_ids |= (
            cls.salesperson_a | cls.salesperson_b | cls.marketer
        )

    def _call(self, user, method, *args, model="isof.consent", **kwargs):
        self.env.flush_all()
        self.env.invalidate_all()
        return call_kw(self.env[model].with_user(user), method, args, kwargs)

    def test_who_sees_it(self):
        ids = self.consents.ids
        specification = {name: {} for name in self.names}
        for user, expected in self.all_see:
            paths = {
                "read": self._call(user, "read", ids, self.names),
                "web_read": self._call(user, "web_read", ids, specification),
                "on the contact": self._call(
                    user,
                    "web_read",
                    self.alfa.ids,
                    {"isof_consent_ids": {"fields": specification}},
                    model="res.partner",
                )[0]["isof_consent_ids"],
            }
            for path, rows in paths.items():
                for row in rows:
                    with self.subTest(path, user=user.login, own=row["id"] in self.by_a.ids):
                        seen = [bool(row[name]) for name in self.names]
                        self.assertEqual(seen, [row["id"] in expected.ids] * 3)
            with self.subTest("state", user=user.login):
                rows = self._call(user, "read", ids, ["state", "channel", "date", "purpose_id"])
                self.assertEqual({row["state"] for row in rows}, {"given"})

    def test_who_finds_it(self):
        domain = [("id", "in", self.consents.ids)]
        for user, expected in self.all_see:
            for name, value in (("note", "kanarek"), ("proof_name", "kanarek.p")):
                for operator, operand, found in (
                    ("ilike", value, expected),
                    ("=ilike", f"%{value}%", expected),
                    ("not ilike", value, self.consents - expected),
                    ("!=", False, expected),
                    ("=", False, self.consents - expected),
                    ("in", ["As the KANAREK sang", "kanarek.pdf"], expected),
                ):
                    with self.subTest(user=user.login, name=name, operator=operator):
                        ids = self._call(user, "search", [*domain, (name, operator, operand)])
                        self.assertEqual(set(ids), set(found.ids))

    def test_what_is_stored_is_refused(self):
        for user in (self.marketer, self.salesperson_a):
            for name in ("held_note", "held_proof", "held_proof_name"):
                for method, *args in (
                    ("read", self.consents.ids, [name]),
                    ("search_count", [(name, "!=", False)]),
                    ("search", [], 0, None, name),
                    ("formatted_read_group", [], [name], ["__count"]),
                    ("export_data", self.consents.ids, [name]),
                    ("create", {"partner_id": self.alfa.id, name: "x"}),
                    ("write", self.by_a.ids, {name: "x"}),
                ):
                    attempt = self.subTest(user=user.login, name=name, method=method)
                    with attempt, self.assertRaises(UserError):
                        self._call(user, method, *args)

    def test_attachments(self):
        # sudo: the files themselves
        files = (
            self.env["ir.attachment"]
            .sudo()
            .search([("res_model", "=", "isof.consent"), ("res_field", "!=", False)])
        )
        self.assertEqual(len(files), 2)
        for user, _expected in self.all_see:
            attachments = self.env["ir.attachment"].with_user(user)
            with self.subTest(user=user.login):
                self.assertFalse(attachments.search([("id", "in", files.ids)]))
                with self.assertRaises(AccessError):
                    files.with_user(user).read(["raw"])

    def test_workbook(self):
        for user, expected in (
            (self.marketer, 2),
            (self.salesperson_a, 1),
            (self.salesperson_b, 0),
        ):
            export = (
                self.env["isof.consent.export"]
                .with_user(user)
                .create({"consent_domain": [("id", "in", self.consents.ids)]})
            )
            output = io.BytesIO()
            export._write_workbook(output)
            cells = [
                str(cell.value).lower() for row in load_workbook(output).active for cell in row
            ]
            with self.subTest(user=user.login):
                self.assertEqual(sum("as the kanarek" in cell for cell in cells), expected)
                self.assertEqual(cells.count("kanarek.pdf"), expected)
                self.assertEqual(cells.count("given"), 2)

    def test_what_was_read_for_one_is_not_shown_to_another(self):
        self.assertEqual(self.consents.mapped("note"), ["As the KANAREK sang"] * 2)
        self.assertEqual(
            self.consents.with_user(self.salesperson_a).mapped("note"),
            [False, "As the KANAREK sang"],
        )


@tagged("post_install", "-at_install")
class TestPlanConsent(ConsentCommon):
    """Plans leave alone who withdrew a consent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type_call.consent_channel = "phone"
        cls.plan = cls.env["isof.activity.plan"].create(
            {
                "name": "Calls",
                "step_ids": [
                    Command.create({"type_id": cls.type_meeting.id, "name": "Meet"}),
                    Command.create({"type_id": cls.type_call.id, "name": "Ring"}),
                ],
            }
        )

    def _start(self, partners):
        return (
            self.env["isof.activity.plan.run"]
            .with_user(self.salesperson_a)
            ._start(self.plan, partners.with_user(self.salesperson_a), NOW)
        )

    def test_withdrawn_are_skipped_and_listed(self):
        self._declare("withdrawn", channel="phone")
        self._declare("withdrawn", partner=self.beta)
        run = self._start(self.alfa | self.beta)
        self.assertEqual(run.activity_line_ids.partner_id, self.beta)
        self.assertEqual((run.done_count, run.skipped_count, run.state), (1, 1, "done"))
        self.assertRegex(run.message_ids[:1].body, r"Alfa Hurt<br ?/?>consent withdrawn \(Phone\)")

    def test_only_the_addressee_counts(self):
        self._declare("withdrawn", channel="phone")
        run = self._start(self.alfa_anna)
        self.assertEqual(run.activity_line_ids.contact_id, self.alfa_anna)
        # while it is under way nothing more would be started
        run.action_cancel()
        self._declare("withdrawn", channel="phone", partner=self.alfa_anna)
        self.assertFalse(self._start(self.alfa_anna).activity_line_ids)

    def test_type_without_channel_needs_no_consent(self):
        self.type_call.consent_channel = False
        self._declare("withdrawn", channel="phone")
        self.assertEqual(len(self._start(self.alfa).activity_line_ids), 2)

    def test_opened_for_segments(self):
        segment = self.env["isof.segment"].create(
            {"name": "Fair", "mode": "static", "is_shared": True}
        )
        segment._add_by_hand(self.alfa | self.beta)
        wizard = (
            self.env["isof.activity.plan.launch"]
            .with_user(self.salesperson_a)
            .with_context(active_model="isof.segment", active_ids=segment.ids)
            .new({})
        )
        self.assertFalse(wizard.partner_ids, "a segment's members travel with the dialogue")
        self.assertEqual(wizard._get_partners(), self.alfa | self.beta)
