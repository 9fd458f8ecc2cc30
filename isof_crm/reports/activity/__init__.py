from . import isof_activity_report
