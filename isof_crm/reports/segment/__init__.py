from . import isof_segment_membership
