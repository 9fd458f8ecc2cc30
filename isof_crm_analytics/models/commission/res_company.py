from odoo import api, fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    isof_commission_on_unposted_payment = fields.Boolean(
        string="Payments without Journal Entry Count",
        default=True,
        groups="base.group_user",
        help="Whether a commission that is due as the document is paid becomes due by a payment "
        "that has no journal entry.",
    )

    def write(self, vals):
        result = super().write(vals)
        if "isof_commission_on_unposted_payment" in vals:
            # sudo: the ledger is derived, too
            self.env["isof.commission.entry"].sudo()._sync_unposted_payments(self)
        return result

    @api.model
    def _get_isof_followed_fields(self):
        return super()._get_isof_followed_fields() | {"isof_commission_on_unposted_payment"}
