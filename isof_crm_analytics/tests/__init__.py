from .analysis import (
    test_analysis,
    test_analysis_rights,
    test_analysis_schedule,
    test_analysis_workbook,
)
from .base import (
    test_analytics_journey,
    test_bounds,
    test_click_everywhere,
    test_filters,
    test_js,
    test_kept_plan,
    test_lives,
    test_screens,
    test_settings,
)
from .campaign import test_campaign
from .commission import (
    test_commission,
    test_commission_conditions,
    test_commission_due,
    test_commission_journey,
    test_commission_money,
    test_commission_overlap,
    test_commission_performance,
    test_commission_period,
    test_commission_rights,
    test_commission_settlement,
    test_commission_share,
    test_commission_target_report,
    test_commission_tools,
)
from .dashboard import (
    test_dashboard,
    test_dashboard_activities,
    test_dashboard_campaigns,
    test_dashboard_currencies,
    test_dashboard_customers,
    test_dashboard_margins,
    test_dashboard_sales,
    test_dashboard_salespeople,
)
from .ledger import (
    test_assortment,
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
from .order import test_order_report
from .period import test_period, test_period_field, test_period_generate
from .score import test_score
