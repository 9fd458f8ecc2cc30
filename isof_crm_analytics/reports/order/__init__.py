from . import isof_order_report
