"""The periods that an analysis is of and compared with: pure functions on dates."""

from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo.addons.isof_crm.tools.report_period import period_days

from .periods import DAY, find, last_month

# How far back, in months, the period before one that has only just begun is.
STEPS = {"month_to_date": 1, "quarter_to_date": 3, "year_to_date": 12}
MONTHS = {"month": 1, "quarter": 3, "year": 12}


def moving_days(period, today, days=0):
    """Return the first and the last day of a period that moves with time.

    :param str period: one of ``isof.analysis.period`` that moves
    :param int days: how many ``last_days`` has, today included
    :raises KeyError: if there is no such period

    >>> from datetime import date
    >>> today = date(2026, 5, 20)
    >>> for period in ("last_quarter", "last_year", "last_12_months", "quarter_to_date"):
    ...     print(*moving_days(period, today))
    2026-01-01 2026-03-31
    2025-01-01 2025-12-31
    2025-05-01 2026-04-30
    2026-04-01 2026-05-20
    >>> print(*moving_days("last_days", today, 7), *moving_days("this_month", today))
    2026-05-14 2026-05-20 2026-05-01 2026-05-31
    """
    if period.endswith("_to_date"):
        return period_days(f"this_{period.removesuffix('_to_date')}", today)[0], today
    if period == "last_days":
        return today - timedelta(days=max(days, 1) - 1), today
    if period == "last_12_months":
        last = last_month(today)[1]
        return (last + DAY) - relativedelta(months=12), last
    if period in ("last_quarter", "last_year"):
        return shift(*period_days(period.replace("last", "this"), today), -step_of(period))
    return period_days(period, today)


def step_of(period):
    """Return how many months lie between a moving period and the one before, or None."""
    return STEPS.get(period) or MONTHS.get(period.rpartition("_")[2])


def shift(first, last, months):
    """Return a period moved by months; whole months stay whole.

    >>> from datetime import date
    >>> print(*shift(date(2024, 2, 1), date(2024, 2, 29), 12))
    2025-02-01 2025-02-28
    >>> print(*shift(date(2025, 2, 1), date(2025, 2, 28), -12))
    2024-02-01 2024-02-29
    >>> print(*shift(date(2026, 1, 1), date(2026, 5, 20), -12))
    2025-01-01 2025-05-20
    """
    moved = relativedelta(months=months)
    if is_whole(first, last):
        return first + moved, last + DAY + moved - DAY
    return first + moved, last + moved


def is_whole(first, last):
    """Return whether a period is of whole calendar months."""
    return first.day == 1 and (last + DAY).day == 1


def previous(first, last, step=None):
    """Return the period before: as many months or, where these are not whole, days.

    :param int step: by how many months to go back instead

    >>> from datetime import date
    >>> print(*previous(date(2026, 1, 1), date(2026, 3, 31)))
    2025-10-01 2025-12-31
    >>> print(*previous(date(2026, 3, 10), date(2026, 3, 12)))
    2026-03-07 2026-03-09
    >>> print(*previous(date(2026, 3, 1), date(2026, 3, 10), step=1))
    2026-02-01 2026-02-10
    """
    if not step and is_whole(first, last):
        following = last + DAY
        step = 12 * (following.year - first.year) + following.month - first.month
    if step:
        return shift(first, last, -step)
    length = last - first + DAY
    return first - length, last - length


def shift_between(first, other_first, granularity):
    """Return what a group of dates is moved by from one period to another.

    The first group of the one then meets the first group of the other.

    :param str granularity: ``day``, ``week``, ``month``, ``quarter`` or ``year``

    >>> from datetime import date
    >>> shift_between(date(2025, 2, 10), date(2026, 1, 20), "quarter")
    relativedelta(years=+1)
    >>> shift_between(date(2025, 1, 1), date(2026, 1, 1), "week")
    relativedelta(days=+364)
    """
    size = MONTHS.get(granularity)
    if size:
        position, other_position = (
            (12 * day.year + day.month - 1) // size for day in (first, other_first)
        )
        return relativedelta(months=(other_position - position) * size)
    days = (other_first - first).days
    return relativedelta(days=round(days / 7) * 7 if granularity == "week" else days)


def pair(ranges, days, other_ranges, other_days):
    """Return which ranges of one period stand beside which of another: positions by positions.

    The counterpart of a range is the one that holds the day as far into the other period as its
    middle is into its own. It has none where there is no such range, or another one had it before.

    :param ranges: sorted list of pairs of days that do not overlap, and all meet the period
    :param days: first and last day of the period

    >>> from datetime import date
    >>> year, before = ((date(y, 1, 1), date(y, 12, 31)) for y in (2026, 2025))
    >>> summer = lambda y: (date(y, 6, 1), date(y, 8, 31))
    >>> winter = lambda y: (date(y - 1, 12, 20), date(y, 1, 31))
    >>> pair([winter(2026), summer(2026)], year, [winter(2025), summer(2025)], before)
    {0: 0, 1: 1}
    >>> pair([summer(2026)], year, [winter(2025), summer(2025)], before)
    {0: 1}
    >>> pair([summer(2026)], year, [winter(2025)], before), pair([summer(2026)], year, [], before)
    ({}, {})
    """
    (start, end), (other_start, other_end) = days, other_days
    stretch = ((other_end - other_start).days + 1) / ((end - start).days + 1)
    pairs = {}
    for position, (first, last) in enumerate(ranges):
        middle = ((max(first, start) - start) + (min(last, end) - start)).days / 2
        day = other_start + timedelta(days=int((middle + 0.5) * stretch))
        other = find(other_ranges, day)
        if other is not None and other not in pairs.values():
            pairs[position] = other
    return pairs
