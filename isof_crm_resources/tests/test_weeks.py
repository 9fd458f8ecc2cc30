import os
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from ..tools import intervals
from .common import ResourceCommon

# So many weeks pass in each run; ISOF_WEEKS=2000 for those that an evening has time for.
WEEKS = int(os.environ.get("ISOF_WEEKS", "25"))
HOUR = timedelta(hours=1)
# Monday to Friday, from eight to eight.
MONDAY = datetime(2026, 3, 16)
MOMENTS = st.tuples(st.integers(0, 4), st.integers(8, 19)).map(
    lambda pair: MONDAY + timedelta(days=pair[0], hours=pair[1])
)
LENGTHS = st.sampled_from([1, 2, 3, 26])
RESOURCES = st.sampled_from(["room", "boss", "kit"])
ACTORS = st.sampled_from(["anna", "piotr", "manager"])
BOOKINGS = st.integers(0, 11)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("book"), ACTORS, RESOURCES, MOMENTS, LENGTHS),
        st.tuples(st.just("book"), ACTORS, st.just("kit"), MOMENTS, LENGTHS),
        st.tuples(st.just("move"), ACTORS, BOOKINGS, MOMENTS),
        st.tuples(st.just("resize"), ACTORS, BOOKINGS, LENGTHS),
        st.tuples(st.just("change"), ACTORS, BOOKINGS, RESOURCES),
        st.tuples(
            st.sampled_from(["cancel", "reopen", "release", "approve", "refuse"]), ACTORS, BOOKINGS
        ),
        st.tuples(st.just("hand_over"), ACTORS, BOOKINGS, ACTORS),
        st.tuples(st.just("wait"), st.integers(1, 30)),
        st.tuples(st.just("quantity"), st.integers(1, 3)),
        st.tuples(st.just("archive"), RESOURCES),
        st.tuples(st.just("close"), RESOURCES, MOMENTS, LENGTHS),
    ),
    min_size=4,
    max_size=24,
)
LIVE, DROPPED = ("requested", "confirmed"), ("cancelled", "refused")


class RefusedError(Exception):
    """What the week on paper does not allow."""


@dataclass(frozen=True)
class Entry:
    """A line in the book at the reception desk, without anything of Odoo."""

    resource: str
    start: datetime
    stop: datetime
    holder: str
    state: str

    @property
    def blocked(self):
        # kits are checked for half an hour when they come back
        return self.start, self.stop + (HOUR / 2 if self.resource == "kit" else timedelta())


