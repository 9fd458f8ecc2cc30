"""Bookings: who has which unit of a resource when, and who has to allow it.

It owns bookings, the guard against double ones, and what follows for approvers and holders. It
knows resources and activities.
"""

from . import (
    ir_websocket,
    isof_activity,
    isof_activity_offers,
    isof_activity_status,
    isof_booking,
    isof_booking_approval,
    isof_booking_guard,
    isof_booking_limits,
    isof_booking_notice,
    isof_booking_offers,
    isof_booking_overlap,
    isof_booking_owed,
    isof_booking_purpose,
    isof_booking_substitute,
    isof_booking_units,
    isof_hand_over,
    isof_my_day,
    isof_resource,
    isof_substitute,
    res_company,
    res_groups,
    res_users,
    resource_resource,
)
