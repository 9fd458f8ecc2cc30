from odoo import api, fields, models


class IsofResourcePlace(models.Model):
    """Where resources are: a tree of sites, buildings and floors."""

    _name = "isof.resource.place"
    _description = "Place of Resources"
    _inherit = ["isof.tree.mixin", "isof.guard.mixin"]
    _parent_store = True
    _order = "complete_name, id"
    _rec_name = "complete_name"
    _check_company_auto = True

    name = fields.Char(required=True)
    complete_name = fields.Char(
        compute="_compute_complete_name", recursive=True, store=True, index="trigram"
    )
    parent_id = fields.Many2one(
        "isof.resource.place",
        string="Part Of",
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("isof.resource.place", "parent_id", string="Parts")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Leave empty to share the place among companies."
    )

    @api.depends("name", "parent_id.complete_name")
    def _compute_complete_name(self):
        for place in self:
            place.complete_name = (
                f"{place.parent_id.complete_name} / {place.name}" if place.parent_id else place.name
            )
