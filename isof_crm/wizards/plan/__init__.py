from . import isof_activity_bulk_wizard, isof_activity_plan_launch
