from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class IsofSegmentAddWizard(models.TransientModel):
    """Put the chosen contacts into a segment, or take them out."""

    _name = "isof.segment.add.wizard"
    _description = "Add to Segment"
    _inherit = ["isof.guard.mixin"]

    operation = fields.Selection(
        [
            ("add", "Add to a segment"),
            ("new", "Make a new segment of them"),
            ("remove", "Remove from a segment"),
        ],
        required=True,
        default="add",
    )
    partner_ids = fields.Many2many(
        "res.partner",
        string="Contacts",
        context={"active_test": False},
        default=lambda self: self.env["res.partner"]._get_isof_chosen(),
    )
    partner_count = fields.Integer(string="Contacts Chosen", compute="_compute_partner_count")
    segment_id = fields.Many2one("isof.segment", domain=lambda self: self._get_segment_domain())
    name = fields.Char(string="Name of the New Segment")
    target = fields.Selection(
        selection=lambda self: self.env["isof.segment"]._fields["target"].selection,
        string="Of",
        compute="_compute_target",
        store=True,
        readonly=False,
    )

    @api.model
    def _get_segment_domain(self):
        """Return the domain of the segments that the user may change."""
        own = ("user_id", "=", self.env.uid)
        if self.env.user.has_group("isof_crm.group_marketing"):
            return ["|", own, ("is_shared", "=", True)]
        return [own, ("is_shared", "=", False)]

    @api.depends("partner_ids")
    def _compute_partner_count(self):
        for wizard in self:
            wizard.partner_count = len(wizard.partner_ids)

    @api.depends("partner_ids")
    def _compute_target(self):
        for wizard in self:
            has_company = any(wizard.partner_ids.mapped("is_company"))
            wizard.target = "company" if has_company else "person"

    def action_apply(self):
        """Do what was chosen.

        :return: the action that tells how many were added, removed, or left as they were
        :raises UserError: if no contact was chosen, or no segment
        """
        self.ensure_one()
        if not self.partner_ids:
            raise UserError(self.env._("Choose the contacts in a list first."))
        if self.operation == "new":
            return self._create_segment()
        if not self.segment_id:
            raise UserError(self.env._("Choose the segment."))
        if self.operation == "remove":
            removed = self.segment_id._remove_by_hand(self.partner_ids)
            return self.segment_id._prepare_notification(
                self.env._(
                    "%(removed)s removed from “%(segment)s”; %(others)s were not in it.",
                    removed=len(removed),
                    segment=self.segment_id.name,
                    others=len(self.partner_ids - removed),
                )
            )
        return self.segment_id._prepare_notification(
            self.segment_id._add_and_tell(self.partner_ids)
        )

    def _create_segment(self):
        if not (self.name or "").strip():
            raise UserError(self.env._("Give the new segment a name."))
        segment = self.env["isof.segment"].create(
            {
                "name": self.name,
                "mode": "static",
                "target": self.target,
                "addition_ids": [Command.set(self.partner_ids.ids)],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": segment._name,
            "res_id": segment.id,
            "views": [(False, "form")],
        }
