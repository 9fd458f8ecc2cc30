from . import (
    isof_activity_done_wizard,
    isof_activity_held_wizard,
    isof_activity_report_wizard,
    isof_partner_update_wizard,
)
