from . import test_activity