class Week:
    """The book at the reception desk: what is taken, what is refused, who is told."""

    def __init__(self):
        self.now = MONDAY
        self.quantity = {"room": 1, "boss": 1, "kit": 2}
        self.archived = set()
        self.entries = []

    def get_first_state(self, actor, resource):
        return "requested" if resource == "boss" and actor != "manager" else "confirmed"

    def fits(self, index, entry):
        """Whether at each moment there are enough units for an entry beside the others."""
        first, last = entry.blocked
        beside = [
            (max(first, other.blocked[0]), min(last, other.blocked[1]))
            for number, other in enumerate(self.entries)
            if number != index
            and other.resource == entry.resource
            and other.state not in DROPPED
            and other.blocked[0] < last
            and other.blocked[1] > first
        ]
        highest = max((number for *_span, number in intervals.stack(beside)), default=0)
        return highest < self.quantity[entry.resource]

    def put(self, index, entry, *, takes):
        """Write a line, if there is room for it."""
        if takes and (entry.resource in self.archived or not self.fits(index, entry)):
            raise RefusedError
        if index == len(self.entries):
            self.entries.append(entry)
        else:
            self.entries[index] = entry

    def book(self, actor, resource, start, hours):
        state = self.get_first_state(actor, resource)
        entry = Entry(resource, start, start + hours * HOUR, actor, state)
        self.put(len(self.entries), entry, takes=True)

    def rewrite(self, actor, index, **changes):
        """Write another time or resource into a line."""
        was = self.entries[index]
        entry = replace(was, **changes)
        if entry == was:
            return
        if was.state == "released":
            raise RefusedError
        is_within = entry.resource == was.resource and (
            was.start <= entry.start and entry.stop <= was.stop
        )
        first = self.get_first_state(actor, entry.resource)
        # what was approved was another time, and who was asked was asked for another resource
        is_other = was.state == "requested" and entry.resource != was.resource
        if is_other or (was.state == "confirmed" and not is_within):
            entry = replace(entry, state=first)
        self.put(index, entry, takes=entry.state in LIVE and not is_within)

    def move(self, actor, index, start):
        was = self.entries[index]
        self.rewrite(actor, index, start=start, stop=start + (was.stop - was.start))

    def resize(self, actor, index, hours):
        self.rewrite(actor, index, stop=self.entries[index].start + hours * HOUR)

    def change(self, actor, index, resource):
        self.rewrite(actor, index, resource=resource)

    def drop(self, index, state):
        was = self.entries[index]
        if was.state not in LIVE:
            return
        if was.state == "confirmed" and was.stop <= self.now:
            raise RefusedError
        self.put(index, replace(was, state=state), takes=False)

    def cancel(self, _actor, index):
        self.drop(index, "cancelled")

    def refuse(self, _actor, index):
        self.drop(index, "refused")

    def reopen(self, actor, index):
        was = self.entries[index]
        if was.state in DROPPED:
            state = self.get_first_state(actor, was.resource)
            self.put(index, replace(was, state=state), takes=True)

    def release(self, _actor, index):
        was = self.entries[index]
        if was.state == "released":
            return
        if was.state != "confirmed" or not was.start < self.now < was.stop:
            raise RefusedError
        self.put(index, replace(was, state="released", stop=self.now), takes=False)

    def approve(self, _actor, index):
        was = self.entries[index]
        if was.state == "requested":
            self.put(index, replace(was, state="confirmed"), takes=False)

    def hand_over(self, _actor, index, holder):
        self.put(index, replace(self.entries[index], holder=holder), takes=False)

    def wait(self, hours):
        """Time passes, and what nobody has answered until it begins lapses."""
        self.now += hours * HOUR
        for index, was in enumerate(self.entries):
            if was.state == "requested" and was.start <= self.now:
                self.put(index, replace(was, state="cancelled"), takes=False)

    def set_quantity(self, number):
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

    def archive(self, resource):
        if resource in self.archived:
            self.archived.remove(resource)
            return
        if any(
            entry.resource == resource and entry.state in LIVE and entry.stop > self.now
            for entry in self.entries
        ):
            raise RefusedError
        self.archived.add(resource)

    def get_concerned(self, before, actor):
        """Return who is told what became of the lines: holders, and who is asked."""
        told = set()
        for index, entry in enumerate(self.entries):
            was = before[index] if index < len(before) else None
            if entry == was:
                continue
            if was:
                told |= {was.holder, entry.holder}
            if entry.state == "requested":
                told.add("approver")
        return told - {actor}

    def get_closed(self, resource, start, stop):
        """Return the holders whose bookings fall into a closure."""
        return {
            entry.holder
            for entry in self.entries
            if entry.resource == resource
            and entry.state in LIVE
            and entry.start < stop
            and entry.stop > max(start, self.now)
        }


