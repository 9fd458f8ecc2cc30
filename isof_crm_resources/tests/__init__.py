from . import (
    test_availability,
    test_booking,
    test_finder,
    test_guard,
    test_js,
    test_planner,
    test_planner_journey,
    test_recurrence,
    test_tools,
)
