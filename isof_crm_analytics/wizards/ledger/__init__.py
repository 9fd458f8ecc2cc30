from . import account_move_reversal, isof_product_cost_take
