from odoo import api, fields, models

from ..base.isof_guard_mixin import search_readable


class UtmCampaign(models.Model):
    _inherit = "utm.campaign"

    isof_activity_ids = fields.One2many(
        "isof.activity",
        "campaign_id",
        search=search_readable("isof_activity_ids"),
        string="Activities",
        groups="isof_crm.group_user",
    )
    isof_activity_count = fields.Integer(
        compute="_compute_isof_activity_count", groups="isof_crm.group_user"
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_isof_activity_count(self):
        counts = dict(
            self.env["isof.activity"]._read_group(
                [("campaign_id", "in", self.ids)], ["campaign_id"], ["__count"]
            )
        )
        for campaign in self:
            campaign.isof_activity_count = counts.get(campaign, 0)

    def action_open_isof_activities(self):
        """Return the action that shows the activities of the campaign."""
        return self._open_isof(
            "isof_crm.isof_activity_action",
            domain=[("campaign_id", "=", self.id)],
            context={"default_campaign_id": self.id},
        )
