"""What every analysis stands on: figures that are never mixed, and settings.

It owns the mixin of figures. It knows no other room.
"""

from . import isof_figures_mixin, res_config_settings
