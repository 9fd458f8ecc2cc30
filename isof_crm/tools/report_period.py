"""The periods that a report offers, as first and last day: pure functions on dates."""

from datetime import timedelta

from dateutil.relativedelta import relativedelta


def period_days(period, today, week_start=0):
    """Return the first and the last day of a period.

    :param str period: ``today``, ``this_week``, ``next_week``, ``next_14_days``,
        ``this_month``, ``last_month``, ``this_quarter`` or ``this_year``
    :param date today: the day that the period is seen from
    :param int week_start: weekday on which weeks begin, 0 for Monday
    :raises KeyError: if there is no such period

    >>> from datetime import date
    >>> today = date(2026, 11, 23)
    >>> [str(day) for day in period_days("this_week", today)]
    ['2026-11-23', '2026-11-29']
    >>> [str(day) for day in period_days("next_week", today, week_start=6)]
    ['2026-11-29', '2026-12-05']
    >>> [str(day) for day in period_days("next_14_days", today)]
    ['2026-11-23', '2026-12-07']
    >>> [str(day) for day in period_days("last_month", date(2024, 3, 31))]
    ['2024-02-01', '2024-02-29']
    >>> [str(day) for day in period_days("this_quarter", today)]
    ['2026-10-01', '2026-12-31']
    >>> [str(day) for day in period_days("this_year", today)]
    ['2026-01-01', '2026-12-31']
    """
    week = today - timedelta(days=(today.weekday() - week_start) % 7)
    month = today.replace(day=1)
    quarter = month.replace(month=(today.month - 1) // 3 * 3 + 1)
    year = month.replace(month=1)
    first, next_first = {
        "today": (today, today + timedelta(days=1)),
        "this_week": (week, week + timedelta(days=7)),
        "next_week": (week + timedelta(days=7), week + timedelta(days=14)),
        "next_14_days": (today, today + timedelta(days=15)),
        "this_month": (month, month + relativedelta(months=1)),
        "last_month": (month - relativedelta(months=1), month),
        "this_quarter": (quarter, quarter + relativedelta(months=3)),
        "this_year": (year, year + relativedelta(years=1)),
    }[period]
    return first, next_first - timedelta(days=1)
