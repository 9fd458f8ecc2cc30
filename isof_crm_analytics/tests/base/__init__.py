from . import (
    test_analytics_journey,
    test_bounds,
    test_click_everywhere,
    test_figures,
    test_filters,
    test_js,
    test_kept_plan,
    test_lives,
    test_screens,
    test_settings,
)
