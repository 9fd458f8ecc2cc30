import os
from collections import Counter
from datetime import timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from ..common import ResourceCommon
from .reception import DAY, DROPPED, HOUR, LIVE, MONDAY, Entry, RefusedError, Week

# How many weeks pass in each run; ISOF_WEEKS=2000 for those that an evening has time for.
WEEKS = int(os.environ.get("ISOF_WEEKS", "25"))
MOMENTS = st.tuples(st.integers(0, 4), st.integers(8, 19)).map(
    lambda pair: MONDAY + timedelta(days=pair[0], hours=pair[1])
)
LENGTHS = st.sampled_from([1, 2, 3, 26])
RESOURCES = st.sampled_from(["room", "boss", "kit"])
ACTORS = st.sampled_from(["anna", "piotr", "manager"])
SELLERS = st.sampled_from(["anna", "piotr"])
SCOPES = st.sampled_from(["following", "all"])
NUMBERS = st.integers(0, 11)
# Of which kind a step is, by its name: what is done with a booking, with an activity, without.
OF_BOOKINGS = {
    "move": (MOMENTS,),
    "resize": (LENGTHS,),
    "change": (RESOURCES,),
    "hand_over": (ACTORS,),
    **dict.fromkeys(("cancel", "reopen", "release", "approve", "refuse"), ()),
    "move_series": (MOMENTS, SCOPES),
    "cancel_series": (SCOPES,),
}
OF_VISITS = {
    "move_visit": (MOMENTS,),
    "hand_visit_over": (SELLERS,),
    "set_status": (st.sampled_from(["planned", "cancelled", "done"]),),
}
OTHERS = {
    "book": (ACTORS, RESOURCES, MOMENTS, LENGTHS),
    "book_series": (ACTORS, RESOURCES, MOMENTS, LENGTHS, st.integers(2, 3)),
    "plan": (SELLERS, MOMENTS, LENGTHS, st.frozensets(RESOURCES, min_size=1)),
    "wait": (st.just("clock"), st.integers(1, 30)),
    "set_quantity": (st.just("office"), st.integers(1, 3)),
    "archive": (st.just("office"), RESOURCES),
    "close": (st.just("office"), RESOURCES, MOMENTS, LENGTHS),
    "substitute": (st.just("office"), st.integers(0, 1), st.integers(0, 2)),
}
# What fills the book comes more often, and so does what decides who is asked.
OFTEN = ("book", "plan", "substitute", "wait")
# And so does giving back, which needs another such step to come back.
OFTEN_OF_VISITS = ("set_status",) * 4


def _choose_one(*steps):
    """Return one of several kinds of steps; Hypothesis would take nested choices for one."""
    return st.one_of(*steps).map(tuple)


