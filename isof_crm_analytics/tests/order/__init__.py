from . import test_order_report
