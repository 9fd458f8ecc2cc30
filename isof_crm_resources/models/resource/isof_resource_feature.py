from random import randint

from odoo import fields, models


class IsofResourceFeature(models.Model):
    """What a resource offers, to be searched for: projector, whiteboard, trailer hitch."""

    _name = "isof.resource.feature"
    _description = "Feature of a Resource"
    _inherit = ["isof.guard.mixin"]
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    color = fields.Integer(default=lambda self: randint(1, 11))
    active = fields.Boolean(default=True)

    _name_uniq = models.UniqueIndex("(name)", "There is a feature of this name already.")
