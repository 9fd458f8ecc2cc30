from odoo import fields, models


class IsofPartnerGroup(models.Model):
    """The main group of a contractor: exclusive and a tree, beside Odoo's free tags."""

    _name = "isof.partner.group"
    _description = "Contractor Group"
    _inherit = ["isof.contractor.tree.mixin"]

    _partner_field = "isof_group_id"

    color = fields.Integer()
    parent_id = fields.Many2one(
        "isof.partner.group",
        string="Parent Group",
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    child_ids = fields.One2many("isof.partner.group", "parent_id", string="Sub-groups")
    company_id = fields.Many2one(help="Leave empty to share the group among companies.")
