"""When the bookings of a series are: pure functions on naive UTC datetimes, no ORM."""

from datetime import datetime, time
from itertools import islice, takewhile

from dateutil import rrule

from odoo.addons.isof_crm.tools.activity_time import to_clock, to_local, to_utc

# Two years of working days: a series is booked at once, in one transaction.
MAX_OCCURRENCES = 520
FREQUENCIES = {"daily": rrule.DAILY, "weekly": rrule.WEEKLY, "monthly": rrule.MONTHLY}
WEEKS = (1, 2, 3, 4, -1)


class TooManyOccurrences(ValueError):  # noqa: N818
    """A series has more occurrences than ``MAX_OCCURRENCES``."""


def expand(
    start,
    stop,
    tz,
    freq,
    *,
    interval=1,
    weekdays=(),
    week=None,
    until=None,
    count=None,
    exceptions=(),
):
    """Return start and stop of each occurrence of a series.

    Occurrences keep the time on the clock of their zone when the clocks change. One that
    would start at a time that the clocks skip is moved behind the gap and keeps its length.

    :param datetime start: naive UTC start of the first possible occurrence
    :param datetime stop: its naive UTC end, possibly on a later day
    :param str tz: zone whose clock and days the series goes by
    :param str freq: ``daily``, ``weekly`` or ``monthly``
    :param int interval: the number of days, weeks or months from one to the next
    :param weekdays: days of a weekly series, 0 for Monday; the weekday of ``start`` if none
    :param int week: which weekday of the month a monthly series is on: 1 to 4, or -1 for the
        last one; the weekday is that of ``start``. None: on the day of the month of
        ``start``, or on the last day of a month that is too short for it
    :param date until: the last day on which an occurrence may start
    :param int count: how many occurrences there are
    :param exceptions: days on which an occurrence would start and is left out; they count
    :return: list of tuples of naive UTC start and stop, in the order of time; the first may
        start after ``start``, if the rule does not meet that day
    :raises TooManyOccurrences: when there are more than ``MAX_OCCURRENCES``
    :raises ValueError: when the rule makes no sense or has no end

    >>> from datetime import date
    >>> def show(*args, **kwargs):
    ...     for start, stop in expand(*args, **kwargs):
    ...         print(f"{start:%a %d %b %H:%M}–{stop:%H:%M}")
    >>> monday = datetime(2026, 3, 23, 8), datetime(2026, 3, 23, 9), "Europe/Warsaw"
    >>> show(*monday, "weekly", weekdays=[0, 2], until=date(2026, 3, 30))
    Mon 23 Mar 08:00–09:00
    Wed 25 Mar 08:00–09:00
    Mon 30 Mar 07:00–08:00
    >>> show(*monday, "monthly", week=-1, count=2)
    Mon 30 Mar 07:00–08:00
    Mon 27 Apr 07:00–08:00
    >>> show(*monday, "daily", interval=2, count=3, exceptions=[date(2026, 3, 25)])
    Mon 23 Mar 08:00–09:00
    Fri 27 Mar 08:00–09:00
    >>> show(datetime(2026, 1, 31, 8), datetime(2026, 1, 31, 9), "UTC", "monthly", count=3)
    Sat 31 Jan 08:00–09:00
    Sat 28 Feb 08:00–09:00
    Tue 31 Mar 08:00–09:00
    """
    _check(start, stop, freq, interval, weekdays, week, until, count)
    first = to_clock(start, tz)
    days = rrule.rrule(
        FREQUENCIES[freq],
        dtstart=datetime.combine(first, time.min),
        interval=interval,
        count=count,
        **_prepare_days(first, freq, weekdays, week),
    )
    days = map(datetime.date, days)
    if until is not None:
        days = takewhile(lambda day: day <= until, days)
    days = list(islice(days, MAX_OCCURRENCES + 1))
    if len(days) > MAX_OCCURRENCES:
        raise TooManyOccurrences(f"more than {MAX_OCCURRENCES} occurrences")
    left_out = set(exceptions)
    return [_move(start, stop, tz, day - first.date()) for day in days if day not in left_out]


