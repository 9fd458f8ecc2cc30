"""Time by days: pure functions on intervals of naive UTC datetimes (see ``intervals``)."""

from collections import defaultdict
from datetime import datetime, timedelta  # noqa: F401 (datetime: doctests)

from odoo.addons.isof_crm.tools import activity_time


def split(intervals, tz):
    """Return how many hours of some intervals lie on each day in the zone named ``tz``.

    A day on which the clocks change has 23 or 25 hours.

    >>> night = (datetime(2026, 3, 12, 21), datetime(2026, 3, 13, 1))
    >>> {str(day): hours for day, hours in split([night], "Europe/Warsaw").items()}
    {'2026-03-12': 2.0, '2026-03-13': 2.0}
    >>> weekend = (datetime(2026, 3, 27, 23), datetime(2026, 3, 29, 22))
    >>> list(split([weekend], "Europe/Warsaw").values())
    [24.0, 23.0]
    """
    hours = defaultdict(float)
    for start, stop in intervals:
        day = activity_time.local_day(start, tz)
        while start < stop:
            end = min(stop, activity_time.day_bounds(day, tz)[1])
            hours[day] += (end - start) / timedelta(hours=1)
            start, day = end, day + timedelta(days=1)
    return dict(hours)
