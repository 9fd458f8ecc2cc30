from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools.misc import clean_context

from .isof_activity_status import DROPPED_STATES

# A change of one of these fields is carried over to the event in the Odoo calendar.
MIRRORED_FIELDS = {
    "active",
    "alarm_ids",
    "allday",
    "contact_id",
    "contact_ids",
    "duration",
    "is_invited",
    "is_mirrored",
    "location",
    "name",
    "participant_ids",
    "partner_id",
    "start",
    "start_date",
    "status_id",
    "stop",
    "stop_date",
    "type_id",
    "user_id",
}


class IsofActivity(models.Model):
    """The mirror: one event in the Odoo calendar, written by the activity.

    What somebody does to the event comes back to the activity, or is refused: see
    ``calendar_event.py``.

    Odoo shows the others "Busy" in place of a private event, but lets every employee of every
    company search in it, and read who attends. So the event tells no more than they may know:
    the type, when, and the colleagues who take part. Its type may have it tell subject, customer
    and place; invitations have it tell the place, and the contact persons who are invited.
    Note and result are never mirrored.
    """

    _inherit = "isof.activity"

    is_mirrored = fields.Boolean(
        string="In the Odoo Calendar",
        compute="_compute_is_mirrored",
        store=True,
        readonly=False,
        precompute=True,
        help="Show the activity as an event in the Odoo calendar of everybody who takes part. "
        "Nobody gets an e-mail unless you send invitations.",
    )
    alarm_ids = fields.Many2many(
        "calendar.alarm",
        string="Reminders",
        compute="_compute_alarm_ids",
        store=True,
        readonly=False,
        domain=[("alarm_type", "=", "notification")],
        help="Reminders on screen of the event in the Odoo calendar.",
    )
    calendar_event_id = fields.Many2one(
        "calendar.event",
        string="Calendar Event",
        readonly=True,
        copy=False,
        ondelete="set null",
    )
    is_invited = fields.Boolean(
        string="Invitations Sent",
        readonly=True,
        copy=False,
        help="The contact persons attend the event in the Odoo calendar, where every employee can "
        "find them.",
    )

    _calendar_event_uniq = models.UniqueIndex(
        "(calendar_event_id) WHERE calendar_event_id IS NOT NULL",
        "A calendar event belongs to one activity only.",
    )

    @api.depends("type_id")
    def _compute_is_mirrored(self):
        for activity in self:
            activity.is_mirrored = activity.type_id.is_mirrored

    @api.depends("type_id")
    def _compute_alarm_ids(self):
        for activity_type, activities in self.grouped("type_id").items():
            activities.alarm_ids = activity_type.alarm_ids

    @api.model_create_multi
    def create(self, vals_list):
        activities = super().create(vals_list)
        activities._sync_calendar_event()
        return activities

    def write(self, vals):
        result = super().write(vals)
        if MIRRORED_FIELDS & vals.keys():
            self._sync_calendar_event()
        return result

    def unlink(self):
        # sudo: the event is the activity's own; its rights are those of the activity
        events = self.sudo().calendar_event_id
        result = super().unlink()
        events.with_context(self._get_mirror_context()).unlink()
        return result

    def action_send_invitations(self):
        """Mail Odoo's invitation to all who take part, and have the events tell who is invited.

        :raises UserError: if an activity has no event to invite to
        """
        self.check_access("write")
        # sudo: whoever may write the activity may invite to it
        activities = self.sudo()
        events = activities.calendar_event_id.filtered("active")
        if len(events) < len(self):
            raise UserError(
                self.env._("What is not in the Odoo calendar cannot be invited to by e-mail.")
            )
        activities.is_invited = True
        events.attendee_ids._send_invitation_emails()

    @api.model
    def _get_mirror_context(self):
        """Return the context in which Odoo's calendar keeps silent and leaves the text alone."""
        return {
            # defaults and the active record are meant for the activity, not for its event
            **clean_context(self.env.context),
            # in sudo mode only; what others do to the event comes to the activity
            "isof_mirror": True,
            "active_model": None,
            "active_id": None,
            "no_mail_to_attendees": True,
            "skip_attendee_notification": True,
            "skip_contact_description": True,
            "mail_create_nolog": True,
            "mail_create_nosubscribe": True,
            "mail_auto_subscribe_no_notify": True,
            "mail_notrack": True,
            # Google's calendar would mail as well
            "send_updates": False,
        }

    def _sync_calendar_event(self):
        """Create, change or take away the events in the Odoo calendar.

        An event is wanted while the activity is mirrored, will or did take place, and its
        employee is active. One that is not wanted any more is archived: re-opening the
        activity brings the same event back.
        """
        # sudo: the event is the activity's own, see unlink()
        activities = self.sudo()
        wanted = activities.filtered(
            lambda activity: (
                activity.is_mirrored
                and activity.active
                and activity.state not in DROPPED_STATES
                and activity.user_id.active
            )
        )
        to_create = wanted.filtered(lambda activity: not activity.calendar_event_id)
        mirror_context = self._get_mirror_context()
        events = self.env["calendar.event"].sudo().with_context(mirror_context)
        if to_create:  # to create no event takes the calendar several queries, too
            events = events.create(
                [activity._prepare_calendar_event_vals() for activity in to_create]
            )
        for activity, event in zip(to_create, events, strict=True):
            activity.calendar_event_id = event
        for activity in wanted - to_create:
            activity.calendar_event_id.with_context(mirror_context).write(
                activity._prepare_calendar_event_vals()
            )
        (activities - wanted)._tell_calendar_events({"active": False})

    def _tell_calendar_events(self, vals=None):
        """Write anew what the events tell, those included that are archived and can be searched.

        :param dict vals: further values for the events
        """
        # sudo: the event is the activity's own, see unlink()
        activities = self.sudo().filtered("calendar_event_id")
        for content, told in activities.grouped(
            lambda activity: tuple(activity._prepare_calendar_event_content().items())
        ).items():
            told.calendar_event_id.with_context(self._get_mirror_context()).write(
                dict(content) | (vals or {})
            )

    def _prepare_calendar_event_vals(self):
        """Return the values of the calendar event that shows the activity."""
        self.ensure_one()
        vals = self._prepare_calendar_event_content() | {
            "active": True,
            "user_id": self.user_id.id,
            # Odoo shows an event to every employee of every company: the others see "Busy"
            "privacy": "private",
            "partner_ids": [Command.set(self._get_calendar_attendees().ids)],
            "allday": self.allday,
            # Odoo mails the other reminders to every attendee, to customers as well
            "alarm_ids": [
                Command.set(
                    self.alarm_ids.filtered(lambda alarm: alarm.alarm_type == "notification").ids
                )
            ],
            "res_model_id": self.env["ir.model"]._get_id(self._name),
            "res_id": self.id,
        }
        if self.allday:
            return vals | {"start_date": self.start.date(), "stop_date": self.stop.date()}
        return vals | {"start": self.start, "stop": self.stop}

    def _get_changed_times(self, event_vals):
        """Return the values of time of the activity once its event has these; {} if it has them.

        :param dict event_vals: values of time of the event, which has the names of the activity
        """
        self.ensure_one()
        given = {name: value for name, value in event_vals.items() if value or name == "allday"}
        if not given:
            return {}
        times = self._prepare_time_vals(given)
        is_changed = any(
            self._fields[name].convert_to_cache(value, self) != self[name]
            for name, value in times.items()
        )
        return times if is_changed else {}

    def _prepare_calendar_event_content(self):
        """Return the values of the calendar event that every employee can search for.

        :return: dict of hashable values
        """
        self.ensure_one()
        tells_subject = self.type_id.calendar_content == "subject"
        # in the language of whose calendar it is
        activity_type = self.type_id.with_context(lang=self.user_id.lang)
        return {
            "name": self.display_name if tells_subject else activity_type.name,
            # who is invited has to know where
            "location": (tells_subject or self.is_invited) and self.location,
            "description": False,
        }

    def _get_calendar_attendees(self):
        """Return the partners who attend the calendar event, for every employee to read."""
        self.ensure_one()
        attendees = (self.user_id | self.participant_ids).partner_id
        if self.is_invited:
            attendees |= self.contact_id | self.contact_ids
        return attendees
