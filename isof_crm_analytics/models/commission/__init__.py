"""Commissions: what sales earn for whom, when it is due, and what is paid.

It owns plans, the ledger of commissions and settlements, and knows facts, periods and scores. What
the ledger ought to hold is decided in ``tools/commission_*.py``, from what is read here.
"""

# before those that inherit them
from . import isof_commission_plan_part, isof_commission_step_mixin

# isort: split
from . import (
    account_move,
    isof_commission_entry,
    isof_commission_payment,
    isof_commission_plan,
    isof_commission_rule,
    isof_commission_settlement,
    isof_commission_settling,
    isof_commission_share,
    isof_commission_simulation,
    isof_commission_source,
    isof_commission_split,
    isof_commission_sync,
    isof_commission_target,
    isof_commission_tier,
    isof_my_day,
    isof_trade_line,
    res_company,
    res_partner_agent,
)
