import base64
import importlib.util
from datetime import date, datetime, timedelta

from odoo.fields import Command
from odoo.modules.module import get_module_path
from odoo.tests import tagged

from ..common import ActivityCommon

OLD_TABLES = """
    CREATE TABLE isof_segment_member_rel (segment_id int, partner_id int);
    CREATE TABLE isof_segment_membership (
        id serial PRIMARY KEY, segment_id int, partner_id int,
        date_from timestamp, date_to timestamp
    );
"""


@tagged("post_install", "-at_install")
class TestMigration(ActivityCommon):
    """Databases of an earlier version keep what they hold."""

    def _migrate(self, version, script):
        path = f"{get_module_path('isof_crm')}/migrations/{version}/{script}.py"
        spec = importlib.util.spec_from_file_location("migration", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        self.env.flush_all()
        module.migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()

    def test_members_of_segments(self):
        # refreshed by the update before the script runs
        segment = self.env["isof.segment"].create(
            {"name": "Test segment", "domain": repr([("id", "=", self.alfa.id)])}
        )
        self.env.flush_all()
        self.env.cr.execute(OLD_TABLES)
        first, second, third = (datetime(2026, month, 1) for month in (1, 2, 3))
        for partner, date_from, date_to in (
            (self.alfa, first, second),
            (self.alfa, second, None),
            (self.beta, second, None),
            (self.beta, second, None),
            (self.gamma, first, third),
        ):
            self.env.cr.execute(
                "INSERT INTO isof_segment_membership (segment_id, partner_id, date_from, date_to)"
                " VALUES (%s, %s, %s, %s)",
                [segment.id, partner.id, date_from, date_to],
            )
        rule = self.env.ref("isof_crm.isof_region_rule_rule_company")
        domain = rule.domain_force
        rule.domain_force = "[]"
        self._migrate("19.0.1.1.0", "post-migration")
        self.assertCountEqual(
            segment.membership_ids.mapped(lambda m: (m.partner_id, m.date_from, m.date_to)),
            [
                (self.alfa, first, second),
                (self.alfa, second, False),
                (self.beta, second, False),
                (self.gamma, first, third),
            ],
        )
        self.assertEqual(segment.member_ids, self.alfa | self.beta)
        self.assertEqual(len(segment.membership_ids), len(set(segment.membership_ids.ids)))
        self.assertEqual(rule.domain_force, domain)
        self.env.cr.execute("SELECT to_regclass('isof_segment_membership')")
        self.assertEqual(self.env.cr.fetchone(), (None,))

    def test_events_of_the_calendar(self):
        """Events tell less than they did, those included that are past or archived."""
        self.alfa_anna.email = "anna@example.com"
        type_subject = self.type_meeting.copy({"calendar_content": "subject"})
        told, cancelled, invited, answered, subject = activities = self.env["isof.activity"].create(
            [
                self._prepare_activity(
                    type_id=activity_type.id,
                    name=name,
                    location="Warsaw",
                    contact_id=self.alfa_anna.id,
                    contact_ids=[Command.link(self.alfa_adam.id)],
                    start=start,
                )
                for name, activity_type, start in (
                    ("Told", self.type_meeting, datetime(2026, 1, 5, 9)),
                    ("Cancelled", self.type_meeting, datetime(2026, 4, 1, 9)),
                    ("Invited", self.type_meeting, datetime(2026, 4, 2, 9)),
                    ("Answered", self.type_meeting, datetime(2026, 4, 3, 9)),
                    ("Subject", type_subject, datetime(2026, 4, 4, 9)),
                )
            ]
        )
        cancelled.action_cancel()
        invited.action_send_invitations()
        contacts = self.alfa_anna | self.alfa_adam
        silence = activities._get_mirror_context()
        for activity in activities:  # as the version before wrote them
            activity.calendar_event_id.with_context(silence).write(
                {
                    "name": activity.display_name,
                    "description": "Bring samples",
                    "location": "Warsaw",
                    "partner_ids": [Command.link(contact.id) for contact in contacts],
                }
            )
        told.calendar_event_id.message_subscribe(contacts.ids)
        answered.calendar_event_id.attendee_ids.filtered(
            lambda attendee: attendee.partner_id == self.alfa_adam
        ).state = "accepted"
        self.env.flush_all()
        self.env.cr.execute("UPDATE isof_activity SET is_invited = NULL")
        before = self.env["mail.mail"].search_count([])
        self._migrate("19.0.1.3.0", "post-migration")
        own = self.salesperson_a.partner_id
        for activity, name, location, attendees in (
            (told, "Test meeting", False, own),
            (cancelled, "Test meeting", False, own),
            (invited, "Test meeting", "Warsaw", own | contacts),
            (answered, "Test meeting", "Warsaw", own | contacts),
            (subject, "Subject – Alfa Hurt", "Warsaw", own),
        ):
            event = activity.calendar_event_id
            with self.subTest(activity=activity.name):
                self.assertEqual((event.name, event.location), (name, location))
                self.assertFalse(event.description)
                self.assertEqual(event.attendee_ids.partner_id, attendees)
                self.assertFalse(event.message_partner_ids - attendees)
                self.assertEqual(event.active, activity != cancelled)
                self.assertEqual(activity.is_invited, attendees != own)
        self.assertEqual(self.env["mail.mail"].search_count([]), before, "nobody is mailed")

    def test_proofs_of_consents(self):
        consent = self.env["isof.consent"].create(
            {
                "partner_id": self.alfa.id,
                "purpose_id": self.env["isof.consent.purpose"].create({"name": "Offers"}).id,
                "note": "As read out",
                "proof": base64.b64encode(b"signed"),
                "proof_name": "form.pdf",
            }
        )
        self.env.flush_all()
        self.env.cr.execute(
            """
            ALTER TABLE isof_consent RENAME COLUMN held_note TO note;
            ALTER TABLE isof_consent RENAME COLUMN held_proof_name TO proof_name;
            UPDATE ir_attachment SET res_field = 'proof' WHERE res_model = 'isof.consent'
            """
        )
        self._migrate("19.0.1.3.0", "pre-migration")
        self.assertEqual(
            (consent.note, base64.b64decode(consent.proof), consent.proof_name),
            ("As read out", b"signed", "form.pdf"),
        )

    def test_absurd_values(self):
        """What earlier versions took is brought to what everybody's screens can show."""
        far, long_ago, whole, fine = (
            self._create_activity(by=self.salesperson_a, start=datetime(2026, 3, 12, 9))
            for _number in range(4)
        )
        self.env.flush_all()
        for activity, start, stop in (
            (far, "9999-12-31 22:00", "9999-12-31 23:30"),
            (long_ago, "0001-01-01 00:00", "0001-01-01 00:30"),
            (whole, "0001-01-01 00:00", "9999-12-31 23:59"),
        ):
            self.env.cr.execute(
                "UPDATE isof_activity SET start = %s, stop = %s, duration = 'NaN' WHERE id = %s",
                [start, stop, activity.id],
            )
        self.alfa.isof_potential = 5
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET isof_potential = 'NaN' WHERE id = %s", [self.alfa.id]
        )
        with self.assertLogs("migration", "WARNING") as logs:
            self._migrate("19.0.1.3.0", "end-absurd_values")
        self.assertEqual(len(logs.output), 4)
        self.assertIn("9999-12-31 22:00:00", "".join(logs.output))
        self.assertRecordValues(
            far | long_ago | whole | fine,
            [
                {
                    "start": datetime(2199, 12, 31, 8),
                    "stop": datetime(2199, 12, 31, 18),
                    "duration": 10,
                },
                {
                    "start": datetime(1900, 1, 1, 8),
                    "stop": datetime(1900, 1, 1, 18),
                    "duration": 10,
                },
                {
                    "start": datetime(1900, 1, 1, 8),
                    "stop": datetime(2199, 12, 31, 18),
                    "duration": 2629738,
                },
                {
                    "start": datetime(2026, 3, 12, 9),
                    "stop": datetime(2026, 3, 12, 9, 15),
                    "duration": 0.25,
                },
            ],
        )
        self.assertEqual(self.alfa.isof_potential, 0)
        for tz in ("Asia/Tokyo", "America/Los_Angeles"):
            activities = self.env["isof.activity"].with_context(tz=tz)
            activities.web_read_group([], ["start:month"], ["__count"])
            activities.browse(far.id).export_data(["start", "stop"])

    def test_affiliations_without_an_end(self):
        """Those that are the same become one, before the database refuses a second."""
        self.env.cr.execute("DROP INDEX isof_affiliation_open_uniq")
        vals = {"person_id": self.alfa_anna.id, "organization_id": self.beta.id}
        kept, second, third, ended = self.env["isof.affiliation"].create(
            [
                vals | {"date_from": date(2026, 2, 1), "note": "Fair"},
                vals | {"date_from": date(2026, 1, 1), "note": "Fair"},
                vals | {"date_from": date(2026, 3, 1), "note": "Adviser"},
                vals | {"date_to": date(2025, 1, 1)},
            ]
        )
        self._migrate("19.0.1.5.0", "pre-affiliations")
        self.assertFalse((second | third).exists())
        self.assertEqual(self.alfa_anna.isof_affiliation_ids, kept | ended)
        self.assertRecordValues(kept, [{"date_from": date(2026, 1, 1), "note": "Adviser; Fair"}])

    def test_regions_are_found_again(self):
        """ZIP codes are read otherwise now: the scheduled action looks at all contacts."""
        job = self.env.ref("isof_crm.ir_cron_region")
        triggers = self.env["ir.cron.trigger"].search_count([("cron_id", "=", job.id)])
        self._migrate("19.0.1.5.0", "post-regions")
        found = self.env["ir.cron.trigger"].search_count([("cron_id", "=", job.id)])
        self.assertEqual(found, triggers + 1)

    def test_employers_of_the_time(self):
        """The chatter tells where Anna worked when something was registered with her."""
        self.beta.user_id = self.salesperson_b
        person = self.env["res.partner"].create({"name": "Nobody's"})
        activities = self.env["isof.activity"].concat(
            *(
                self._create_activity(partner_id=partner.id)
                for partner in (self.alfa_anna, self.alfa_adam, person)
            )
        )
        moves = [(self.alfa_anna, self.gamma), (self.alfa_anna, self.beta), (person, self.beta)]
        field = self.env["ir.model.fields"]._get("res.partner", "parent_id")
        for number, (partner, company) in enumerate(moves, start=1):
            self.env["mail.message"].create(
                {
                    "model": "res.partner",
                    "res_id": partner.id,
                    "date": self.env.cr.now() + timedelta(days=number),
                    "tracking_value_ids": [
                        Command.create(
                            {
                                "field_id": field.id,
                                "old_value_integer": partner.parent_id.id,
                                "new_value_integer": company.id,
                            }
                        )
                    ],
                }
            )
            partner.parent_id = company
        # as the version before had it
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE isof_activity SET commercial_partner_id = %s WHERE id = ANY(%s)",
            [self.beta.id, activities.ids],
        )
        self.env.invalidate_all()
        self._migrate("19.0.1.5.0", "end-employers")
        self.assertEqual(activities.mapped("commercial_partner_id"), self.alfa | self.beta | person)
        self.assertEqual(activities[0].commercial_partner_id, self.alfa, "before the first move")
        self.assertEqual(activities[1].commercial_partner_id, self.beta, "nothing is known")
        self.assertEqual(activities[2].commercial_partner_id, person)
        self.assertNotIn(self.salesperson_b, activities[0].access_user_ids)

    def test_contacts_to_come(self):
        """The version before counted what was marked as done ahead."""
        self._create_activity(status_id=self.status_done.id)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET isof_last_activity_date = '2026-03-12 09:00' WHERE id = %s",
            [self.alfa.id],
        )
        self.env.invalidate_all()
        self._migrate("19.0.1.5.0", "end-contacts")
        self.assertFalse(self.alfa.isof_last_activity_date)

    def test_addresses_of_consents(self):
        """Declarations made before are about the address that the contact has now."""
        self.alfa.email = "Alfa@example.com"
        vals = {"partner_id": self.alfa.id, "channel": "email"}
        given, withdrawn, call, letter = self.env["isof.consent"].create(
            [
                vals | {"date": datetime(2026, 1, 1)},
                vals | {"state": "withdrawn"},
                vals | {"channel": "phone"},
                vals | {"channel": "post"},
            ]
        )
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE isof_consent DROP address, DROP is_address_current")
        self._migrate("19.0.1.5.0", "pre-consents")
        self.assertRecordValues(
            given | withdrawn | call | letter,
            [
                {"address": "alfa@example.com", "is_address_current": False},
                {"address": "alfa@example.com", "is_address_current": True},
                {"address": "+48221111111", "is_address_current": True},
                {"address": False, "is_address_current": False},
            ],
        )

    def test_further_addresses_of_consents(self):
        """Declarations made before are about every address that the contact has now."""
        self.alfa.email = "alfa@example.com, office@example.com"
        consent = self.env["isof.consent"].create(
            {"partner_id": self.alfa.id, "state": "withdrawn"}
        )
        self.env.flush_all()
        self.env.cr.execute(
            "ALTER TABLE isof_consent DROP more_addresses, DROP current_more_addresses"
        )
        self._migrate("19.0.1.6.0", "pre-consents")
        self._migrate("19.0.1.6.0", "post-consents")
        self.assertRecordValues(
            consent,
            [
                {
                    "address": "alfa@example.com",
                    "more_addresses": "office@example.com",
                    "current_more_addresses": "office@example.com",
                }
            ],
        )
