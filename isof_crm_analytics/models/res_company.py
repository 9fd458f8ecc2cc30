from odoo import api, fields, models

from odoo.addons.isof_crm.tools import bounds


class ResCompany(models.Model):
    _inherit = "res.company"

    isof_touch_days = fields.Integer(
        highest=bounds.MAX_DAYS,
        string="Last Touch (Days)",
        default=30,
        groups="base.group_user",
        help="A sale that names no campaign counts for the campaign of the last activity held with "
        "the customer within so many days before. 0: only for the campaign that it names.",
    )
    isof_lookback_months = fields.Integer(
        highest=bounds.MAX_MONTHS,
        string="Look-Back (Months)",
        default=12,
        groups="base.group_user",
        help="A campaign won a customer who bought nothing for so many months before its first "
        "sale; another one it kept.",
    )
    isof_hour_cost = fields.Monetary(
        string="Cost of an Hour",
        currency_field="currency_id",
        groups="base.group_user",
        help="Proposed where campaigns count the hours of their activities as a cost.",
    )
    isof_commission_on_unposted_payment = fields.Boolean(
        string="Payments without Journal Entry Count",
        default=True,
        groups="base.group_user",
        help="Whether a commission that is due as the document is paid becomes due by a payment "
        "that has no journal entry.",
    )

    _isof_touch_days_not_negative = models.Constraint(
        "CHECK(isof_touch_days >= 0)", "The days of the last touch cannot be negative."
    )
    _isof_lookback_months_positive = models.Constraint(
        "CHECK(isof_lookback_months > 0)", "The look-back is one month at least."
    )

    def write(self, vals):
        result = super().write(vals)
        if "isof_touch_days" in vals:
            # sudo: facts are derived; who changes the setting need not see them
            self.env["isof.trade.line"].sudo()._resync_touch_days(self)
        if "isof_commission_on_unposted_payment" in vals:
            # sudo: the ledger is derived, too
            self.env["isof.commission.entry"].sudo()._sync_unposted_payments(self)
        return result

    @api.model
    def _get_isof_followed_fields(self):
        return super()._get_isof_followed_fields() | {"isof_commission_on_unposted_payment"}
