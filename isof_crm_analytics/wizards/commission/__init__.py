from . import (
    isof_commission_approval,
    isof_commission_card,
    isof_commission_correction,
    isof_commission_division,
    isof_commission_export,
    isof_commission_settle,
    isof_commission_trial,
)
