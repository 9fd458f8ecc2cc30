import io
from datetime import timedelta

from openpyxl import load_workbook

from odoo.fields import Command
from odoo.tests import tagged

from ..common import NOW
from .test_consent import ConsentCommon

SAME = "consent withdrawn for the same address or number (E-mail)"


class ObjectionCommon(ConsentCommon):
    """Two contacts with one address and one number, written in two ways."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first, cls.second, cls.other = cls.env["res.partner"].create(
            [
                {"name": "First", "email": "Jan <one@x.example>", "phone": "+48 601 555 111"},
                {"name": "Second", "email": "ONE@x.example", "phone": "+48601555111"},
                {"name": "Other", "email": "other@x.example", "phone": "+48 601 555 112"},
            ]
        )
        cls.all = cls.first | cls.second | cls.other

    def _withdraw(self, partner=None, state="withdrawn", **vals):
        return self._declare(state, partner=partner or self.first, by=self.salesperson_a, **vals)

    def _get_refused(self, channel="email", purpose=None):
        """Return whom a salesperson may not contact."""
        partners = self.all.with_user(self.salesperson_a)
        allowed, refused = partners._split_by_isof_consent(channel, purpose)
        self.assertEqual(allowed | partners.union(*refused), partners)
        return self.all.browse(partner.id for partner in refused)

    def _merge(self, source, target):
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (source | target).ids, target, extra_checks=False
        )
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestObjection(ObjectionCommon):
    """Who withdrew is not contacted at that address, whichever contact has it."""

    def test_every_contact_with_the_address(self):
        self._withdraw()
        partners = self.all.with_user(self.salesperson_a)
        self.assertEqual(
            partners._split_by_isof_consent("email")[1],
            {self.first: "consent withdrawn (E-mail)", self.second: SAME},
        )
        self.assertFalse(self._get_refused("phone"))
        self.assertFalse(self._get_refused("post"))
        self._withdraw(channel="phone")
        self.assertEqual(self._get_refused("phone"), self.first | self.second)
        self.assertFalse(self._get_refused("sms"), "a call is no text message")

    def test_a_company_and_its_staff(self):
        self.beta.email = self.beta_barbara.email = "office@beta.example"
        self._withdraw(self.beta_barbara)
        self.assertEqual(
            self.beta.with_user(self.salesperson_a)._split_by_isof_consent("email")[1],
            {self.beta: SAME},
        )

    def test_only_for_that_purpose(self):
        self._withdraw(purpose_id=self.service.id)
        self.assertEqual(self._get_refused(), self.first | self.second)
        self.assertEqual(self._get_refused(purpose=self.service), self.first | self.second)
        self.purpose.is_opt_in = False
        self.assertFalse(self._get_refused(purpose=self.purpose))

    def test_address_changed_afterwards(self):
        """The objection stays with the old address, and goes with the contact to the new one."""
        self._withdraw()
        self.first.email = "other@x.example"
        self.assertEqual(self._get_refused(), self.all)
        self.first.email = "new@x.example"
        self.assertEqual(self._get_refused(), self.first | self.second)
        self.second.email = "second@x.example"
        self.assertEqual(self._get_refused(), self.first)
        self.other.email = "one@x.example"
        self.assertEqual(self._get_refused(), self.first | self.other, "whoever gets it later")

    def test_address_known_afterwards(self):
        self.first.email = False
        self._withdraw()
        self.assertEqual(self._get_refused(), self.first)
        self.first.email = "one@x.example"
        self.assertEqual(self._get_refused(), self.first | self.second)

    def test_archived_or_of_another_company(self):
        self._withdraw()
        self.first.write({"active": False, "company_id": self.other_company.id})
        self.assertEqual(self._get_refused() - self.first, self.second)

    def test_given_again(self):
        """By the same contact at the same address, and in no other way."""
        self._withdraw(date=NOW - timedelta(days=3))
        self._withdraw(self.second, "given", date=NOW - timedelta(days=2))
        self.assertEqual(self._get_refused(), self.first | self.second, "of another contact")
        self.first.email = "new@x.example"
        self._withdraw(state="given", date=NOW - timedelta(days=1))
        self.assertEqual(self._get_refused(), self.second, "for another address")
        self.first.email = "one@x.example"
        self.assertEqual(self._get_refused(), self.first | self.second, "back at the old one")
        self._withdraw(state="given")
        self.assertFalse(self._get_refused())

    def test_merge(self):
        self._withdraw(date=NOW - timedelta(days=1))
        self._merge(self.first, self.other)
        self.all = self.second | self.other
        self.assertEqual(self._get_refused(), self.all)
        self.assertEqual(self.other.email_normalized, "other@x.example")
        self._withdraw(self.other, "given")
        self.assertEqual(self._get_refused(), self.second, "given for the address that is left")

    def test_merged_the_latest_counts(self):
        self._withdraw(date=NOW - timedelta(days=1))
        self._withdraw(self.second, "given")
        self._merge(self.first, self.second)
        self.all = self.second | self.other
        self.assertFalse(self._get_refused())

    def test_deleting_the_contact(self):
        """The address is on Odoo's blacklists then; nobody needs a right to them."""
        self._withdraw()
        self._withdraw(channel="sms")
        self.first.with_user(
            self._create_user("partner_manager", "base.group_partner_manager")
        ).unlink()
        self.all = self.second | self.other
        self.assertEqual(self._get_refused(), self.second)
        self.assertEqual(self._get_refused("sms"), self.second)
        found = self.env["mail.blacklist"].search([("email", "=", "one@x.example")])
        self.assertIn("The contact who had withdrawn consent", found.message_ids[0].body)

    def test_what_contacts_show(self):
        self._withdraw()
        partners = self.all.with_user(self.salesperson_a)
        self.assertEqual(partners.mapped("isof_is_withdrawn"), [True, True, False])
        self.assertIn("withdrawn for the same address", partners[1].isof_consent_summary)
        self.assertNotIn("for the same address", partners[0].isof_consent_summary)
        for value, found in ((True, partners[:2]), (False, partners[2])):
            domain = [("isof_is_withdrawn", "=", value), ("id", "in", partners.ids)]
            self.assertEqual(partners.search(domain), found)
        self._withdraw(self.other, channel="post")
        self.assertIn(self.other, partners.search([("isof_is_withdrawn", "=", True)]))

    def test_segment(self):
        segment = (
            self.env["isof.segment"]
            .with_user(self.salesperson_a)
            .create(
                {
                    "name": "May be written to",
                    "target": "person",
                    "domain": repr([("id", "in", self.all.ids), ("isof_is_withdrawn", "=", False)]),
                }
            )
        )
        self.assertEqual(segment.member_ids, self.all)
        self._withdraw()
        segment.action_refresh()
        self.assertEqual(segment.member_ids, self.other)

    def test_plan(self):
        self.type_call.consent_channel = "phone"
        plan = self.env["isof.activity.plan"].create(
            {"name": "Calls", "step_ids": [Command.create({"type_id": self.type_call.id})]}
        )
        self._withdraw(channel="phone")
        run = (
            self.env["isof.activity.plan.run"]
            .with_user(self.salesperson_a)
            ._start(plan, self.all.with_user(self.salesperson_a), NOW)
        )
        self.assertEqual(run.activity_line_ids.partner_id, self.other)

    def test_export(self):
        self._withdraw()
        self.env.ref("base.group_allow_export").user_ids |= self.salesperson_a
        wizard = (
            self.env["isof.partner.export.wizard"]
            .with_user(self.salesperson_a)
            .create({"partner_ids": [Command.set(self.all.ids)]})
        )
        wizard.column_ids.is_chosen = True
        output = io.BytesIO()
        wizard._write_workbook(output)
        rows = list(load_workbook(output).active.values)
        by_name = {row[0]: [str(cell) for cell in row] for row in rows}
        same = "Withdrawn for the same address or number"
        self.assertIn(same, by_name["Second"])
        self.assertIn("Withdrawn: Test offers", by_name["First"])
        self.assertNotIn(same, by_name["First"] + by_name["Other"])

    def test_mail_to_many(self):
        """Contacts chosen in a list; who does not want to be left out switches the list off."""
        self._withdraw()
        # one mail an address
        for uses_list, told in ((True, self.other), (False, self.first | self.other)):
            composer = (
                self.env["mail.compose.message"]
                .with_user(self.salesperson_a)
                .create(
                    {
                        "composition_mode": "mass_mail",
                        "model": "res.partner",
                        "res_ids": repr(self.all.ids),
                        "subject": "News",
                        "body": "News",
                        "use_exclusion_list": uses_list,
                    }
                )
            )
            mails, _messages = composer._action_send_mail()
            sent = mails.filtered(lambda mail: mail.state != "cancel")
            with self.subTest(uses_list=uses_list):
                self.assertEqual(set(sent.mapped("res_id")), set(told.ids))

    def test_no_query_per_contact(self):
        many = self.env["res.partner"].create(
            [{"name": f"N {n}", "email": f"n{n % 10}@x.example"} for n in range(100)]
        )
        self._withdraw(many[0])
        many = many.with_user(self.salesperson_a)
        many._split_by_isof_consent("email")
        self.env.flush_all()
        self.env.invalidate_all()
        # contacts, consents, addresses, blacklists
        with self.assertQueryCount(8):
            self.assertEqual(len(many._split_by_isof_consent("email")[1]), 10)
        self.env.invalidate_all()
        with self.assertQueryCount(5):
            self.assertEqual(sum(many.mapped("isof_is_withdrawn")), 10)


