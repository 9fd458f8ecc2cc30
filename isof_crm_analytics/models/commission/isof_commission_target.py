from odoo import fields, models

from ...tools.commission import to_decimal
from ...tools.commission_plan import Target


class IsofCommissionTarget(models.Model):
    """What a person or a team is to reach in each period that begins within some days."""

    _name = "isof.commission.target"
    _description = "Commission Target"
    _inherit = ["isof.commission.plan.part"]
    _order = "plan_id, date_from, id"
    _rec_name = "amount"
    _check_company_auto = True

    user_id = fields.Many2one(
        "res.users", string="Salesperson", index="btree_not_null", ondelete="restrict"
    )
    team_id = fields.Many2one(
        "crm.team",
        string="Sales Team",
        ondelete="restrict",
        check_company=True,
        help="Counts for those of the team who have no target of their own; what the team sold "
        "together is measured by it.",
    )
    date_from = fields.Date(string="From", required=True)
    date_to = fields.Date(string="Until", required=True)
    amount = fields.Float(
        string="Each Period",
        required=True,
        digits=(16, 2),
        help="In the basis of the plan: money in the currency of the company, or units.",
    )

    _days_order = models.Constraint(
        "CHECK (date_to >= date_from)", "A target cannot end before it begins."
    )
    _amount_positive = models.Constraint("CHECK (amount > 0)", "A target has to be above 0.")
    _owner = models.Constraint(
        "CHECK (num_nonnulls(user_id, team_id) = 1)",
        "A target is either a person's or a team's: choose one of them.",
    )

    def _prepare_spec(self):
        return Target(
            partner_id=self.user_id.partner_id.id,
            team_id=self.team_id.id,
            first=self.date_from,
            last=self.date_to,
            amount=to_decimal(self.amount),
        )
