from datetime import date, datetime

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import ActivityCommon


@tagged("post_install", "-at_install")
class TestMirror(ActivityCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.alfa_anna.email = "anna@example.com"
        cls.events = cls.env["calendar.event"].with_context(active_test=False)
        cls.alarm = cls.env["calendar.alarm"].create(
            {
                "name": "A quarter before",
                "alarm_type": "notification",
                "duration": 15,
                "interval": "minutes",
            }
        )

    def _create_meeting(self, *, by=None, **vals):
        return self._create_activity(
            by=by or self.salesperson_a,
            **{"type_id": self.type_meeting.id, "name": "Prices", **vals},
        )

    def _get_event(self, activity):
        """Return the one event of an activity, archived or not; fail if there are several."""
        events = self.events.search(
            [("res_model", "=", "isof.activity"), ("res_id", "=", activity.id)]
        )
        self.assertLessEqual(len(events), 1, "an activity has several events")
        self.assertEqual(events, activity.sudo().calendar_event_id)
        return events

    # ------------------------------------------------------------
    # Whether there is an event
    # ------------------------------------------------------------

    def test_type_decides_and_the_user_overrides(self):
        self.assertTrue(self._get_event(self._create_meeting()))
        self.assertFalse(self._get_event(self._create_meeting(type_id=self.type_call.id)))
        self.assertFalse(self._get_event(self._create_meeting(is_mirrored=False)))
        call = self._create_meeting(type_id=self.type_call.id, is_mirrored=True)
        self.assertTrue(self._get_event(call))
        with self.subTest("taken out and put back"):
            call.is_mirrored = False
            event = self._get_event(call)
            self.assertFalse(event.active)
            call.is_mirrored = True
            self.assertTrue(event.active)
        with self.subTest("another type"):
            meeting = self._create_meeting()
            meeting.type_id = self.type_call
            self.assertFalse(self._get_event(meeting).active)

    def test_values(self):
        meeting = self._create_meeting(
            contact_id=self.alfa_anna.id,
            contact_ids=[Command.link(self.alfa_adam.id)],
            participant_ids=[Command.link(self.salesperson_b.id)],
            note="Bring samples",
            location="Warsaw",
        )
        event = self._get_event(meeting)
        self.assertRecordValues(
            event,
            [
                {
                    "name": "Test meeting",
                    "user_id": self.salesperson_a.id,
                    "start": datetime(2026, 3, 12, 9, 0),
                    "stop": datetime(2026, 3, 12, 10, 0),
                    "duration": 1.0,
                    "allday": False,
                    "location": False,
                    "description": False,
                    "privacy": "private",
                    "active": True,
                }
            ],
        )
        colleagues = self.salesperson_a.partner_id | self.salesperson_b.partner_id
        self.assertEqual(event.partner_ids, colleagues)
        self.assertFalse(event.message_partner_ids - colleagues)
        with self.subTest("what the type lets it tell"):
            self.type_meeting.calendar_content = "subject"
            self.assertRecordValues(
                event,
                [
                    {
                        "name": "Prices – Alfa Hurt",
                        "location": "Warsaw",
                        "description": False,
                        "privacy": "private",
                    }
                ],
            )
            self.assertEqual(event.partner_ids, colleagues, "nobody was invited")

    def test_told_in_the_language_of_whose_calendar_it_is(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.type_meeting.with_context(lang="fr_FR").name = "Réunion"
        self.salesperson_a.lang = "fr_FR"
        meeting = self._create_meeting(by=self.salesperson_b, user_id=self.salesperson_a.id)
        self.assertEqual(self._get_event(meeting).name, "Réunion")

    def test_what_the_type_tells_is_followed(self):
        """To tell less reaches every event, those archived and past included."""
        self.type_meeting.calendar_content = "subject"
        coming = self._create_meeting(location="Warsaw")
        past = self._create_meeting(start=datetime(2026, 3, 2, 9))
        cancelled = self._create_meeting()
        cancelled.action_cancel()
        archived = self._create_meeting(active=False)
        archived.active = True
        archived.active = False
        events = (coming | past | cancelled | archived).sudo().calendar_event_id
        self.assertEqual(len(events), 4)
        self.assertEqual(set(events.mapped("name")), {"Prices – Alfa Hurt"})
        self.type_meeting.calendar_content = "type"
        self.assertEqual(set(events.mapped("name")), {"Test meeting"})
        self.assertEqual(set(events.mapped("location")), {False})
        self.assertEqual(events.mapped("active"), [True, True, False, False])
        with self.subTest("the type gets another name"):
            self.type_meeting.name = "Appointment"
            self.assertEqual(set(events.mapped("name")), {"Appointment"})
        with self.subTest("more is told of what is to come"):
            self.type_meeting.calendar_content = "subject"
            self.assertEqual(
                (coming | past).sudo().calendar_event_id.mapped("name"),
                ["Prices – Alfa Hurt", "Appointment"],
            )
        with self.subTest("a cancelled activity gets a type that tells less"):
            self.type_call.is_mirrored = True
            cancelled.location = "Warsaw"
            event = self._get_event(cancelled)
            self.assertEqual((event.name, event.location), ("Prices – Alfa Hurt", "Warsaw"))
            cancelled.type_id = self.type_call
            self.assertEqual((event.name, event.location), ("Test call", False))
            self.assertFalse(event.active)

    def test_every_change_is_carried_over(self):
        self.type_meeting.calendar_content = "subject"
        meeting = self._create_meeting()
        meeting.action_send_invitations()
        event = self._get_event(meeting)
        a, b = self.salesperson_a.partner_id, self.salesperson_b.partner_id
        changes = [
            ({"name": "Volumes"}, "name", "Volumes – Alfa Hurt"),
            ({"partner_id": self.beta.id}, "name", "Volumes – Beta Market"),
            ({"start": datetime(2026, 3, 13, 12)}, "start", datetime(2026, 3, 13, 12)),
            ({"duration": 3}, "stop", datetime(2026, 3, 13, 15)),
            ({"stop": datetime(2026, 3, 13, 14)}, "stop", datetime(2026, 3, 13, 14)),
            ({"contact_id": self.beta_barbara.id}, "partner_ids", a | self.beta_barbara),
            ({"contact_id": False}, "partner_ids", a),
            ({"participant_ids": [Command.link(self.salesperson_b.id)]}, "partner_ids", a | b),
            ({"participant_ids": [Command.clear()]}, "partner_ids", a),
            ({"note": "Samples", "location": "Sopot"}, "description", False),
            ({"location": "Gdynia"}, "location", "Gdynia"),
            ({"alarm_ids": [Command.set(self.alarm.ids)]}, "alarm_ids", self.alarm),
            ({"user_id": self.salesperson_b.id}, "user_id", self.salesperson_b),
            ({"location": "Sopot"}, "partner_ids", b),
        ]
        for vals, name, expected in changes:
            with self.subTest(vals=vals):
                meeting.write(vals)
                self.assertEqual(self._get_event(meeting)[name], expected)
        self.assertEqual(self._get_event(meeting), event)
        self.assertEqual(event.attendee_ids.partner_id, event.partner_ids)

    def test_life_of_an_event(self):
        meeting = self._create_meeting()
        event = self._get_event(meeting)
        for message, change, is_shown in (
            ("cancelled", meeting.action_cancel, False),
            ("re-opened", meeting.action_reopen, True),
            ("done", meeting.action_done, True),
            ("not held", lambda: meeting.write({"status_id": self.status_not_held.id}), False),
            ("postponed", lambda: meeting.write({"status_id": self.status_postponed.id}), True),
            ("archived", meeting.action_archive, False),
            ("unarchived", meeting.action_unarchive, True),
        ):
            with self.subTest(message):
                change()
                self.assertEqual(self._get_event(meeting), event, "another event was made")
                self.assertEqual(event.active, is_shown)
        meeting.action_cancel()
        meeting.with_user(self.manager).unlink()
        self.assertFalse(event.exists())

    def test_event_lost_past_odoo_comes_back_once(self):
        meeting = self._create_meeting()
        self.env.flush_all()
        self.env.cr.execute(
            "DELETE FROM calendar_event WHERE id = %s", [meeting.sudo().calendar_event_id.id]
        )
        self.env.invalidate_all()
        self.assertFalse(meeting.calendar_event_id)
        meeting.location = "Warsaw"
        event = self._get_event(meeting)
        self.assertTrue(event)
        meeting.location = "Gdynia"
        self.assertEqual(self._get_event(meeting), event)

    def test_no_second_event(self):
        with self.subTest("copy"):
            meeting = self._create_meeting()
            copy = meeting.copy()
            self.assertTrue(self._get_event(copy))
            self.assertNotEqual(self._get_event(copy), self._get_event(meeting))
        with self.subTest("import, twice"):
            columns = ["id", "name", "type_id/.id", "partner_id/.id", "start"]
            row = ["__import__.meeting", "Imported", str(self.type_meeting.id), str(self.alfa.id)]
            load = self.env["isof.activity"].with_user(self.salesperson_a).load
            for day in ("2026-03-20 09:00:00", "2026-03-21 09:00:00"):
                result = load(columns, [[*row, day]])
                self.assertFalse(result["messages"])
            meeting = self.env["isof.activity"].browse(result["ids"])
            self.assertEqual(self._get_event(meeting).start, datetime(2026, 3, 21, 8))
        with self.subTest("an event belongs to one activity"):
            self.env.cr.execute(
                "SELECT indexdef FROM pg_indexes WHERE indexname = %s",
                ("isof_activity_calendar_event_uniq",),
            )
            self.assertIn("UNIQUE", self.env.cr.fetchone()[0])

    def test_archived_user(self):
        coming, done, cancelled, overdue = (
            self._create_meeting(name="Coming"),
            self._create_meeting(name="Done", start=datetime(2026, 3, 2, 9)),
            self._create_meeting(name="Cancelled"),
            self._create_meeting(
                name="Overdue", start=datetime(2026, 3, 2, 9), status_id=self.status_planned.id
            ),
        )
        cancelled.action_cancel()
        activities = coming | done | cancelled | overdue
        events = activities.sudo().calendar_event_id
        self.salesperson_a.active = False
        self.assertEqual(activities.calendar_event_id.mapped("active"), [False, True, False, False])
        self.salesperson_a.active = True
        self.assertEqual(activities.calendar_event_id.mapped("active"), [True, True, False, True])
        self.assertEqual(activities.calendar_event_id, events)

    # ------------------------------------------------------------
    # When
    # ------------------------------------------------------------

    def test_all_day_in_every_time_zone(self):
        for tz in ("Europe/Warsaw", "America/New_York", "Pacific/Auckland"):
            with self.subTest(tz=tz):
                self.salesperson_a.tz = tz
                meeting = self._create_meeting(
                    allday=True, start_date=date(2026, 3, 28), stop_date=date(2026, 3, 30)
                )
                self.assertRecordValues(
                    self._get_event(meeting).with_context(tz=tz),
                    [
                        {
                            "allday": True,
                            "start_date": date(2026, 3, 28),
                            "stop_date": date(2026, 3, 30),
                        }
                    ],
                )

    def test_between_all_day_and_timed(self):
        meeting = self._create_meeting()
        meeting.write({"allday": True})
        event = self._get_event(meeting)
        self.assertRecordValues(
            event,
            [
                {
                    "allday": True,
                    "start_date": date(2026, 3, 12),
                    "stop_date": date(2026, 3, 12),
                }
            ],
        )
        meeting.write({"allday": False, "start": datetime(2026, 3, 14, 9)})
        self.assertRecordValues(
            event,
            [
                {
                    "allday": False,
                    "start": datetime(2026, 3, 14, 9),
                    "stop": datetime(2026, 3, 14, 10),
                }
            ],
        )

    def test_defaults_of_the_calendar_view_stay_out(self):
        """A day clicked in the calendar comes as defaults, of the activity and not of the event."""
        meeting = (
            self.env["isof.activity"]
            .with_user(self.salesperson_a)
            .with_context(
                default_start="2026-03-12",
                default_stop="2026-03-12",
                default_allday=True,
                default_duration=24,
                default_user_id=self.salesperson_b.id,
                default_name="Default",
                active_model="res.partner",
                active_id=self.beta.id,
            )
            .create(
                {
                    "name": "Prices",
                    "type_id": self.type_meeting.id,
                    "partner_id": self.alfa.id,
                }
            )
        )
        self.assertRecordValues(
            self._get_event(meeting),
            [
                {
                    "name": "Test meeting",
                    "allday": True,
                    "start_date": date(2026, 3, 12),
                    "stop_date": date(2026, 3, 12),
                    "user_id": self.salesperson_b.id,
                }
            ],
        )

    # ------------------------------------------------------------
    # Silence
    # ------------------------------------------------------------

    def _count_mails(self):
        self.env.flush_all()
        return {
            model: self.env[model].search_count([])
            for model in ("mail.mail", "mail.notification", "mail.activity")
        }

    def test_nobody_is_mailed(self):
        self.salesperson_b.notification_type = "email"
        before = self._count_mails()
        meeting = self._create_meeting(
            contact_id=self.alfa_anna.id,
            participant_ids=[Command.link(self.team_leader.id)],
            user_id=self.salesperson_b.id,
            alarm_ids=[Command.set(self.alarm.ids)],
        )
        for vals in (
            {"start": datetime(2026, 4, 1, 9)},
            {"contact_ids": [Command.link(self.alfa_adam.id)]},
            {"participant_ids": [Command.link(self.manager.id)]},
            {"user_id": self.manager.id},
            {"user_id": self.salesperson_b.id},
            {"allday": True},
        ):
            meeting.write(vals)
        meeting.action_cancel()
        meeting.action_reopen()
        meeting.action_archive()
        meeting.action_unarchive()
        meeting.action_cancel()
        meeting.with_user(self.manager).unlink()
        self.assertEqual(self._count_mails(), before)

    def test_invitations_on_request(self):
        meeting = self._create_meeting(
            contact_id=self.alfa_anna.id,
            participant_ids=[Command.link(self.salesperson_b.id)],
            location="Warsaw",
        )
        before = self.env["mail.mail"].search([])
        meeting.action_send_invitations()
        mails = self.env["mail.mail"].search([]) - before
        self.assertEqual(
            mails.recipient_ids,
            self.alfa_anna | self.salesperson_b.partner_id,
            "the sender needs no invitation",
        )
        self.assertIn("Test meeting", mails.filtered("recipient_ids")[:1].subject)
        event = self._get_event(meeting)
        self.assertIn(self.alfa_anna, event.attendee_ids.partner_id)
        self.assertEqual(event.location, "Warsaw")
        meeting.contact_ids = self.alfa_adam
        self.assertIn(self.alfa_adam, event.attendee_ids.partner_id, "whoever comes is invited")
        self.assertFalse(meeting.copy().is_invited)
        with self.assertRaises(AccessError):
            meeting.with_user(self.outsider).action_send_invitations()
        with self.assertRaisesRegex(UserError, "not in the Odoo calendar"):
            self._create_meeting(is_mirrored=False).action_send_invitations()
        meeting.action_cancel()
        with self.assertRaisesRegex(UserError, "not in the Odoo calendar"):
            meeting.action_send_invitations()

    def test_reminders_never_mail_the_customer(self):
        """Odoo sends a reminder by mail to every attendee: an invitation by the back door."""
        alarm = self.env.ref("calendar.alarm_mail_1")
        meeting = self._create_meeting(
            contact_id=self.alfa_anna.id, alarm_ids=[Command.set((alarm | self.alarm).ids)]
        )
        self.assertEqual(self._get_event(meeting).alarm_ids, self.alarm)

    def test_reminders_of_the_type(self):
        self.type_meeting.alarm_ids = self.alarm
        meeting = self._create_meeting()
        self.assertEqual(self._get_event(meeting).alarm_ids, self.alarm)
        meeting.alarm_ids = False
        self.assertFalse(self._get_event(meeting).alarm_ids)

    def test_neither_note_nor_address_is_told(self):
        self.alfa_anna.phone = "+48 600 999 999"
        self.type_meeting.calendar_content = "subject"
        meeting = self._create_meeting(contact_id=self.alfa_anna.id, note="Bring samples")
        meeting.action_send_invitations()
        self.assertFalse(self._get_event(meeting).description)

    # ------------------------------------------------------------
    # Rights
    # ------------------------------------------------------------

    def test_others_see_that_one_is_busy_and_nothing_else(self):
        event = self._get_event(
            self._create_meeting(
                note="Secret", participant_ids=[Command.link(self.salesperson_b.id)]
            )
        )
        for user in (self.outsider, self.foreign_salesperson, self.manager):
            with self.subTest(user=user.login):
                self.env.invalidate_all()
                values = event.with_user(user).read(["name", "description", "res_id", "start"])[0]
                self.assertEqual(
                    (values["name"], values["description"], values["res_id"]),
                    ("Busy", False, False),
                )
        self.env.invalidate_all()
        self.assertEqual(event.with_user(self.salesperson_b).name, "Test meeting")

    def test_others_private_events_do_not_stop_a_save(self):
        """B reschedules a meeting that is private in A's calendar and to which B is no attendee."""
        self.salesperson_a.sudo().res_users_settings_id.calendar_default_privacy = "private"
        meeting = self._create_meeting()
        self.alfa.user_id = self.salesperson_b
        self.env.invalidate_all()
        meeting.with_user(self.salesperson_b).write({"start": datetime(2026, 3, 20, 9)})
        self.assertEqual(self._get_event(meeting).start, datetime(2026, 3, 20, 9))
        meeting.with_user(self.salesperson_b).action_cancel()
        self.assertFalse(self._get_event(meeting).active)

    # ------------------------------------------------------------
    # Cost
    # ------------------------------------------------------------

    def _count_queries(self, function):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        function()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_budget(self):
        """What the mirror adds for each event is what Odoo's calendar asks for it."""
        self._create_meeting()

        def create(count):
            self.env["isof.activity"].with_user(self.salesperson_a).create(
                [self._prepare_activity(type_id=self.type_meeting.id) for _n in range(count)]
            )

        def create_events(count):
            self.env["calendar.event"].with_context(
                self.env["isof.activity"]._get_mirror_context()
            ).create(
                [
                    {
                        "name": "Bare",
                        "start": datetime(2026, 3, 12, 9),
                        "stop": datetime(2026, 3, 12, 10),
                        "partner_ids": [Command.set(self.salesperson_a.partner_id.ids)],
                    }
                    for _n in range(count)
                ]
            )

        create(1)
        create_events(1)
        marginal = (
            self._count_queries(lambda: create(30)) - self._count_queries(lambda: create(10))
        ) / 20
        bare = (
            self._count_queries(lambda: create_events(30))
            - self._count_queries(lambda: create_events(10))
        ) / 20
        self.assertLessEqual(marginal, bare + 0.5, "queries per activity beyond the bare event's")

    def test_meaning_of_a_status(self):
        status = self.env["isof.activity.status"].create({"name": "On hold", "state": "postponed"})
        meeting = self._create_activity(type_id=self.type_meeting.id, status_id=status.id)
        self.assertTrue(meeting.calendar_event_id.active)
        status.state = "cancelled"
        self.assertFalse(meeting.calendar_event_id.active)
        status.state = "planned"
        self.assertTrue(meeting.calendar_event_id.active)
