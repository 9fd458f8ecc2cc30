from odoo import fields, models


class IsofConsentPurpose(models.Model):
    """What a consent is for, and whether silence counts as yes."""

    _name = "isof.consent.purpose"
    _description = "Consent Purpose"
    _inherit = ["isof.guard.mixin"]
    _order = "sequence, name"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    is_opt_in = fields.Boolean(
        string="Only with Consent",
        default=True,
        help="Checked: only those who gave their consent are contacted. Unchecked: everybody "
        "but those who withdrew it.",
    )
