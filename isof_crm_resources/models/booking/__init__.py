"""Bookings: who has which unit of a resource when, and who brings them into which state.

It owns bookings and the guard against double ones. It knows resources and activities.
"""

from . import (
    ir_websocket,
    isof_activity,
    isof_activity_status,
    isof_booking,
    isof_booking_guard,
    isof_booking_purpose,
    isof_booking_state,
    isof_hand_over,
    isof_my_day,
    isof_resource,
    resource_resource,
)
