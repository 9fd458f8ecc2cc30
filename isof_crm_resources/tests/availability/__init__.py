from . import (
    test_availability,
    test_finder,
    test_hours,
    test_planner,
    test_planner_journey,
    test_resource_export,
    test_utilization,
)
