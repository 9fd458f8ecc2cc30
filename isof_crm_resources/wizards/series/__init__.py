from . import isof_booking_series_wizard
