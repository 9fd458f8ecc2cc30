"""Series: bookings that repeat.

It owns series and their exceptions. It knows resources and bookings.
"""

from . import (
    isof_booking,
    isof_booking_series,
    isof_booking_series_exception,
    isof_hand_over,
)
