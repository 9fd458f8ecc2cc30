from odoo import api, fields, models
from odoo.exceptions import UserError

from ...models.activity.isof_activity_status import OPEN_STATES


class IsofActivityHeldWizard(models.TransientModel):
    """Mark as done: asks once about many activities, tells what it did, and takes it back.

    What is planned for later took place at the time that the dialogue asks for; what its time is
    over took place when it was planned.
    """

    _name = "isof.activity.held.wizard"
    _description = "Mark as Done"
    _inherit = ["isof.guard.mixin"]

    activity_ids = fields.Many2many(
        "isof.activity",
        "isof_activity_held_wizard_rel",
        default=lambda self: self.env["isof.activity"]._get_isof_chosen(),
    )
    open_count = fields.Integer(string="Activities to Mark", compute="_compute_counts")
    ahead_count = fields.Integer(string="Planned for Later", compute="_compute_counts")
    closed_count = fields.Integer(string="Closed Already", compute="_compute_counts")
    held_at = fields.Datetime(
        string="Took Place",
        required=True,
        default=lambda self: self.env["isof.activity"]._get_last_moment(),
        help="When what was planned for later took place; an all-day activity on that day.",
    )
    marked_ids = fields.Many2many(
        "isof.activity", "isof_activity_held_wizard_marked_rel", export_string_translation=False
    )
    done_count = fields.Integer(compute="_compute_done_counts")
    moved_count = fields.Integer(compute="_compute_done_counts")

    @api.depends("activity_ids")
    def _compute_counts(self):
        for wizard in self:
            opened = wizard._get_open()
            wizard.open_count = len(opened)
            wizard.ahead_count = len(opened._filter_ahead())
            wizard.closed_count = len(wizard.activity_ids) - len(opened)

    @api.depends("marked_ids.marked_done", "marked_ids.start")
    def _compute_done_counts(self):
        for wizard in self:
            changes = [activity.marked_done for activity in wizard.marked_ids]
            wizard.done_count = len(changes)
            wizard.moved_count = sum(
                bool(change) and change["before"]["start"] != change["since"]["start"]
                for change in changes
            )

    def _get_open(self):
        return self.activity_ids.filtered(lambda activity: activity.state in OPEN_STATES)

    def action_confirm(self):
        """Mark what is open as done.

        :return: the dialogue that tells what was done of several; one is seen
        :raises UserError: if the time is to come, or nothing is open
        """
        self.ensure_one()
        self.activity_ids.check_access("write")
        activities = self._get_open()
        if not activities:
            raise UserError(self.env._("None of these activities is open any more."))
        activities._check_held(self.held_at, fields.Datetime.now())
        activities._mark_done(self.held_at)
        self.marked_ids = activities
        if len(self.activity_ids) == 1:
            return {"type": "ir.actions.act_window_close"}
        return self._prepare_told_action()

    def action_undo(self):
        """Put back what was marked as done; see ``action_undo_done``."""
        self.ensure_one()
        return self.marked_ids.action_undo_done()

    def _prepare_told_action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Marked as Done"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }
