"""The rooms of the add-on, the lowest first.

A room knows those above it in this list, and none below; ``tests/test_rooms.py`` holds it there.
"""

# isort: skip_file
from . import base
from . import figures
from . import export
from . import contractor
from . import consent
from . import segment
from . import activity
from . import plan
from . import succession
from . import my_day
