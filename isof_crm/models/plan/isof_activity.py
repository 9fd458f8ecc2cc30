from odoo import fields, models

from ..activity.isof_activity_status import OPEN_STATES


class IsofActivity(models.Model):
    """The plan that made an activity."""

    _inherit = "isof.activity"

    plan_run_id = fields.Many2one(
        "isof.activity.plan.run",
        string="Plan",
        readonly=True,
        index="btree_not_null",
        copy=False,
        ondelete="set null",
        help="The started plan that created the activity.",
    )
    plan_id = fields.Many2one(related="plan_run_id.plan_id", string="Activity Plan")

    def action_cancel_plan_rest(self):
        """Cancel what is still open of the plan for this customer."""
        self.check_access("write")
        for activity in self.filtered("plan_run_id"):
            activity.search(
                [
                    ("plan_run_id", "=", activity.plan_run_id.id),
                    ("root_id", "=", activity.root_id.id),
                    ("state", "in", OPEN_STATES),
                ]
            ).action_cancel()
