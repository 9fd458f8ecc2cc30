from . import (
    isof_booking_refusal,
    isof_booking_series_wizard,
    isof_resource_archiving,
    isof_resource_finder,
    isof_resource_report_wizard,
)
