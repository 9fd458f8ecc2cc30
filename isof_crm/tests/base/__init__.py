from . import (
    test_bounds,
    test_guard_mixin,
    test_js,
    test_migration,
    test_notifier,
    test_performance,
    test_rights,
    test_settings,
    test_text_conflict,
    test_tools,
    test_tree,
    test_weaker,
)
