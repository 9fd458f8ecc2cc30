from random import randint

from odoo import fields, models


class IsofActivityTag(models.Model):
    _name = "isof.activity.tag"
    _description = "Activity Tag"
    _inherit = ["isof.guard.mixin"]
    _order = "name"

    name = fields.Char(required=True)
    color = fields.Integer(default=lambda self: randint(1, 11))
    active = fields.Boolean(default=True)

    _name_uniq = models.UniqueIndex("(name)", "A tag of this name exists already.")
