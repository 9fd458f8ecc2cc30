from . import (
    test_dashboard,
    test_dashboard_activities,
    test_dashboard_campaigns,
    test_dashboard_currencies,
    test_dashboard_customers,
    test_dashboard_margins,
    test_dashboard_sales,
    test_dashboard_salespeople,
)
