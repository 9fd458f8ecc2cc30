from . import isof_figures_mixin, isof_period_mixin  # first: other models inherit them

# isort: split
from . import (
    account_move,
    account_move_line,
    hr_employee,
    hr_version,
    ir_filters,
    ir_model_fields,
    isof_activity,
    isof_period,
    isof_period_type,
    isof_trade_line,
    isof_trade_sync,
    res_partner,
)
