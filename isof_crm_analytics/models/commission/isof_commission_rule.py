from odoo import fields, models

from odoo.addons.isof_crm.models.base.condition_many2many import ConditionMany2many

from ...tools.commission import to_decimal
from ...tools.commission_plan import Rule


class IsofCommissionRule(models.Model):
    """Which sales earn how: the first rule of a plan that fits a sale decides."""

    _name = "isof.commission.rule"
    _description = "Commission Rule"
    _inherit = ["isof.commission.plan.part"]
    _order = "plan_id, sequence, id"

    name = fields.Char(
        required=True,
        translate=True,
        help="What the rule is about, as it is shown with each commission.",
    )
    sequence = fields.Integer(default=10)
    method = fields.Selection(
        [("rate", "Rate"), ("tiers", "Tiers of the plan"), ("excluded", "Earns nothing")],
        required=True,
        default="rate",
    )
    rate = fields.Float(
        digits=(16, 4),
        min_display_digits=2,
        help="Percent of the basis, or the amount for each unit.",
    )
    product_ids = ConditionMany2many("product.product", string="Products")
    category_ids = fields.Many2many(
        "product.category", string="Product Categories", help="With everything below them."
    )
    group_ids = ConditionMany2many(
        "isof.partner.group", string="Contractor Groups", help="With everything below them."
    )
    segment_ids = ConditionMany2many(
        "isof.segment",
        string="Segments",
        help="Contractors who are in one of them when the document is posted.",
    )
    has_margin_band = fields.Boolean(string="Only with a Margin of")
    margin_from = fields.Float(string="Margin from %", digits=(16, 2))
    margin_to = fields.Float(string="Margin below %", digits=(16, 2), default=100)

    _rate_positive = models.Constraint("CHECK (rate >= 0)", "A rate cannot be negative.")

    def _prepare_spec(self):
        return Rule(
            id=self.id,
            method=self.method,
            rate=self.plan_id._get_factor(self.rate),
            product_ids=frozenset(self.product_ids.ids),
            category_ids=frozenset(self.category_ids.ids),
            group_ids=frozenset(self.group_ids.ids),
            segment_ids=frozenset(self.segment_ids.ids),
            margin_from=to_decimal(self.margin_from) / 100 if self.has_margin_band else None,
            margin_to=to_decimal(self.margin_to) / 100 if self.has_margin_band else None,
        )
