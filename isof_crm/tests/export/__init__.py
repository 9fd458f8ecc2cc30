from . import test_export_job, test_list_export, test_xlsx
