from datetime import datetime

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from ..common import ResourceCommon


@tagged("post_install", "-at_install")
class TestOwed(ResourceCommon):
    """Until when a request is answered, and by whom, follows from how it stands."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.approver = cls.department_manager
        cls.room_boss.request_hours = 0
        cls.room_other = cls._create_resource(
            "Test other room", needs_approval=True, approver_ids=cls.team_leader.ids
        )

    def _request(self, resource=None, **vals):
        booking = self._book(resource or self.room_boss, 9, 10, **vals)
        self._get_told(self.approver)
        return booking

    def test_moved_request_lapses_by_its_new_time(self):
        request = self._request()
        self.assertEqual(request.expiry, self._at(9))
        request.write({"start": self._at(9, day=20), "stop": self._at(10, day=20)})
        self.assertEqual(request.expiry, self._at(9, day=20))
        request.start = self._at(9, 30, day=20)
        self.assertEqual(request.expiry, self._at(9, 30, day=20), "shortened")
        with freeze_time(self._at(9, day=13)):
            self._run_expiry()
        self.assertEqual(request.state, "requested")
        with freeze_time(self._at(10, day=20)):
            self._run_expiry()
        self.assertEqual(request.state, "cancelled")

    def test_moved_by_its_activity(self):
        activity = self._create_activity(by=self.salesperson_a, start=self._at(11))
        activity.resource_ids = self.room_boss
        activity.write({"start": self._at(11, day=20), "stop": self._at(12, day=20)})
        self.assertEqual(activity.booking_ids.expiry, self._at(11, day=20))
        self.assertIn("03/20/2026", self._get_to_dos(activity.booking_ids)[self.approver])

    def test_moved_in_a_series(self):
        series = self._create_series(resource_id=self.room_boss.id, count=2)
        first, second = series.booking_ids.sorted("start")
        self.assertEqual(len(self._get_told(self.approver)), 1, "asked for the whole at once")
        first.change_series({"start": self._at(13), "stop": self._at(14)}, "all")
        self.assertEqual(first.expiry, self._at(13))
        self.assertEqual(second.expiry, self._at(13, day=19))
        self.assertIn("03/19/2026 02:00", self._get_to_dos(second)[self.approver])
        (told,) = self._get_told(self.approver)
        self.assertRegex(told, r"(?s)03/12/2026 02:00.*03/19/2026 02:00")
        first.cancel_series("all")
        self.assertFalse(self._get_to_dos(first) | self._get_to_dos(second))

    def test_hours_count_from_when_the_time_was_asked_for(self):
        self.room_boss.request_hours = 2
        request = self._request()
        self.assertEqual(request.expiry, self._at(11, day=11))
        with freeze_time(self._at(10, day=11)):
            request.attendee_count = 3
            request.stop = self._at(9, 30)
            self.assertEqual(request.expiry, self._at(11, day=11), "it is less than was asked for")
            request.write({"start": self._at(13), "stop": self._at(14)})
            self.assertEqual(request.expiry, self._at(12, day=11))
        self.room_boss.request_hours = 5
        self.assertEqual(request.expiry, self._at(15, day=11))

    def test_to_do_is_rewritten(self):
        request = self._request()
        self.assertIn("10:00", self._get_to_dos(request)[self.approver])
        request.write({"start": self._at(13), "stop": self._at(14)})
        ((user, summary),) = self._get_to_dos(request).items()
        self.assertEqual(user, self.approver)
        self.assertIn("2:00", summary)
        self.assertEqual(len(self._get_told(self.approver)), 1)
        to_do = request.sudo().activity_ids
        request.user_id = self.salesperson_b
        self.assertEqual(request.sudo().activity_ids, to_do)
        self.assertIn("for Salesperson B", to_do.summary)

    def test_to_do_follows_the_resource(self):
        request = self._request()
        request.resource_id = self.room_other
        self.assertEqual(list(self._get_to_dos(request)), [self.team_leader])
        self.assertEqual(request.state, "requested")
        self.assertEqual(len(self._get_told(self.team_leader)), 1)
        self.assertFalse(self._get_told(self.approver))
        request.resource_id = self.room_small
        self.assertRecordValues(request, [{"state": "confirmed", "expiry": False}])
        self.assertFalse(self._get_to_dos(request), "there is nothing to approve")

    def test_to_do_follows_the_approvers(self):
        request = self._request()
        other = self._request(self.room_other)
        self._get_told(self.team_leader)
        boss_room = self.room_boss.with_user(self.resource_manager)
        boss_room.approver_ids = [Command.link(self.team_leader.id)]
        self.assertEqual(len(self._get_told(self.team_leader)), 1)
        self.assertFalse(self._get_told(self.approver), "asked before")
        boss_room.approver_ids = self.team_leader
        self.assertEqual(list(self._get_to_dos(request)), [self.team_leader])
        boss_room.write({"approver_ids": [Command.clear()], "user_id": self.manager.id})
        self.assertEqual(list(self._get_to_dos(request)), [self.manager])
        self.assertEqual(list(self._get_to_dos(other)), [self.team_leader], "of another resource")

    def test_when_approvers_have_left_resource_managers_are_asked(self):
        self.room_boss.approver_ids = self.approver | self.team_leader
        request = self._request()
        self.approver.active = False
        self.assertEqual(list(self._get_to_dos(request)), [self.team_leader])
        self.team_leader.active = False
        self.assertIn(self.resource_manager, self._get_to_dos(request))
        self.assertNotIn(self.approver, self._get_to_dos(request))
        self.assertEqual(len(self._get_told(self.resource_manager)), 1)
        later = self._book(self.room_boss, 11, 12)
        self.assertIn(self.resource_manager, self._get_to_dos(later))
        self.approver.active = True
        self.assertEqual(list(self._get_to_dos(request)), [self.approver])
        self.assertEqual(list(self._get_to_dos(later)), [self.approver])

    def test_nobody_is_asked_who_cannot_answer(self):
        self.room_boss.approver_ids = self.approver | self.outsider
        request = self._request()
        self.assertEqual(list(self._get_to_dos(request)), [self.approver])
        self.approver.group_ids = self.env.ref("base.group_user")
        self.assertIn(self.resource_manager, self._get_to_dos(request))
        self.assertNotIn(self.foreign_salesperson, self._get_to_dos(request))
        # not even those who are named, where nobody can
        self.patch(type(self.room_boss), "_can_answer", lambda *_args: False)
        request._settle()
        self.assertFalse(self._get_to_dos(request))

    def test_roles_and_companies_taken_away_on_whatever_side(self):
        users = self.env.ref("isof_crm.group_user")
        role = self.env["res.groups"].create({"name": "Role", "implied_ids": users.ids})
        by_role = self.env.ref("base.group_user") | role
        for label, prepare, change in (
            ("user of a company", None, lambda: self._unlink(self.company, "user_ids")),
            ("company of a user", None, self._unlink_company),
            ("user of a group", by_role, lambda: self._unlink(role, "user_ids")),
            ("role of a group", by_role, lambda: role.write({"implied_ids": [Command.clear()]})),
            ("group", by_role, role.unlink),
        ):
            with self.subTest(label), self.env.cr.savepoint() as savepoint:
                if prepare:
                    self.approver.group_ids = prepare
                request = self._request()
                self.assertEqual(list(self._get_to_dos(request)), [self.approver])
                change()
                self.assertNotIn(self.approver, self._get_to_dos(request))
                self.assertIn(self.resource_manager, self._get_to_dos(request))
                savepoint.rollback()
            self.env.registry.clear_all_caches()

    def test_who_is_new_is_asked(self):
        """A role may come with a new user or a new group."""
        self.room_boss.approver_ids = False
        request = self._request()
        self.assertIn(self.resource_manager, self._get_to_dos(request))
        new = self._create_user("new", "isof_crm_resources.group_resource_manager")
        self.assertIn(new, self._get_to_dos(request))
        with self.subTest("group"):
            self.approver.group_ids = self.env.ref("base.group_user")
            self.room_boss.approver_ids = self.approver
            self.assertNotIn(self.approver, self._get_to_dos(request))
            self.env["res.groups"].create(
                {
                    "name": "Role",
                    "implied_ids": self.env.ref("isof_crm.group_user").ids,
                    "user_ids": self.approver.ids,
                }
            )
            self.assertEqual(list(self._get_to_dos(request)), [self.approver])

    def _unlink(self, record, name):
        record.write({name: [Command.unlink(self.approver.id)]})

    def _unlink_company(self):
        self.approver.write(
            {
                "company_id": self.other_company.id,
                "company_ids": [Command.set(self.other_company.ids)],
            }
        )

    def test_deleted_approver(self):
        leaving = self._create_user("leaving", "isof_crm.group_user")
        self.room_boss.approver_ids = leaving
        request = self._request()
        self.assertEqual(list(self._get_to_dos(request)), [leaving])
        leaving.unlink()
        self.assertIn(self.resource_manager, self._get_to_dos(request))
        self.assertEqual(len(self._get_told(self.resource_manager)), 1)

    def test_what_went_astray_is_put_right(self):
        request = self._request()
        request.sudo().activity_ids.unlink()
        request.sudo().expiry = self._at(9, day=30)
        self._run_expiry()
        self.assertEqual(list(self._get_to_dos(request)), [self.approver])
        self.assertEqual(request.expiry, self._at(9))
        self._get_told(self.approver)
        self._run_expiry()
        self.assertFalse(self._get_told(self.approver), "nothing is different")

    def test_asked_in_own_language_and_on_own_clock(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        self.salesperson_a.write({"lang": "pl_PL"})
        self.approver.write({"tz": "America/New_York"})
        moment = datetime(2026, 12, 15, 9)
        request = self._book(
            self.room_boss.with_context(lang="pl_PL"), moment, datetime(2026, 12, 15, 10)
        )
        self.assertRegex(
            self._get_to_dos(request)[self.approver], "Test boss room: 12/15/2026 04:00.*for Sales"
        )
        self.assertRegex(self._get_told(self.approver)[0], "12/15/2026 04:00")

    def test_a_deadline_on_the_clock_of_the_approver(self):
        self.approver.tz = "Pacific/Auckland"
        request = self._book(self.room_boss, 20, 21)
        self.assertEqual(str(request.sudo().activity_ids.date_deadline), "2026-03-13")
