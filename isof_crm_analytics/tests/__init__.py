from . import (
    test_assortment,
    test_js,
    test_order_report,
    test_period,
    test_period_field,
    test_period_generate,
)
