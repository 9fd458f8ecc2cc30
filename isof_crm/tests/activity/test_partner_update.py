from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ...models.contractor import res_partner
from ..common import ActivityCommon


@tagged("post_install", "-at_install")
class TestPartnerUpdate(ActivityCommon):
    """Many contacts are changed in one go."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.group = cls.env["isof.partner.group"].create({"name": "Test wholesale"})
        cls.tag, cls.old_tag = cls.env["res.partner.category"].create(
            [{"name": "Test new"}, {"name": "Test old"}]
        )
        cls.editor = cls._create_user("editor", "isof_crm.group_user,base.group_partner_manager")

    def _apply(self, user=None, **vals):
        """Change Alfa and Gamma; return what the user is told."""
        return self._change(self.alfa | self.gamma, user, **vals)

    def _change(self, records, user=None, **vals):
        wizard = self.env["isof.partner.update.wizard"].with_user(user or self.editor)
        wizard = wizard.with_context(active_model=records._name, active_ids=records.ids)
        return wizard.create(vals).action_apply()["params"]["message"]

    def test_change(self):
        self.gamma.category_id = self.old_tag
        activity = self._create_activity(user_id=self.editor.id)
        done = self._create_activity(user_id=self.editor.id, status_id=self.status_done.id)
        message = self._apply(
            group_id=self.group.id,
            add_tag_ids=[Command.set(self.tag.ids)],
            remove_tag_ids=[Command.set(self.old_tag.ids)],
            campaign_id=self.campaign.id,
        )
        for partner in self.alfa | self.gamma:
            self.assertEqual(partner.isof_group_id, self.group)
            self.assertEqual(partner.category_id, self.tag)
        self.assertEqual(self.gamma.user_id, self.salesperson_b)
        self.assertEqual(activity.campaign_id, self.campaign)
        self.assertFalse(done.campaign_id)
        self.assertEqual(
            message, "2 contacts changed. Campaign “Test Spring Fair” set on 1 open activities."
        )

    def test_empty_stays(self):
        self.gamma.write({"isof_group_id": self.group.id, "isof_lifecycle": "key"})
        self._apply(self.team_leader, user_id=self.salesperson_a.id)
        self.assertEqual(self.gamma.isof_group_id, self.group)
        self.assertEqual(self.gamma.isof_lifecycle, "key")
        self.assertEqual(self.gamma.user_id, self.salesperson_a)

    def test_remove_group(self):
        (self.alfa | self.gamma).isof_group_id = self.group
        self._apply(remove_group=True)
        self.assertFalse((self.alfa | self.gamma).isof_group_id)
        with self.assertRefused(UserError, "Choose a group, or remove it: not both"):
            self._apply(remove_group=True, group_id=self.group.id)

    def test_rights(self):
        with self.assertRefused(AccessError, "Contact"):
            self._apply(user=self.outsider, group_id=self.group.id)
        self.assertFalse(self.alfa.isof_group_id)

    def test_members_of_a_segment(self):
        segment = self.env["isof.segment"].create(
            {"name": "Test fair", "mode": "static", "is_shared": True}
        )
        segment._add_by_hand(self.alfa | self.beta)
        self.assertEqual(self._change(segment, lifecycle="key"), "2 contacts changed.")
        self.assertEqual((self.alfa | self.beta).mapped("isof_lifecycle"), ["key", "key"])
        self.assertFalse(self.gamma.isof_lifecycle)

    def test_campaign_of_a_person(self):
        """What is open with others of the company is none of the person's."""
        annas = self._create_activity(contact_id=self.alfa_anna.id, user_id=self.editor.id)
        adams = self._create_activity(contact_id=self.alfa_adam.id, user_id=self.editor.id)
        self._change(self.alfa_anna, campaign_id=self.campaign.id)
        self.assertEqual(annas.campaign_id, self.campaign)
        self.assertFalse(adams.campaign_id)

    def test_nothing_to_change(self):
        with self.assertRefused(UserError, "Choose at least one contact, and what to change"):
            self._apply()
        with self.assertRefused(UserError, "Choose at least one contact, and what to change"):
            self._change(self.env["res.partner"], lifecycle="key")

    def test_customers_of_colleagues_are_named_and_nothing_is_done(self):
        self.beta.user_id = self.salesperson_b
        customers = self.alfa | self.beta | self.gamma
        message = (
            r"Beta Market is a customer of Salesperson B\.\n"
            r"Gamma Stal is a customer of Salesperson B\.\n"
            r"Ask a team leader or a manager"
        )
        with self.assertRefused(AccessError, message):
            self._change(customers, user_id=self.editor.id, lifecycle="key")
        self.env.invalidate_all()
        self.assertFalse(any(customers.mapped("isof_lifecycle")))
        self.patch(res_partner, "NAMES_SHOWN", 1)
        with self.assertRefused(AccessError, r"Salesperson B\.\nAnd 1 more\.\nAsk"):
            self._change(customers, user_id=self.editor.id)

    def test_group_inside_itself_refused(self):
        child = self.env["isof.partner.group"].create(
            {"name": "Retail", "parent_id": self.group.id}
        )
        self.assertEqual(child.complete_name, "Test wholesale / Retail")
        with self.assertRefused(UserError, "Recursion Detected"):
            self.group.parent_id = child
