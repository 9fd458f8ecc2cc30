from . import isof_booking_refusal
