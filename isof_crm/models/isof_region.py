from odoo import api, fields, models
from odoo.exceptions import ValidationError


class IsofRegion(models.Model):
    """A sales region: a tree that contractors and activities are assigned to."""

    _name = "isof.region"
    _description = "Region"
    _parent_store = True
    _order = "complete_name, id"
    _rec_name = "complete_name"
    _rec_names_search = ["complete_name", "code"]
    _check_company_auto = True

    name = fields.Char(required=True)
    complete_name = fields.Char(
        compute="_compute_complete_name", recursive=True, store=True, index="trigram"
    )
    code = fields.Char()
    parent_id = fields.Many2one(
        "isof.region",
        string="Parent Region",
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("isof.region", "parent_id", string="Sub-regions")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Leave empty to share the region among companies."
    )

    @api.depends("name", "parent_id.complete_name")
    def _compute_complete_name(self):
        for region in self:
            region.complete_name = (
                f"{region.parent_id.complete_name} / {region.name}"
                if region.parent_id
                else region.name
            )

    @api.constrains("parent_id")
    def _check_parent_id(self):
        if self._has_cycle():
            raise ValidationError(self.env._("A region cannot lie inside itself."))
