from . import (
    test_cost_history,
    test_ledger_report,
    test_my_day,
    test_partner_turnover,
    test_trade_line,
    test_trade_note,
    test_trade_pos,
    test_trade_rights,
    test_trade_rules,
    test_trade_stock,
    test_trade_summary,
    test_trade_sync,
)
