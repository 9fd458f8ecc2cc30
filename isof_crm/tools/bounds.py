"""Which dates and numbers make sense: pure functions on values as the ORM takes them.

What lies outside is a slip of the keyboard or an attack. Python cannot count with the ends of
its calendar, PostgreSQL cannot store an integer of more than four bytes, and a sum that has met
"not a number" is none any more: each would break the screens of everybody who reads it.
"""

from datetime import date, datetime, timedelta

FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2199, 12, 31)
# The largest integer of PostgreSQL; the largest amount that a float tells to the cent is above.
MAX_INTEGER = 2**31 - 1
MAX_AMOUNT = 10**12
# A text longer than a book chapter is none that anybody typed.
MAX_TEXT = 100_000
# Ten years, for delays and periods; a leap year, for what somebody does or books at once.
MAX_DAYS = 3660
MAX_MONTHS = 120
MAX_LENGTH = timedelta(days=366)
MAX_HOURS = MAX_LENGTH // timedelta(hours=1)
# A day from either end of the calendar: as far as any clock on earth can be put.
_FIRST_MOMENT = datetime.min + timedelta(days=1)
_LAST_MOMENT = datetime.max - timedelta(days=1)


def is_day(value):
    """Return whether a date or datetime lies in the years that make sense.

    >>> is_day(date(2026, 7, 1)), is_day(datetime(2199, 12, 31, 23, 59))
    (True, True)
    >>> is_day(date(1, 1, 1)), is_day(datetime(9999, 12, 31, 22))
    (False, False)
    """
    day = value.date() if isinstance(value, datetime) else value
    return FIRST_DAY <= day <= LAST_DAY


def nearest_day(day):
    """Return the day of the years that make sense which is nearest to another one.

    >>> str(nearest_day(date.max)), str(nearest_day(date(2026, 7, 1)))
    ('2199-12-31', '2026-07-01')
    """
    return min(max(day, FIRST_DAY), LAST_DAY)


def exceeds(value, highest):
    """Return on which side a number is out of bounds: 1, -1, or 0 when it is not.

    What is no number at all is above any bound.

    >>> exceeds(5, 10), exceeds(11, 10), exceeds(-11.5, 10)
    (0, 1, -1)
    >>> exceeds(float("nan"), 10), exceeds(float("-inf"), 10)
    (1, -1)
    """
    if value < -highest:
        return -1
    return 0 if value <= highest else 1


def clamp(moment):
    """Return a moment that can be put on any clock: itself, unless it is an end of the calendar.

    >>> str(clamp(datetime(9999, 12, 31, 23))), str(clamp(datetime(2026, 7, 1)))
    ('9999-12-30 23:59:59.999999', '2026-07-01 00:00:00')
    """
    return min(max(moment, _FIRST_MOMENT), _LAST_MOMENT)


def clamp_day(day):
    """Return a day that has a day before it and one after it on any clock; see ``clamp``.

    >>> str(clamp_day(date.min)), str(clamp_day(date(2026, 7, 1)))
    ('0001-01-03', '2026-07-01')
    """
    first, last = _FIRST_MOMENT.date(), _LAST_MOMENT.date()
    return min(max(day, first + timedelta(days=1)), last - timedelta(days=1))
