from datetime import timedelta

from lxml import etree

from odoo.exceptions import AccessError
from odoo.fields import Command, Domain
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from ..common import NOW, ActivityCommon


@tagged("post_install", "-at_install")
class TestActivityEmployer(ActivityCommon):
    """The company at which something took place stays, wherever the person goes on to.

    Anna leaves Alfa, salesperson A's customer, for Beta, which is salesperson B's.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.alfa.user_id = cls.salesperson_a
        cls.beta.user_id = cls.salesperson_b
        cls.talk = cls._create_activity(
            by=cls.salesperson_a,
            name="Prices",
            partner_id=cls.alfa_anna.id,
            note="what Alfa pays",
            start=NOW - timedelta(days=4),
        )
        cls.env.flush_all()

    def _move(self, person, company):
        person.parent_id = company
        self.env.flush_all()
        self.env.invalidate_all()

    def _search(self, user, domain):
        return self.env["isof.activity"].with_user(user).search(domain) & self.talk

    def test_history_and_last_contact_stay(self):
        self._move(self.alfa_anna, self.beta)
        self.assertEqual(self.talk.commercial_partner_id, self.alfa)
        self.assertRecordValues(
            self.alfa | self.beta,
            [{"isof_last_activity_date": self.talk.start}, {"isof_last_activity_date": False}],
        )
        self.assertEqual(self.alfa.isof_activity_count, 1)
        self.assertEqual(self.beta.isof_activity_count, 0)
        had_call = Domain("isof_commercial_activity_ids", "any", [("id", "=", self.talk.id)])
        found = self.env["res.partner"].search(had_call)
        self.assertEqual(found, self.alfa, "the condition of a segment")

    def test_next_salesperson_sees_nothing(self):
        self._move(self.alfa_anna, self.beta)
        self.assertEqual(self.alfa_anna.user_id, self.salesperson_b, "as Odoo proposes")
        self.assertEqual(self.talk.access_user_ids, self.salesperson_a)
        self.assertFalse(self._search(self.salesperson_b, []))
        with self.assertRaisesRegex(AccessError, "Activity"):
            self.talk.with_user(self.salesperson_b).read(["note"])

    def test_next_team_sees_nothing(self):
        """Neither does who leads the next salesperson, while who leads the former one goes on."""
        leader = self.team_leader
        self.assertTrue(self._search(leader, []), "of salesperson A's team")
        self.team.crm_team_member_ids.user_id = self.salesperson_b
        self.talk.sudo().write({"user_id": self.manager.id, "author_id": self.manager.id})
        self.beta.user_id = self.alfa.user_id = self.alfa_anna.user_id = False
        self.env.flush_all()
        self.assertFalse(self._search(leader, []))
        self.alfa_anna.user_id = self.salesperson_b
        self.env.flush_all()
        self.assertTrue(self._search(leader, []), "salesperson B looks after Anna")
        self._move(self.alfa_anna, self.beta)
        self.assertFalse(self._search(leader, []))
        self.assertFalse(self._search(leader, [("is_my_team", "=", True)]))
        self.assertFalse(self.talk.with_user(leader).sudo().is_my_team)

    def test_timeline_of_the_person_tells_what_the_reader_may_know(self):
        self.talk.copy({"name": "At Alfa", "contact_ids": [Command.link(self.alfa_anna.id)]})
        self._move(self.alfa_anna, self.beta)
        self._create_activity(
            name="At Beta", partner_id=self.beta.id, contact_id=self.alfa_anna.id
        ).participant_ids = self.salesperson_b

        def get_names(user, partner):
            self.env.flush_all()
            activities = self.env["isof.activity"].with_user(user)
            timeline = activities.get_partner_timeline(partner.id)
            shown = [s["name"] for part in ("open", "closed") for s in timeline[part]["steps"]]
            self.assertCountEqual(activities.search(timeline["domain"]).mapped("name"), shown)
            return set(shown)

        everything = {"Prices", "At Alfa", "At Beta"}
        self.assertEqual(get_names(self.salesperson_a, self.alfa_anna), everything)
        self.assertEqual(get_names(self.salesperson_b, self.alfa_anna), {"At Beta"})
        self.assertEqual(get_names(self.salesperson_a, self.alfa), {"Prices", "At Alfa"})

    def test_search_by_customer(self):
        self._move(self.alfa_anna, self.beta)
        view = self.env.ref("isof_crm.isof_activity_view_search")
        [field] = etree.fromstring(view.arch).xpath("//field[@name='partner_id']")
        for customer, found in (
            (self.alfa.id, self.talk),
            (self.alfa.name, self.talk),
            (self.alfa_anna.id, self.talk),
            (self.beta.id, self.talk.browse()),
        ):
            with self.subTest(customer):
                domain = safe_eval(field.get("filter_domain"), {"self": customer})
                self.assertEqual(self._search(self.manager, domain), found)

    def test_customer_chosen_anew(self):
        self._move(self.alfa_anna, self.beta)
        self.talk.region_id = self.region_poland
        self.talk.write({"partner_id": self.alfa_anna.id})
        self.assertEqual(self.talk.commercial_partner_id, self.alfa, "not chosen anew")
        self.assertEqual(self.talk.region_id, self.region_poland)
        self.talk.partner_id = self.alfa
        self.talk.partner_id = self.alfa_anna
        self.assertEqual(self.talk.commercial_partner_id, self.beta, "chosen anew")

    def test_merge_of_the_former_employer(self):
        self._move(self.alfa_anna, self.beta)
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard._merge((self.alfa | self.gamma).ids, self.gamma)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.talk.commercial_partner_id, self.gamma)
        self.assertEqual(self.gamma.isof_last_activity_date, self.talk.start)
        self.assertIn(self.salesperson_b, self.talk.access_user_ids, "whose customer Gamma is")

    def test_merge_of_the_next_employer(self):
        self._move(self.alfa_anna, self.beta)
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard._merge((self.beta | self.gamma).ids, self.gamma)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.talk.commercial_partner_id, self.alfa)
        self.assertFalse(self.gamma.isof_last_activity_date)
        self.assertNotIn(self.salesperson_b, self.talk.access_user_ids)

    def test_merge_of_who_was_employed_nowhere(self):
        """What was with a person alone does not get to the employer who came later."""
        alone = self.env["res.partner"].create({"name": "Test Alone"})
        talk = self._create_activity(partner_id=alone.id)
        self._move(alone, self.beta)
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard._merge((alone | self.alfa_anna).ids, self.alfa_anna)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(talk.partner_id, self.alfa_anna)
        self.assertEqual(talk.commercial_partner_id, self.alfa_anna)
        double = self.env["res.partner"].create({"name": "Test Double"})
        talk = self._create_activity(partner_id=double.id)
        wizard._merge((double | self.alfa_anna).ids, self.alfa_anna)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(talk.commercial_partner_id, self.alfa, "entered without the employer")
