"""The facts: what was sold and bought, line by line, in step with the documents.

It owns facts, their costs, their summary, and when they are derived anew. It knows periods.
"""

# before those that inherit it
from . import isof_trade_mixin

# isort: split
from . import (
    account_move,
    account_move_line,
    account_move_pos,
    base,
    hr_employee,
    hr_version,
    ir_http,
    isof_export,
    isof_my_day,
    isof_product_cost,
    isof_trade_line,
    isof_trade_line_comparison,
    isof_trade_line_cost,
    isof_trade_line_facts,
    isof_trade_line_fill,
    isof_trade_line_history,
    isof_trade_line_pos,
    isof_trade_line_sync,
    isof_trade_memory,
    isof_trade_note,
    isof_trade_summary,
    product_category,
    product_product,
    res_company,
    res_partner,
)
