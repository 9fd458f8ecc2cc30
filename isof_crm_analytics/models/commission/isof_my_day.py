from odoo import api, models
from odoo.tools import formatLang


class IsofMyDay(models.AbstractModel):
    _inherit = "isof.my.day"

    @api.model
    def _get_sales_rows(self):
        """Add what the user has earned, if there are commissions at all."""
        rows = super()._get_sales_rows()
        if not self.env["isof.commission.plan"]._get_specs():
            return rows
        card = self.env["isof.commission.card"].new({"company_id": self.env.company.id})
        return [
            *rows,
            {
                "label": self.env._("My commission"),
                "value": formatLang(self.env, card.earned, currency_obj=card.currency_id),
                "action": "isof_crm_analytics.isof_commission_card_action_open",
            },
        ]
