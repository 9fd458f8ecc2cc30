from datetime import date, datetime, timedelta

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import ActivityCommon

HOUR = timedelta(hours=1)


@tagged("post_install", "-at_install")
class TestCalendarDrag(ActivityCommon):
    """What is done to an event of an activity is done to the activity, or refused in words."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.meeting = cls._create_activity(
            by=cls.salesperson_a, type_id=cls.type_meeting.id, name="Prices"
        )
        cls.event = cls.meeting.sudo().calendar_event_id
        cls.own = cls.event.with_user(cls.salesperson_a)
        cls.theirs = cls.event.with_user(cls.salesperson_b)
        cls.to = datetime(2026, 3, 13, 12)

    def _check(self, start, stop):
        """Check that both are at a time, and stay there when the activity changes otherwise."""
        self.meeting.location = "Gdynia"
        for record in (self.meeting, self.event):
            self.assertEqual((record.start, record.stop), (start, stop))

    def test_moved_by_who_is_in_charge(self):
        self.own.write({"start": self.to, "stop": self.to + 2 * HOUR})
        self._check(self.to, self.to + 2 * HOUR)

    def test_moved_with_what_is_the_same(self):
        """As forms and connectors write everything they know."""
        self.own.write(
            {
                "start": self.to,
                "stop": self.to + HOUR,
                "allday": False,
                "name": "Test meeting",
                "description": "",
                "location": False,
                "privacy": "private",
                "user_id": self.salesperson_a.id,
                "partner_ids": [Command.link(self.salesperson_a.partner_id.id)],
                "show_as": "free",
            }
        )
        self._check(self.to, self.to + HOUR)
        self.assertEqual(self.event.show_as, "free", "what does not follow the activity")

    def test_only_the_start_or_the_length(self):
        start = self.meeting.start
        self.own.start = start + HOUR
        self._check(start + HOUR, start + 2 * HOUR)
        self.own.write({"duration": 3.0})
        self._check(start + HOUR, start + 4 * HOUR)

    def test_all_day(self):
        self.own.write({"allday": True, "start": "2026-03-13", "stop": "2026-03-14"})
        self.assertRecordValues(
            self.meeting,
            [
                {
                    "allday": True,
                    "start_date": date(2026, 3, 13),
                    "stop_date": date(2026, 3, 14),
                }
            ],
        )
        self.own.write({"start_date": date(2026, 3, 16), "stop_date": date(2026, 3, 16)})
        self.assertEqual(self.meeting.start_date, date(2026, 3, 16))
        self.assertEqual(self.event.start_date, date(2026, 3, 16))

    def test_others_are_refused(self):
        before = self.meeting.start, self.meeting.stop
        self.meeting.participant_ids = self.salesperson_b
        for change in (
            lambda: self.theirs.write({"start": self.to}),
            lambda: self.theirs.write({"active": False}),
            self.theirs.unlink,
        ):
            with self.assertRefused(
                UserError, "“Test meeting” shows an activity of Salesperson A, who alone moves it"
            ):
                change()
        self._check(*before)
        self.assertEqual(self.meeting.state, "planned")

    def test_everything_else_is_changed_in_the_activity(self):
        for vals in (
            {"name": "Party"},
            {"location": "Sopot"},
            {"partner_ids": [Command.link(self.alfa_anna.id)]},
            {"recurrency": True},
            {"privacy": "public"},
            {"name": "Party", "start": self.to},
        ):
            with (
                self.subTest(vals),
                self.assertRefused(
                    UserError, "Change everything else in the activity “Prices – Alfa Hurt”"
                ),
            ):
                self.own.write(vals)
        self.assertEqual(self.event.name, "Test meeting")
        self.assertEqual(self.event.partner_ids, self.salesperson_a.partner_id)

    def test_what_the_activity_refuses(self):
        with self.assertRefused(UserError, "an activity lasts .* days at most"):
            self.own.write({"stop": datetime(2099, 1, 1)})

    def test_deleted(self):
        self.own.unlink()
        self.assertEqual(self.meeting.state, "cancelled")
        self.assertTrue(self.event.exists())
        self.assertFalse(self.event.active)
        self.meeting.location = "Gdynia"
        self.assertFalse(self.event.active)
        with self.subTest("brought back by hand"), self.assertRefused(UserError, "in the activity"):
            self.own.active = True
        self.meeting.action_reopen()
        self.assertTrue(self.event.active)

    def test_deleted_when_it_is_over(self):
        """It took place: it is only not in the calendar any more."""
        self.meeting.write({"start": datetime(2026, 3, 10, 9), "status_id": self.status_done.id})
        self.own.write({"active": False})
        self.assertRecordValues(self.meeting, [{"state": "done", "is_mirrored": False}])
        self.meeting.location = "Gdynia"
        self.assertFalse(self.event.active)

    def test_several_with_others_of_ones_own(self):
        private = (
            self.env["calendar.event"]
            .with_user(self.salesperson_a)
            .create({"name": "Dentist", "start": self.to, "stop": self.to + HOUR})
        )
        (self.own | private).unlink()
        self.assertFalse(private.exists())
        self.assertEqual(self.meeting.state, "cancelled")

    def test_connectors_move(self):
        """Google and Outlook write as the user, and mark it so."""
        self.own.with_context(dont_notify=True).write({"start": self.to, "stop": self.to + HOUR})
        self._check(self.to, self.to + HOUR)

    def test_connectors_are_answered_in_the_chatter(self):
        self.meeting.participant_ids = self.salesperson_b
        before = self.meeting.start, self.meeting.stop
        for user, vals, reason in (
            (self.salesperson_a, {"name": "Party", "start": self.to}, "Change everything else"),
            (self.salesperson_b, {"start": self.to}, "who alone moves it"),
        ):
            with self.subTest(reason):
                event = self.event.with_user(user).with_context(dont_notify=True)
                event.write({**vals, "show_as": "busy"})
                note = self.meeting.message_ids[0].body
                self.assertIn("A change in another calendar was not taken over: ", note)
                self.assertIn(reason, note)
        self._check(*before)
        self.theirs.with_context(dont_notify=True).unlink()
        self.assertTrue(self.event.active)

    def test_nobody_comes_or_goes_by_the_attendees(self):
        self.meeting.participant_ids = self.salesperson_b
        attendees = self.event.attendee_ids
        mine = attendees.filtered(lambda one: one.partner_id == self.salesperson_b.partner_id)
        other = self.team_leader.partner_id.id
        vals = {"event_id": self.event.id, "partner_id": other}
        commands = [
            Command.delete(mine.id),
            Command.unlink(mine.id),
            Command.clear(),
            Command.set(mine.ids),
            Command.create({"partner_id": other}),
            Command.update(mine.id, {"partner_id": other}),
            # no client of Odoo's sends these
            [],
            (Command.CREATE, 0),
            (Command.UPDATE, mine.id, None),
        ]
        for user, reason in (
            (self.salesperson_b, "who alone moves it"),
            (self.salesperson_a, "Change everything else in the activity"),
        ):
            event, attendee = self.event.with_user(user), mine.with_user(user)
            calls = [
                *((event, "write", {"attendee_ids": [command]}) for command in commands),
                (event.sudo(), "write", {"attendee_ids": commands[:1]}),
                (attendee, "unlink"),
                (attendee, "create", vals),
                (attendee, "write", {"partner_id": other}),
                (attendee, "create", vals | {"event_id": str(event.id)}),
                (attendee.with_context(default_event_id=event.id), "create", {"partner_id": other}),
            ]
            for number, (records, method, *args) in enumerate(calls):
                refused = self.assertRefused(UserError, reason)
                with self.subTest(user=user.name, number=number), refused:
                    getattr(records, method)(*args)
        self.event.invalidate_recordset()
        self.assertEqual(self.event.attendee_ids, attendees)
        self.assertEqual(attendees.partner_id, self.event.partner_ids)

    def test_connectors_change_no_attendees(self):
        """What they tell of those who are invited is taken over."""
        self.meeting.participant_ids = self.salesperson_b
        attendees = self.event.attendee_ids
        theirs = attendees.filtered(lambda one: one.partner_id == self.salesperson_b.partner_id)
        event = self.own.with_context(dont_notify=True)
        everybody = [
            Command.create({"partner_id": partner.id, "state": "accepted"})
            for partner in self.event.partner_ids
        ]
        event.write(
            {"attendee_ids": [*everybody, Command.update(theirs.id, {"state": "declined"})]}
        )
        self.assertEqual(theirs.state, "declined")
        self.assertFalse(self.meeting.message_ids.filtered(lambda m: "taken over" in m.body))
        answer = Command.update(theirs.id, {"state": "accepted"})
        event.write(
            {
                "attendee_ids": [Command.delete((attendees - theirs)[0].id), answer],
                "partner_ids": [Command.unlink((attendees - theirs)[0].partner_id.id)],
            }
        )
        self.assertEqual(self.event.attendee_ids, attendees)
        self.assertEqual(theirs.state, "accepted")
        self.assertIn("Change everything else", self.meeting.message_ids[0].body)

    def test_invitations_are_answered(self):
        self.meeting.participant_ids = self.salesperson_b
        theirs = self.event.attendee_ids.filtered(
            lambda one: one.partner_id == self.salesperson_b.partner_id
        ).with_user(self.salesperson_b)
        theirs.do_decline()
        self.assertEqual(theirs.state, "declined")
        theirs.event_id.change_attendee_status("accepted", "self_only")
        self.assertEqual(theirs.state, "accepted")
        theirs.event_id.write({"attendee_ids": [Command.update(theirs.id, {"state": "tentative"})]})
        self.assertEqual(theirs.state, "tentative")

    def test_the_mark_of_the_mirror_is_its_own(self):
        """Nobody writes past the activity by a context."""
        with self.assertRefused(UserError, "who alone moves it"):
            self.theirs.with_context(isof_mirror=True).write({"start": self.to})
