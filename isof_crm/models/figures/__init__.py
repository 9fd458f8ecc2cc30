"""What is counted and by what: measures and dimensions, each declared once, on its field.

It owns the parameters of fields that say so, and what follows from them in every view, export and
analysis. It knows no model that has figures.
"""

# before the one that inherits it
from . import isof_dimensions_mixin

# isort: split
from . import base, isof_figures_mixin, res_partner
