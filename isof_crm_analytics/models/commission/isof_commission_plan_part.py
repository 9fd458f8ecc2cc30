from odoo import api, fields, models


class IsofCommissionPlanPart(models.AbstractModel):
    """What a commission plan consists of: it changes only as long as the plan is a draft.

    ``_prepare_spec`` of each returns it as the engine sees it; see ``tools/commission_plan.py``.
    """

    _name = "isof.commission.plan.part"
    _description = "Part of a Commission Plan"
    _inherit = ["isof.guard.mixin"]

    plan_id = fields.Many2one(
        "isof.commission.plan", string="Plan", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="plan_id.company_id")
    currency_id = fields.Many2one(related="plan_id.currency_id")

    @api.model_create_multi
    def create(self, vals_list):
        parts = super().create(vals_list)
        parts.plan_id._check_draft()
        return parts

    def write(self, vals):
        self.plan_id._check_draft()
        res = super().write(vals)
        self.plan_id._check_draft()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approved(self):
        self.plan_id._check_draft()
