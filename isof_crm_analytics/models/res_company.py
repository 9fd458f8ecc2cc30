from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    isof_commission_on_unposted_payment = fields.Boolean(
        string="Payments without Journal Entry Count",
        default=True,
        help="Whether a commission that is due as the document is paid becomes due by a payment "
        "that has no journal entry.",
    )
