from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from ...tools.commission import to_decimal


class IsofCommissionDivision(models.TransientModel):
    """Says who shares the commission on one document, in place of the split of the plans.

    Of a posted document the ledger follows at once. What was settled stays as it is.
    """

    _name = "isof.commission.division"
    _description = "Share of a Commission"
    _inherit = ["isof.guard.mixin"]

    move_id = fields.Many2one("account.move", string="Document", required=True, ondelete="cascade")
    line_ids = fields.One2many("isof.commission.division.line", "division_id")

    @api.model
    def _prepare_action(self, move):
        """Return the action that asks who shares the commission on a document.

        It begins with who does now: as the document says, or a plan for salespeople that is in
        force.
        """
        shares = [(share.partner_id.id, share.percent) for share in move.isof_commission_share_ids]
        lines = [
            Command.create({"partner_id": partner_id, "percent": float(percent)})
            for partner_id, percent in shares or self._get_planned_shares(move)
        ]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Share the Commission"),
            "res_model": self._name,
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_move_id": move.id, "default_line_ids": lines},
        }

    @api.model
    def _get_planned_shares(self, move):
        seller_id = move.invoice_user_id.partner_id.id
        if not seller_id:
            return []
        day = move.invoice_date or fields.Date.context_today(self)
        leader_id = move.team_id.user_id.partner_id.id
        for plan in self.env["isof.commission.plan"]._get_specs():
            is_meant = plan.earner == "salesperson" and plan.company_id == move.company_id.id
            if is_meant and plan.shares and plan.covers(day):
                return plan.get_shares(seller_id, leader_id)
        return [(seller_id, 100)]

    def action_divide(self):
        """Have the people share the commission; without any, the plans say who does.

        :raises UserError: if the commission is settled, or is not the document's to share
        :raises ValidationError: if the parts are not 100 % together
        """
        self.ensure_one()
        self._check_document()
        total = sum(to_decimal(line.percent) for line in self.line_ids)
        if self.line_ids and total != 100:
            raise ValidationError(
                self.env._("The parts add up to %(total)s %%. Make it 100 %%.", total=total)
            )
        # sudo: nobody writes shares but those who may divide commissions, always whole ones
        self.move_id.sudo().isof_commission_share_ids = [
            Command.clear(),
            *(
                Command.create({"partner_id": line.partner_id.id, "percent": line.percent})
                for line in self.line_ids
            ),
        ]
        return {"type": "ir.actions.act_window_close"}

    def _check_document(self):
        move = self.move_id
        move.check_access("read")
        if not move.is_sale_document(include_receipts=True):
            raise UserError(self.env._("Only documents of sales earn commissions."))
        # sudo: of all, also where one cannot read the other documents
        facts = self.env["isof.trade.line"].sudo()
        origin = (
            move.reversed_entry_id
            or (facts.search([("move_id", "=", move.id)]).origin_line_id.move_id[:1])
        )
        if move.move_type == "out_refund" and origin:
            raise UserError(
                self.env._(
                    "A credit note takes its commission back from those who earned it. Share the "
                    "commission of %(document)s instead.",
                    document=origin.sudo(False).display_name,
                )
            )
        credits = facts.search([("origin_line_id", "in", move.line_ids.ids)]).move_id
        family = (move | move.sudo().reversal_move_ids | credits).ids
        settled = self.env["isof.commission.entry"].search(
            [
                ("move_id", "in", family),
                ("settlement_id", "!=", False),
                ("plan_id.earner", "=", "salesperson"),
            ],
            limit=1,
        )
        if settled:
            raise UserError(
                self.env._(
                    "The commission of %(document)s is settled already: %(settlement)s. Book a "
                    "correction instead.",
                    document=move.display_name,
                    settlement=settled.settlement_id.display_name,
                )
            )


class IsofCommissionDivisionLine(models.TransientModel):
    """Who is to get which part."""

    _name = "isof.commission.division.line"
    _description = "Part in the Share of a Commission"
    _inherit = ["isof.guard.mixin"]

    division_id = fields.Many2one(
        "isof.commission.division", required=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one("res.partner", string="Who Earns", required=True)
    percent = fields.Float(string="Part in %", required=True, digits=(16, 4), min_display_digits=2)

    _percent_positive = models.Constraint(
        "CHECK (percent > 0 AND percent <= 100)", "A part is more than 0 % and at most 100 %."
    )
