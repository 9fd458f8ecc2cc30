from .activity import (
    test_activity,
    test_activity_bulk,
    test_activity_done,
    test_activity_employer,
    test_activity_time,
    test_calendar_drag,
    test_chain,
    test_journey,
    test_mirror,
    test_partner_update,
    test_plan,
    test_report_wizard,
    test_reports,
    test_timeline,
)
from .base import (
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
from .consent import test_consent, test_consent_address
from .contractor import (
    test_affiliation,
    test_contractor_journey,
    test_import,
    test_partner,
    test_partner_duplicate,
    test_partner_name,
    test_region,
)
from .export import test_export_job, test_list_export, test_xlsx
from .my_day import test_my_day
from .segment import (
    test_partner_export,
    test_segment,
    test_segment_journey,
    test_segment_rights,
    test_segment_wizards,
)
from .succession import test_hand_over, test_substitute, test_succession
