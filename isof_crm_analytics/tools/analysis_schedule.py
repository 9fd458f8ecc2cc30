"""When something that repeats is due: pure functions on dates."""

import calendar
from datetime import datetime, timedelta

from odoo.addons.isof_crm.tools import activity_time


def next_run(after, tz, frequency, weekday, month_day, hour):
    """Return the next moment after another one, as naive UTC datetimes.

    :param after: naive UTC datetime
    :param str tz: the zone on whose clock it is so late
    :param str frequency: ``daily``, ``weekly`` or ``monthly``
    :param int weekday: 0 for Monday, of what is weekly
    :param int month_day: of what is monthly; the last day of a month that has no such day
    :param float hour: time of the day, 7.5 for half past seven

    >>> after = datetime(2026, 1, 30, 12)
    >>> for frequency in ("daily", "weekly", "monthly"):
    ...     print(next_run(after, "Europe/Warsaw", frequency, 0, 30, 7.5))
    2026-01-31 06:30:00
    2026-02-02 06:30:00
    2026-02-28 06:30:00
    >>> print(next_run(datetime(2026, 1, 30, 6), "Europe/Warsaw", "monthly", 0, 30, 7.5))
    2026-01-30 06:30:00
    """
    day = activity_time.local_day(after, tz)
    while True:
        last_of_month = calendar.monthrange(day.year, day.month)[1]
        is_due = {
            "daily": True,
            "weekly": day.weekday() == weekday,
            "monthly": day.day == min(month_day, last_of_month),
        }[frequency]
        moment = datetime.combine(day, datetime.min.time()) + timedelta(hours=hour)
        moment = activity_time.to_utc(moment, tz)
        if is_due and moment > after:
            return moment
        day += timedelta(days=1)
