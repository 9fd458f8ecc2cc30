from . import isof_commission_target_report
