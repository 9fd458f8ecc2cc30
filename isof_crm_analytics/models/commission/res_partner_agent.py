from odoo import api, fields, models


class ResPartner(models.Model):
    """Agents: who brings contractors and earns by what they buy."""

    _inherit = "res.partner"

    isof_agent_id = fields.Many2one(
        "res.partner",
        string="Agent",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('id', '!=', id)]",
        copy=False,  # who brought one contractor has not brought the next
        groups="isof_crm_analytics.group_commission_manager",
        help="Who earns a commission on sales to this contractor, by plans for agents.",
    )

    @api.model
    def _get_isof_followed_fields(self):
        return super()._get_isof_followed_fields() | {"isof_agent_id"}
