"""Availability: when resources are free, and what could be booked instead of what is taken.

It owns free times, offers, the planner and closures. It knows resources and bookings.
"""

from . import (
    isof_activity,
    isof_booking,
    isof_resource_availability,
    isof_resource_planner,
    isof_resource_upkeep,
    resource_calendar,
    resource_calendar_attendance,
    resource_calendar_leaves,
    resource_resource,
)
