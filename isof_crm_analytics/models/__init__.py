from . import isof_period_mixin  # first: other models inherit it

# isort: split
from . import (
    ir_filters,
    ir_model_fields,
    isof_activity,
    isof_period,
    isof_period_type,
)
