from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import ActivityCommon


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
        self.env["isof.partner.update.wizard"].with_user(user or self.editor).with_context(
            active_model="res.partner", active_ids=(self.alfa | self.gamma).ids
        ).create(vals).action_apply()

    def test_change(self):
        self.gamma.category_id = self.old_tag
        activity = self._create_activity(user_id=self.editor.id)
        done = self._create_activity(user_id=self.editor.id, status_id=self.status_done.id)
        self._apply(
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

    def test_empty_stays(self):
        self.gamma.write({"isof_group_id": self.group.id, "isof_lifecycle": "key"})
        self._apply(self.team_leader, user_id=self.salesperson_a.id)
        self.assertEqual(self.gamma.isof_group_id, self.group)
        self.assertEqual(self.gamma.isof_lifecycle, "key")
        self.assertEqual(self.gamma.user_id, self.salesperson_a)

    def test_rights(self):
        with self.assertRefused(AccessError, "Contact"):
            self._apply(user=self.outsider, group_id=self.group.id)
        self.assertFalse(self.alfa.isof_group_id)

    def test_group_inside_itself_refused(self):
        child = self.env["isof.partner.group"].create(
            {"name": "Retail", "parent_id": self.group.id}
        )
        self.assertEqual(child.complete_name, "Test wholesale / Retail")
        with self.assertRefused(UserError, "Recursion Detected"):
            self.group.parent_id = child
