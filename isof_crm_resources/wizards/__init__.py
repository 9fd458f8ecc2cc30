from . import isof_resource_finder
