from . import isof_export
