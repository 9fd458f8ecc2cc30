"""Plans: series of activities that are made for many customers at once, or one by one.

It owns plans with their steps, and what was started of them. It knows activities and those that
they know.
"""

from . import (
    isof_activity,
    isof_activity_plan,
    isof_activity_plan_run,
    isof_activity_plan_schedule,
    isof_activity_plan_step,
)
