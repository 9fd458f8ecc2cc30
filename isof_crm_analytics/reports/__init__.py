from . import isof_assortment_mixin  # first: other models inherit it

# isort: split
from . import (
    isof_assortment_report,
    isof_assortment_suggestion,
    isof_campaign_report,
    isof_commission_target_report,
    isof_ledger_report,
    isof_order_report,
)
