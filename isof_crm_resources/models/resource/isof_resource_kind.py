from odoo import fields, models


class IsofResourceKind(models.Model):
    """What sort of thing is shared: rooms, devices, vehicles."""

    _name = "isof.resource.kind"
    _description = "Kind of Resource"
    _inherit = ["isof.guard.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    color = fields.Integer(default=1, help="Colour of these resources in the planner.")
    icon = fields.Selection(
        [
            ("fa-building-o", "Room"),
            ("fa-television", "Screen"),
            ("fa-laptop", "Device"),
            ("fa-car", "Car"),
            ("fa-truck", "Truck"),
            ("fa-wrench", "Tool"),
            ("fa-suitcase", "Case"),
            ("fa-cube", "Thing"),
        ],
        default="fa-cube",
        required=True,
    )
    active = fields.Boolean(default=True)
