from . import isof_export, isof_list_export
