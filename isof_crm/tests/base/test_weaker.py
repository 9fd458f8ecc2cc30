from odoo.fields import Command
from odoo.tests import tagged

from ..common import ActivityCommon
from ..weaker import WeakerCase

SECRET, CUSTOMER, CONTACT = "KANAREK", "DZIERLATKA", "makolagwa"


@tagged("post_install", "-at_install")
class TestWeaker(WeakerCase, ActivityCommon):
    """What is said of an activity is found by nobody who may not read it, on no detour."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.env["res.partner"].create(
            {"name": f"{CUSTOMER} Hurt", "is_company": True, "user_id": cls.salesperson_a.id}
        )
        cls.contact = cls.env["res.partner"].create(
            {
                "name": f"Ewa {CUSTOMER}",
                "email": f"{CONTACT}@example.com",
                "parent_id": cls.customer.id,
            }
        )
        cls.activity = cls._create_activity(
            by=cls.salesperson_a,
            type_id=cls.type_meeting.id,
            name=f"{SECRET} 1",
            note=f"{SECRET} 2",
            location=f"{SECRET} 3",
            partner_id=cls.customer.id,
            contact_id=cls.contact.id,
            contact_ids=[Command.link(cls.contact.id)],
            participant_ids=[Command.link(cls.manager.id)],
        )
        cls.strangers = cls.outsider | cls.salesperson_b | cls.foreign_salesperson

    def _tell_everything(self):
        """Say the words wherever somebody can say something about an activity."""
        activity = self.activity.with_user(self.salesperson_a)
        activity.name = f"{SECRET} 4"
        self.env.flush_all()
        activity.message_post(body=f"{SECRET} 5", subject=f"{SECRET} 6")
        activity.message_post(body=f"{SECRET} 7", partner_ids=self.manager.partner_id.ids)
        activity.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=f"{SECRET} 8",
            note=f"{SECRET} 9",
            user_id=self.salesperson_a.id,
        )
        self.env["ir.attachment"].with_user(self.salesperson_a).create(
            {"name": f"{SECRET}.txt", "res_model": activity._name, "res_id": activity.id}
        )
        activity.action_done()
        activity.result = f"{SECRET} 10"
        self.cr.precommit.run()  # the chatter follows what was written
        self.env.flush_all()

    def assertNobodyFinds(self, models=None):  # noqa: N802
        for user in self.strangers:
            with self.subTest(user=user.login):
                self.assertEqual(self._find_word(user, SECRET, models=models), [])
                # everybody reads contacts, but not whom others meet
                for word in (CUSTOMER, CONTACT):
                    met = self._find_word(
                        user, word, models=[*self._get_models("calendar"), "mail.activity"]
                    )
                    self.assertEqual(met, [])

    def _get_models(self, *rooms):
        return [name for name in self.env.registry if name.partition(".")[0] in rooms]

    def test_nobody_finds_it(self):
        self._tell_everything()
        found = self._find_word(self.salesperson_a, SECRET)
        for path in (
            *("isof.activity.name", "isof.activity.note", "isof.activity.result"),
            *("isof.activity.location", "mail.message.body", "mail.activity.summary"),
            "ir.attachment.name",
        ):
            self.assertIn(path, found, "who may find it does not, so the search is no proof")
        self.assertNobodyFinds()
        with self.subTest("cancelled"):
            self.activity.action_cancel()
            self.assertNobodyFinds(self._get_models("calendar", "mail"))
        with self.subTest("gone"):
            self.activity.with_user(self.manager).unlink()
            self.assertNobodyFinds(self._get_models("calendar", "mail"))

    def test_what_was_chosen_to_be_told_is_found(self):
        """The type and the invitation say so, and this test would see a leak."""
        calendar = self._get_models("calendar")
        self.type_meeting.calendar_content = "subject"
        self.assertIn(
            "calendar.event.name", self._find_word(self.outsider, SECRET, models=calendar)
        )
        self.type_meeting.calendar_content = "type"
        self.assertNobodyFinds(calendar)
        self.activity.with_user(self.salesperson_a).action_send_invitations()
        self.assertIn(
            "calendar.event.location", self._find_word(self.outsider, SECRET, models=calendar)
        )
        found = self._find_word(self.outsider, CONTACT, models=calendar)
        self.assertIn("calendar.attendee.partner_id.email", found)

    def test_customers_read_nothing_that_we_think_of_them(self):
        """In Odoo a portal user reads the own company, documents and those who sell."""
        customer = self._create_user("customer", "base.group_portal")
        customer.partner_id.parent_id = self.customer
        self.assertTrue(self.customer.with_user(customer).has_access("read"))
        readable = [
            str(field)
            for name in self.env.registry
            if not name.startswith("isof.")
            and (model := self.env[name].with_user(customer)).has_access("read")
            for field in model._fields.values()
            if field.name.startswith("isof_") and model._has_field_access(field, "read")
        ]
        self.assertEqual(readable, [])
