"""Dates and times of activities: pure functions on naive UTC datetimes, as Odoo stores them.

An all-day activity is a day, the same for everybody whatever their time zone. Like Odoo's
own calendar events it is stored from 08:00 to 18:00 UTC of its first and last day, because
the calendar view reads the day off the stored value without converting it.
"""

from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta  # noqa: F401 (date: doctests)
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from .bounds import clamp, clamp_day

ALLDAY_START = time(8)
ALLDAY_STOP = time(18)


def to_local(moment, tz):
    """Return a naive UTC datetime as an aware one in the zone named ``tz``.

    Whoever reads an absurd moment of somebody else gets the last one that the clock can show.

    >>> to_local(datetime(2026, 7, 1, 8), "Europe/Warsaw").isoformat()
    '2026-07-01T10:00:00+02:00'
    >>> to_local(datetime(9999, 12, 31, 22), "Asia/Tokyo").year
    9999
    """
    return clamp(moment).replace(tzinfo=UTC).astimezone(ZoneInfo(tz))


def to_clock(moment, tz):
    """Return a naive UTC datetime as a naive one on the clock of the zone named ``tz``.

    >>> to_clock(datetime(2026, 7, 1, 8), "Europe/Warsaw")
    datetime.datetime(2026, 7, 1, 10, 0)
    """
    return to_local(moment, tz).replace(tzinfo=None)


def to_utc(moment, tz):
    """Return a naive wall-clock time of the zone named ``tz`` as a naive UTC datetime.

    A time that the clocks skip in spring counts as the moment after the gap.

    >>> to_utc(datetime(2026, 1, 1, 10), "Europe/Warsaw")
    datetime.datetime(2026, 1, 1, 9, 0)
    >>> to_utc(datetime(2026, 3, 29, 2, 30), "Europe/Warsaw")
    datetime.datetime(2026, 3, 29, 1, 30)
    """
    return clamp(moment).replace(tzinfo=ZoneInfo(tz)).astimezone(UTC).replace(tzinfo=None)


def local_day(moment, tz):
    """Return the day that a naive UTC datetime falls on in the zone named ``tz``.

    >>> local_day(datetime(2026, 3, 9, 23, 30), "Europe/Warsaw")
    datetime.date(2026, 3, 10)
    """
    return to_local(moment, tz).date()


def day_bounds(day, tz):
    """Return the first moment of a day and of the next one in a zone, as naive UTC datetimes.

    >>> day_bounds(date(2026, 3, 29), "Europe/Warsaw")
    (datetime.datetime(2026, 3, 28, 23, 0), datetime.datetime(2026, 3, 29, 22, 0))
    """
    midnight = datetime.combine(clamp_day(day), time.min)
    return to_utc(midnight, tz), to_utc(midnight + timedelta(days=1), tz)


def allday_bounds(first, last):
    """Return start and stop of an all-day activity that lasts from one day to another.

    >>> allday_bounds(date(2026, 3, 10), date(2026, 3, 11))
    (datetime.datetime(2026, 3, 10, 8, 0), datetime.datetime(2026, 3, 11, 18, 0))
    """
    return datetime.combine(first, ALLDAY_START), datetime.combine(last, ALLDAY_STOP)


def allday_date(moment, tz):
    """Return the day that an all-day bound stands for.

    Stored bounds and date-only values (midnight) are days already; any other moment was
    meant on the clock of the zone named ``tz``.

    >>> allday_date(datetime(2026, 3, 10, 18), "Pacific/Auckland")
    datetime.date(2026, 3, 10)
    >>> allday_date(datetime(2026, 3, 10), "America/New_York")
    datetime.date(2026, 3, 10)
    >>> allday_date(datetime(2026, 3, 9, 23, 30), "Europe/Warsaw")
    datetime.date(2026, 3, 10)
    """
    if moment.time() in (time.min, ALLDAY_START, ALLDAY_STOP):
        return moment.date()
    return local_day(moment, tz)


def shift(moment, delay, unit, tz, workdays=()):
    """Return a naive UTC datetime moved on by a delay, at the same time on the clock.

    :param datetime moment: naive UTC datetime
    :param int delay: how many units, not negative
    :param str unit: ``days``, ``working_days``, ``weeks`` or ``months``
    :param str tz: zone whose clock keeps its time across daylight saving
    :param workdays: for ``working_days``: sorted list of dates on which the employee works
    :raises ValueError: when ``workdays`` ends before the delay is over

    >>> shift(datetime(2026, 3, 27, 9), 7, "days", "Europe/Warsaw")
    datetime.datetime(2026, 4, 3, 8, 0)
    >>> shift(datetime(2026, 1, 31, 9), 1, "months", "Europe/Warsaw")
    datetime.datetime(2026, 2, 28, 9, 0)
    >>> days = [date(2026, 3, 27), date(2026, 3, 30), date(2026, 3, 31)]
    >>> shift(datetime(2026, 3, 27, 9), 1, "working_days", "Europe/Warsaw", days)
    datetime.datetime(2026, 3, 30, 8, 0)
    >>> shift(datetime(2026, 3, 28, 9), 0, "working_days", "Europe/Warsaw", days)
    datetime.datetime(2026, 3, 30, 8, 0)
    """
    local = to_clock(moment, tz)
    if unit == "working_days":
        # A delay of 0 is the day itself if it is worked, else the next one that is.
        after = local.date() if delay else local.date() - timedelta(days=1)
        position = bisect_right(workdays, after) + max(delay, 1) - 1
        if position >= len(workdays):
            raise ValueError("the list of working days is too short for the delay")
        moved = datetime.combine(workdays[position], local.time())
    else:
        moved = local + relativedelta(**{unit: delay})
    return to_utc(moved, tz)


def shift_all(moment, delays, tz, workdays=()):
    """Return the moments that follow each other by several delays; see ``shift``.

    >>> shift_all(datetime(2026, 1, 1, 9), [(1, "days"), (1, "weeks")], "UTC")
    [datetime.datetime(2026, 1, 2, 9, 0), datetime.datetime(2026, 1, 9, 9, 0)]
    """
    moments = []
    for delay, unit in delays:
        moment = shift(moment, delay, unit, tz, workdays)
        moments.append(moment)
    return moments


def get_runs(numbers):
    """Return the first and the last of each row of whole numbers that follow each other.

    >>> get_runs([5, 1, 2, 3, 2])
    [(1, 3), (5, 5)]
    """
    runs = []
    for number in sorted({int(number) for number in numbers}):
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs
