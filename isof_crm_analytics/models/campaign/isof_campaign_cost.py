from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import float_compare

from odoo.addons.isof_crm.models.activity.isof_activity_status import DROPPED_STATES, HELD_STATES

BILL_TYPES = ("in_invoice", "in_refund", "in_receipt")


class IsofCampaignCost(models.Model):
    """What a campaign costs: planned or actual, by hand, from bills or from activities.

    A part of a bill's line is a percentage, so that it follows the line. Parts that make up the
    whole line add up to its amount, to the last cent. What is billed counts once it is posted.
    """

    _name = "isof.campaign.cost"
    _description = "Campaign Cost"
    _inherit = ["isof.guard.mixin"]
    _order = "date desc, id desc"

    name = fields.Char(
        string="Description",
        required=True,
        compute="_compute_name",
        store=True,
        readonly=False,
        precompute=True,
    )
    campaign_id = fields.Many2one(
        "utm.campaign", string="Campaign", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        compute="_compute_company_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="cascade",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(
        required=True,
        compute="_compute_date",
        store=True,
        readonly=False,
        precompute=True,
    )
    kind = fields.Selection(
        [("planned", "Planned"), ("actual", "Actual")], required=True, default="actual"
    )
    source = fields.Selection(
        [("manual", "By hand"), ("bill", "Vendor bill"), ("activity", "Hours of activities")],
        required=True,
        compute="_compute_source",
        store=True,
        readonly=False,
        precompute=True,
        help="Hours of activities: what the activities of the campaign took, at an hourly rate. "
        "Planned are all that are not cancelled, actual those that were held.",
    )
    amount = fields.Monetary(
        string="Cost", compute="_compute_amount", store=True, help="Without tax."
    )

    # By hand
    entered_amount = fields.Monetary(string="Amount", help="Without tax.")

    # From a bill
    move_line_id = fields.Many2one(
        "account.move.line",
        string="Line of the Bill",
        index="btree_not_null",
        ondelete="cascade",
        domain="[('move_id', '=', move_id), ('display_type', '=', 'product')]",
    )
    move_id = fields.Many2one(
        related="move_line_id.move_id", string="Bill", store=True, index="btree_not_null"
    )
    move_state = fields.Selection(related="move_id.state", string="Status of the Bill")
    share = fields.Float(
        string="Part (%)",
        digits=(5, 2),
        compute="_compute_share",
        store=True,
        readonly=False,
        precompute=True,
        help="Of the line of the bill; what is left of it is proposed.",
    )

    # From activities
    hours = fields.Float(compute="_compute_hours", store=True)
    hourly_rate = fields.Monetary(
        compute="_compute_hourly_rate", store=True, readonly=False, precompute=True
    )

    _share_range = models.Constraint(
        "CHECK(move_line_id IS NULL OR share > 0 AND share <= 100)",
        "The part of a bill's line is above 0 % and at most 100 %.",
    )
    _bill_has_line = models.Constraint(
        "CHECK((source = 'bill') = (move_line_id IS NOT NULL))",
        "A cost from a vendor bill needs a line of the bill: assign it on the bill.",
    )
    # the same hours must not count twice
    _hours_unique = models.UniqueIndex(
        "(campaign_id, company_id, kind) WHERE source = 'activity'",
        "The hours of the campaign's activities are counted already.",
    )

    # ------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------

    @api.depends("move_line_id", "source")
    def _compute_name(self):
        for cost in self.filtered(lambda cost: not cost.name):
            if cost.move_line_id:
                cost.name = cost.move_line_id.name or cost.move_line_id.product_id.display_name
            elif cost.source == "activity":
                cost.name = self.env._("Hours of activities")

    @api.depends("campaign_id", "move_line_id")
    def _compute_company_id(self):
        for cost in self:
            cost.company_id = (
                cost.move_line_id.company_id
                or cost.company_id
                or cost.campaign_id.company_id
                or self.env.company
            )

    @api.depends("move_line_id.move_id.invoice_date", "move_line_id.move_id.date")
    def _compute_date(self):
        for cost in self:
            move = cost.move_line_id.move_id
            cost.date = (
                move.invoice_date or move.date or cost.date or fields.Date.context_today(cost)
            )

    @api.depends("move_line_id")
    def _compute_source(self):
        for cost in self:
            cost.source = "bill" if cost.move_line_id else cost.source or "manual"

    @api.depends("move_line_id")
    def _compute_share(self):
        for cost in self:
            if not cost.move_line_id:
                cost.share = 0
            elif not cost.share:
                others = cost.move_line_id.isof_campaign_cost_ids - cost - cost._origin
                cost.share = max(100 - sum(others.mapped("share")), 0)

    @api.depends("source", "company_id")
    def _compute_hourly_rate(self):
        for cost in self:
            if cost.source != "activity":
                cost.hourly_rate = 0
            elif not cost.hourly_rate:
                cost.hourly_rate = cost.company_id.isof_hour_cost

    @api.depends(
        *("source", "kind", "company_id"),
        *(
            f"campaign_id.isof_activity_ids.{name}"
            for name in ("active", "company_id", "duration", "state")
        ),
    )
    def _compute_hours(self):
        counted = self.filtered(lambda cost: cost.source == "activity")
        (self - counted).hours = 0
        groups = self.env["isof.activity"]._read_group(
            [
                ("campaign_id", "in", counted.campaign_id._origin.ids),
                ("state", "not in", DROPPED_STATES),
            ],
            ["campaign_id", "company_id", "state"],
            ["duration:sum"],
        )
        for cost in counted:
            cost.hours = sum(
                hours
                for campaign, company, state, hours in groups
                if campaign == cost.campaign_id._origin
                and company == cost.company_id
                and (cost.kind == "planned" or state in HELD_STATES)
            )

    @api.depends(
        *("source", "entered_amount", "hours", "hourly_rate", "share", "currency_id"),
        *("move_line_id.balance", "move_line_id.isof_campaign_cost_ids.share"),
    )
    def _compute_amount(self):
        for cost in self:
            if cost.source == "bill":
                cost.amount = cost._get_part_of_bill()
            elif cost.source == "activity":
                cost.amount = cost.hours * cost.hourly_rate
            else:
                cost.amount = cost.entered_amount

    def _get_part_of_bill(self):
        """Return what the part is worth.

        Each part goes from where those before it end, so that the rounded ones add up.
        """
        line = self.move_line_id
        parts = line.isof_campaign_cost_ids.sorted(lambda part: part._origin.id or float("inf"))
        before = sum(parts[: parts.ids.index(self.id)].mapped("share")) if self in parts else 0
        start, stop = (
            self.currency_id.round(line.balance * share / 100)
            for share in (before, before + self.share)
        )
        return self.currency_id.round(stop - start)

    # ------------------------------------------------------------
    # Checks
    # ------------------------------------------------------------

    @api.constrains("campaign_id", "company_id")
    def _check_campaign_company(self):
        for cost in self:
            company = cost.campaign_id.company_id
            if company and company != cost.company_id:
                raise ValidationError(
                    self.env._(
                        "Campaign “%(campaign)s” belongs to %(company)s, the cost to "
                        "%(other_company)s. Choose a campaign of the same company, or one of all "
                        "companies.",
                        campaign=cost.campaign_id.title,
                        company=company.name,
                        other_company=cost.company_id.name,
                    )
                )

    @api.constrains("move_line_id", "company_id", "kind", "share")
    def _check_bill(self):
        for line in self.move_line_id:
            parts = line.isof_campaign_cost_ids
            if line.move_id.move_type not in BILL_TYPES or line.display_type != "product":
                raise ValidationError(
                    self.env._("Only lines of vendor bills and credit notes are costs.")
                )
            if parts.company_id != line.company_id:
                raise ValidationError(self.env._("The company of the cost is that of the bill."))
            if any(part.kind != "actual" for part in parts):
                raise ValidationError(self.env._("What is billed is an actual cost."))
            if float_compare(sum(parts.mapped("share")), 100, precision_digits=2) > 0:
                raise ValidationError(
                    self.env._(
                        "Campaigns bear more than all of “%(line)s”. Lower the parts to 100 %% "
                        "together.",
                        line=line.name or line.product_id.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        # lines of a bill come with the bill, which follows from its line
        costs = super().create(
            [{name: vals[name] for name in vals if name != "move_id"} for vals in vals_list]
        )
        costs._touch_lines()
        return costs

    def write(self, vals):
        result = super().write(vals)
        if not vals.keys().isdisjoint({"move_line_id", "share"}):
            self._touch_lines()
        return result

    def _touch_lines(self):
        """Let two who assign the same line at once not both do so: the second one tries again."""
        if self.move_line_id:
            self.env.cr.execute(
                "UPDATE account_move_line SET write_uid = write_uid WHERE id = ANY(%s)",
                [self.move_line_id.ids],
            )

    @api.model
    def _has_field_access(self, field, operation):
        """What is computed is read only."""
        return super()._has_field_access(field, operation) and (
            operation == "read" or self.env.su or field.name not in ("amount", "hours")
        )
