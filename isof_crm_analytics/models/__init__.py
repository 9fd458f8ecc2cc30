from . import isof_figures_mixin
