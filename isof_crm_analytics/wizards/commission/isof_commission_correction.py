from odoo import fields, models
from odoo.exceptions import UserError

from ...tools.commission import round_money, to_decimal


class IsofCommissionCorrection(models.TransientModel):
    """Gives somebody a commission by hand, or takes it from one and gives it to another."""

    _name = "isof.commission.correction"
    _description = "Correction of Commissions"
    _inherit = ["isof.guard.mixin"]

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(required=True, default=fields.Date.context_today)
    payee_id = fields.Many2one("res.partner", string="For", required=True)
    other_payee_id = fields.Many2one(
        "res.partner", string="Taken from", help="Empty: nobody gets less for it."
    )
    amount = fields.Monetary(required=True, help="Negative amounts take back what was earned.")
    move_id = fields.Many2one(
        "account.move",
        string="Document",
        domain="[('company_id', '=', company_id), ('state', '=', 'posted'),"
        " ('move_type', 'in', ('out_invoice', 'out_refund', 'out_receipt'))]",
        help="Which document it is about, if it is about one.",
    )
    note = fields.Char(string="Reason", required=True)

    def action_book(self):
        """Book the correction.

        :raises AccessError: if the user may not act for the company, or read who or what it is
            about
        :raises UserError: if it changes nothing, or is about another company's document
        """
        self.ensure_one()
        self._check_concerned()
        amount = round_money(to_decimal(self.amount), to_decimal(self.currency_id.rounding))
        if not amount or self.payee_id == self.other_payee_id:
            raise UserError(self.env._("Choose an amount, and two different people."))
        vals = {
            "kind": "correction",
            "date": self.date,
            "note": self.note,
            "company_id": self.company_id.id,
            "company_currency_id": self.currency_id.id,
            "move_name": self.move_id.name,
            "partner_id": self.move_id.commercial_partner_id.id or None,
            "basis": 0,
        }
        rows = [vals | {"payee_id": self.payee_id.id, "accrued": amount, "due": amount}]
        if self.other_payee_id:
            rows.append(
                vals | {"payee_id": self.other_payee_id.id, "accrued": -amount, "due": -amount}
            )
        # sudo: nobody may write the ledger but those who may make corrections, through this
        self.env["isof.commission.entry"].sudo()._insert(rows)
        return {"type": "ir.actions.act_window_close"}

    def _check_concerned(self):
        self.company_id._check_isof_switched_on()
        (self.payee_id | self.other_payee_id).check_access("read")
        if not self.move_id:
            return  # which takes no right to documents
        self.move_id.check_access("read")
        if self.move_id.company_id != self.company_id:
            raise UserError(
                self.env._(
                    "%(document)s is not a document of %(company)s. Choose one that is, or none.",
                    document=self.move_id.display_name,
                    company=self.company_id.name,
                )
            )
