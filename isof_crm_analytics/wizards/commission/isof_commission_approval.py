from collections import defaultdict

from odoo import api, fields, models

from ...tools.commission import ZERO
from ...tools.periods import last_month


class IsofCommissionApproval(models.TransientModel):
    """Shows which approved plans would pay for the same sales, before a plan is approved, too."""

    _name = "isof.commission.approval"
    _description = "Approval of a Commission Plan"
    _inherit = ["isof.guard.mixin"]

    plan_id = fields.Many2one(
        "isof.commission.plan", required=True, readonly=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="plan_id.currency_id")
    date_from = fields.Date(string="From", required=True, readonly=True)
    date_to = fields.Date(string="Until", required=True, readonly=True)
    line_ids = fields.One2many("isof.commission.approval.line", "approval_id", readonly=True)

    @api.model
    def _open(self, plan, others):
        """Return the action that shows what a plan and others would both have paid last month.

        :param plan: ``isof.commission.plan``, a draft
        :param others: the approved ones that overlap with it
        """
        first, last = last_month(fields.Date.context_today(self))
        approval = self.create({"plan_id": plan.id, "date_from": first, "date_to": last})
        # sudo: who may approve plans sees whom others pay
        approval.line_ids.sudo().create(
            [
                {"approval_id": approval.id, **vals}
                for vals in self._prepare_lines(plan, others, first, last)
            ]
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Approve %(plan)s", plan=plan.display_name),
            "res_model": self._name,
            "res_id": approval.id,
            "views": [(False, "form")],
            "target": "new",
        }

    @api.model
    def _prepare_lines(self, plan, others, first, last):
        """Yield the values of the lines: what both would have paid somebody for the same sales."""
        own = self._try(plan, first, last)
        for other in others:
            theirs = self._try(other, first, last)
            common = own.keys() & theirs.keys()
            sums = defaultdict(lambda: [ZERO, ZERO])
            for position, found in enumerate((own, theirs)):
                for line_id in common:
                    for earning in found[line_id]:
                        sums[earning.payee_id][position] += earning.accrued
            for payee_id, (amount, other_amount) in sums.items() or {None: (ZERO, ZERO)}.items():
                yield {
                    "other_id": other.id,
                    "payee_id": payee_id,
                    "amount": float(amount),
                    "other_amount": float(other_amount),
                }

    @api.model
    def _try(self, plan, first, last):
        """Return what a plan would have paid: dict of a sale's line to list of ``Earning``."""
        # sudo: who may approve plans sees what everybody sells
        earnings, _minimums = self.env["isof.commission.entry"].sudo()._try(plan, first, last)
        found = defaultdict(list)
        for earning in earnings:
            found[earning.line.line_id].append(earning)
        return found

    def action_approve(self):
        """Approve the plan all the same.

        :raises UserError: see ``action_compare_and_approve``
        """
        self.ensure_one()
        self.plan_id._check_to_approve()
        self.plan_id.action_approve()
        return {"type": "ir.actions.act_window_close"}


class IsofCommissionApprovalLine(models.TransientModel):
    """What two plans would have paid one person for the same sales."""

    _name = "isof.commission.approval.line"
    _description = "Paid by Two Commission Plans"
    _inherit = ["isof.guard.mixin"]
    _order = "other_id, amount desc, id"

    approval_id = fields.Many2one(
        "isof.commission.approval", required=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="approval_id.currency_id")
    other_id = fields.Many2one("isof.commission.plan", string="Approved Plan", readonly=True)
    payee_id = fields.Many2one(
        "res.partner",
        string="Who Earns",
        readonly=True,
        help="Empty: nothing was sold last month that both would pay for.",
    )
    other_amount = fields.Monetary(string="By the Approved Plan", readonly=True)
    amount = fields.Monetary(string="By This Plan, Too", readonly=True)
