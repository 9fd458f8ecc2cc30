from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from .isof_activity_status import OPEN_STATES

# How long one may take back what one has marked as done.
UNDO_TIME = timedelta(days=1)


class IsofActivity(models.Model):
    """Undo of *Mark as Done*: status and time are again what they were."""

    _inherit = "isof.activity"

    # who marked it as done and when, what it was "before" and "since"
    marked_done = fields.Json(readonly=True, copy=False, export_string_translation=False)

    def _mark_done(self, moment):
        """Mark open activities as done, so that it can be undone.

        :param datetime moment: when what was planned for later took place
        """
        marks = self._prepare_marks()
        ahead = self._filter_ahead()
        (self - ahead)._set_state("done")
        for planned in ahead.grouped("allday").values():
            planned._set_state("done", planned._prepare_held_vals(moment))
        # sudo: nobody else tells what may be undone
        for activity in self.sudo():
            activity.marked_done = marks[activity] | {"since": activity._prepare_stand()}

    def _prepare_marks(self):
        """Return what is kept about activities that are about to be marked: dict of each to it."""
        now = fields.Datetime.to_string(fields.Datetime.now())
        return {
            activity: {
                "user_id": self.env.uid,
                "moment": now,
                "before": activity._prepare_stand(),
            }
            for activity in self
        }

    def _prepare_stand(self):
        """Return how an activity stands, as the values that put it back: status and time."""
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
        marked = self.filtered(lambda activity: activity._get_mark())
        if not marked:
            raise UserError(
                self.env._("None of these activities was marked as done by you within a day.")
            )
        unchanged = marked._filter_as_marked()
        back = unchanged._put_back(is_alone=len(marked) == 1)
        # sudo: nobody else tells what may be undone. Alone, what is in the way is told.
        (marked - unchanged | back).sudo().marked_done = False
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self._describe_undone(len(back), len(marked - back)),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    @api.model
    def _describe_undone(self, count, kept):
        """Return how many activities are as they were before, and how many were left."""
        if not kept:
            return self.env._("Activities as they were before: %(count)s", count=count)
        return self.env._(
            "Activities as they were before: %(count)s. Left, as they or what they need has "
            "changed since: %(kept)s.",
            count=count,
            kept=kept,
        )

    def _get_mark(self):
        """Return ``marked_done`` if the user may still take it back, else an empty dict."""
        self.ensure_one()
        mark = self.marked_done
        since = fields.Datetime.to_string(fields.Datetime.now() - UNDO_TIME)
        if not mark or mark["user_id"] != self.env.uid or mark["moment"] < since:
            return {}
        return mark

    def _filter_as_marked(self):
        """Return those that nobody has changed since, and whose status is still an open one."""
        ids = {activity.marked_done["before"]["status_id"] for activity in self}
        statuses = self.env["isof.activity.status"].browse(ids).exists()
        opened = statuses.filtered(lambda status: status.state in OPEN_STATES).ids
        return self.filtered(
            lambda activity: (
                activity._prepare_stand() == activity.marked_done["since"]
                and activity.marked_done["before"]["status_id"] in opened
            )
        )

    def _put_back(self, *, is_alone):
        """Put back all of several, or those of them that nothing is in the way of.

        :param bool is_alone: whether there is nothing beside it, so that what is in the way is told
        :return: those that were put back
        """
        try:
            with self.env.cr.savepoint():
                for before, some in self.grouped(
                    lambda activity: tuple(activity.marked_done["before"].items())
                ).items():
                    some.write(dict(before))
        except UserError:
            # what one of them needs was taken since
            if is_alone:
                raise
            if len(self) == 1:
                return self.browse()
            return self.browse().union(*(each._put_back(is_alone=False) for each in self))
        return self
