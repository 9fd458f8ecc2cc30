from . import (
    test_analytics_journey,
    test_bounds,
    test_click_everywhere,
    test_figures,
    test_filters,
    test_js,
    test_lives,
    test_prepared_statement,
    test_screens,
    test_settings,
)
