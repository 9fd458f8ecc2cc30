from . import test_approval, test_owed, test_substitute