@tagged("post_install", "-at_install")
class TestWeeks(ResourceCommon):
    """Whatever people do in a week, Odoo's book is that of the reception desk."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kit.write({"quantity": 2, "buffer_after": 30})
        cls.resources = {"room": cls.room_small, "boss": cls.room_boss, "kit": cls.kit}
        cls.env["isof.resource"].concat(*cls.resources.values()).write(
            {"closed_policy": "warn", "request_hours": 0, "user_id": False}
        )
        cls.people = {
            "anna": cls.salesperson_a,
            "piotr": cls.salesperson_b,
            "manager": cls.resource_manager,
            "approver": cls.department_manager,
        }

    @settings(
        max_examples=WEEKS,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(STEPS)
    def test_weeks(self, steps):
        with self.env.cr.savepoint() as savepoint:
            self._live(steps)
            savepoint.rollback()
        self.env.invalidate_all()

    def _live(self, steps):
        week, bookings = Week(), []
        for action, *values in steps:
            with freeze_time(week.now):
                self._forget_messages()
                before = list(week.entries)
                actor, expected, do = self._prepare(week, bookings, action, values)
                if do is None:
                    continue
                try:
                    closed = expected()
                    is_allowed = True
                except RefusedError:
                    closed, is_allowed = None, False
            with freeze_time(week.now):
                why = (steps, action, values)
                self.assertEqual(self._is_done(do), is_allowed, why)
                told = week.get_concerned(before, actor)
                if is_allowed and closed:
                    told |= closed
                self._check(week, bookings, told, why)

    def _prepare(self, week, bookings, action, values):
        """Return who acts, what it does to the week on paper, and what to do in Odoo."""
        if action == "book":
            actor, name, start, hours = values
            resource = self.resources[name]

            def book():
                bookings.append(
                    self._book(resource, start, start + hours * HOUR, by=self.people[actor])
                )

            return actor, lambda: week.book(*values), book
        if action == "wait":

            def expire():
                self._run_expiry()

            return None, lambda: week.wait(*values), expire
        if action == "quantity":
            [number] = values

            def set_quantity():
                self.kit.quantity = number

            return None, lambda: week.set_quantity(number), set_quantity
        if action == "archive":
            [name] = values

            def archive():
                resource = self.resources[name]
                resource.active = not resource.active

            return None, lambda: week.archive(name), archive
        if action == "close":
            name, start, hours = values
            stop = start + hours * HOUR

            def close():
                self.env["resource.calendar.leaves"].create(
                    {
                        "name": "Closed",
                        "resource_id": self.resources[name].resource_id.id,
                        "date_from": start,
                        "date_to": stop,
                    }
                )

            return None, lambda: week.get_closed(name, start, stop), close
        if not bookings:
            return None, None, None
        actor, index, *rest = values
        index %= len(bookings)
        if action in ("approve", "refuse"):
            # only those who look after it
            actor = "manager"
        elif actor != "manager":
            actor = week.entries[index].holder
        booking = bookings[index].with_user(self.people[actor])
        do = {
            "move": lambda: booking.write(
                {"start": rest[0], "stop": rest[0] + (booking.stop - booking.start)}
            ),
            "resize": lambda: booking.write({"stop": booking.start + rest[0] * HOUR}),
            "change": lambda: booking.write({"resource_id": self.resources[rest[0]].id}),
            "cancel": booking.action_cancel,
            "reopen": booking.action_reopen,
            "release": booking.action_release,
            "approve": booking.action_confirm,
            "refuse": lambda: booking._write_all({"state": "refused"}, "Needed otherwise"),
            "hand_over": lambda: booking.write({"user_id": self.people[rest[0]].id}),
        }
        if action == "refuse" and week.entries[index].state not in LIVE:
            return None, None, None
        return actor, lambda: getattr(week, action)(actor, index, *rest), do[action]

    def _is_done(self, do):
        try:
            with self.env.cr.savepoint():
                do()
                self.env.flush_all()
        except UserError:
            self.env.invalidate_all()
            return False
        return True

    def _forget_messages(self):
        for user in self.people.values():
            self._get_told(user)

    def _check(self, week, bookings, told, why):
        self.env.invalidate_all()
        names = {resource: name for name, resource in self.resources.items()}
        people = {user: name for name, user in self.people.items()}
        written = [
            Entry(names[b.resource_id], b.start, b.stop, people[b.user_id], b.state)
            for b in bookings
        ]
        self.assertEqual(written, week.entries, why)
        self.assertEqual(
            {name: resource.quantity for name, resource in self.resources.items()},
            week.quantity,
            why,
        )
        for booking in bookings:
            asked = {people[user] for user in self._get_to_dos(booking)}
            self.assertEqual(asked, {"approver"} if booking.state == "requested" else set(), why)
        self.assertFalse(self.Booking._find_wrong_ids(), why)
        messages = {name: len(self._get_told(user)) for name, user in self.people.items()}
        self.assertEqual(messages, {name: int(name in told) for name in self.people}, why)