STEPS = st.lists(
    st.one_of(
        _choose_one(
            *(st.tuples(st.just(name), *OTHERS[name]) for name in (*OTHERS, *OFTEN)),
            st.tuples(st.just("book"), ACTORS, st.just("kit"), MOMENTS, LENGTHS),
            st.tuples(st.just("book"), SELLERS, st.just("boss"), MOMENTS, LENGTHS),
        ),
        *(
            _choose_one(
                *(
                    st.tuples(st.just(name), ACTORS, NUMBERS, *kind[name])
                    for name in (*kind, *often)
                ),
                # without activities there is nothing to do with them
                st.tuples(st.just("plan"), *OTHERS["plan"]),
            )
            for kind, often in ((OF_BOOKINGS, ()), (OF_VISITS, OFTEN_OF_VISITS))
        ),
    ),
    min_size=10,
    max_size=30,
)


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
        cls.statuses = {
            "planned": cls.status_planned,
            "cancelled": cls.status_cancelled,
            "done": cls.status_done,
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
        # for whom anybody acted
        self.env.registry.clear_cache()

    def _live(self, steps):
        self.bookings, self.visits = [], []
        week = Week()
        for step, *values in steps:
            with freeze_time(week.now):
                self._forget_messages()
                if not (values := self._choose(week, step, values)):
                    continue
                before, asked = week.entries, week.get_asked()
                told = week.get_closed(*values[1:]) if step == "close" else set()
                try:
                    getattr(week, step)(*values)
                    is_allowed = True
                except RefusedError:
                    told, is_allowed = set(), False
            with freeze_time(week.now):
                why = (steps, step, values)
                do = getattr(self, f"_do_{step}", None)
                if step in OF_BOOKINGS:
                    do = self._get_of_booking(step)
                self.assertEqual(self._is_done(do, *values), is_allowed, why)
                told = week.get_told(before, asked, values[0]) + Counter(told)
                self._check(week, told, why)

    def _choose(self, week, step, values):
        """Return what a step is done with, None if there is nothing to do it with.

        Who acts is somebody who may, and what is done fits the time.
        """
        if step == "plan" and values[1] <= week.now:
            # what is over is proposed as done
            return None
        if step in OTHERS:
            return values
        actor, number, *rest = values
        there = week.visits if step in OF_VISITS else week.entries
        if not there:
            return None
        # otherwise most steps would come to nothing, and rarely one to what another began
        fitting = [
            index for index, one in enumerate(there) if self._is_for(week, step, one, *rest)
        ] or range(len(there))
        number = fitting[number % len(fitting)]
        if step in OF_VISITS:
            visit = there[number]
            if step == "set_status" and rest == [visit.status]:
                rest = ["planned" if visit.status == "cancelled" else "cancelled"]
            is_late = visit.start <= week.now
            if (step == "move_visit" and (is_late or rest[0] <= week.now)) or (
                # what was held before its time has its own rules
                step == "set_status" and rest[0] == "done" and not is_late
            ):
                return None
            return visit.user, number, *rest
        entry = there[number]
        if step in ("approve", "refuse"):
            if step == "refuse" and entry.state not in LIVE:
                return None
            if not week.has_in_care(actor, entry.resource):
                # as a substitute, on those days
                actor = "piotr" if week.has_in_care("piotr", entry.resource) else "manager"
        elif not week.may_change(actor, entry):
            actor = entry.holder
        return actor, number, *rest

    @staticmethod
    def _is_for(week, step, one, *rest):
        """Return whether a step changes a line, or an activity, by what that is now."""
        match step, rest:
            case "move", [_start]:
                # what was approved, and has to be again
                is_approved = (one.resource, one.state) == ("boss", "confirmed")
                return is_approved and one.holder != "manager"
            case "move_series" | "cancel_series", [*_start, "following"]:
                # what is earlier stays
                return one.series is not None and any(
                    other.series == one.series
                    and other.state in LIVE
                    and week.now < other.stop
                    and other.start < one.start
                    for other in week.entries
                )
            case "approve", []:
                return one.state == "requested"
            case "refuse", []:
                return one.state in LIVE
            case "reopen", []:
                return one.state in DROPPED
            case "release", []:
                return one.state == "confirmed" and one.start < week.now < one.stop
            case "set_status", ["planned"]:
                return one.status == "cancelled"
            case "set_status", ["done"]:
                return one.start <= week.now
        return True

    # What is done in Odoo

    def _do_book(self, actor, name, start, hours):
        self.bookings.append(
            self._book(self.resources[name], start, start + hours * HOUR, by=self.people[actor])
        )

    def _do_book_series(self, actor, name, start, hours, count):
        series = self._create_series(
            by=self.people[actor],
            resource_id=self.resources[name].id,
            start=start,
            stop=start + min(hours, 3) * HOUR,
            freq="daily",
            count=count,
        )
        self.bookings += series.booking_ids.sorted("start")

    def _do_plan(self, actor, start, hours, names):
        visit = self._create_activity(
            by=self.people[actor],
            user_id=self.people[actor].id,
            author_id=self.people[actor].id,
            start=start,
            stop=start + hours * HOUR,
            resource_ids=[Command.set([self.resources[name].id for name in names])],
        )
        by_resource = {booking.resource_id: booking for booking in visit.sudo().booking_ids}
        self.bookings += [by_resource[self.resources[name]] for name in sorted(names)]
        self.visits.append(visit)

    def _do_move_visit(self, actor, number, start):
        visit = self.visits[number].with_user(self.people[actor])
        visit.write({"start": start, "stop": start + (visit.stop - visit.start)})

    def _do_hand_visit_over(self, actor, number, user):
        visit = self.visits[number].with_user(self.people[actor])
        visit.user_id = self.people[user]

    def _do_set_status(self, actor, number, status):
        visit = self.visits[number].with_user(self.people[actor])
        visit.status_id = self.statuses[status]

    def _get_of_booking(self, step):
        """Return the function that does something with a booking."""

        def do(actor, number, *rest):
            booking = self.bookings[number].with_user(self.people[actor])
            length = booking.stop - booking.start
            match step, rest:
                case "move", [start]:
                    booking.write({"start": start, "stop": start + length})
                case "resize", [hours]:
                    booking.stop = booking.start + hours * HOUR
                case "change", [name]:
                    booking.resource_id = self.resources[name]
                case "hand_over", [name]:
                    booking.user_id = self.people[name]
                case "refuse", []:
                    booking._refuse("Needed otherwise")
                case "move_series", [start, scope]:
                    booking.change_series({"start": start, "stop": start + length}, scope)
                case "cancel_series", [scope]:
                    booking.cancel_series(scope)
                case _:
                    name = {"approve": "confirm"}.get(step, step)
                    getattr(booking, f"action_{name}")()

        return do

    def _do_wait(self, _actor, _hours):
        self._run_expiry()

    def _do_set_quantity(self, _actor, number):
        self.kit.quantity = number

    def _do_archive(self, _actor, name):
        resource = self.resources[name]
        resource.active = not resource.active

    def _do_close(self, _actor, name, start, hours):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Closed",
                "resource_id": self.resources[name].resource_id.id,
                "date_from": start,
                "date_to": start + hours * HOUR,
            }
        )

    def _do_substitute(self, _actor, later, days):
        substitutes = self.env["isof.substitute"].search(
            [("substitute_id", "=", self.salesperson_b.id)]
        )
        if substitutes:
            substitutes.unlink()
            return
        first = substitutes._fields["date_from"].context_today(
            substitutes.with_context(tz="Europe/Warsaw")
        )
        substitutes.create(
            {
                "user_id": self.department_manager.id,
                "substitute_id": self.salesperson_b.id,
                "date_from": first + later * DAY,
                "date_to": first + (later + days) * DAY,
            }
        )

    def _is_done(self, do, *values):
        try:
            with self.env.cr.savepoint():
                do(*values)
                self.env.flush_all()
        except UserError:
            self.env.invalidate_all()
            return False
        return True

    # What came of it

    def _forget_messages(self):
        for user in self.people.values():
            self._get_told(user)

    def _check(self, week, told, why):
        self.env.invalidate_all()
        names = {resource: name for name, resource in self.resources.items()}
        people = {user: name for name, user in self.people.items()}
        series = self.env["isof.booking"].concat(*self.bookings).sudo().series_id.sorted("id").ids
        visits = [visit.id for visit in self.visits]
        written = [
            Entry(
                names[booking.resource_id],
                booking.start,
                booking.stop,
                people[booking.user_id],
                booking.state,
                visits.index(booking.held_activity_id.id) if booking.held_activity_id else None,
                series.index(booking.series_id.id) if booking.series_id else None,
                booking.is_dropped,
            )
            for booking in (booking.sudo() for booking in self.bookings)
        ]
        self.assertEqual(written, week.entries, why)
        self.assertEqual(
            {name: resource.quantity for name, resource in self.resources.items()},
            week.quantity,
            why,
        )
        for booking in self.bookings:
            asked = {people[user] for user in self._get_to_dos(booking)}
            expected = week.get_asked() if booking.state == "requested" else set()
            self.assertEqual(asked, expected, why)
            expiry = booking.start if booking.state == "requested" else False
            self.assertEqual(booking.sudo().expiry, expiry, why)
        self.assertFalse(self.Booking._find_wrong_ids(), why)
        messages = {name: len(self._get_told(user)) for name, user in self.people.items()}
        self.assertEqual(messages, {name: told[name] for name in self.people}, why)
