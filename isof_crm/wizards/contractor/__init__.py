from . import isof_partner_duplicate_wizard, isof_region_generate
