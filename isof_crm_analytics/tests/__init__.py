from . import test_js, test_order_report
