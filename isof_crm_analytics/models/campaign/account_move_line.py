from odoo import fields, models

# Who may read what campaigns cost: whoever else reads all fields of a line is not refused.
CAMPAIGN_COSTS = "account.group_account_invoice,isof_crm_analytics.group_all"


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    # a credit note takes back the cost of the campaign, too
    isof_campaign_cost_ids = fields.One2many(
        "isof.campaign.cost",
        "move_line_id",
        string="Campaign Costs",
        copy=True,
        groups=CAMPAIGN_COSTS,
    )
