"""Activities: every event with a customer, in chains and calendars.

It owns activities with their types, states, times and events in Odoo's calendar. It knows
contractors, consents and segments.
"""

# create and write of these are the last before Odoo's
from . import isof_activity, isof_activity_time

# isort: split
from . import (
    base_partner_merge,
    calendar_attendee,
    calendar_event,
    hr_employee,
    isof_activity_assignment,
    isof_activity_chain,
    isof_activity_chatter,
    isof_activity_done,
    isof_activity_due,
    isof_activity_grouping,
    isof_activity_mirror,
    isof_activity_status,
    isof_activity_tag,
    isof_activity_timeline,
    isof_activity_type,
    isof_activity_type_suggestion,
    isof_activity_undo,
    res_partner,
    res_users,
    utm_campaign,
)
