from odoo import fields, models

from .account_move_line import CAMPAIGN_COSTS


class AccountMove(models.Model):
    _inherit = "account.move"

    isof_campaign_cost_ids = fields.One2many(
        "isof.campaign.cost",
        "move_id",
        string="Campaign Costs",
        copy=False,  # the lines copy theirs
        groups=CAMPAIGN_COSTS,
        help="Which campaigns bear the cost of lines of the bill.",
    )
