from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import formatLang

from odoo.addons.isof_crm.models.base.isof_guard_mixin import search_readable

COSTS = "isof_crm_analytics.group_all"
MARGIN = "isof_crm_analytics.group_margin"
# What a campaign shows of its results: field, measure and how it is written.
COUNTS = ("reached", "responded", "order", "won", "kept")
FIGURES = {
    "isof_turnover": ("turnover:sum", "money"),
    "isof_planned_cost": ("planned_cost:sum", "money"),
    "isof_actual_cost": ("actual_cost:sum", "money"),
    "isof_cost_per_win": ("cost_per_win:avg", "money"),
    "isof_budget_used": ("budget_used:avg", "rate"),
    "isof_margin": ("margin:sum", "money"),
    "isof_return_on_cost": ("return_on_cost:avg", "rate"),
}


class UtmCampaign(models.Model):
    """What a campaign is for, what it may cost, and what came of it.

    Results are those of ``isof.campaign.report``, as far as the reader may see them. They are
    texts, since there may be several currencies, or no figure: empty is not 0.
    """

    _name = "utm.campaign"
    _inherit = ["utm.campaign", "isof.guard.mixin"]

    # What for
    isof_goal = fields.Selection(
        [("win", "Win customers"), ("keep", "Keep customers"), ("both", "Win and keep")],
        string="Goal",
        groups="isof_crm.group_user",
    )
    # a copy is for another time
    isof_date_from = fields.Date(string="First Day", copy=False, groups="isof_crm.group_user")
    isof_date_to = fields.Date(string="Last Day", copy=False, groups="isof_crm.group_user")
    isof_segment_id = fields.Many2one(
        "isof.segment",
        string="Target Segment",
        ondelete="set null",
        index="btree_not_null",
        groups="isof_crm.group_user",
        help="Whom the campaign is for.",
    )
    isof_description = fields.Text(string="Purpose", groups="isof_crm.group_user")

    # What it costs
    isof_budget = fields.Monetary(
        string="Budget",
        currency_field="currency_id",
        groups=COSTS,
        help="In the currency of the company that the campaign belongs to.",
    )
    isof_cost_ids = fields.One2many(
        "isof.campaign.cost",
        "campaign_id",
        search=search_readable("isof_cost_ids"),
        string="Costs",
        groups=COSTS,
    )
    isof_planned_cost = fields.Char(
        string="Planned Cost", compute="_compute_isof_results", groups=COSTS
    )
    isof_actual_cost = fields.Char(
        string="Actual Cost", compute="_compute_isof_results", groups=COSTS
    )
    isof_budget_used = fields.Char(
        string="Budget Used",
        compute="_compute_isof_results",
        groups=COSTS,
        help="Actual cost by budget.",
    )

    # What came of it
    isof_reached_count = fields.Integer(
        string="Reached",
        compute="_compute_isof_results",
        groups="isof_crm_analytics.group_own",
        help="Contractors with whom an activity of the campaign was held.",
    )
    isof_responded_count = fields.Integer(
        string="Responded",
        compute="_compute_isof_results",
        groups="isof_crm_analytics.group_own",
        help="Contractors who came back: by an incoming activity of the campaign, or by an order "
        "that names it.",
    )
    isof_order_count = fields.Integer(
        string="Orders",
        compute="_compute_isof_results",
        groups="isof_crm_analytics.group_own",
        help="Confirmed orders that name the campaign.",
    )
    isof_won_count = fields.Integer(
        string="Customers Won",
        compute="_compute_isof_results",
        groups="isof_crm_analytics.group_own",
        help="They bought by the campaign, and nothing for long before.",
    )
    isof_kept_count = fields.Integer(
        string="Customers Kept",
        compute="_compute_isof_results",
        groups="isof_crm_analytics.group_own",
        help="They bought by the campaign, and had bought before.",
    )
    isof_turnover = fields.Char(
        string="Turnover",
        compute="_compute_isof_results",
        groups="isof_crm_analytics.group_own",
        help="Net sales that count for the campaign.",
    )
    isof_margin = fields.Char(string="Margin", compute="_compute_isof_results", groups=MARGIN)
    isof_cost_per_win = fields.Char(
        string="Cost per Customer Won",
        compute="_compute_isof_results",
        groups=COSTS,
        help="Actual cost by customers won. Empty if there are none.",
    )
    isof_return_on_cost = fields.Char(
        string="Return on Cost",
        compute="_compute_isof_results",
        groups=MARGIN,
        help="Margin less actual cost, by actual cost. Empty without a cost.",
    )

    # ------------------------------------------------------------
    # Computes and checks
    # ------------------------------------------------------------

    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_isof_results(self):
        report = self.env["isof.campaign.report"]
        figures = {
            name: spec
            for name, spec in FIGURES.items()
            if report._has_field_access(report._fields[spec[0].partition(":")[0]], "read")
        }
        domain = [("campaign_id", "in", self.ids)]
        counts = {
            campaign: row
            for campaign, *row in report._read_group(
                domain,
                ["campaign_id"],
                [f"{name}_count:{report._fields[f'{name}_count'].aggregator}" for name in COUNTS],
            )
        }
        texts = {}
        for campaign, currency, *row in report._read_group(
            domain,
            ["campaign_id", "company_currency_id"],
            [measure for measure, _kind in figures.values()],
            order="company_currency_id",
        ):
            for (name, (_measure, kind)), value in zip(figures.items(), row, strict=True):
                if value is not False:  # no figure, which is not 0
                    texts.setdefault((campaign, name), []).append(
                        self._write_isof_figure(value, kind, currency)
                    )
        for campaign in self:
            origin = campaign._origin
            for name, count in zip(COUNTS, counts.get(origin, [0] * len(COUNTS)), strict=True):
                campaign[f"isof_{name}_count"] = count
            for name in FIGURES:
                campaign[name] = " · ".join(texts.get((origin, name), []))

    @api.model
    def _write_isof_figure(self, value, kind, currency):
        if kind == "money":
            return formatLang(self.env, value, currency_obj=currency)
        return self.env._("%(number)s%%", number=formatLang(self.env, 100 * value, digits=1))

    @api.constrains("isof_date_from", "isof_date_to")
    def _check_isof_dates(self):
        for campaign in self:
            first, last = campaign.isof_date_from, campaign.isof_date_to
            if first and last and last < first:
                raise ValidationError(
                    self.env._(
                        "Campaign “%(campaign)s” cannot end before it begins.",
                        campaign=campaign.title,
                    )
                )

    @api.constrains("isof_budget", "company_id")
    def _check_isof_budget(self):
        for campaign in self.sudo():
            if campaign.isof_budget < 0:
                raise ValidationError(self.env._("A budget cannot be negative."))
            if campaign.isof_budget and not campaign.company_id:
                raise ValidationError(
                    self.env._(
                        "The budget of “%(campaign)s” has no currency: choose the company that "
                        "pays for the campaign.",
                        campaign=campaign.title,
                    )
                )
            campaign.isof_cost_ids._check_company()

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    def unlink(self):
        """Have sales that counted for the campaign count for another one, or for none."""
        # sudo: facts are derived; who deletes a campaign need not see them
        facts = self.env["isof.trade.line"].sudo()
        moves = facts.search([("attributed_campaign_id", "in", self.ids)]).move_id
        # sudo: Odoo would do the same, by SQL and unseen
        self.env["isof.activity"].sudo().with_context(active_test=False).search(
            [("campaign_id", "in", self.ids)]
        ).campaign_id = False
        result = super().unlink()
        facts._resync_moves(moves.ids)
        return result

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    @api.readonly
    def action_open_isof_results(self):
        """Return the action that shows the results of the campaign."""
        return self._open_isof(
            "isof_crm_analytics.isof_campaign_report_action",
            domain=[("campaign_id", "=", self.id)],
        )

    @api.readonly
    def action_open_isof_sales(self):
        """Return the action that shows the sales that count for the campaign."""
        return self._open_isof(
            "isof_crm_analytics.isof_trade_line_action_sale",
            domain=[("attributed_campaign_id", "=", self.id), ("flow", "=", "sale")],
            context={"isof_flow": "sale"},
        )
