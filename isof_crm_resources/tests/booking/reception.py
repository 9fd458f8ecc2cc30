"""The book at a reception desk: what bookings come to, without anything of Odoo.

``test_weeks.py`` holds Odoo against it.
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from odoo.addons.isof_crm.tools import activity_time

from ...tools import intervals

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# Monday to Friday, from eight to eight.
MONDAY = datetime(2026, 3, 16)
LIVE, DROPPED = ("requested", "confirmed"), ("cancelled", "refused")


class RefusedError(Exception):
    """What the week on paper does not allow."""


@dataclass(frozen=True)
class Entry:
    """A line in the book; ``activity`` and ``series`` are the numbers of those that it is of."""

    resource: str
    start: datetime
    stop: datetime
    holder: str
    state: str
    activity: int | None = None
    series: int | None = None
    # given back by its activity, and comes back with it
    is_given_back: bool = False

    @property
    def blocked(self):
        # kits are checked for half an hour when they come back
        return self.start, self.stop + (HOUR / 2 if self.resource == "kit" else timedelta())


@dataclass(frozen=True)
class Visit:
    """An activity that needs resources."""

    user: str
    start: datetime
    stop: datetime
    status: str = "planned"


class Week:
    """The book at the reception desk: what is taken, what is refused, who is told.

    The approver looks after the boss room, and so does Piotr on the days on which he acts for the
    approver. Methods of steps take who acts first.
    """

    def __init__(self):
        self.now = MONDAY
        self.quantity = {"room": 1, "boss": 1, "kit": 2}
        self.archived = set()
        self.entries = []
        self.visits = []
        self.series = 0
        # first and last day
        self.substitution = None

    # Who

    def get_asked(self):
        """Return who is asked to approve the boss room."""
        day = activity_time.local_day(self.now, "Europe/Warsaw")
        first, last = self.substitution or (None, None)
        return {"approver", "piotr"} if first and first <= day <= last else {"approver"}

    def has_in_care(self, actor, resource):
        return actor == "manager" or (resource == "boss" and actor in self.get_asked())

    def may_change(self, actor, entry):
        return actor == entry.holder or self.has_in_care(actor, entry.resource)

    def get_first_state(self, actor, resource):
        is_asking = resource == "boss" and not self.has_in_care(actor, resource)
        return "requested" if is_asking else "confirmed"

    # The book

    def fits(self, index, entries):
        """Whether at each moment there are enough units for an entry beside the others."""
        first, last = entries[index].blocked
        beside = [
            (max(first, other.blocked[0]), min(last, other.blocked[1]))
            for number, other in enumerate(entries)
            if number != index
            and other.resource == entries[index].resource
            and other.state not in DROPPED
            and other.blocked[0] < last
            and other.blocked[1] > first
        ]
        highest = max((number for *_span, number in intervals.stack(beside)), default=0)
        return highest < self.quantity[entries[index].resource]

    def put(self, changed, taking=()):
        """Write lines, if there is room for all of those that take some.

        :param changed: dict of index to ``Entry``; new ones follow the last
        :param taking: indices of those that take their time, and had it not before
        """
        entries = list(self.entries)
        for index, entry in sorted(changed.items()):
            entries[index : index + 1] = [entry]
        for index in taking:
            if entries[index].resource in self.archived or not self.fits(index, entries):
                raise RefusedError
        self.entries = entries

    def add(self, entries):
        """Write new lines."""
        first = len(self.entries)
        changed = dict(enumerate(entries, first))
        self.put(changed, changed)

    def rewrite(self, actor, wanted):
        """Write other times or resources into lines.

        :param wanted: dict of index to the ``Entry`` that it would be
        """
        changed, taking = {}, set()
        for index, entry in wanted.items():
            was = self.entries[index]
            if entry == was:
                continue
            if was.state == "released":
                raise RefusedError
            is_within = entry.resource == was.resource and (
                was.start <= entry.start and entry.stop <= was.stop
            )
            # what was approved was another time, and who was asked was asked for another resource
            is_other = was.state == "requested" and entry.resource != was.resource
            if is_other or (was.state == "confirmed" and not is_within):
                entry = replace(entry, state=self.get_first_state(actor, entry.resource))
            changed[index] = entry
            if entry.state in LIVE and not is_within:
                taking.add(index)
        self.put(changed, taking)

    # Bookings

    def book(self, actor, resource, start, hours):
        state = self.get_first_state(actor, resource)
        self.add([Entry(resource, start, start + hours * HOUR, actor, state)])

    def move(self, actor, index, start):
        was = self.entries[index]
        moved = replace(was, start=start, stop=start + (was.stop - was.start))
        self.rewrite(actor, {index: moved})

    def resize(self, actor, index, hours):
        was = self.entries[index]
        self.rewrite(actor, {index: replace(was, stop=was.start + hours * HOUR)})

    def change(self, actor, index, resource):
        self.rewrite(actor, {index: replace(self.entries[index], resource=resource)})

    def drop(self, index, state):
        was = self.entries[index]
        if was.state not in LIVE:
            return
        if was.state == "confirmed" and was.stop <= self.now:
            raise RefusedError
        self.put({index: replace(was, state=state)})

    def cancel(self, _actor, index):
        self.drop(index, "cancelled")

    def refuse(self, _actor, index):
        self.drop(index, "refused")

    def reopen(self, actor, index):
        was = self.entries[index]
        if was.state in DROPPED:
            state = self.get_first_state(actor, was.resource)
            self.put({index: replace(was, state=state, is_given_back=False)}, [index])

    def release(self, _actor, index):
        was = self.entries[index]
        if was.state == "released":
            return
        if was.state != "confirmed" or not was.start < self.now < was.stop:
            raise RefusedError
        self.put({index: replace(was, state="released", stop=self.now)})

    def approve(self, _actor, index):
        was = self.entries[index]
        if was.state == "requested":
            self.put({index: replace(was, state="confirmed")})

    def hand_over(self, _actor, index, holder):
        self.put({index: replace(self.entries[index], holder=holder)})

    # Series

    def book_series(self, actor, resource, start, hours, count):
        state = self.get_first_state(actor, resource)
        length = min(hours, 3) * HOUR
        days = [start + number * DAY for number in range(count)]
        self.add(
            [Entry(resource, day, day + length, actor, state, series=self.series) for day in days]
        )
        self.series += 1

    def get_of_series(self, actor, index, scope):
        """Return the indices of those that a change of a line, and of its series, concerns."""
        was = self.entries[index]
        concerned = [index]
        if was.series is not None:
            concerned = [
                number
                for number, entry in enumerate(self.entries)
                if entry.series == was.series
                and entry.state in LIVE
                and entry.stop > self.now
                and (scope == "all" or entry.start >= was.start)
            ]
        if not concerned or not all(
            self.may_change(actor, self.entries[each]) for each in concerned
        ):
            raise RefusedError
        return concerned

    def move_series(self, actor, index, start, scope):
        was = self.entries[index]
        wanted = {}
        for each in self.get_of_series(actor, index, scope):
            begin = self.entries[each].start + (start - was.start)
            stop = begin + (was.stop - was.start)
            wanted[each] = replace(self.entries[each], start=begin, stop=stop)
        self.rewrite(actor, wanted)

    def cancel_series(self, actor, index, scope):
        for each in self.get_of_series(actor, index, scope):
            self.drop(each, "cancelled")

    # Activities

    def plan(self, actor, start, hours, resources):
        stop = start + hours * HOUR
        number = len(self.visits)
        self.add(
            [
                Entry(
                    resource,
                    start,
                    stop,
                    actor,
                    self.get_first_state(actor, resource),
                    activity=number,
                )
                for resource in sorted(resources)
            ]
        )
        self.visits.append(Visit(actor, start, stop))

    def get_following(self, number):
        """Return the lines that follow an activity: dict of index to ``Entry``."""
        return {
            index: entry
            for index, entry in enumerate(self.entries)
            if entry.activity == number and (entry.state in LIVE or entry.is_given_back)
        }

    def move_visit(self, actor, number, start):
        was = self.visits[number]
        shift = start - was.start
        wanted = {
            index: replace(entry, start=entry.start + shift, stop=entry.stop + shift)
            for index, entry in self.get_following(number).items()
        }
        self.rewrite(actor, wanted)
        self.visits[number] = replace(was, start=start, stop=was.stop + shift)

    def hand_visit_over(self, _actor, number, user):
        was = self.visits[number]
        self.put(
            {
                index: replace(entry, holder=user)
                for index, entry in self.get_following(number).items()
                if entry.holder == was.user
            }
        )
        self.visits[number] = replace(was, user=user)

    def set_status(self, actor, number, status):
        was = self.visits[number]
        changed, taking = {}, []
        for index, entry in self.get_following(number).items():
            if status == "cancelled" and was.status != "cancelled" and entry.state in LIVE:
                changed[index] = replace(entry, state="cancelled", is_given_back=True)
            elif status != "cancelled" and entry.is_given_back:
                # otherwise the activity could never take place again
                is_there = entry.resource not in self.archived
                state = self.get_first_state(actor, entry.resource) if is_there else entry.state
                changed[index] = replace(entry, state=state, is_given_back=False)
                taking += [index] * is_there
        self.put(changed, taking)
        self.visits[number] = replace(was, status=status)

    # What else happens

    def wait(self, _actor, hours):
        """Time passes, and what nobody has answered until it begins lapses."""
        self.now += hours * HOUR
        self.put(
            {
                index: replace(was, state="cancelled")
                for index, was in enumerate(self.entries)
                if was.state == "requested" and was.start <= self.now
            }
        )

    def set_quantity(self, _actor, number):
        coming = [
            (max(self.now, entry.blocked[0]), entry.blocked[1])
            for entry in self.entries
            if entry.resource == "kit"
            and entry.state not in DROPPED
            and entry.blocked[1] > self.now
        ]
        if any(count > number for *_span, count in intervals.stack(coming)):
            raise RefusedError
        self.quantity["kit"] = number

    def archive(self, _actor, resource):
        if resource in self.archived:
            self.archived.remove(resource)
            return
        if any(
            entry.resource == resource and entry.state in LIVE and entry.stop > self.now
            for entry in self.entries
        ):
            raise RefusedError
        self.archived.add(resource)

    def close(self, _actor, _resource, _start, _hours):
        """Nothing changes in the book."""

    def substitute(self, _actor, later, days):
        """Say from when to when Piotr acts, or that he does not any more."""
        first = activity_time.local_day(self.now, "Europe/Warsaw") + later * DAY
        self.substitution = None if self.substitution else (first, first + days * DAY)

    # Who is told

    def get_told(self, before, asked, actor):
        """Return how often who is told of what became of the lines: holders, and who is asked.

        :param before: the lines as they were
        :param asked: who was asked until now
        """
        concerned = set()
        for index, entry in enumerate(self.entries):
            was = before[index] if index < len(before) else None
            if replace(entry, is_given_back=False) == (was and replace(was, is_given_back=False)):
                continue
            if was:
                concerned |= {was.holder, entry.holder}
            if entry.state == "requested":
                concerned |= self.get_asked()
        told = Counter(concerned - {actor})
        # as a day begins on which one is a substitute; by whoever says so with the news of it
        if actor == "clock" and any(entry.state == "requested" for entry in self.entries):
            told.update(self.get_asked() - asked)
        return told

    def get_closed(self, resource, start, hours):
        """Return the holders whose bookings fall into a closure."""
        return {
            entry.holder
            for entry in self.entries
            if entry.resource == resource
            and entry.state in LIVE
            and entry.start < start + hours * HOUR
            and entry.stop > max(start, self.now)
        }
