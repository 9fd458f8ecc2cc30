from datetime import datetime, timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import NOW, ActivityCommon


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
            self._declare("withdrawn", by=self.salesperson_a)
        with self.assertRefused(AccessError, "Consent"):
            consent.with_user(self.outsider).read(["state"])

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
