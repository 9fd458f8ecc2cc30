from odoo import api, fields, models


class IsofPartnerGroup(models.Model):
    """The main group of a contractor: exclusive and a tree, beside Odoo's free tags."""

    _name = "isof.partner.group"
    _description = "Contractor Group"
    _parent_store = True
    _order = "complete_name, id"
    _rec_name = "complete_name"
    _rec_names_search = ["complete_name", "code"]

    name = fields.Char(required=True)
    complete_name = fields.Char(
        compute="_compute_complete_name", recursive=True, store=True, index="trigram"
    )
    code = fields.Char()
    color = fields.Integer()
    parent_id = fields.Many2one(
        "isof.partner.group", string="Parent Group", index=True, ondelete="restrict"
    )
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("isof.partner.group", "parent_id", string="Sub-groups")
    partner_count = fields.Integer(string="Contractors", compute="_compute_partner_count")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Leave empty to share the group among companies."
    )

    @api.depends("name", "parent_id.complete_name")
    def _compute_complete_name(self):
        for group in self:
            group.complete_name = (
                f"{group.parent_id.complete_name} / {group.name}" if group.parent_id else group.name
            )

    def _compute_partner_count(self):
        counts = dict(
            self.env["res.partner"]._read_group(
                [("isof_group_id", "in", self.ids)], ["isof_group_id"], ["__count"]
            )
        )
        for group in self:
            group.partner_count = counts.get(group, 0)

    def action_open_partners(self):
        """Return the action that shows the contractors of the group and those below it."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("isof_crm.res_partner_action")
        return action | {"domain": [("isof_group_id", "child_of", self.id)], "context": {}}
