from . import (
    account_move_reversal,
    isof_commission_approval,
    isof_commission_card,
    isof_commission_correction,
    isof_commission_division,
    isof_commission_export,
    isof_commission_settle,
    isof_commission_trial,
    isof_period_generate,
    isof_product_cost_take,
)
