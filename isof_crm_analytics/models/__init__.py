from . import (  # first: other models inherit them
    isof_commission_plan_part,
    isof_figures_mixin,
    isof_period_mixin,
)

# isort: split
from . import (
    account_move,
    account_move_line,
    hr_employee,
    hr_version,
    ir_filters,
    ir_model_fields,
    isof_activity,
    isof_commission_entry,
    isof_commission_plan,
    isof_commission_rule,
    isof_commission_settlement,
    isof_commission_split,
    isof_commission_sync,
    isof_commission_target,
    isof_commission_tier,
    isof_period,
    isof_period_type,
    isof_trade_line,
    isof_trade_sync,
    res_company,
    res_partner,
    res_partner_agent,
)
