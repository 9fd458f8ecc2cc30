from dateutil.relativedelta import relativedelta

from odoo import api, fields, models


class IsofCommissionCard(models.TransientModel):
    """What the user has earned this month so far, read when it is opened."""

    _name = "isof.commission.card"
    _description = "This Month so Far"
    _inherit = ["isof.guard.mixin"]

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date(string="From", compute="_compute_month")
    date_to = fields.Date(string="Until", compute="_compute_month")
    earned = fields.Monetary(
        compute="_compute_amounts", help="By documents, changes and credit notes of this month."
    )
    estimate = fields.Monetary(
        string="With the Totals so Far",
        compute="_compute_amounts",
        help="What it would be if the period ended today: with tiers, cap and minimum.",
    )
    earned_before = fields.Monetary(
        string="Last Month until This Day",
        compute="_compute_amounts",
        help="Earned by the same day of last month.",
    )
    due = fields.Monetary(
        string="Due This Month", compute="_compute_amounts", help="What became payable this month."
    )
    open_due = fields.Monetary(
        string="Not Settled Yet",
        compute="_compute_amounts",
        help="Everything that is due and in no settlement.",
    )
    to_come = fields.Monetary(
        string="Due When It Is Paid",
        compute="_compute_amounts",
        help="Earned at any time, and not due yet since customers have not paid.",
    )

    def _compute_display_name(self):
        for card in self:
            card.display_name = self.env._("This Month so Far")

    @api.depends_context("uid", "tz")
    def _compute_month(self):
        today = fields.Date.context_today(self)
        self.date_from, self.date_to = today.replace(day=1), today

    @api.depends("company_id")
    @api.depends_context("tz", "uid", "allowed_company_ids")
    def _compute_amounts(self):
        today = fields.Date.context_today(self)
        first = today.replace(day=1)
        month = relativedelta(months=1)
        payee = self.env.user.partner_id
        for card in self:
            earned, due = card._sum([("date", ">=", first), ("date", "<=", today)])
            card.earned, card.due = earned, due
            card.earned_before = card._sum(
                [("date", ">=", first - month), ("date", "<=", today - month)]
            )[0]
            card.open_due = card._sum([("settlement_id", "=", False)])[1]
            total, total_due = card._sum([])
            card.to_come = total - total_due
            # sudo: the user's own commission, by rules that others know
            entries = self.env["isof.commission.entry"].sudo()
            card.estimate = earned + float(entries._estimate(payee, card.company_id, today))

    def _sum(self, domain):
        """Return what the user earned and what became due, of some entries."""
        domain = [
            *domain,
            ("payee_id", "=", self.env.user.partner_id.id),
            ("company_id", "=", self.company_id.id),
        ]
        sums = self.env["isof.commission.entry"]._read_group(
            domain, [], ["accrued:sum", "due:sum"]
        )[0]
        return sums[0] or 0.0, sums[1] or 0.0

    @api.model
    def action_open(self):
        """Return the action that opens the user's card."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "isof_crm_analytics.isof_commission_card_action"
        )
        return action | {"res_id": self.create({}).id}

    @api.readonly
    def action_open_entries(self):
        """Return the action that shows the user's own commissions."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "isof_crm_analytics.isof_commission_entry_action"
        )
        payee = self.env.user.partner_id
        return action | {
            "domain": [("payee_id", "=", payee.id)],
            "views": [(False, "list"), (False, "pivot"), (False, "graph")],
            "context": {"search_default_date": 1},
        }
