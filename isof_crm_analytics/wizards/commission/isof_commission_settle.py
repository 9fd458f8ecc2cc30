from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tools.misc import format_date

from odoo.addons.isof_crm.models.base.condition_many2many import ConditionMany2many

from ...tools.periods import last_month, month_of


class IsofCommissionSettle(models.TransientModel):
    """Asks for what period and with whom commissions are settled, and shows what that makes."""

    _name = "isof.commission.settle"
    _description = "Settle Commissions"
    _inherit = ["isof.guard.mixin"]

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    date_from = fields.Date(
        string="From",
        required=True,
        compute="_compute_dates",
        store=True,
        readonly=False,
        precompute=True,
    )
    date_to = fields.Date(
        string="Until",
        required=True,
        compute="_compute_dates",
        store=True,
        readonly=False,
        precompute=True,
        help="What was due until then and is in no settlement yet, that of earlier periods "
        "included, is settled.",
    )
    payee_ids = ConditionMany2many(
        "res.partner", string="With", help="Empty: with everybody to whom something is due."
    )
    approver_id = fields.Many2one(
        "res.users",
        string="To Be Approved by",
        compute="_compute_approver_id",
        store=True,
        readonly=False,
        precompute=True,
        domain=lambda self: self._get_approver_domain(),
    )
    is_alone = fields.Boolean(
        compute="_compute_is_alone",
        export_string_translation=False,
        help="Nobody else may approve settlements of the company.",
    )
    settled = fields.Text(string="Settled Already", compute="_compute_settled")
    line_ids = fields.One2many("isof.commission.settle.line", "settle_id", string="Preview")

    # ------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------

    @api.depends("company_id")
    def _compute_dates(self):
        """Propose what is not settled yet, until the end of last month or of the first one."""
        settlements = self.env["isof.commission.settlement"]
        today = fields.Date.context_today(self)
        for wizard in self:
            first = settlements._get_first_open_day(wizard.company_id)
            wizard.date_from = first
            wizard.date_to = max(last_month(today)[1], month_of(first)[1])

    @api.depends("company_id")
    @api.depends_context("uid")
    def _compute_approver_id(self):
        settlements = self.env["isof.commission.settlement"]
        for wizard in self:
            wizard.approver_id = settlements._propose_approver(wizard.company_id)

    @api.depends("company_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_is_alone(self):
        settlements = self.env["isof.commission.settlement"]
        for wizard in self:
            wizard.is_alone = not settlements._propose_approver(wizard.company_id)

    @api.depends("company_id", "payee_ids")
    @api.depends_context("uid", "allowed_company_ids", "lang")
    def _compute_settled(self):
        settlements = self.env["isof.commission.settlement"]
        for wizard in self:
            wizard.settled = settlements._describe_settled(
                wizard.company_id, wizard.payee_ids._origin
            )

    @api.model
    def _get_approver_domain(self):
        group = self.env.ref("isof_crm_analytics.group_commission_manager")
        return f"[('all_group_ids', 'in', {group.ids}), ('company_ids', 'in', [company_id])]"

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_preview(self):
        """Return the action that shows what each person would get. Nothing is kept of it.

        :raises UserError: see ``action_settle``
        """
        self.ensure_one()
        # the totals of periods decide, which is only known once they are settled
        with self.env.cr.savepoint() as savepoint:
            lines = [
                {
                    "payee_id": settlement.payee_id.id,
                    "is_external": settlement.is_external,
                    "entry_count": settlement.entry_count,
                    "settled_until": settlement.sudo().previous_id.date_to,
                    "amount_due": settlement.amount_due,
                    "amount_carried": settlement.amount_carried,
                    "amount_payable": settlement.amount_payable,
                }
                for settlement in self._settle()
            ]
            savepoint.rollback()
        self.line_ids = [Command.clear(), *map(Command.create, lines)]
        return self._reopen()

    def action_back(self):
        """Return the action that asks again, for other days or people."""
        self.ensure_one()
        self.line_ids = [Command.clear()]
        return self._reopen()

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Settle Commissions"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_settle(self):
        """Return the action that shows the settlements of the period, which it makes.

        :raises UserError: if nothing is due, or some of the days are settled already
        """
        self.ensure_one()
        settlements = self._settle()
        return self._open_isof(
            "isof_crm_analytics.isof_commission_settlement_action",
            domain=[("id", "in", settlements.ids)],
            context={},
        )

    def _settle(self):
        """Make the settlements, and return them."""
        if self.date_to < self.date_from:
            raise ValidationError(self.env._("Choose a last day that is not before the first one."))
        settlements = self.env["isof.commission.settlement"]._settle(
            self.company_id, self.date_from, self.date_to, self.payee_ids, self.approver_id
        )
        if not settlements:
            reason = self.env._(
                "Nothing is due until %(day)s that is not settled already.",
                day=format_date(self.env, self.date_to),
            )
            raise UserError(f"{reason}\n{self.settled or ''}".strip())
        return settlements


class IsofCommissionSettleLine(models.TransientModel):
    """What one person would get."""

    _name = "isof.commission.settle.line"
    _description = "Commission to Be Settled"
    _inherit = ["isof.guard.mixin"]
    _order = "amount_payable desc, id"

    settle_id = fields.Many2one(
        "isof.commission.settle", required=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="settle_id.company_id.currency_id")
    payee_id = fields.Many2one("res.partner", string="Who Earns", readonly=True)
    is_external = fields.Boolean(string="External Agent", readonly=True)
    entry_count = fields.Integer(string="Entries", readonly=True)
    settled_until = fields.Date(readonly=True, help="The last day that is settled already.")
    amount_due = fields.Monetary(string="Due", readonly=True)
    amount_carried = fields.Monetary(string="Carried Over", readonly=True)
    amount_payable = fields.Monetary(string="To Pay", readonly=True)
