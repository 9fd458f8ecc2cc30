from . import (
    test_partner_export,
    test_segment,
    test_segment_journey,
    test_segment_rights,
    test_segment_wizards,
)
