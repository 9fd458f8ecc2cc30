from . import isof_segment_add_wizard, isof_segment_fill_wizard