def _check(start, stop, freq, interval, weekdays, week, until, count):
    """Check that the rule makes sense.

    :raises ValueError: when it does not
    """
    if stop <= start:
        raise ValueError("an occurrence has to end after it starts")
    if freq not in FREQUENCIES:
        raise ValueError(f"no such frequency: {freq}")
    if interval < 1:
        raise ValueError("the interval has to be positive")
    if not set(weekdays) <= set(range(7)):
        raise ValueError("weekdays are 0 for Monday to 6 for Sunday")
    if week is not None and week not in WEEKS:
        raise ValueError("the week of the month is 1 to 4, or -1 for the last one")
    if until is None and count is None:
        raise ValueError("a series needs a last day or a number of occurrences")
    if count is not None and count < 1:
        raise ValueError("a series has at least one occurrence")


def _prepare_days(first, freq, weekdays, week):
    """Return on which days of a week or month a series is, as ``rrule`` takes it."""
    if freq == "weekly":
        return {"byweekday": sorted(set(weekdays)) or [first.weekday()]}
    if freq == "monthly" and week:
        return {"byweekday": rrule.weekday(first.weekday(), week)}
    if freq == "monthly":
        # the last of these days that the month has
        return {"bymonthday": range(min(first.day, 28), first.day + 1), "bysetpos": -1}
    return {}


def _move(start, stop, tz, days):
    """Return start and stop moved on by whole days, at the same time on the clock.

    >>> from datetime import timedelta
    >>> evening = datetime(2026, 3, 27, 21), datetime(2026, 3, 28, 5)  # 22:00 to 06:00
    >>> [str(moment) for moment in _move(*evening, "Europe/Warsaw", timedelta(days=1))]
    ['2026-03-28 21:00:00', '2026-03-29 04:00:00']
    """
    if not days:
        return start, stop  # on the night when clocks go back a time alone would be ambiguous
    local_start, local_stop = (
        to_local(moment, tz).replace(tzinfo=None, fold=0) + days for moment in (start, stop)
    )
    return _to_utc(local_start, local_stop, tz, stop - start)


def follow(times, before, after, tz):
    """Return start and stop of an occurrence that is changed together with another one.

    It moves as far on the clock, and gets the same length on it: what ends at 6 still does.

    :param times: tuple of naive UTC start and stop of the occurrence
    :param before: those of the other one as it was
    :param after: those of the other one as it is
    :param str tz: zone whose clock the series goes by

    >>> before = datetime(2026, 3, 26, 21), datetime(2026, 3, 27, 5)  # 22:00 to 06:00
    >>> after = datetime(2026, 3, 26, 22), datetime(2026, 3, 27, 5)
    >>> night = datetime(2026, 3, 28, 21), datetime(2026, 3, 29, 4)  # the clocks go forward
    >>> [str(moment) for moment in follow(night, before, after, "Europe/Warsaw")]
    ['2026-03-28 22:00:00', '2026-03-29 04:00:00']
    >>> follow(before, before, after, "Europe/Warsaw") == after
    True
    """
    if times == before:
        return after
    old_start, start, stop = (to_clock(moment, tz) for moment in (before[0], *after))
    local_start = to_clock(times[0], tz) + (start - old_start)
    local_stop = local_start + (stop - start)
    length = after[1] - after[0]
    moved = _to_utc(local_start, local_stop, tz, length)
    # on the night when clocks go back a time alone would be ambiguous
    start, stop = (
        moment if to_clock(moment, tz) == to_clock(new, tz) else new
        for moment, new in zip(times, moved, strict=True)
    )
    return start, stop if start < stop else start + length


def _to_utc(local_start, local_stop, tz, length):
    """Return naive UTC start and stop of an occurrence from those on the clock.

    :param timedelta length: how long it is where the clock cannot say
    """
    start, stop = to_utc(local_start, tz), to_utc(local_stop, tz)
    is_skipped = to_clock(start, tz) != local_start
    # the clock may also have shown an earlier time at the end than at the start
    if is_skipped or stop <= start:
        stop = start + length
    return start, stop
