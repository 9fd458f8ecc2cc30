"""Approval: who is asked about requests, and until when they are answered.

It owns deadlines and to-dos, which follow from bookings, resources and users. It knows resources
and bookings.
"""

from . import (
    isof_booking,
    isof_resource,
    isof_substitute,
    res_company,
    res_groups,
    res_users,
)
