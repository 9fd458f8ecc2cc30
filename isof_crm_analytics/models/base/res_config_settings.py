from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    isof_touch_days = fields.Integer(related="company_id.isof_touch_days", readonly=False)
    isof_lookback_months = fields.Integer(related="company_id.isof_lookback_months", readonly=False)
    isof_hour_cost = fields.Monetary(
        related="company_id.isof_hour_cost",
        currency_field="company_currency_id",
        readonly=False,
    )
    isof_commission_on_unposted_payment = fields.Boolean(
        related="company_id.isof_commission_on_unposted_payment", readonly=False
    )
