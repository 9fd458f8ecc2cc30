"""The rooms of the add-on, the lowest first.

A room knows those above it in this list, and none below; ``tests/test_rooms.py`` holds it there.
"""

# isort: skip_file
from . import base
from . import period
from . import ledger
from . import assortment
from . import campaign
from . import score
from . import commission
from . import analysis
