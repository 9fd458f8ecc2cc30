from . import test_activity
from . import test_segment, test_segment_rights, test_segment_wizards
