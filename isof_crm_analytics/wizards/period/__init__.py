from . import isof_period_generate
