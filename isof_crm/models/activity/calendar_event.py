from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command

from .isof_activity_status import OPEN_STATES

# An activity is moved by these of its event.
TIMES = {"allday", "duration", "start", "start_date", "stop", "stop_date"}
# These follow the activity: what the event is given would last until the activity changes next.
FOLLOWING = {
    *("active", "alarm_ids", "attendee_ids", "description", "location", "name", "partner_ids"),
    *("privacy", "recurrency", "res_id", "res_model", "res_model_id", "rrule", "user_id"),
}


def _is_answer(command):
    """Return whether a command about the attendees of an event tells only who comes."""
    match command:
        case [Command.UPDATE, _, dict(vals)]:
            return vals.keys() <= {"availability", "state"}
    return False


class CalendarEvent(models.Model):
    """The event of an activity: what is done to it is done to the activity, or refused in words.

    Who is in charge moves the activity by moving its event and cancels it by deleting the event,
    here or on a phone that Odoo's connectors to Google and Outlook keep up with; everything else
    is changed in the activity. A person is refused at once. A connector cannot ask anybody: what
    it brings and may not be is put back in the other calendar, and the chatter says why.
    """

    _inherit = "calendar.event"

    def write(self, vals):
        events = self._filter_isof_shown() if (TIMES | FOLLOWING) & vals.keys() else self.browse()
        if not events:
            return super().write(vals)
        if others := self - events:
            super(CalendarEvent, others).write(dict(vals))
        vals = vals.copy()
        own = {name: vals.pop(name) for name in (TIMES | FOLLOWING) & vals.keys()}
        # whoever is invited answers by the calendar
        if answers := [each for each in own.get("attendee_ids") or () if _is_answer(each)]:
            vals["attendee_ids"] = answers
        refused = events.filtered(lambda event: not event._carry_over(own))
        if taken := events - refused:
            super(CalendarEvent, taken).write(dict(vals))
        if refused:
            # whatever the connectors are called that are installed: the other calendar is wrong
            again = {"need_sync", "need_sync_m"} & self._fields.keys()
            super(CalendarEvent, refused).write(vals | dict.fromkeys(again, True))
        return True

    def unlink(self):
        events = self._filter_isof_shown()
        for event in events:
            event._carry_over({"active": False})
        return super(CalendarEvent, self - events).unlink()

    def _get_activity_excluded_models(self):
        """Odoo adds a to-do to the document of every event; the activity itself is the plan."""
        return [*super()._get_activity_excluded_models(), "isof.activity"]

    def _filter_isof_shown(self):
        """Return the events of activities, unless it is the mirror itself that changes them."""
        if not self or (self.env.su and self.env.context.get("isof_mirror")):
            return self.browse()
        return self._get_isof_activities().calendar_event_id.with_env(self.env) & self

    def _check_isof_attendees(self):
        """Refuse that anybody comes or goes by the attendees themselves.

        :raises UserError: if one of the events shows an activity
        """
        for event in self._filter_isof_shown():
            event._change_isof_activity(
                event._get_isof_activities(), {"attendee_ids": [Command.clear()]}
            )

    def _get_isof_activities(self):
        # sudo: which events are those of activities
        activities = self.env["isof.activity"].sudo().with_context(active_test=False)
        return activities.search([("calendar_event_id", "in", self.ids)])

    def _carry_over(self, vals):
        """Do to the activity what is done to its event.

        :param dict vals: what is written to the event of what follows the activity
        :return: whether that is done, or nothing is to be done
        :raises UserError: if it may not be done, and a person does it
        """
        self.ensure_one()
        activity = self._get_isof_activities()
        try:
            with self.env.cr.savepoint():
                self._change_isof_activity(activity, vals)
        except UserError as refusal:
            # as both connectors mark what they write
            if not self.env.context.get("dont_notify"):
                raise
            activity._message_log(
                body=self.env._(
                    "A change in another calendar was not taken over: %(reason)s",
                    reason=refusal.args[0],
                )
            )
            return False
        return True

    def _change_isof_activity(self, activity, vals):
        """Move or cancel the activity, with the rights of the user.

        :raises UserError: if the user may not, or something else of the event is changed
        """
        user = self.env.user
        following = {name: vals[name] for name in FOLLOWING & vals.keys()}
        is_dropped = self.active and not following.pop("active", self.active)
        times = activity._get_changed_times({name: vals[name] for name in TIMES & vals.keys()})
        is_changed = any(self._is_isof_changed(name, following[name]) for name in following)
        if not (is_dropped or times or is_changed or vals.get("active", False) > self.active):
            return
        if activity.user_id != user:
            raise UserError(
                self.env._(
                    "“%(event)s” shows an activity of %(user)s, who alone moves it in the "
                    "calendar. Whoever may change the activity does so there.",
                    # "Busy" for whom it is private
                    event=self.sudo(False).name,
                    user=activity.user_id.name,
                )
            )
        own = activity.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
        if is_dropped:
            if own.state in OPEN_STATES:
                own.action_cancel()
            else:
                # what took place did so; it is only not to be seen any more
                own.is_mirrored = False
        elif is_changed or not times:
            raise UserError(
                self.env._(
                    "“%(event)s” shows an activity: by the calendar it is moved and cancelled. "
                    "Change everything else in the activity “%(activity)s”.",
                    event=self.name,
                    activity=activity.display_name,
                )
            )
        else:
            own.write(times)

    def _is_isof_attendance_changed(self, command):
        """Return whether somebody comes or goes by a command about the attendees.

        Connectors name everybody, also those who are invited already.
        """
        kind, id_, vals = (*command, None, None, None)[:3]
        if kind == Command.CREATE:
            return (vals or {}).get("partner_id") not in self.partner_ids.ids
        if kind == Command.LINK:
            return id_ not in self.attendee_ids.ids
        if kind in (Command.DELETE, Command.UNLINK):
            return id_ in self.attendee_ids.ids
        return not _is_answer(command)

    def _is_isof_changed(self, name, value):
        """Return whether a value is another one than that of the event."""
        field, event = self._fields[name], self.sudo()
        if name == "attendee_ids":
            return any(event._is_isof_attendance_changed(command) for command in value or ())
        # of an empty text there are several forms
        was, now = (field.convert_to_cache(each, event) or False for each in (event[name], value))
        if field.type in ("many2many", "one2many"):
            return set(was or ()) != set(now or ())
        return was != now
