from odoo import fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.misc import format_date

from odoo.addons.isof_crm.models.condition_many2many import ConditionMany2many

from ..tools.periods import last_month


class IsofCommissionSettle(models.TransientModel):
    """Asks for what period and with whom commissions are settled."""

    _name = "isof.commission.settle"
    _description = "Settle Commissions"
    _inherit = ["isof.guard.mixin"]

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    date_from = fields.Date(
        string="From",
        required=True,
        default=lambda self: last_month(fields.Date.context_today(self))[0],
    )
    date_to = fields.Date(
        string="Until",
        required=True,
        default=lambda self: last_month(fields.Date.context_today(self))[1],
        help="What was due until then and is in no settlement yet, that of earlier periods "
        "included, is settled.",
    )
    payee_ids = ConditionMany2many(
        "res.partner", string="With", help="Empty: with everybody to whom something is due."
    )
    approver_id = fields.Many2one(
        "res.users",
        string="To Be Approved by",
        required=True,
        default=lambda self: self.env.user,
        domain=lambda self: [
            (
                "all_group_ids",
                "in",
                self.env.ref("isof_crm_analytics.group_commission_manager").ids,
            )
        ],
    )

    def action_settle(self):
        """Return the action that shows the settlements of the period, which it makes.

        :raises UserError: if nothing is due
        """
        self.ensure_one()
        if self.date_to < self.date_from:
            raise ValidationError(self.env._("Choose a last day that is not before the first one."))
        settlements = self.env["isof.commission.settlement"]._settle(
            self.company_id, self.date_from, self.date_to, self.payee_ids, self.approver_id
        )
        if not settlements:
            raise UserError(
                self.env._(
                    "Nothing is due until %(day)s that is not settled already.",
                    day=format_date(self.env, self.date_to),
                )
            )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "isof_crm_analytics.isof_commission_settlement_action"
        )
        return action | {"domain": [("id", "in", settlements.ids)], "context": {}}
