from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg2.errors import CheckViolation

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged
from odoo.tests.common import BaseCase
from odoo.tools import mute_logger

from ...tools import intervals, units
from ..common import ResourceCommon

PROPERTY = settings(deadline=None, database=None)
DAY = datetime(2026, 3, 2)
HOUR = timedelta(hours=1)


def spans(most):
    """Return a strategy for lists of hours, none of them empty."""
    return st.lists(
        st.tuples(st.integers(0, 20), st.integers(1, 6)).map(lambda pair: (pair[0], sum(pair))),
        max_size=most,
    )


def accept(wanted, taken, quantity):
    """Return those spans that fit beside others, one after the other."""
    accepted = []
    for span in wanted:
        every = [*taken, *accepted, span]
        if all(number <= quantity for *_span, number in intervals.stack(every)):
            accepted.append(span)
    return accepted


@tagged("post_install", "-at_install")
class TestArrange(BaseCase):
    """Whoever fits by numbers gets a unit."""

    @PROPERTY
    @given(spans(14), spans(3), st.integers(1, 4), st.integers(0, 24))
    def test_everybody_gets_a_unit(self, history, wanted, quantity, now):
        now = DAY + now * HOUR
        # as they came one after the other, and got a unit each
        claims = []
        for number, (start, stop) in enumerate(accept(history, [], quantity)):
            new = units.Claim(number, DAY + start * HOUR, DAY + stop * HOUR)
            pivot = min(max(new.start, now), new.stop)
            found = units.arrange([*claims, new], quantity, pivot)
            self._check([*claims, new], found, quantity, pivot)
            claims = [each._replace(unit=found[each.key]) for each in [*claims, new]]
        taken = [((c.start - DAY) // HOUR, (c.stop - DAY) // HOUR) for c in claims]
        new = [
            units.Claim(-number - 1, DAY + start * HOUR, DAY + stop * HOUR)
            for number, (start, stop) in enumerate(accept(wanted, taken, quantity))
        ]
        if new:
            first, last = min(c.start for c in new), max(c.stop for c in new)
            pivot = min(max(first, now), last)
            self._check(claims + new, units.arrange(claims + new, quantity, pivot), quantity, pivot)

    def _check(self, claims, found, quantity, pivot):
        self.assertEqual(found.keys(), {claim.key for claim in claims})
        self.assertLessEqual(max(found.values()), quantity)
        for one in claims:
            if one.unit and one.start < pivot < one.stop:
                self.assertEqual(found[one.key], one.unit, "what goes on keeps its unit")
            for other in claims:
                if one.key < other.key and found[one.key] == found[other.key]:
                    self.assertFalse(one.start < other.stop and other.start < one.stop)

    def test_nobody_moves_without_need(self):
        claims = [
            units.Claim("a", DAY, DAY + HOUR, 3),
            units.Claim("b", DAY + 2 * HOUR, DAY + 4 * HOUR, 1),
            units.Claim("c", DAY + 3 * HOUR, DAY + 5 * HOUR, 3),
            units.Claim("new", DAY, DAY + 3 * HOUR),
        ]
        self.assertEqual(units.arrange(claims, 3, DAY), {"a": 3, "b": 1, "c": 3, "new": 2})


@tagged("post_install", "-at_install")
class TestPlace(BaseCase):
    """A resource as people book it: who is refused, and who has to change the unit."""

    def _claim(self, key, span, unit=None):
        return units.Claim(key, *(DAY + hour * HOUR for hour in span), unit)

    def _beside(self, claim, there):
        return [each for each in there if each.start < claim.stop and claim.start < each.stop]

    def _get_units(self, quantity, now, there):
        def fetch(start, stop):
            return [each for each in there if each.start < stop and start < each.stop]

        return units.Units(quantity, DAY + now * HOUR, fetch)

    def _settle(self, claims, given):
        """Return claims with the units that they were given, of which no two are of one time."""
        claims = [each._replace(unit=given.get(each.key, each.unit)) for each in claims]
        for claim in claims:
            for other in self._beside(claim, claims):
                self.assertTrue(claim.key == other.key or claim.unit != other.unit)
        return claims

    @PROPERTY
    @given(spans(12), spans(4), st.integers(1, 3), st.integers(0, 24))
    def test_refused_only_where_there_are_too_few(self, history, together, quantity, now):
        there = []
        for number, span in enumerate(history):
            there += self._place([(number, span)], there, quantity, now)
        wanted = sorted((span, -number - 1) for number, span in enumerate(together))
        self._place([(key, span) for span, key in wanted], there, quantity, now)

    def _place(self, wanted, there, quantity, now):
        """Return what gets a unit, after everybody else in the list has got the new one."""
        claims = [self._claim(key, span) for key, span in wanted]
        taken = [((c.start - DAY) // HOUR, (c.stop - DAY) // HOUR) for c in there]
        given, refused = self._get_units(quantity, now, there).place(
            [(claim, self._beside(claim, there)) for claim in claims]
        )
        accepted = accept([span for _key, span in wanted], taken, quantity)
        self.assertEqual(len(wanted) - len(accepted), len(refused))
        for key, in_the_way in refused.items():
            claim = next(each for each in claims if each.key == key)
            beside = {each.key for each in self._beside(claim, there)}
            self.assertLessEqual(set(in_the_way), beside)
        if refused:
            self.assertFalse(given)
            return []
        self.assertLessEqual({claim.key for claim in claims}, given.keys())
        self.assertLessEqual(max(given.values(), default=1), quantity)
        placed = self._settle([*there, *claims], given)
        there[:] = placed[: len(there)]
        return placed[len(there) :]

    def test_nobody_is_moved_who_is_not_seen(self):
        """As of who took a unit meanwhile: then it is refused, and nobody is in the way."""
        there = [self._claim("a", (8, 10), 1), self._claim("b", (10, 12), 2)]
        wanted = [(self._claim("new", (9, 11)), there)]
        self.assertEqual(units.Units(2, DAY).place(wanted), ({}, {"new": []}))

    @PROPERTY
    @given(spans(10), st.integers(1, 3), st.integers(0, 24))
    def test_fewer_units(self, history, quantity, now):
        """What is to come is put on the units there are, or nothing is."""
        spans = sorted(accept(history, [], quantity + 1))
        claims = [self._claim(number, span) for number, span in enumerate(spans)]
        given = units.arrange(claims, quantity + 1, DAY)
        claims = self._settle(claims, given)
        coming = [each for each in claims if each.stop > DAY + now * HOUR]
        over = [each for each in claims if each not in coming]
        if not coming:
            return
        needed = [(max(start, now), stop) for start, stop in spans if stop > now]
        accepted = accept(needed, [], quantity)
        changes, lacking = self._get_units(quantity, now, over).refit(coming)
        self.assertEqual(len(needed) - len(accepted), len(lacking))
        if lacking:
            self.assertFalse(changes)
            return
        settled = self._settle(claims, changes)
        # what is over may have to give its number to what is still going on
        keys = {each.key for each in coming}
        self.assertTrue(all(each.unit <= quantity for each in settled if each.key in keys))
        self.assertTrue(all(each.unit != changes.get(each.key) for each in claims))


@tagged("post_install", "-at_install")
class TestUnits(ResourceCommon):
    """A booking is refused only if more units would be needed at a moment than there are."""

    def setUp(self):
        super().setUp()
        self.kit.quantity = 2

    def _units(self):
        bookings = self.kit.booking_ids.filtered("is_blocking").sorted("start")
        self._check_units(bookings)
        return [(b.start.hour, b.stop.hour, b.unit) for b in bookings]

    def _check_units(self, bookings):
        self.env.flush_all()
        self.assertLessEqual(max(bookings.mapped("unit")), self.kit.quantity)

    def test_a_booking_to_come_gives_its_unit_to_another(self):
        for start, stop in ((8, 9), (8, 10), (10, 12)):
            self._book(self.kit, start, stop)
        self.assertEqual(self._units(), [(8, 9, 1), (8, 10, 2), (10, 12, 1)])
        late = self.kit.booking_ids.filtered(lambda each: each.start.hour == 10)
        changed = late.write_date, late.write_uid, late.message_ids
        finder = self._find(9, 2)
        self.assertEqual(len(finder.line_ids), 1)
        self._book(self.kit, 9, 11, by=self.salesperson_b)
        self.assertEqual(self._units(), [(8, 9, 1), (8, 10, 2), (9, 11, 1), (10, 12, 2)])
        self.assertEqual((late.write_date, late.write_uid, late.message_ids), changed)
        self.assertFalse(self._find(9, 2).line_ids)
        with self.assertRefused(ValidationError, "“Test demo kit” is already taken"):
            self._book(self.kit, 9, 11)

    def _find(self, hour, hours):
        finder = (
            self.env["isof.resource.finder"]
            .with_user(self.salesperson_a)
            .create(
                {
                    "mode": "time",
                    "start": self._at(hour),
                    "duration": hours,
                    "need_ids": [Command.create({"resource_ids": [Command.set(self.kit.ids)]})],
                }
            )
        )
        finder.action_search()
        return finder

    def test_who_is_in_the_way_is_named(self):
        """Those at the moment at which all units are taken, and not those beside it."""
        self._book(self.kit, 8, 10)
        for user in (self.salesperson_a, self.salesperson_b):
            self._book(self.kit, 10, 11, by=user)
        with self.assertRaises(ValidationError) as caught:
            self._book(self.kit, 9, 11)
        message = str(caught.exception)
        self.assertEqual(message.count("\n– "), 2)
        self.assertIn("Salesperson B: reserved", message)

    def test_moved_and_resized(self):
        for start, stop in ((8, 9), (8, 10), (10, 12)):
            self._book(self.kit, start, stop)
        last = self._book(self.kit, 13, 14)
        last.write({"start": self._at(9), "stop": self._at(11)})
        self.assertEqual(self._units(), [(8, 9, 1), (8, 10, 2), (9, 11, 1), (10, 12, 2)])
        with self.assertRefused(ValidationError, "is already taken"):
            last.write({"start": self._at(9), "stop": self._at(11), "resource_id": self.kit.id})
            last.write({"start": self._at(8)})
        last.write({"stop": self._at(10)})
        self._units()

    def test_the_whole_chain_changes(self):
        """Each of them would be in the way of the next one, beyond the days looked at first."""
        # as two who take turns: each starts before the other one ends
        first = self._at(12)
        length = timedelta(days=5)
        every = self.Booking
        for turn in range(6):
            start = first + turn * timedelta(days=4)
            every += self._book(self.kit, start, start + length)
        self.assertEqual(every.mapped("unit"), [1, 2, 1, 2, 1, 2])
        before = self._book(self.kit, self._at(8), self._at(10))
        self.assertEqual(before.unit, 1)
        # on the other unit until ten, and then beside the first of them
        new = self._book(self.kit, self._at(10), first + timedelta(days=4))
        self.assertEqual(new.unit, 2)
        again = new.copy({"start": self._at(9), "stop": self._at(10)})
        self.assertEqual(again.unit, 2)
        self.assertEqual(len(self._units()), 9)

    def test_what_goes_on_keeps_its_unit(self):
        for start, stop in ((8, 9), (8, 12), (12, 14)):
            self._book(self.kit, start, stop)
        going_on = self.kit.booking_ids.filtered(lambda each: each.stop.hour == 12)
        self.assertEqual(going_on.unit, 2)
        with freeze_time("2026-03-12 08:30:00"):
            self._book(self.kit, 9, 13)
            self.assertEqual(going_on.unit, 2)
            self.assertEqual(self._units(), [(8, 9, 1), (8, 12, 2), (9, 13, 1), (12, 14, 2)])

    def test_what_is_entered_for_a_time_that_is_over(self):
        for start, stop in ((8, 9), (8, 10), (10, 12)):
            self._book(self.kit, start, stop)
        with freeze_time("2026-03-13 08:00:00"):
            self._book(self.kit, 9, 11)
            self.assertEqual(len(self._units()), 4)
            with self.assertRefused(ValidationError, "is already taken"):
                self._book(self.kit, 9, 10)

    def test_series_and_activity(self):
        for start, stop in ((8, 9), (8, 10), (10, 12)):
            self._book(self.kit, start, stop)
        series = self._create_series(
            resource_id=self.kit.id, start=self._at(9), stop=self._at(11), skip_taken=True
        )
        self.assertFalse(series.skipped)
        self.assertEqual(len(series.booking_ids), 4)
        series.booking_ids.action_cancel()
        activity = self._create_activity(
            start=self._at(9), stop=self._at(11), resource_ids=[Command.set(self.kit.ids)]
        )
        self.assertEqual(activity.resource_ids, self.kit)
        self.assertEqual(len(self._units()), 4)
        self.assertTrue(self.kit.get_alternatives(self._at(13), self._at(14)))

    def test_several_at_once(self):
        """What is booked together finds units together, and is refused together."""
        for start, stop in ((8, 9), (8, 10), (10, 12)):
            self._book(self.kit, start, stop)
        wanted = [
            {"resource_id": self.kit.id, "start": self._at(start), "stop": self._at(stop)}
            for start, stop in ((9, 11), (11, 13), (12, 14))
        ]
        bookings = self.Booking.with_user(self.salesperson_a)
        with self.assertRefused(ValidationError, "another of the bookings that you make at once"):
            bookings.create([*wanted, {**wanted[2], "start": self._at(12), "stop": self._at(13)}])
        bookings.create(wanted)
        self.assertEqual(len(self._units()), 6)

    def test_quantity_lowered_rearranges(self):
        self.kit.quantity = 3
        for start, stop in ((8, 9), (8, 10), (9, 11), (10, 12)):
            self._book(self.kit, start, stop)
        self._book(self.kit, 8, 9).action_cancel()
        third = self._book(self.kit, 12, 14)
        third.sudo()._renumber({third.id: 3})
        self.kit.quantity = 2
        self._units()
        with self.assertRefused(UserError, "booked more often at a time than it could be"):
            self.kit.quantity = 1

    def test_no_resource_is_without_units(self):
        self._book(self.kit, 9, 10)
        for quantity in (0, -1):
            with (
                self.subTest(quantity=quantity),
                mute_logger("odoo.sql_db"),
                self.assertRaisesRegex(CheckViolation, "isof_resource_quantity_positive"),
                self.env.cr.savepoint(),
            ):
                self.kit.quantity = quantity

    def test_quantity_lowered_while_some_go_on(self):
        """What is over does not count, and makes way in the history for what goes on."""
        self.kit.quantity = 3
        over = self._book(self.kit, 8, 10)
        kept = self._book(self.kit, 8, 13)
        moved = self._book(self.kit, 9, 13)
        self.assertEqual((over | kept | moved).mapped("unit"), [1, 2, 3])
        with freeze_time("2026-03-12 11:00:00"):
            self.kit.quantity = 2
        self.assertEqual((kept | moved).mapped("unit"), [2, 1])
        self.assertEqual(over.unit, 3)

    def test_no_query_for_each_booking(self):
        """However many change their unit, as many queries."""

        def measure(rows):
            kit = self._create_resource(f"Kit {rows}", quantity=2 * rows)
            times = [(8, 9)] * rows + [(8, 10)] * rows + [(10, 12)] * rows
            vals_list = [
                {"resource_id": kit.id, "start": self._at(start), "stop": self._at(stop)}
                for start, stop in times
            ]
            bookings = self.Booking.with_user(self.salesperson_a)
            late = bookings.create(vals_list)[-rows:]
            before = late.mapped("unit")
            self.env.flush_all()
            self.env.invalidate_all()
            count = self.env.cr.sql_log_count
            vals = {"resource_id": kit.id, "start": self._at(9), "stop": self._at(11)}
            bookings.create([vals] * rows)
            self.env.flush_all()
            count = self.env.cr.sql_log_count - count
            self.assertFalse({*before} & {*late.mapped("unit")}, "each has got another one")
            return count

        measure(1)
        self.assertEqual(measure(2), measure(6))
