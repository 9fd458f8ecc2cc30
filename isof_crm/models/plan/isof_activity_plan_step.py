from odoo import api, fields, models

from ...tools import bounds
from ..activity.isof_activity_type_suggestion import DELAY_UNITS


class IsofActivityPlanStep(models.Model):
    """One activity of a plan: what, how long after the step before, and by whom.

    A run without a plan has one of its own: see ``isof.activity.plan.run._start_step``.
    """

    _name = "isof.activity.plan.step"
    _description = "Step of an Activity Plan"
    _inherit = ["isof.activity.assignment"]
    _order = "sequence, id"
    _check_company_auto = True

    plan_id = fields.Many2one("isof.activity.plan", index=True, ondelete="cascade")
    run_id = fields.Many2one(
        "isof.activity.plan.run", index="btree_not_null", ondelete="cascade", copy=False
    )
    company_id = fields.Many2one(
        "res.company", compute="_compute_company_id", compute_sudo=True, string="Company"
    )
    sequence = fields.Integer(default=10)
    delay = fields.Integer(
        highest=bounds.MAX_DAYS, help="After the step before; the first one after the plan's start."
    )
    delay_unit = fields.Selection(DELAY_UNITS, required=True, default="working_days")

    _delay_not_negative = models.Constraint(
        "CHECK(delay >= 0)", "The delay of a step cannot be negative."
    )
    _plan_or_run = models.Constraint(
        "CHECK((plan_id IS NULL) <> (run_id IS NULL))",
        "A step belongs to a plan, or to one run without a plan.",
    )

    @api.depends("plan_id.company_id", "run_id.company_id")
    def _compute_company_id(self):
        for step in self:
            step.company_id = step.plan_id.company_id or step.run_id.company_id
