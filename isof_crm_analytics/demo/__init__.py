from . import isof_demo
