from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..common import ResourceCommon

HOURS = st.integers(8, 12)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("book"), st.integers(0, 1), HOURS, st.integers(1, 3)),
        st.tuples(st.just("move"), st.integers(0, 9), HOURS, st.integers(1, 3)),
        st.tuples(st.just("reassign"), st.integers(0, 9), st.integers(0, 1)),
        st.tuples(st.sampled_from(["cancel", "reopen", "approve", "refuse"]), st.integers(0, 9)),
    ),
    min_size=3,
    max_size=14,
)


@tagged("post_install", "-at_install")
class TestProperty(ResourceCommon):
    """Whatever people do one after the other, it ends as on paper: never with an overlap."""

    def setUp(self):
        super().setUp()
        self.kit.quantity = 2
        self.kit.buffer_after = 30
        self.room_boss.approver_ids = False
        self.resources = [self.room_boss, self.kit]

    def _fits(self, model, index, resource, start, stop):
        """Return whether the model has room for a booking beside all others."""
        margin = timedelta(minutes=resource.buffer_after)
        others = [
            (begin, end + margin)
            for other, (kind, begin, end, state) in model.items()
            if other != index and kind == resource and state == "live"
        ]
        # most are at once at the start of one of them
        moments = [start, *(begin for begin, _end in others if start < begin < stop + margin)]
        return all(
            sum(begin <= moment < end for begin, end in others) < resource.quantity
            for moment in moments
        )

    @settings(
        max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(STEPS)
    def test_never_an_overlap(self, steps):
        with self.env.cr.savepoint() as savepoint:
            self._play(steps)
            savepoint.rollback()

    def _play(self, steps):
        model, bookings = {}, []
        for action, *values in steps:
            if action == "book":
                number, hour, length = values
                index, resource = len(bookings), self.resources[number]
                wanted = resource, self._at(hour), self._at(hour + length), "live"
            elif not bookings:
                continue
            else:
                index = values[0] % len(bookings)
                wanted = self._get_wanted(model[index], action, values)
            resource, start, stop, state = wanted
            was = model.get(index)
            done = self._apply(action, bookings, index, wanted)
            fits = (
                state != "live" or was == wanted or self._fits(model, index, resource, start, stop)
            )
            self.assertEqual(done, fits, (steps, action, values))
            if done:
                model[index] = wanted
            self._check_no_overlap()

    def _get_wanted(self, was, action, values):
        """Return what a booking becomes by an action."""
        resource, start, stop, state = was
        if action == "move":
            return resource, self._at(values[1]), self._at(values[1] + values[2]), state
        if action == "reassign":
            return self.resources[values[1]], start, stop, state
        if action in ("cancel", "refuse"):
            return resource, start, stop, "dropped"
        return resource, start, stop, "live" if action == "reopen" else state

    def _apply(self, action, bookings, index, wanted):
        """Do it; return whether it was possible."""
        resource, start, stop, _state = wanted
        try:
            with self.env.cr.savepoint():
                if action == "book":
                    bookings.append(self._book(resource, start, stop))
                    return True
                booking = bookings[index]
                if action == "move":
                    booking.write({"start": start, "stop": stop})
                elif action == "reassign":
                    booking.resource_id = resource
                elif action == "cancel":
                    booking.action_cancel()
                elif action == "reopen":
                    booking.action_reopen()
                elif action == "approve":
                    booking.with_user(self.resource_manager).action_confirm()
                else:
                    booking.with_user(self.resource_manager).action_refuse()
        except ValidationError:
            return False
        return True

    def _check_no_overlap(self):
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT one.id, other.id FROM isof_booking one JOIN isof_booking other
                ON one.resource_id = other.resource_id AND one.unit = other.unit
               AND one.id < other.id AND one.is_blocking AND other.is_blocking
               AND one.block_start < other.block_stop AND other.block_start < one.block_stop
            """
        )
        self.assertFalse(self.env.cr.fetchall())
        self.env.cr.execute(
            "SELECT id FROM isof_booking WHERE is_blocking"
            " <> (state IN ('requested', 'confirmed', 'released'))"
        )
        self.assertFalse(self.env.cr.fetchall())
