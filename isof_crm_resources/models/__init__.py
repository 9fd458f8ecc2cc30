"""The rooms of the add-on, the lowest first.

A room knows those above it in this list, and none below; ``tests/test_rooms.py`` holds it there.
"""

# isort: skip_file
from . import resource
from . import booking
from . import approval
from . import availability
from . import series
