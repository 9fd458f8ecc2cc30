from . import (
    isof_partner_duplicate_wizard,
    isof_partner_export_wizard,
    isof_partner_update_wizard,
    isof_region_generate,
)
