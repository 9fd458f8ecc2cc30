"""What every other room stands on: guards, bounds, trees, messages, settings.

It owns the mixins that models of ours inherit, and what all models get. It knows no other room.
"""

# before those that inherit it
from . import isof_guard_mixin, isof_tree_mixin

# isort: split
from . import (
    base,
    base_bounds,
    base_text_conflict,
    condition_many2many,
    hr_department,
    ir_cron,
    isof_notifier,
    res_company,
    res_config_settings,
)
