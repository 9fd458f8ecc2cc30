from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    isof_closed_policy = fields.Selection(
        related="company_id.isof_closed_policy", required=True, readonly=False
    )
    isof_request_hours = fields.Integer(related="company_id.isof_request_hours", readonly=False)
