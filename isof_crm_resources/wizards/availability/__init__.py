from . import isof_resource_finder, isof_resource_report_wizard
