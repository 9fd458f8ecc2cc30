from odoo import api, fields, models

from odoo.addons.isof_crm.models.base.isof_guard_mixin import search_readable


class ResPartner(models.Model):
    """Scores of contractors; a contact has those of the company."""

    _name = "res.partner"
    _inherit = ["res.partner", "isof.score.mixin"]
    _isof_score_partner = "commercial_partner_id"
    _isof_score_company = None

    isof_score_ids = fields.One2many(
        "isof.score",
        "partner_id",
        search=search_readable("isof_score_ids"),
        string="Scores",
        domain=[("is_latest", "=", True)],
        groups="isof_crm_analytics.group_own",
        help="The latest score of each scheme.",
    )

    @api.readonly
    def action_open_isof_scores(self):
        """Return the action that shows how the scores of the customer changed."""
        customer = self.commercial_partner_id
        return self._open_isof(
            "isof_crm_analytics.isof_score_action",
            display_name=self.env._("Scores: %(partner)s", partner=customer.display_name),
            domain=[("partner_id", "=", customer.id)],
            context={},
        )
