from odoo import fields, models

from odoo.addons.isof_crm.tools import bounds


class ResCompany(models.Model):
    _inherit = "res.company"

    isof_lookback_months = fields.Integer(
        highest=bounds.MAX_MONTHS,
        string="Look-Back (Months)",
        default=12,
        groups="base.group_user",
        help="A campaign won a customer who had bought nothing in this many months before its "
        "first sale; another one it kept.",
    )
    isof_hour_cost = fields.Monetary(
        string="Cost of an Hour",
        currency_field="currency_id",
        groups="base.group_user",
        help="Proposed where campaigns count the hours of their activities as a cost.",
    )

    _isof_lookback_months_positive = models.Constraint(
        "CHECK(isof_lookback_months > 0)", "The look-back is one month at least."
    )
