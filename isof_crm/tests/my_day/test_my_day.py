from datetime import datetime

from odoo.exceptions import AccessError
from odoo.tests.common import new_test_user

from ..common import ActivityCommon


class TestMyDay(ActivityCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.late = cls._create_activity(name="Late", **cls._get_hours(10))
        cls.now = cls._create_activity(name="Now", **cls._get_hours(11, 12))
        cls.soon = cls._create_activity(name="Soon", **cls._get_hours(13))
        cls._create_activity(name="Far", **cls._get_hours(25))
        cls._create_activity(name="Done", **cls._get_hours(10) | {"status_id": cls.status_done.id})
        cls._create_activity(
            name="Of B", user_id=cls.salesperson_b.id, partner_id=cls.beta.id, **cls._get_hours(9)
        )

    @classmethod
    def _get_hours(cls, day, hour=9):
        return {
            "start": datetime(2026, 3, day, hour),
            "stop": datetime(2026, 3, day, hour + 1),
            "status_id": cls.status_planned.id,  # else what is over counts as held
        }

    def _get_day(self, user):
        return self.env["isof.my.day"].with_user(user).get_day()

    def _get_names(self, user):
        return {
            section["key"]: [step["name"] for step in section["steps"]]
            for section in self._get_day(user)["sections"]
        }

    def test_open_activities_of_the_user(self):
        self.assertEqual(
            self._get_names(self.salesperson_a),
            {"late": ["Late"], "now": ["Now"], "upcoming": ["Soon"]},
        )

    def test_who_takes_part_sees_it_too(self):
        self.now.participant_ids = self.salesperson_b
        self.assertEqual(
            self._get_names(self.salesperson_b), {"late": ["Of B"], "now": ["Now"], "upcoming": []}
        )

    def test_nothing_overdue_is_not_said(self):
        sections = self._get_day(self.department_manager)["sections"]
        self.assertEqual([section["key"] for section in sections], ["now", "upcoming"])
        self.assertTrue(all(section["empty"] for section in sections))

    def test_more_than_fits(self):
        for _number in range(20):
            self._create_activity(name="Late too", **self._get_hours(10))
        section = self._get_day(self.salesperson_a)["sections"][0]
        self.assertEqual((len(section["steps"]), section["count"]), (20, 21))

    def _get_team_panel(self, user):
        panels = self._get_day(user)["panels"]
        return next((p for p in panels if p["title"] == "Overdue in the Team"), {"rows": []})

    def _get_team(self, user):
        return [(row["label"], row["value"]) for row in self._get_team_panel(user)["rows"]]

    def test_team_of_a_leader(self):
        """The leader of A's team sees what A has overdue, and not what B has."""
        self.assertEqual(self._get_team(self.team_leader), [(self.salesperson_a.name, "1")])

    def test_managers_see_everybody(self):
        self.assertEqual(
            sorted(self._get_team(self.manager)),
            [(self.salesperson_a.name, "1"), (self.salesperson_b.name, "1")],
        )

    def test_who_leads_nobody_sees_no_team(self):
        self.assertEqual(self._get_team(self.salesperson_a), [])

    def test_the_team_opens_its_activities(self):
        self.late.copy({"user_id": self.manager.id})  # own ones are not of the team
        panel = self._get_team_panel(self.manager)
        for row, action, count in (
            ("all", panel["action"], 2),
            (panel["rows"][0]["label"], panel["rows"][0]["action"], 1),
        ):
            with self.subTest(row):
                activities = self.env[action["res_model"]].with_user(self.manager)
                found = activities.search(action["domain"])
                self.assertEqual(len(found), count)
                self.assertNotIn(self.manager, found.user_id)

    def test_others_are_refused(self):
        stranger = new_test_user(self.env, "stranger", groups="base.group_user")
        with self.assertRefused(AccessError, "Activity"):
            self._get_day(stranger)
