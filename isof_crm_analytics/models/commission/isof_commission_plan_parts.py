from odoo import api, fields, models

from odoo.addons.isof_crm.models.base.condition_many2many import ConditionMany2many

from ...tools.commission import Tier, to_decimal
from ...tools.commission_plan import Rule, Share, Target


class IsofCommissionPlanPart(models.AbstractModel):
    """What a commission plan consists of: it changes only as long as the plan is a draft.

    ``_prepare_spec`` of each returns it as the engine sees it; see ``tools/commission_plan.py``.
    """

    _name = "isof.commission.plan.part"
    _description = "Part of a Commission Plan"
    _inherit = ["isof.guard.mixin"]

    plan_id = fields.Many2one(
        "isof.commission.plan", string="Plan", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="plan_id.company_id")
    currency_id = fields.Many2one(related="plan_id.currency_id")

    @api.model_create_multi
    def create(self, vals_list):
        parts = super().create(vals_list)
        parts.plan_id._check_draft()
        return parts

    def write(self, vals):
        self.plan_id._check_draft()
        res = super().write(vals)
        self.plan_id._check_draft()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approved(self):
        self.plan_id._check_draft()


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
