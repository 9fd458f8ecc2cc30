from odoo import fields, models

from ...tools.commission import to_decimal
from ...tools.commission_plan import Share


class IsofCommissionSplit(models.Model):
    """Who gets which part of each commission of a plan; all parts together are 100 %."""

    _name = "isof.commission.split"
    _description = "Commission Split"
    _inherit = ["isof.commission.plan.part"]
    _order = "plan_id, sequence, id"
    _rec_name = "kind"

    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [("salesperson", "Who sold"), ("leader", "Leader of the sales team"), ("person", "Person")],
        string="Who",
        required=True,
        default="salesperson",
        help="Where a sale has no team leader, who sold gets the leader's part, too.",
    )
    partner_id = fields.Many2one("res.partner", string="Person", index=True, ondelete="restrict")
    percent = fields.Float(string="Part in %", required=True, digits=(16, 4), min_display_digits=2)

    _percent_positive = models.Constraint(
        "CHECK (percent > 0 AND percent <= 100)", "A part is more than 0 % and at most 100 %."
    )
    _person = models.Constraint(
        "CHECK ((kind = 'person') = (partner_id IS NOT NULL))",
        "Say which person gets the part, and leave it empty otherwise.",
    )

    def _prepare_spec(self):
        return Share(self.kind, self.partner_id.id, to_decimal(self.percent))
