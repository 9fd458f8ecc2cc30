from odoo import fields, models


class IsofAffiliationRole(models.Model):
    _name = "isof.affiliation.role"
    _description = "Role in a Company"
    _inherit = ["isof.guard.mixin"]
    _order = "sequence, name"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
