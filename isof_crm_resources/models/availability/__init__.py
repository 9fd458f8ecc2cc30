"""Availability: when resources are free, and what follows when that changes.

It owns free times, limits, the planner and closures. It knows resources and bookings.
"""

from . import (
    isof_booking_hours,
    isof_resource_availability,
    isof_resource_limits,
    isof_resource_meeting,
    isof_resource_planner,
    isof_resource_substitute,
    isof_resource_upkeep,
    resource_calendar,
    resource_calendar_attendance,
    resource_calendar_leaves,
    resource_resource,
)
