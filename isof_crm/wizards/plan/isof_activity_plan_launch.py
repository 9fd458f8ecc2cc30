from odoo import api, fields, models

from ...models.plan.isof_activity_plan_run import INLINE_LIMIT


class IsofActivityPlanLaunch(models.TransientModel):
    """Start a plan for the chosen customers."""

    _name = "isof.activity.plan.launch"
    _description = "Start an Activity Plan"
    _inherit = ["isof.partner.batch"]

    plan_id = fields.Many2one(
        "isof.activity.plan",
        required=True,
        check_company=True,
        default=lambda self: self.env["isof.activity.plan"].search(
            [("company_id", "in", (self.env.company.id, False))], limit=1
        ),
    )
    step_ids = fields.One2many(related="plan_id.step_ids", string="Steps")
    partner_ids = fields.Many2many(string="Customers", check_company=True)
    start = fields.Datetime(
        required=True, default=lambda self: self.env["isof.activity"]._default_start()
    )
    campaign_id = fields.Many2one("utm.campaign")
    activity_count = fields.Integer(compute="_compute_activity_count")
    is_background = fields.Boolean(compute="_compute_activity_count")
    repeated_count = fields.Integer(compute="_compute_repeated_count")

    @api.depends("partner_count", "plan_id")
    def _compute_activity_count(self):
        for wizard in self:
            wizard.activity_count = wizard.partner_count * len(wizard.plan_id.step_ids)
            wizard.is_background = wizard.partner_count > INLINE_LIMIT

    @api.depends("company_id", "partner_ids", "plan_id", "segment_ids")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_repeated_count(self):
        """Count the customers for whom the plan is under way already, whoever started it."""
        runs = self.env["isof.activity.plan.run"]
        for wizard in self:
            under_way = runs._get_under_way(wizard.plan_id, wizard.company_id)
            wizard.repeated_count = len(wizard._get_partners() & under_way)

    def action_start(self):
        """Start the plan, for those with whom it is not under way yet.

        :return: the action that shows the activities, or the run while it goes on in the
            background
        """
        self.ensure_one()
        run = self.env["isof.activity.plan.run"]._start(
            self.plan_id, self._get_partners(), self.start, self.campaign_id
        )
        return run._prepare_result_action()
