from . import test_activity_bulk, test_plan
