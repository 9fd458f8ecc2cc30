from odoo import api, fields, models

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

    @api.model
    def _get_isof_trade_fields(self):
        """Return what the fact of a line depends on."""
        return [
            *("name", "display_type", "account_id", "partner_id", "product_id"),
            *("product_uom_id", "quantity", "price_unit", "discount", "balance", "amount_currency"),
            *("currency_id", "extra_tax_data", "sequence", "tax_ids"),
            *("is_downpayment", "sale_line_ids", "purchase_line_id"),
        ]
