from . import (
    test_analytics_journey,
    test_assortment,
    test_commission,
    test_js,
    test_order_report,
    test_partner_turnover,
    test_period,
    test_period_field,
    test_period_generate,
    test_trade_line,
    test_trade_rights,
    test_trade_sync,
)
