from odoo import api, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    @api.model
    def _get_isof_trade_fields(self):
        """Return what the fact of a line depends on."""
        return [
            *("name", "display_type", "account_id", "partner_id", "product_id"),
            *("product_uom_id", "quantity", "price_unit", "discount", "balance", "amount_currency"),
            *("currency_id", "extra_tax_data", "sequence", "tax_ids"),
            *("is_downpayment", "sale_line_ids", "purchase_line_id"),
        ]
