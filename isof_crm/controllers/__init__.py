from . import export, isof_export
