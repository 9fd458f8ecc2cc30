from odoo import fields, models

from ...tools.commission import Tier, to_decimal


class IsofCommissionTier(models.Model):
    """The rate from some total of a period on."""

    _name = "isof.commission.tier"
    _description = "Commission Tier"
    _inherit = ["isof.commission.plan.part"]
    _order = "plan_id, threshold, id"
    _rec_name = "threshold"

    threshold = fields.Float(
        string="From",
        digits=(16, 2),
        help="The total of the period in the currency of the company or in units, or the percent "
        "of the target.",
    )
    rate = fields.Float(
        digits=(16, 4),
        min_display_digits=2,
        help="Percent of the basis, or the amount for each unit.",
    )

    _threshold_unique = models.UniqueIndex(
        "(plan_id, threshold)", "Two tiers of a plan begin at the same total. Change one of them."
    )
    _positive = models.Constraint(
        "CHECK (threshold >= 0 AND rate >= 0)", "A tier cannot begin or pay below 0."
    )

    def _prepare_spec(self):
        return Tier(to_decimal(self.threshold), self.plan_id._get_factor(self.rate))