@tagged("post_install", "-at_install")
class TestSeveralAddresses(ObjectionCommon):
    """Odoo writes to every address of a field: each of them counts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first.email = "one@x.example, Jan <Two@x.example>; three@x.example"

    def test_each_address_counts(self):
        self._withdraw()
        self.assertEqual(self._get_refused(), self.first | self.second)
        self.second.email = "two@x.example"
        self.other.email = "free@x.example, Three <THREE@x.example>"
        self.assertEqual(self._get_refused(), self.all)
        self.assertEqual(self.all.mapped("isof_is_withdrawn"), [True, True, True])
        self.assertEqual(self.all.search([("isof_is_withdrawn", "=", True)]) & self.all, self.all)
        self.other.email = "free@x.example, four@x.example"
        self.assertEqual(self._get_refused(), self.first | self.second)

    def test_one_among_several_objected(self):
        self.other.email = "three@x.example"
        self._withdraw(self.other)
        self.assertEqual(self._get_refused(), self.first | self.other)

    def test_addresses_changed_afterwards(self):
        self._withdraw()
        self.first.email = "new@x.example"
        self.other.email = "three@x.example"
        self.assertEqual(self._get_refused(), self.all)

    def test_given_again_for_some(self):
        """In whatever order they stand in the field then."""
        self._withdraw(date=NOW - timedelta(days=2))
        self.first.email = "three@x.example, one@x.example"
        self._withdraw(state="given")
        self.assertFalse(self._get_refused())
        self.other.email = "two@x.example"
        self.assertEqual(self._get_refused(), self.other)

    def test_blacklist(self):
        self.env["mail.blacklist"]._add("three@x.example")
        self.assertEqual(self._get_refused(), self.first)

    def test_deleting_the_contact(self):
        self._withdraw()
        self.first.unlink()
        self.all = self.second | self.other
        self.other.email = "free@x.example, three@x.example"
        self.assertEqual(self._get_refused(), self.all)

    def test_mail_to_many(self):
        """One mail goes to all addresses, so that none goes where one of them objected."""
        self.other.email = "three@x.example"
        self._withdraw(self.other)
        for message in ("objected", "blacklisted"):
            composer = (
                self.env["mail.compose.message"]
                .with_user(self.salesperson_a)
                .create(
                    {
                        "composition_mode": "mass_mail",
                        "model": "res.partner",
                        "res_ids": repr((self.first | self.second).ids),
                        "subject": "News",
                        "body": "News",
                    }
                )
            )
            mails, _messages = composer._action_send_mail()
            states = {mail.res_id: (mail.state, mail.failure_type) for mail in mails}
            with self.subTest(message):
                self.assertEqual(states[self.first.id], ("cancel", "mail_optout"))
                self.assertNotEqual(states[self.second.id][0], "cancel")
            self._withdraw(self.other, "given")
            self.env["mail.blacklist"]._add("three@x.example")

    def test_database_without_them(self):
        self.env.flush_all()
        self.env.cr.execute("UPDATE res_partner SET isof_more_emails = NULL")
        self.env["res.partner"]._fill_isof_more_emails()
        self.env.invalidate_all()
        self.assertEqual(self.first.isof_more_emails, "two@x.example three@x.example")
        self.assertFalse(self.second.isof_more_emails)


@tagged("post_install", "-at_install", "isof_mailing")
class TestObjectionMailing(ObjectionCommon):
    """Mailings of Odoo's Email Marketing and SMS Marketing, where they are installed."""

    def setUp(self):
        super().setUp()
        if "mailing.mailing" not in self.env:
            self.skipTest("Email Marketing is not installed")
        self.marketer.group_ids |= self.env.ref("mass_mailing.group_mass_mailing_user")
        self.segment = (
            self.env["isof.segment"]
            .with_user(self.marketer)
            .create(
                {
                    "name": "Newsletter",
                    "target": "person",
                    "mode": "static",
                    "addition_ids": [Command.set(self.all.ids)],
                }
            )
        )

    def _send(self, model, domain, **vals):
        """Return the traces of a mailing by a marketer."""
        mailing = (
            self.env["mailing.mailing"]
            .with_user(self.marketer)
            .create(
                {
                    "subject": "News",
                    "mailing_model_id": self.env["ir.model"]._get_id(model),
                    "mailing_domain": repr(domain),
                    "body_html": "<p>News</p>",
                    **vals,
                }
            )
        )
        mailing.action_send_mail(res_ids=mailing._get_remaining_recipients())
        return mailing.mailing_trace_ids

    def _get_subscribed(self):
        """Return the addresses of the segment's mailing list that did not opt out."""
        mailing_list = self.env["mailing.list"].browse(self.segment.mailing_list_res_id)
        subscribed = mailing_list.subscription_ids.filtered(lambda one: not one.opt_out)
        return subscribed.contact_id.mapped("email_normalized")

    def _get_subscribed_texts(self):
        """Return the same as they are entered."""
        mailing_list = self.env["mailing.list"].browse(self.segment.mailing_list_res_id)
        return mailing_list.subscription_ids.filtered(lambda s: not s.opt_out).mapped(
            "contact_id.email"
        )

    def _get_sent(self, traces):
        return set(traces.filtered(lambda trace: trace.trace_status != "cancel").mapped("res_id"))

    def test_contacts_of_a_segment(self):
        self._withdraw()
        traces = self._send("res.partner", [("isof_segment_ids", "in", self.segment.ids)])
        self.assertEqual(len(traces), 3)
        self.assertEqual(self._get_sent(traces), set(self.other.ids))
        self.assertEqual(
            set(traces.filtered(lambda t: t.trace_status == "cancel").mapped("failure_type")),
            {"mail_optout"},
        )

    def test_mailing_list_made_before_and_after(self):
        self.segment.action_update_mailing_list()
        mailing_list = self.env["mailing.list"].browse(self.segment.mailing_list_res_id)
        self._withdraw()
        subscribed = {
            s.contact_id.email_normalized: s.opt_out for s in mailing_list.subscription_ids
        }
        self.assertEqual(subscribed, {"one@x.example": True, "other@x.example": False})
        mailing_list.subscription_ids.unlink()
        self.segment.action_update_mailing_list()
        self.assertEqual(
            mailing_list.subscription_ids.contact_id.mapped("email_normalized"), ["other@x.example"]
        )

    def test_mailing_list_after_a_merge(self):
        stranger = self.env["res.partner"].create({"name": "Stranger", "email": "s@x.example"})
        self.segment.action_update_mailing_list()
        self._withdraw(stranger)
        self._merge(stranger, self.other)
        mailing_list = self.env["mailing.list"].browse(self.segment.mailing_list_res_id)
        subscribed = {
            s.contact_id.email_normalized: s.opt_out for s in mailing_list.subscription_ids
        }
        self.assertEqual(subscribed, {"one@x.example": False, "other@x.example": True})

    def test_any_mailing_list(self):
        """Also one of no segment, and an address that the one who withdrew has got since."""
        self._withdraw()
        self.first.email = "list@x.example"
        mailing_list = self.env["mailing.list"].create(
            {
                "name": "By hand",
                "contact_ids": [
                    Command.create({"name": "L", "email": email})
                    for email in ("list@x.example", "one@x.example", "free@x.example")
                ],
            }
        )
        traces = self._send("mailing.contact", [("list_ids", "in", mailing_list.ids)])
        sent = traces.filtered(lambda trace: trace.trace_status != "cancel")
        self.assertEqual(sent.mapped("email"), ["free@x.example"])

    def test_one_of_several_addresses(self):
        self.first.email = "one@x.example, two@x.example"
        self.segment.action_update_mailing_list()
        stranger = self.env["res.partner"].create({"name": "Stranger", "email": "two@x.example"})
        self._withdraw(stranger)
        self.assertNotIn("one@x.example, two@x.example", self._get_subscribed_texts())
        traces = self._send("res.partner", [("isof_segment_ids", "in", self.segment.ids)])
        self.assertEqual(self._get_sent(traces), set((self.second | self.other).ids))

    def test_text_messages_to_many(self):
        """Contacts chosen in a list, without SMS Marketing's help; a single one on purpose."""
        if "sms.composer" not in self.env:
            self.skipTest("Text messages are not installed")
        self._withdraw(channel="sms")
        for partners, told in ((self.all, self.other), (self.first, self.first)):
            composer = (
                self.env["sms.composer"]
                .with_user(self.salesperson_a)
                .create(
                    {
                        "composition_mode": "mass",
                        "res_model": "res.partner",
                        "res_ids": repr(partners.ids),
                        "body": "News",
                    }
                )
            )
            messages = composer._action_send_sms()
            sent = messages.filtered(lambda message: message.state != "canceled")
            self.assertEqual(sent.partner_id, told)

    def test_text_messages(self):
        if "mailing_type" not in self.env["mailing.mailing"]._fields or "sms" not in dict(
            self.env["mailing.mailing"]._fields["mailing_type"].selection
        ):
            self.skipTest("SMS Marketing is not installed")
        self._withdraw(channel="sms")
        mailing = (
            self.env["mailing.mailing"]
            .with_user(self.marketer)
            .create(
                {
                    "subject": "News",
                    "mailing_type": "sms",
                    "body_plaintext": "News",
                    "mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
                    "mailing_domain": repr([("isof_segment_ids", "in", self.segment.ids)]),
                }
            )
        )
        mailing.action_send_sms()
        self.assertEqual(self._get_sent(mailing.mailing_trace_ids), set(self.other.ids))
