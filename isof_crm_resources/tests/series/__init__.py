from . import test_recurrence, test_series, test_series_wizard
