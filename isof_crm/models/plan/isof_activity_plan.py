from odoo import api, fields, models
from odoo.exceptions import UserError

from ..base.isof_guard_mixin import search_readable


class IsofActivityPlan(models.Model):
    """A template of activities, started for one customer or for many."""

    _name = "isof.activity.plan"
    _description = "Activity Plan"
    _inherit = ["isof.guard.mixin"]
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    description = fields.Text(translate=True, help="When to use the plan, and what for.")
    step_ids = fields.One2many("isof.activity.plan.step", "plan_id", string="Steps", copy=True)
    run_ids = fields.One2many(
        "isof.activity.plan.run", "plan_id", search=search_readable("run_ids"), string="Runs"
    )
    run_count = fields.Integer(compute="_compute_run_count")
    company_id = fields.Many2one(
        "res.company", index=True, help="Leave empty to offer the plan in every company."
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_run_count(self):
        counts = dict(
            self.env["isof.activity.plan.run"]._read_group(
                [("plan_id", "in", self.ids)], ["plan_id"], ["__count"]
            )
        )
        for plan in self:
            plan.run_count = counts.get(plan, 0)

    def action_start(self):
        """Return the dialogue that starts the plan for customers."""
        return self._open_isof(
            "isof_crm.isof_activity_plan_launch_action", context={"default_plan_id": self.id}
        )

    def action_open_runs(self):
        """Return the action that shows where the plan was started."""
        return self._open_isof(
            "isof_crm.isof_activity_plan_run_action",
            domain=[("plan_id", "=", self.id)],
            context={"default_plan_id": self.id},
        )

    def _get_steps(self):
        """Return the steps to carry out.

        :raises UserError: if there are none
        """
        self.ensure_one()
        if not self.step_ids:
            raise UserError(
                self.env._("Plan “%(plan)s” has no steps yet: add some first.", plan=self.name)
            )
        return self.step_ids
