from datetime import date, datetime

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from ..common import NOW, ActivityCommon

TODAY = NOW.date()


@tagged("post_install", "-at_install")
class TestSubstitute(ActivityCommon):
    """Salesperson B acts for salesperson A from today to Friday."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Substitute = cls.env["isof.substitute"]
        cls.own = cls._create_activity()
        cls.taking_part = cls._create_activity(
            user_id=cls.manager.id, participant_ids=cls.salesperson_a.ids, author_id=cls.manager.id
        )
        cls.of_others = cls._create_activity(
            user_id=cls.team_leader.id, author_id=cls.team_leader.id, partner_id=cls.beta.id
        )
        cls.activities = (cls.own | cls.taking_part | cls.of_others).with_user(cls.salesperson_b)

    @classmethod
    def _substitute(cls, by=None, **vals):
        return cls.Substitute.with_user(by or cls.salesperson_a).create(
            {
                "user_id": cls.salesperson_a.id,
                "substitute_id": cls.salesperson_b.id,
                "date_from": TODAY,
                "date_to": date(2026, 3, 13),
                **vals,
            }
        )

    def _visible(self, user=None):
        """Return what the substitute finds, by search and by id."""
        activities = self.activities.with_user(user or self.salesperson_b)
        self.env.invalidate_all()
        found = activities.search([("id", "in", activities.ids)])
        self.assertEqual(found, activities._filtered_access("read").sorted())
        self.assertEqual(found, activities._filtered_access("write").sorted())
        return found

    def test_sees_and_changes_what_is_ones_own(self):
        self.assertFalse(self._visible())
        self._substitute()
        self.assertEqual(self._visible(), (self.own | self.taking_part).sorted())
        self.own.with_user(self.salesperson_b).action_done()
        self.assertEqual(self.own.state, "done")
        with self.assertRaises(AccessError):
            self.of_others.with_user(self.salesperson_b).note = "Not mine"

    def test_from_the_first_to_the_last_day(self):
        """On the clock of the substitute, whatever zone the client says."""
        self._substitute(date_from=date(2026, 3, 12))
        cases = (
            ("the evening before", datetime(2026, 3, 11, 22, 59), False),
            ("the first minute", datetime(2026, 3, 11, 23, 0), True),
            ("the last minute", datetime(2026, 3, 13, 22, 59), True),
            ("the next day", datetime(2026, 3, 13, 23, 0), False),
        )
        for message, moment, sees in cases:
            with self.subTest(message), freeze_time(moment):
                self.assertEqual(bool(self._visible()), sees)
        ahead = self.activities.with_context(tz="Pacific/Kiritimati")
        self.assertFalse(ahead.search([("id", "in", ahead.ids)]))

    def test_ends_at_once_when_taken_back(self):
        substitute = self._substitute()
        self.assertTrue(self._visible())
        substitute.substitute_id = self.team_leader
        self.assertFalse(self._visible())
        substitute.substitute_id = self.salesperson_b
        self.assertTrue(self._visible())
        substitute.unlink()
        self.assertFalse(self._visible())

    def test_rights_are_not_passed_on(self):
        """Whoever acts for the substitute does not act for whom that one acts."""
        self._substitute()
        outsider = self._create_user("further", "isof_crm.group_user")
        self._substitute(
            by=self.salesperson_b, user_id=self.salesperson_b.id, substitute_id=outsider.id
        )
        self.assertFalse(self._visible(outsider))

    def test_role_and_companies_of_the_substitute_stay(self):
        self._substitute(substitute_id=self.outsider.id)
        with self.assertRaises(AccessError):
            self.own.with_user(self.outsider).read(["name"])
        self.salesperson_a.company_ids |= self.other_company
        foreign = self._create_activity(company_id=self.other_company.id, partner_id=self.gamma.id)
        self._substitute()
        found = self.env["isof.activity"].with_user(self.salesperson_b).search([])
        self.assertNotIn(foreign, found)
        with self.assertRefused(ValidationError, "cannot act for Salesperson A: choose a coll"):
            self.salesperson_a.company_ids -= self.other_company
            self._substitute(substitute_id=self.foreign_salesperson.id)

    def test_what_is_done_says_for_whom(self):
        self._substitute()
        activity = self.own.with_user(self.salesperson_b)
        activity.write({"note": "Called back"})
        activity.action_done()
        # once in a transaction, in the name of the substitute
        [message] = self.own.message_ids.filtered(lambda m: "As substitute" in (m.body or ""))
        self.assertIn("As substitute for Salesperson A.", message.body)
        self.assertEqual(message.author_id, self.salesperson_b.partner_id)
        mine = self._create_activity(user_id=self.salesperson_b.id, by=self.salesperson_b)
        mine.note = "My own"
        self.assertFalse(mine.message_ids.filtered(lambda m: "As substitute" in (m.body or "")))

    def test_hands_nothing_over(self):
        """Neither to oneself nor to anybody else, on no path."""
        self._substitute()
        own, mine = self.own.with_user(self.salesperson_b), self.salesperson_b.id
        theirs = self.env["res.partner"].create(
            {"name": "Delta", "is_company": True, "user_id": mine}
        )
        refused = "as a substitute you act for Salesperson A, but hand nothing over"
        for message, write in (
            ("to oneself", lambda: own.write({"user_id": mine})),
            ("to somebody", lambda: own.write({"user_id": self.team_leader.id})),
            ("as a participant", lambda: own.write({"participant_ids": [Command.link(mine)]})),
            ("by the customer", lambda: own.write({"partner_id": theirs.id, "contact_id": False})),
            ("by a form", lambda: own.web_save({"user_id": mine}, {})),
            ("by RPC", lambda: call_kw(own.browse(), "write", [own.ids, {"user_id": mine}], {})),
            (
                "by RPC with a context",
                lambda: call_kw(
                    own.browse(),
                    "write",
                    [own.ids, {"user_id": mine}],
                    {"context": {"isof_own_rights": False}},
                ),
            ),
        ):
            with self.subTest(message), self.assertRefused(AccessError, refused):
                write()
        self.assertEqual(self.own.user_id, self.salesperson_a)
        own.write({"user_id": self.salesperson_a.id, "note": "the same"})

    def test_hands_over_what_one_may_anyway(self):
        """A leader who acts for somebody of the team, and who takes part."""
        self._substitute(substitute_id=self.team_leader.id)
        self.assertTrue(
            self.own.with_user(self.team_leader)
            .with_context(isof_own_rights=True)
            .has_access("write")
        )
        self.own.with_user(self.team_leader).user_id = self.team_leader
        self.assertEqual(self.own.user_id, self.team_leader)
        taking_part = self._create_activity(participant_ids=self.salesperson_b.ids)
        self._substitute()
        taking_part.with_user(self.salesperson_b).user_id = self.salesperson_b
        self.assertEqual(taking_part.user_id, self.salesperson_b)

    def test_who_says_so(self):
        with self.assertRaises(AccessError):
            self._substitute(by=self.salesperson_b)
        with self.assertRaises(AccessError):
            self._substitute(by=self.team_leader)
        with self.assertRaises(AccessError):
            self._substitute(by=self.outsider)
        substitute = self._substitute()
        self.assertEqual(
            substitute.with_user(self.salesperson_b).display_name, "Salesperson B for Salesperson A"
        )
        for vals in ({"date_to": date(2027, 1, 1)}, {"user_id": self.manager.id}):
            with self.assertRaises(AccessError):
                substitute.with_user(self.salesperson_b).write(vals)
        with self.assertRaises(AccessError):
            # for oneself only, afterwards, too
            substitute.with_user(self.salesperson_a).user_id = self.team_leader
        with self.assertRaises(AccessError):
            substitute.with_user(self.department_manager).read(["date_to"])
        self._substitute(by=self.manager, user_id=self.team_leader.id)

    def test_manager_of_one_company_opens_no_other(self):
        self.salesperson_a.company_ids |= self.other_company
        with self.assertRaises(AccessError):
            self._substitute(by=self.manager)
        self._substitute()

    def test_values_without_sense(self):
        with self.assertDatabaseRefuses("The last day cannot be before the first one"):
            self._substitute(date_to=date(2026, 3, 10))
        with self.assertDatabaseRefuses("Nobody substitutes for himself or herself"):
            self._substitute(substitute_id=self.salesperson_a.id)

    def test_substitute_is_told(self):
        self._substitute()
        message = self.env["mail.message"].search(
            [("partner_ids", "in", self.salesperson_b.partner_id.ids)], order="id desc", limit=1
        )
        self.assertEqual(message.subject, "You substitute for Salesperson A")
        self.assertIn("From 03/11/2026 to 03/13/2026 you see and change", message.body)

    def test_who_is_away_is_told_where_somebody_else_says_so(self):
        told = [
            ("partner_ids", "in", self.salesperson_a.partner_id.ids),
            ("subject", "=", "Salesperson B substitutes for you"),
        ]
        self._substitute()
        self.assertFalse(self.env["mail.message"].search(told))
        self._substitute(by=self.manager)
        [message] = self.env["mail.message"].search(told)
        self.assertIn("From 03/11/2026 to 03/13/2026 Salesperson B sees and", message.body)

    def test_my_day(self):
        self._substitute()
        day = self.env["isof.my.day"].with_user(self.salesperson_b).get_day()
        ids = {step["id"] for section in day["sections"] for step in section["steps"]}
        self.assertEqual(ids, set((self.own | self.taking_part).ids))

    def test_searching_costs_no_query_more(self):
        activities = self.env["isof.activity"].with_user(self.salesperson_b)
        activities.search([])  # what is remembered
        with self.assertQueryCount(1):
            activities.search([])
        self._substitute()
        activities.search([])
        with self.assertQueryCount(1):
            activities.search([])

    def test_button_in_the_preferences(self):
        """For those who have a role."""
        view = self.env.ref("base.view_users_form_simple_modif")
        button = f'name="{self.env.ref("isof_crm.isof_substitute_action").id}"'
        for user, has in ((self.salesperson_a, True), (self.outsider, False)):
            with self.subTest(user.name):
                arch = self.env["res.users"].with_user(user).get_view(view.id)["arch"]
                self.assertEqual(button in arch, has)
