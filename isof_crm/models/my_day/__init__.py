"""The page on which a day begins.

It owns the panels; other add-ons add theirs. It knows activities.
"""

from . import isof_my_day, res_users_settings
