from . import test_period, test_period_field, test_period_generate
