"""Division of the calendar into periods: pure functions on dates.

Every generator yields whole periods that follow each other without gap or overlap, from the
one that holds the first day asked for to the one that holds the last.
"""

from bisect import bisect_right
from datetime import date, timedelta
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

DAY = timedelta(days=1)
# The choice of a weekday, numbered as Python does.
WEEKDAYS = [
    ("0", "Monday"),
    ("1", "Tuesday"),
    ("2", "Wednesday"),
    ("3", "Thursday"),
    ("4", "Friday"),
    ("5", "Saturday"),
    ("6", "Sunday"),
]
# Weeks of the three parts of a quarter, and of the quarter as a whole.
RETAIL_MONTHS = (4, 4, 5)
RETAIL_QUARTERS = (13,)


class Span(NamedTuple):
    """A period to be: its first and last day, the year it is of and its number there."""

    first: date
    last: date
    year: str
    number: int


def year_label(first, last):
    """Return how a year that lasts from one day to another is called.

    >>> year_label(date(2026, 1, 1), date(2026, 12, 31))
    '2026'
    >>> year_label(date(2025, 7, 1), date(2026, 6, 30))
    '2025/26'
    """
    return f"{first.year}" if first.year == last.year else f"{first.year}/{last.year % 100:02}"


def last_month(today):
    """Return the first and the last day of the month before that of a day.

    >>> [str(day) for day in last_month(date(2026, 3, 10))]
    ['2026-02-01', '2026-02-28']
    """
    last = today.replace(day=1) - DAY
    return last.replace(day=1), last


def month_of(day):
    """Return the first and the last day of the month that a day is in.

    >>> [str(day) for day in month_of(date(2026, 2, 10))]
    ['2026-02-01', '2026-02-28']
    """
    return day.replace(day=1), day.replace(day=1) + relativedelta(months=1) - DAY


def calendar_spans(first, last, months):
    """Yield the parts of calendar years of a number of months, by which 12 is divisible.

    >>> for span in calendar_spans(date(2025, 12, 24), date(2026, 1, 2), 3):
    ...     print(span.first, span.last, span.year, span.number)
    2025-10-01 2025-12-31 2025 4
    2026-01-01 2026-03-31 2026 1
    """
    start = first.replace(month=(first.month - 1) // months * months + 1, day=1)
    while start <= last:
        following = start + relativedelta(months=months)
        number = (start.month - 1) // months + 1
        yield Span(start, following - DAY, f"{start.year}", number)
        start = following


def day_spans(first, last, days):
    """Yield periods of a number of days, the first of which begins on ``first``.

    >>> [str(span.last) for span in day_spans(date(2026, 2, 20), date(2026, 3, 10), 14)]
    ['2026-03-05', '2026-03-19']
    """
    start, number = first, 1
    while start <= last:
        following = start + timedelta(days=days)
        yield Span(start, following - DAY, f"{start.year}", number)
        start, number = following, number + 1


def fiscal_spans(first, last, get_year, months=None):
    """Yield fiscal years, or their parts of a number of months.

    :param get_year: function that returns the first and last day of the fiscal year of a day
    :param int months: length of the parts; the last one ends with the year

    >>> def get_year(day):
    ...     year = day.year - (day.month < 7)
    ...     return date(year, 7, 1), date(year + 1, 6, 30)
    >>> day = date(2026, 2, 1)
    >>> [(str(span.first), span.year) for span in fiscal_spans(day, day, get_year)]
    [('2025-07-01', '2025/26')]
    >>> [(str(span.first), span.number) for span in fiscal_spans(day, day, get_year, 3)]
    [('2026-01-01', 3)]
    """
    start = first
    while start <= last:
        year_first, year_last = get_year(start)
        label = year_label(year_first, year_last)
        start = year_last + DAY
        if not months:
            yield Span(year_first, year_last, label, 1)
            continue
        part, number = year_first, 1
        while part <= min(year_last, last):
            # counted from the start of the year: a year may begin on a 31st
            following = min(year_first + relativedelta(months=months * number), start)
            if following > first:
                yield Span(part, following - DAY, label, number)
            part, number = following, number + 1


def retail_year_start(year, month, day, weekday):
    """Return the weekday that is nearest to a day of the year.

    >>> str(retail_year_start(2026, 1, 1, 0)), str(retail_year_start(2027, 1, 1, 0))
    ('2025-12-29', '2027-01-04')
    """
    # not date(year, month, day), which does not exist for every 29 February
    anchor = date(year, month, 1) + timedelta(days=day - 1)
    return anchor + timedelta(days=(weekday - anchor.weekday() + 3) % 7 - 3)


def retail_spans(first, last, parts, month=1, day=1, weekday=0):
    """Yield the parts of 4-4-5 years: quarters of 13 weeks, or of 4, 4 and 5 weeks each.

    A year begins on the weekday nearest to a day, such as the first one of the fiscal year.
    It has 52 weeks, and when there are 53 the last period is a week longer.

    :param parts: ``RETAIL_MONTHS`` or ``RETAIL_QUARTERS``
    :param int weekday: on which weeks begin, 0 for Monday

    >>> for span in retail_spans(date(2026, 12, 1), date(2027, 1, 5), RETAIL_MONTHS):
    ...     print(span.first, span.last, span.year, span.number)
    2026-11-23 2027-01-03 2026 12
    2027-01-04 2027-01-31 2027 1
    """
    year = first.year
    while retail_year_start(year, month, day, weekday) > first:
        year -= 1
    while retail_year_start(year + 1, month, day, weekday) <= first:
        year += 1
    start = retail_year_start(year, month, day, weekday)
    while start <= last:
        next_year = retail_year_start(year + 1, month, day, weekday)
        label = year_label(date(year, month, 1), date(year + (month > 1 or day > 1), 1, 1))
        numbers = range(1, 4 * len(parts) + 1)
        for number, weeks in zip(numbers, parts * 4, strict=True):
            is_last = number == numbers[-1]
            following = next_year if is_last else start + timedelta(weeks=weeks)
            if following > first and start <= last:
                yield Span(start, following - DAY, label, number)
            start = following
        year += 1


def merge(ranges):
    """Return the sorted ranges of days that do not overlap, the adjacent ones joined.

    >>> merge([(date(2026, 3, 1), date(2026, 3, 31)), (date(2026, 1, 1), date(2026, 2, 28))])
    [(datetime.date(2026, 1, 1), datetime.date(2026, 3, 31))]
    """
    merged = []
    for first, last in sorted(ranges):
        if merged and merged[-1][1] + DAY == first:
            merged[-1] = (merged[-1][0], last)
        else:
            merged.append((first, last))
    return merged


def find(ranges, day):
    """Return the position of the range that holds a day, or None.

    :param ranges: sorted list of pairs of days that do not overlap

    >>> ranges = [(date(2026, 1, 1), date(2026, 1, 31)), (date(2026, 3, 1), date(2026, 3, 31))]
    >>> find(ranges, date(2026, 3, 31)), find(ranges, date(2026, 2, 1))
    (1, None)
    """
    position = bisect_right(ranges, day, key=lambda limits: limits[0]) - 1
    return position if position >= 0 and day <= ranges[position][1] else None
