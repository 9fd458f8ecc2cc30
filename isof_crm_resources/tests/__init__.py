from .availability import (
    test_availability,
    test_finder,
    test_hours,
    test_planner,
    test_planner_journey,
    test_resource_export,
    test_utilization,
)
from .booking import (
    test_activity_booking,
    test_approval,
    test_archived,
    test_booking,
    test_booking_journey,
    test_conflict,
    test_guard,
    test_hand_over,
    test_my_day,
    test_notice,
    test_owed,
    test_planned,
    test_property,
    test_substitute,
    test_told,
    test_units,
    test_weeks,
)
from .resource import (
    test_bounds,
    test_js,
    test_resource_rights,
    test_settings,
    test_tools,
    test_weaker,
)
from .series import test_recurrence, test_series, test_series_wizard
