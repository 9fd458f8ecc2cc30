from . import (
    hr_departure_wizard,
    isof_activity_bulk_wizard,
    isof_activity_done_wizard,
    isof_activity_held_wizard,
    isof_activity_plan_launch,
    isof_activity_report_wizard,
    isof_partner_duplicate_wizard,
    isof_partner_export_wizard,
    isof_partner_update_wizard,
    isof_region_generate,
    isof_segment_add_wizard,
    isof_segment_fill_wizard,
)
