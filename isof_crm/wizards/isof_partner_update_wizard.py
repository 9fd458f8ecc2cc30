from odoo import api, fields, models
from odoo.fields import Command

from ..models.isof_activity_status import OPEN_STATES
from ..models.res_partner_marketing import LIFECYCLES


class IsofPartnerUpdateWizard(models.TransientModel):
    """Change the group, tags, stage, salesperson or campaign of many contacts in one go."""

    _name = "isof.partner.update.wizard"
    _description = "Change Contacts"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", default=lambda self: self.env.company)
    partner_ids = fields.Many2many(
        "res.partner",
        string="Contacts",
        default=lambda self: self._default_partner_ids(),
    )
    partner_count = fields.Integer(compute="_compute_partner_count")
    group_id = fields.Many2one("isof.partner.group", string="Contractor Group", check_company=True)
    lifecycle = fields.Selection(LIFECYCLES, string="Lifecycle Stage")
    user_id = fields.Many2one(
        "res.users",
        string="Salesperson",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    add_tag_ids = fields.Many2many(
        "res.partner.category", "isof_partner_update_add_rel", string="Add Tags"
    )
    remove_tag_ids = fields.Many2many(
        "res.partner.category", "isof_partner_update_remove_rel", string="Remove Tags"
    )
    campaign_id = fields.Many2one(
        "utm.campaign",
        string="Campaign of Open Activities",
        help="Set on the activities with these contacts that are still open.",
    )

    @api.model
    def _default_partner_ids(self):
        """Return the contacts, or the members of the segments, that were chosen."""
        model, ids = self.env.context.get("active_model"), self.env.context.get("active_ids", [])
        if model == "isof.segment":
            return self.env["res.partner"].search([("isof_segment_ids", "in", ids)])
        return self.env["res.partner"].browse(ids if model == "res.partner" else [])

    @api.depends("partner_ids")
    def _compute_partner_count(self):
        for wizard in self:
            wizard.partner_count = len(wizard.partner_ids)

    def action_apply(self):
        """Write what was filled in on every contact; what was left empty stays as it is."""
        self.ensure_one()
        vals = {}
        if self.group_id:
            vals["isof_group_id"] = self.group_id.id
        if self.lifecycle:
            vals["isof_lifecycle"] = self.lifecycle
        if self.user_id:
            vals["user_id"] = self.user_id.id
        tags = [Command.link(tag.id) for tag in self.add_tag_ids]
        tags += [Command.unlink(tag.id) for tag in self.remove_tag_ids]
        if tags:
            vals["category_id"] = tags
        if vals:
            self.partner_ids.write(vals)
        if self.campaign_id:
            self.env["isof.activity"].search(
                [
                    ("commercial_partner_id", "in", self.partner_ids.commercial_partner_id.ids),
                    ("state", "in", OPEN_STATES),
                ]
            ).campaign_id = self.campaign_id
        return {"type": "ir.actions.client", "tag": "soft_reload"}
