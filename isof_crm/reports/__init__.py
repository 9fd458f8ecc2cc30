from . import (
    isof_activity_report,
    isof_consent_export,
    isof_export,
    isof_list_export,
    isof_segment_membership,
)
