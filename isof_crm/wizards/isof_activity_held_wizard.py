from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.isof_activity_status import OPEN_STATES


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
    # by id, as JSON has it: what each of those that were marked was before and is since
    changes = fields.Json(export_string_translation=False)
    done_count = fields.Integer(compute="_compute_done_counts")
    moved_count = fields.Integer(compute="_compute_done_counts")

    @api.depends("activity_ids")
    def _compute_counts(self):
        for wizard in self:
            opened = wizard._get_open()
            wizard.open_count = len(opened)
            wizard.ahead_count = len(opened._filter_ahead())
            wizard.closed_count = len(wizard.activity_ids) - len(opened)

    @api.depends("changes")
    def _compute_done_counts(self):
        for wizard in self:
            changes = (wizard.changes or {}).values()
            wizard.done_count = len(changes)
            wizard.moved_count = sum(
                change["before"]["start"] != change["start"] for change in changes
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
        if self.changes or not activities:
            raise UserError(self.env._("None of these activities is open any more."))
        activities._check_held(self.held_at, fields.Datetime.now())
        changes = {
            activity.id: {"before": self._prepare_before(activity)} for activity in activities
        }
        ahead = activities._filter_ahead()
        (activities - ahead)._set_state("done")
        for planned in ahead.grouped("allday").values():
            planned._set_state("done", planned._prepare_held_vals(self.held_at))
        for activity in activities:
            changes[activity.id]["start"] = fields.Datetime.to_string(activity.start)
        self.changes = changes
        if len(self.activity_ids) == 1:
            return {"type": "ir.actions.act_window_close"}
        return self._prepare_told_action()

    def action_undo(self):
        """Put back what was marked as done; what somebody has changed since stays as it is."""
        self.ensure_one()
        changes = {int(id_): change for id_, change in (self.changes or {}).items()}
        activities = self.env["isof.activity"].browse(changes).exists()
        unchanged = activities.filtered(
            lambda activity: (
                activity.state == "done"
                and fields.Datetime.to_string(activity.start) == changes[activity.id]["start"]
            )
        )
        for before, some in unchanged.grouped(
            lambda activity: tuple(changes[activity.id]["before"].items())
        ).items():
            some.write(dict(before))
        self.changes = False
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self._describe_undone(len(unchanged), len(changes) - len(unchanged)),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    @api.model
    def _describe_undone(self, count, kept):
        """Return how many activities are as they were before, and how many were left."""
        if not kept:
            return self.env._("Activities as they were before: %(count)s", count=count)
        return self.env._(
            "Activities as they were before: %(count)s. Changed since, and left: %(kept)s.",
            count=count,
            kept=kept,
        )

    @api.model
    def _prepare_before(self, activity):
        """Return the values that put an activity back: status and time."""
        return {
            "status_id": activity.status_id.id,
            "allday": activity.allday,
            "start": fields.Datetime.to_string(activity.start),
            "stop": fields.Datetime.to_string(activity.stop),
        }

    def _prepare_told_action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Marked as Done"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }
