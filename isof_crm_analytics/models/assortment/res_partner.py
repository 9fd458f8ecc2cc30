from odoo import api, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.readonly
    def action_open_isof_assortment(self):
        """Return the action that shows what the customer bought."""
        customer = self.commercial_partner_id
        return self._open_isof(
            "isof_crm_analytics.isof_assortment_report_action",
            name=self.env._("Assortment: %(partner)s", partner=customer.display_name),
            domain=[("partner_id", "=", customer.id)],
            views=[(False, "list"), (False, "pivot"), (False, "graph")],
            context={},
        )

    @api.readonly
    def action_open_isof_suggestions(self):
        """Return the action that shows what similar customers buy and this one does not."""
        customer = self.commercial_partner_id
        return self._open_isof(
            "isof_crm_analytics.isof_assortment_suggestion_action",
            name=self.env._(
                "Similar customers buy, not %(partner)s", partner=customer.display_name
            ),
            context={"isof_partner_id": customer.id},
        )
