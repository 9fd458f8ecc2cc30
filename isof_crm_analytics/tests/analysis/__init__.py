from . import test_analysis, test_analysis_rights, test_analysis_schedule, test_analysis_workbook
