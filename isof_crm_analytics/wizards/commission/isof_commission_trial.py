from odoo import fields, models
from odoo.exceptions import UserError

from ...tools.periods import last_month


class IsofCommissionTrial(models.TransientModel):
    """What a plan would have paid for what was sold in some days; nothing is booked."""

    _name = "isof.commission.trial"
    _description = "Trial of a Commission Plan"
    _inherit = ["isof.guard.mixin"]

    plan_id = fields.Many2one("isof.commission.plan", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="plan_id.currency_id")
    date_from = fields.Date(
        string="From",
        required=True,
        default=lambda self: last_month(fields.Date.context_today(self))[0],
    )
    date_to = fields.Date(
        string="Until",
        required=True,
        default=lambda self: last_month(fields.Date.context_today(self))[1],
    )
    line_ids = fields.One2many("isof.commission.trial.line", "trial_id")

    def action_try(self):
        """Return the action that shows what the plan would have paid.

        :raises UserError: if that is nothing
        """
        self.ensure_one()
        self.plan_id.check_access("write")
        # sudo: who may make plans sees what everybody sells
        entries = self.env["isof.commission.entry"].sudo()
        earnings, minimums = entries._try(self.plan_id, self.date_from, self.date_to)
        vals_list = [self._prepare_line_vals(earning) for earning in earnings]
        vals_list += [
            {
                "date": first,
                "payee_id": seller_id,
                "seller_id": seller_id,
                "accrued": float(minimum),
                "is_minimum": True,
            }
            for seller_id, first, minimum in minimums
        ]
        if not vals_list:
            raise UserError(
                self.env._("Nothing was sold in these days that would earn by the plan.")
            )
        self.line_ids.unlink()
        # sudo: who may try a plan sees by which documents it would have been earned
        self.env["isof.commission.trial.line"].sudo().create(
            [vals | {"trial_id": self.id} for vals in vals_list]
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "isof_crm_analytics.isof_commission_trial_line_action"
        )
        return action | {
            "display_name": self.env._("Trial: %(plan)s", plan=self.plan_id.display_name),
            "domain": [("trial_id", "=", self.id)],
        }

    def _prepare_line_vals(self, earning):
        line, terms = earning.line, earning.terms
        return {
            "date": line.day,
            "payee_id": earning.payee_id,
            "seller_id": terms.seller_id,
            "team_id": line.team_id,
            "move_id": line.move_id,
            "partner_id": line.customer_id,
            "product_id": line.product_id,
            "product_category_id": line.category_id,
            "rule_id": terms.rule_id,
            "is_tiered": terms.is_tiered,
            "rate": self.plan_id._get_rate(float(terms.factor)),
            "percent": float(earning.percent),
            "basis": float(earning.basis),
            "accrued": float(earning.accrued),
        }


class IsofCommissionTrialLine(models.TransientModel):
    """What one line of a document would have earned somebody."""

    _name = "isof.commission.trial.line"
    _description = "Commission by a Trial"
    _inherit = ["isof.guard.mixin"]
    _order = "date, id"

    trial_id = fields.Many2one(
        "isof.commission.trial", required=True, index=True, ondelete="cascade"
    )
    date = fields.Date(readonly=True)
    payee_id = fields.Many2one("res.partner", string="Who Earns", readonly=True)
    seller_id = fields.Many2one("res.partner", string="Sold by", readonly=True)
    team_id = fields.Many2one("crm.team", string="Sales Team", readonly=True)
    move_id = fields.Many2one("account.move", string="Document", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Contractor", readonly=True)
    product_id = fields.Many2one("product.product", string="Product", readonly=True)
    product_category_id = fields.Many2one(
        "product.category", string="Product Category", readonly=True
    )
    rule_id = fields.Many2one("isof.commission.rule", string="Rule", readonly=True)
    is_tiered = fields.Boolean(string="By Tiers", readonly=True)
    is_minimum = fields.Boolean(string="Minimum of the Period", readonly=True)
    rate = fields.Float(readonly=True, digits=(16, 4), min_display_digits=2, aggregator=None)
    percent = fields.Float(
        string="Part in %", readonly=True, digits=(16, 4), min_display_digits=2, aggregator=None
    )
    basis = fields.Float(readonly=True, digits=(16, 2))
    accrued = fields.Float(string="Would Earn", readonly=True, digits=(16, 2))
