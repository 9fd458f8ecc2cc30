from . import isof_resource_utilization
