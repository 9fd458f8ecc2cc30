"""Periods: years, quarters and what else a company counts by.

It owns types of periods, periods and the fields by which models are grouped by them. It knows the
base.
"""

# before those that inherit it
from . import isof_period_mixin

# isort: split
from . import ir_filters, ir_model_fields, isof_period, isof_period_type
