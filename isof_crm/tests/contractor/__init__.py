from . import (
    test_affiliation,
    test_contractor_journey,
    test_import,
    test_partner,
    test_partner_duplicate,
    test_partner_name,
    test_region,
)
