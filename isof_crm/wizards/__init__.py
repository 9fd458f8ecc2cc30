from . import isof_activity_done_wizard, isof_activity_plan_launch
