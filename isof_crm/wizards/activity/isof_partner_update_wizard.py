from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from ...models.activity.isof_activity_status import OPEN_STATES
from ...models.contractor.res_partner_marketing import LIFECYCLES


class IsofPartnerUpdateWizard(models.TransientModel):
    """Change the group, tags, stage, salesperson or campaign of many contacts in one go."""

    _name = "isof.partner.update.wizard"
    _description = "Change Contacts"
    _inherit = ["isof.partner.batch"]

    group_id = fields.Many2one("isof.partner.group", string="Contractor Group", check_company=True)
    remove_group = fields.Boolean(help="Leave the contacts without a group.")
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

    def action_apply(self):
        """Write what was filled in on every contact; what was left empty stays as it is.

        :return: the action that tells how much was changed
        :raises AccessError: if one of the contacts may not be changed: then none is
        :raises UserError: if there is nothing to change, or a group both to set and to remove
        """
        self.ensure_one()
        if self.group_id and self.remove_group:
            raise UserError(self.env._("Choose a group, or remove it: not both."))
        partners, vals = self._get_partners(), self._prepare_partner_vals()
        if not partners or not (vals or self.campaign_id):
            raise UserError(self.env._("Choose at least one contact, and what to change."))
        done = []
        if vals:
            partners.write(vals)
            done.append(self.env._("%(count)s contacts changed.", count=len(partners)))
        if self.campaign_id:
            activities = self._get_open_activities(partners)
            activities.campaign_id = self.campaign_id
            done.append(
                self.env._(
                    "Campaign “%(campaign)s” set on %(count)s open activities.",
                    campaign=self.campaign_id.display_name,
                    count=len(activities),
                )
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": " ".join(done),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _prepare_partner_vals(self):
        """Return the values of what was filled in."""
        tags = [Command.link(tag.id) for tag in self.add_tag_ids]
        tags += [Command.unlink(tag.id) for tag in self.remove_tag_ids]
        vals = {
            "isof_group_id": self.group_id.id,
            "isof_lifecycle": self.lifecycle,
            "user_id": self.user_id.id,
            "category_id": tags,
        }
        filled = {name: value for name, value in vals.items() if value}
        return filled | ({"isof_group_id": False} if self.remove_group else {})

    def _get_open_activities(self, partners):
        """Return what is still open with companies and everybody in them, or with persons."""
        return self.env["isof.activity"].search(
            Domain("state", "in", OPEN_STATES)
            & Domain.OR(
                Domain(name, "in", partners.ids)
                for name in ("commercial_partner_id", "partner_id", "contact_id")
            )
        )
