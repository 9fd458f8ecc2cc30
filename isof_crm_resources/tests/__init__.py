from . import (
    test_availability,
    test_booking,
    test_finder,
    test_guard,
    test_recurrence,
    test_resource_export,
    test_tools,
    test_utilization,
)
