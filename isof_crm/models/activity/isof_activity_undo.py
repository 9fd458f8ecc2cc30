from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

# So long one may take back what one has marked as done.
UNDO_TIME = timedelta(days=1)


class IsofActivity(models.Model):
    """Undo of *Mark as Done*: status and time are again what they were."""

    _inherit = "isof.activity"

    # who marked it as done and when, what it was "before" and when it starts since
    marked_done = fields.Json(readonly=True, copy=False, export_string_translation=False)

    def _mark_done(self, moment):
        """Mark open activities as done, so that it can be undone.

        :param datetime moment: when what was planned for later took place
        """
        before = {activity: activity._prepare_before() for activity in self}
        ahead = self._filter_ahead()
        (self - ahead)._set_state("done")
        for planned in ahead.grouped("allday").values():
            planned._set_state("done", planned._prepare_held_vals(moment))
        now = fields.Datetime.to_string(fields.Datetime.now())
        # sudo: nobody else tells what may be undone
        for activity in self.sudo():
            activity.marked_done = {
                "user_id": self.env.uid,
                "moment": now,
                "before": before[activity.sudo(False)],
                "start": fields.Datetime.to_string(activity.start),
            }

    def _prepare_before(self):
        """Return the values that put an activity back: status and time."""
        self.ensure_one()
        return {
            "status_id": self.status_id.id,
            "allday": self.allday,
            "start": fields.Datetime.to_string(self.start),
            "stop": fields.Datetime.to_string(self.stop),
        }

    def action_undo_done(self):
        """Put back what the user has marked as done within a day.

        What somebody has changed since stays as it is, and so does what was planned next.

        :return: the action that tells what was put back
        :raises UserError: if there is nothing to put back
        """
        self.check_access("write")
        since = fields.Datetime.to_string(fields.Datetime.now() - UNDO_TIME)
        marked = self.filtered(
            lambda activity: (
                activity.marked_done
                and activity.marked_done["user_id"] == self.env.uid
                and activity.marked_done["moment"] >= since
            )
        )
        if not marked:
            raise UserError(
                self.env._("None of these activities was marked as done by you within a day.")
            )
        unchanged = marked.filtered(lambda activity: activity._is_as_marked())
        for before, some in unchanged.grouped(
            lambda activity: tuple(activity.marked_done["before"].items())
        ).items():
            some.write(dict(before))
        # sudo: nobody else tells what may be undone
        marked.sudo().marked_done = False
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self._describe_undone(len(unchanged), len(marked - unchanged)),
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

    def _is_as_marked(self):
        """Return whether nobody has changed it since, and its status of before is still there."""
        self.ensure_one()
        marked = self.marked_done
        status = self.env["isof.activity.status"].browse(marked["before"]["status_id"])
        return (
            self.state == "done"
            and fields.Datetime.to_string(self.start) == marked["start"]
            and bool(status.exists())
        )
