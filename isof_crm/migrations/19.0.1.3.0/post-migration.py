"""Events in the Odoo calendar tell no more than their reader may know."""

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.tools import split_every

# So many activities at a time: each event takes the calendar several queries.
BATCH_SIZE = 500


def migrate(cr, version):
    """Write the events of activities anew, with the contacts only where they were invited."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    _note_invitations(cr)
    activities = env["isof.activity"].with_context(active_test=False)
    mirrored = activities.search([("calendar_event_id", "!=", False)], order="id")
    for ids in split_every(BATCH_SIZE, mirrored.ids):
        for activity in activities.browse(ids):
            attendees = activity._get_calendar_attendees()
            activity._tell_calendar_events({"partner_ids": [Command.set(attendees.ids)]})
        env.flush_all()
        env.invalidate_all()


def _note_invitations(cr):
    """Find out whose contacts have got an invitation by mail, or have answered one."""
    cr.execute(
        """
        UPDATE isof_activity AS activity
           SET is_invited = TRUE
         WHERE EXISTS (
            SELECT FROM calendar_attendee AS attendee
             WHERE attendee.event_id = activity.calendar_event_id
               AND (attendee.partner_id = activity.contact_id
                    OR attendee.partner_id IN (
                        SELECT partner_id FROM isof_activity_contact_rel
                         WHERE activity_id = activity.id
                    ))
               AND (attendee.state IN ('accepted', 'declined', 'tentative')
                    OR EXISTS (
                        SELECT FROM mail_message AS message
                          JOIN mail_notification AS notification
                            ON notification.mail_message_id = message.id
                         WHERE message.model = 'calendar.event'
                           AND message.res_id = attendee.event_id
                           AND notification.res_partner_id = attendee.partner_id
                    ))
         )
        """
    )
