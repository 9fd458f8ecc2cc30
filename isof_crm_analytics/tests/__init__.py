from . import (
    test_js,
    test_order_report,
    test_period,
    test_period_field,
    test_period_generate,
    test_trade_line,
    test_trade_rights,
    test_trade_sync,
)
