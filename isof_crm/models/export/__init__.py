"""Downloads: made at once, or in the background when they are long.

It owns the jobs and their files. It knows no contents: reports hand them over.
"""

# before those that inherit it
from . import isof_workbook

# isort: split
from . import isof_download, isof_export_job
