"""What every analysis stands on: the dimensions that several have, and settings.

It owns the mixin of these dimensions. It knows no other room.
"""

from . import isof_contractor_figures_mixin, res_config_settings
