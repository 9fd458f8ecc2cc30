from . import (
    test_activity,
    test_activity_done,
    test_activity_employer,
    test_activity_time,
    test_calendar_drag,
    test_chain,
    test_journey,
    test_mirror,
    test_partner_update,
    test_report_wizard,
    test_reports,
    test_timeline,
)
