from . import (  # first: other models inherit them
    isof_figures_mixin,
    isof_period_mixin,
    isof_score_mixin,
    isof_trade_mixin,
)

# isort: split
from . import (
    account_move,
    account_move_line,
    base_partner_merge,
    hr_employee,
    hr_version,
    ir_filters,
    ir_model_fields,
    isof_activity,
    isof_campaign_cost,
    isof_period,
    isof_period_type,
    isof_score,
    isof_score_run,
    isof_score_scheme,
    isof_trade_line,
    isof_trade_summary,
    isof_trade_sync,
    res_company,
    res_config_settings,
    res_partner,
    res_partner_score,
    utm_campaign,
)
