from . import isof_activity_report, isof_segment_membership
