"""When somebody has time, for things that are planned one after the other.

Like in ``activity_time`` moments are naive UTC datetimes, as Odoo stores them.
"""

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta  # noqa: F401 (date: doctests)

from .activity_time import local_day, to_clock, to_utc

# What has no length still takes its time.
SHORTEST = timedelta(minutes=15)


class NoTimeError(LookupError):
    """There is no time left in the working hours that are known."""


class Agenda:
    """The working hours of one person, and what is left of them.

    >>> hours = [(datetime(2026, 3, day, 8), datetime(2026, 3, day, 10)) for day in (18, 19)]
    >>> agenda = Agenda(hours, [(datetime(2026, 3, 18, 9), datetime(2026, 3, 18, 9, 30))], "UTC")
    >>> half_an_hour = timedelta(minutes=30)
    >>> [agenda.take(datetime(2026, 3, 18, 8, 30), half_an_hour).isoformat(" ") for _n in range(3)]
    ['2026-03-18 08:30:00', '2026-03-18 09:30:00', '2026-03-19 08:30:00']
    """

    def __init__(self, hours, busy, tz):
        """Take what is busy off the working hours.

        :param hours: sorted list of tuples of the start and the end of working time
        :param busy: list of tuples of the start and the end of what is there already
        :param str tz: zone on whose clock the days are
        """
        self.tz = tz
        self.days = sorted({local_day(start, tz) for start, _stop in hours})
        """The days that are worked."""
        self._longest = max((stop - start for start, stop in hours), default=timedelta())
        self._free = [(start, stop, local_day(start, tz)) for start, stop in hours]
        self._hours = defaultdict(list)
        for start, stop, day in self._free:
            self._hours[day].append((start, stop))
        self._taken = Counter()
        for start, stop in busy:
            self._block(start, max(stop, start + SHORTEST))

    def count(self, moment):
        """Count something that is there already towards the limit of its day."""
        self._taken[local_day(moment, self.tz)] += 1

    def take(self, earliest, length, per_day=0):
        """Return when there is time for something, and take it.

        On later days than the first one it is not before the time of day of ``earliest``, unless
        there is no room for it between that and the end of work. What is longer than any working
        time takes one and what comes after.

        :param datetime earliest: not before that
        :param timedelta length: how long it takes
        :param int per_day: how many are taken on one day at most; 0: as many as there is time for
        :raises NoTimeError: if there is none left

        >>> days = [datetime(2026, 3, day) for day in (18, 19, 20)]
        >>> hours = [(day.replace(hour=8), day.replace(hour=16)) for day in days]
        >>> agenda = Agenda(hours, [], "UTC")
        >>> late = datetime(2026, 3, 18, 20)
        >>> agenda.take(late, timedelta(hours=1), per_day=1)
        datetime.datetime(2026, 3, 19, 8, 0)
        >>> agenda.take(late, timedelta(hours=20), per_day=1)
        datetime.datetime(2026, 3, 20, 8, 0)
        >>> Agenda(hours, [], "UTC").take(days[0].replace(hour=15), timedelta(hours=2))
        datetime.datetime(2026, 3, 19, 8, 0)
        """
        length = max(length, SHORTEST)
        needed = min(length, self._longest)
        time = to_clock(earliest, self.tz).time()
        for start, stop, day in self._free:
            if stop <= earliest or (per_day and self._taken[day] >= per_day):
                continue
            begin = max(start, earliest)
            if begin + needed > stop:
                continue
            from_clock = to_utc(datetime.combine(day, time), self.tz)
            if any(max(first, from_clock) + needed <= last for first, last in self._hours[day]):
                begin = max(begin, from_clock)
            if begin + needed <= stop:
                self._taken[day] += 1
                self._block(begin, begin + length)
                return begin
        raise NoTimeError

    def _block(self, first, last):
        """Take the time from one moment to another off what is free."""
        free = []
        for start, stop, day in self._free:
            if last <= start or stop <= first:
                free.append((start, stop, day))
                continue
            if start < first:
                free.append((start, first, day))
            if last < stop:
                free.append((last, stop, day))
        self._free = free
