from . import test_activity
from . import test_report_wizard
from . import test_reports
from . import test_xlsx
