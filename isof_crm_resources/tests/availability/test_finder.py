import time
from datetime import date, datetime, timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ...exceptions import BookingConflict
from ..common import ResourceCommon

WORKDAYS = ("0", "1", "2", "3", "4")


@tagged("post_install", "-at_install")
class TestFinder(ResourceCommon):
    """It is Wednesday, 10:00 in Warsaw; rooms and devices are open from 8 to 16 on workdays."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls.env["resource.calendar"].create(
            {
                "name": "Test 8-16",
                "tz": "Europe/Warsaw",
                "company_id": cls.company.id,
                "attendance_ids": [
                    Command.clear(),
                    *(
                        Command.create(
                            {"name": day, "dayofweek": day, "hour_from": 8, "hour_to": 16}
                        )
                        for day in WORKDAYS
                    ),
                ],
            }
        )
        cls.kind_room, cls.kind_device = cls.env["isof.resource.kind"].create(
            [{"name": "Test room"}, {"name": "Test device"}]
        )
        cls.whiteboard = cls.env["isof.resource.feature"].create({"name": "Test whiteboard"})
        cls.house = cls.env["isof.resource.place"].create({"name": "Test house"})
        cls.floor = cls.env["isof.resource.place"].create(
            {"name": "Test floor", "parent_id": cls.house.id}
        )
        cls.small = cls._create_office_resource(
            "Test cabin", seats=4, place_id=cls.floor.id, feature_ids=cls.whiteboard.ids
        )
        cls.large = cls._create_office_resource(
            "Test conference room",
            seats=12,
            location="201",
            feature_ids=(cls.projector | cls.whiteboard).ids,
        )
        cls.hall = cls._create_office_resource("Test hall", seats=60, feature_ids=cls.projector.ids)
        cls.kit = cls._create_office_resource("Test exhibit", kind_id=cls.kind_device.id)
        cls.notebook = cls._create_office_resource(
            "Test notebook", kind_id=cls.kind_device.id, quantity=2
        )

    @classmethod
    def _create_office_resource(cls, name, **vals):
        """Return a new resource that cannot be booked while the office is closed."""
        return cls._create_resource(
            name,
            **{
                "kind_id": cls.kind_room.id,
                "resource_calendar_id": cls.calendar.id,
                "closed_policy": "refuse",
                **vals,
            },
        )

    def _take(self, resource, start, stop, by=None):
        """Have somebody else book."""
        return self._book(resource, start, stop, by=by or self.salesperson_b)

    def _find(self, *needs, by=None, **vals):
        """Return a finder of salesperson A that has searched."""
        finders = self.env["isof.resource.finder"].with_user(by or self.salesperson_a)
        finder = finders.create({"need_ids": [Command.create(need) for need in needs], **vals})
        finder.action_search()
        return finder

    def assertProposals(self, finder, expected):  # noqa: N802
        """Check resources and first and last start of the proposals."""
        self.assertEqual(
            [(line.resource_ids, line.start, line.last_start) for line in finder.line_ids],
            [(resources, start, last or False) for resources, start, last in expected],
        )

    # ------------------------------------------------------------
    # What is free
    # ------------------------------------------------------------

    def test_what_is_free_at_a_time(self):
        """The smallest room that is large enough first; what is taken or too small is not shown."""
        ten = datetime(2026, 3, 12, 9)
        need = {"kind_id": self.kind_room.id, "seats": 4}
        self._take(self.small, ten - timedelta(hours=1), ten + timedelta(minutes=1))
        finder = self._find(need, start=ten, duration=1.5)
        self.assertProposals(finder, [(self.large, ten, None), (self.hall, ten, None)])
        self.assertEqual(finder.line_ids[0].stop, datetime(2026, 3, 12, 10, 30))
        # what only touches is free
        finder = self._find(need, start=ten + timedelta(minutes=1), duration=1.5)
        self.assertEqual(finder.line_ids[0].resource_ids, self.small)

    def test_criteria(self):
        start = datetime(2026, 3, 12, 9)
        for need, expected in [
            ({"feature_ids": (self.projector | self.whiteboard).ids}, self.large),
            ({"feature_ids": self.projector.ids}, self.large | self.hall),
            ({"place_id": self.house.id}, self.small),
            ({"resource_ids": (self.hall | self.kit).ids}, self.hall | self.kit),
            ({"kind_id": self.kind_device.id}, self.kit | self.notebook),
            ({"seats": 13}, self.hall),
        ]:
            with self.subTest(need=need):
                found = self._find(need, start=start).line_ids.resource_ids
                self.assertEqual(found & self._all_resources(), expected)

    def _all_resources(self):
        return self.small | self.large | self.hall | self.kit | self.notebook

    def test_room_with_projector_and_the_kit_this_week(self):
        """A room for 8 with projector and the demo kit, 90 minutes, this week."""
        self._take(self.large, datetime(2026, 3, 12, 11), datetime(2026, 3, 12, 15))
        for day in (12, 13):
            self._take(self.hall, datetime(2026, 3, day, 7), datetime(2026, 3, day, 15))
        # Wednesday and Friday the kit is away
        self._take(self.kit, datetime(2026, 3, 11, 9), datetime(2026, 3, 11, 15))
        self._close(self.kit, datetime(2026, 3, 13, 7), datetime(2026, 3, 13, 13))
        finder = self._find(
            {"kind_id": self.kind_room.id, "seats": 8, "feature_ids": self.projector.ids},
            {"resource_ids": self.kit.ids},
            mode="period",
            date_from=date(2026, 3, 11),
            date_to=date(2026, 3, 13),
            duration=1.5,
        )
        self.assertProposals(
            finder,
            [
                # Thursday from 8:00 in Warsaw, so that it is over by noon
                (
                    self.large | self.kit,
                    datetime(2026, 3, 12, 7),
                    datetime(2026, 3, 12, 9, 30),
                ),
                # Friday after the closure, before the house closes
                (
                    self.large | self.kit,
                    datetime(2026, 3, 13, 13),
                    datetime(2026, 3, 13, 13, 30),
                ),
            ],
        )

    def _close(self, resource, start, stop):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Repair",
                "resource_id": resource.resource_id.id,
                "calendar_id": self.calendar.id,
                "company_id": self.company.id,
                "date_from": start,
                "date_to": stop,
            }
        )

    def test_when_a_resource_is_free(self):
        """From now on, on quarters of the clock; a single start has no later one."""
        self._take(self.small, datetime(2026, 3, 11, 11), datetime(2026, 3, 11, 13))
        finder = self._find(
            {"resource_ids": self.small.ids},
            mode="period",
            date_from=date(2026, 3, 9),
            date_to=date(2026, 3, 11),
            duration=2,
        )
        self.assertProposals(
            finder,
            [
                (self.small, datetime(2026, 3, 11, 9), None),
                (self.small, datetime(2026, 3, 11, 13), None),
            ],
        )

    def test_days_of_the_readers_zone(self):
        """Thursday in Auckland begins when it is Wednesday noon in Warsaw."""
        self.salesperson_a.tz = "Pacific/Auckland"
        finder = self._find(
            {"resource_ids": self.small.ids},
            mode="period",
            date_from=date(2026, 3, 12),
            date_to=date(2026, 3, 12),
        )
        self.assertProposals(
            finder,
            [
                (self.small, datetime(2026, 3, 11, 11), datetime(2026, 3, 11, 14)),
                (self.small, datetime(2026, 3, 12, 7), datetime(2026, 3, 12, 10)),
            ],
        )
        # on Friday morning there it is Thursday 23:00 in Warsaw
        thursday = datetime(2026, 3, 12, 22)
        self.assertFalse(self._find({"resource_ids": self.small.ids}, start=thursday).line_ids)

    def test_runs_end_where_other_resources_are_free(self):
        """The small room until it is taken, then the large one, then the small one again."""
        self._take(self.small, datetime(2026, 3, 12, 9), datetime(2026, 3, 12, 10))
        finder = self._find(
            {"kind_id": self.kind_room.id, "seats": 2},
            mode="period",
            date_from=date(2026, 3, 12),
            date_to=date(2026, 3, 12),
        )
        self.assertProposals(
            finder,
            [
                (self.small, datetime(2026, 3, 12, 7), datetime(2026, 3, 12, 8)),
                (self.large, datetime(2026, 3, 12, 8, 15), datetime(2026, 3, 12, 9, 45)),
                (self.small, datetime(2026, 3, 12, 10), datetime(2026, 3, 12, 14)),
            ],
        )
        self.assertTrue(all(finder.line_ids.mapped("has_others")))
        action = finder.line_ids[1].action_show_others()
        self.assertEqual(action["res_id"], finder.id)
        self.assertProposals(
            finder,
            [
                (self.large, datetime(2026, 3, 12, 8, 15), None),
                (self.hall, datetime(2026, 3, 12, 8, 15), None),
            ],
        )

    def test_two_of_the_same(self):
        """Two needs that the same resources meet: two rooms, or two units of one device."""
        start = datetime(2026, 3, 12, 9)
        rooms = {"resource_ids": (self.small | self.large).ids}
        finder = self._find(rooms, rooms, start=start)
        self.assertEqual([line.resource_ids for line in finder.line_ids], [self.small | self.large])
        finder = self._find(*[{"resource_ids": self.notebook.ids}] * 2, start=start)
        self.assertEqual(finder.line_ids.note, "2x Test notebook")
        finder.line_ids.action_book()
        units = self.env["isof.booking"].search([("resource_id", "=", self.notebook.id)])
        self.assertEqual(sorted(units.mapped("unit")), [1, 2])
        self.assertFalse(self._find({"resource_ids": self.notebook.ids}, start=start).line_ids)

    def test_what_is_confirmed_at_once_comes_first(self):
        self.large.write({"needs_approval": True, "approver_ids": self.manager.ids})
        need = {"resource_ids": (self.large | self.hall).ids, "seats": 5}
        start = datetime(2026, 3, 12, 9)
        found = self._find(need, start=start).line_ids.mapped("resource_ids")
        self.assertEqual(found.ids, (self.hall | self.large).ids)
        # whoever approves need not ask
        finder = self._find(need, start=start, by=self.manager)
        self.assertEqual(finder.line_ids.mapped("resource_ids").ids, (self.large | self.hall).ids)
        self.assertNotIn("approval", finder.line_ids[0].note)

    def test_without_needs(self):
        """Whoever asks for nothing special sees everything."""
        finder = self._find(start=datetime(2026, 3, 12, 9))
        self.assertGreaterEqual(finder.line_ids.resource_ids, self._all_resources())

    def test_what_is_good_to_know(self):
        self.hall.needs_approval = True
        needs = {"resource_ids": (self.large | self.hall).ids}
        finder = self._find(needs, start=datetime(2026, 3, 12, 9))
        self.assertEqual(
            finder.line_ids.mapped("note"),
            [
                "for 12 people · Test projector, Test whiteboard · 201",
                "for 60 people · Test projector · needs approval",
            ],
        )
        finder = self._find(
            {"resource_ids": self.hall.ids},
            {"resource_ids": self.kit.ids},
            start=datetime(2026, 3, 12, 9),
        )
        self.assertEqual(finder.line_ids.note, "needs approval: Test hall")

    # ------------------------------------------------------------
    # Outside working hours
    # ------------------------------------------------------------

    def test_what_is_closed_but_may_be_booked(self):
        """After the open ones, and marked; what refuses is not offered."""
        self.small.closed_policy = "warn"
        self.hall.resource_calendar_id = False
        evening = datetime(2026, 3, 12, 17)
        rooms = {"resource_ids": (self.small | self.large | self.hall).ids}
        finder = self._find(rooms, start=evening)
        self.assertProposals(finder, [(self.hall, evening, None), (self.small, evening, None)])
        self.assertEqual(finder.line_ids.mapped("is_closed"), [False, True])
        self.assertIn("outside working hours", finder.line_ids[1].note)
        self.assertNotIn("outside", finder.line_ids[0].note)
        # half of it is outside
        finder = self._find(rooms, start=datetime(2026, 3, 12, 14, 30))
        self.assertEqual(finder.line_ids.mapped("resource_ids").ids, (self.hall | self.small).ids)
        finder.line_ids[1].action_book()
        booking = self.Booking.search([("resource_id", "=", self.small.id)])
        self.assertIn("closed for some of this time", booking.warning)

    def test_which_of_several_is_closed(self):
        self.small.closed_policy = "warn"
        self.kit.resource_calendar_id = False
        finder = self._find(
            {"resource_ids": self.small.ids},
            {"resource_ids": self.kit.ids},
            start=datetime(2026, 3, 12, 17),
        )
        self.assertEqual(finder.line_ids.note, "outside working hours: Test cabin")

    def test_nights_are_offered_only_for_want_of_days(self):
        self.small.closed_policy = "warn"
        need = {"resource_ids": self.small.ids}
        period = {"mode": "period", "date_from": date(2026, 3, 12), "date_to": date(2026, 3, 12)}
        by_day = self._find(need, **period)
        self.assertEqual(by_day.line_ids.mapped("is_closed"), [False])
        self.assertEqual(by_day.line_ids.start, datetime(2026, 3, 12, 7))
        self._take(self.small, datetime(2026, 3, 12, 7), datetime(2026, 3, 12, 15))
        at_night = self._find(need, **period)
        self.assertEqual(set(at_night.line_ids.mapped("is_closed")), {True})
        self.assertEqual(
            at_night.line_ids.mapped("start"),
            [datetime(2026, 3, 11, 23), datetime(2026, 3, 12, 15)],
        )

    def test_lunch_break_does_not_close_a_room(self):
        """People have a break; whoever wants a room closed then leaves the time out."""
        thursday = self.calendar.attendance_ids.filtered(lambda each: each.dayofweek == "3")
        thursday.hour_to = 12
        afternoon, lunch = self.env["resource.calendar.attendance"].create(
            [
                {
                    "name": name,
                    "calendar_id": self.calendar.id,
                    "dayofweek": "3",
                    "day_period": name,
                    "hour_from": start,
                    "hour_to": stop,
                }
                for name, start, stop in (("afternoon", 13, 17), ("lunch", 12, 13))
            ]
        )
        self.assertTrue(afternoon)
        # 12:00 to 13:30 in Warsaw
        noon = datetime(2026, 3, 12, 11)
        need = {"resource_ids": self.small.ids}
        self.assertProposals(self._find(need, start=noon, duration=1.5), [(self.small, noon, None)])
        self._take(self.small, noon, noon + timedelta(hours=1.5)).action_cancel()
        lunch.unlink()
        self.assertFalse(self._find(need, start=noon, duration=1.5).line_ids)
        with self.assertRefused(ValidationError, "“Test cabin” is closed then"):
            self._take(self.small, noon, noon + timedelta(hours=1.5))

    # ------------------------------------------------------------
    # Booking
    # ------------------------------------------------------------

    def test_book(self):
        """One click books with the reader's rights, whatever needs approval as a request."""
        self.hall.write({"needs_approval": True, "user_id": self.manager.id})
        start = datetime(2026, 3, 12, 9)
        finder = self._find(
            {"resource_ids": self.kit.ids}, {"resource_ids": self.hall.ids}, start=start
        )
        action = finder.line_ids.action_book()
        bookings = self.env["isof.booking"].search([("user_id", "=", self.salesperson_a.id)])
        self.assertRecordValues(
            bookings.sorted("state"),
            [
                {
                    "resource_id": self.kit.id,
                    "state": "confirmed",
                    "start": start,
                    "stop": datetime(2026, 3, 12, 10),
                    "create_uid": self.salesperson_a.id,
                },
                {
                    "resource_id": self.hall.id,
                    "state": "requested",
                    "start": start,
                    "stop": datetime(2026, 3, 12, 10),
                    "create_uid": self.salesperson_a.id,
                },
            ],
        )
        params = action["params"]
        self.assertEqual(params["message"], "Booked: %s; Requested, waiting for approval: %s")
        self.assertRegex(params["links"][0]["label"], r"Test exhibit, .*10:00.*11:00")
        self.assertEqual(params["next"]["type"], "ir.actions.act_window_close")

    def test_book_a_later_start(self):
        """The start of a proposal can be put later; its end follows."""
        finder = self._find(
            {"resource_ids": self.small.ids},
            mode="period",
            date_from=date(2026, 3, 12),
            date_to=date(2026, 3, 12),
        )
        line = finder.line_ids
        line.start = datetime(2026, 3, 12, 12)
        line.action_book()
        self.assertRecordValues(
            self.small.booking_ids,
            [{"start": datetime(2026, 3, 12, 12), "stop": datetime(2026, 3, 12, 13)}],
        )
        line.start = datetime(2026, 3, 12, 20)
        with self.assertRefused(ValidationError, "“Test cabin” is closed then"):
            line.action_book()

    def test_taken_meanwhile(self):
        """What somebody took since the search is refused, with everything booked along."""
        start = datetime(2026, 3, 12, 9)
        finder = self._find(
            {"resource_ids": self.kit.ids}, {"resource_ids": self.small.ids}, start=start
        )
        self._take(self.small, start, start + timedelta(hours=1))
        with self.assertRefused(BookingConflict, "“Test cabin” is already taken"):
            finder.line_ids.action_book()
        self.assertFalse(self.kit.booking_ids)

    def test_for_an_activity(self):
        """Opened from an activity it proposes the activity's time, and books for it."""
        activity = self._create_activity(by=self.salesperson_a, duration=0.75)
        finders = self.env["isof.resource.finder"].with_user(self.salesperson_a)
        form = Form(finders.with_context(default_activity_id=activity.id))
        self.assertEqual(form.start, activity.start)
        self.assertEqual(form.duration, 0.75)
        finder = form.save()
        finder.need_ids.resource_ids = self.small
        finder.action_search()
        self.assertFalse(finder.line_ids.is_other_time)
        finder.line_ids.action_book()
        self.assertRecordValues(
            activity.booking_ids,
            [{"resource_id": self.small.id, "start": activity.start, "stop": activity.stop}],
        )

    def test_for_an_activity_all_day(self):
        activity = self._create_activity(
            by=self.salesperson_a, allday=True, start=datetime(2026, 3, 12)
        )
        finders = self.env["isof.resource.finder"].with_user(self.salesperson_a)
        form = Form(finders.with_context(default_activity_id=activity.id))
        self.assertEqual(form.mode, "period")
        self.assertEqual((form.date_from, form.date_to), (date(2026, 3, 12),) * 2)

    def test_move_the_activity(self):
        """The activity goes to the time proposed and takes along what it holds, or stays."""
        activity = self._create_activity(by=self.salesperson_a, duration=1)
        self._book_for(activity, self.kit)
        self._take(self.small, datetime(2026, 3, 12, 8), datetime(2026, 3, 12, 11))
        finder = self._find(
            {"resource_ids": self.small.ids},
            activity_id=activity.id,
            mode="period",
            date_from=date(2026, 3, 12),
            date_to=date(2026, 3, 12),
        )
        late = finder.line_ids[-1]
        self.assertEqual(late.start, datetime(2026, 3, 12, 11))
        self.assertTrue(late.is_other_time)
        other = self._take(self.kit, datetime(2026, 3, 12, 11), datetime(2026, 3, 12, 12))
        with self.assertRefused(BookingConflict, "“Test exhibit” is already taken"):
            late.action_move_and_book()
        self.assertEqual(activity.start, datetime(2026, 3, 12, 9))
        other.action_cancel()
        late.action_move_and_book()
        self.assertEqual(activity.start, datetime(2026, 3, 12, 11))
        self.assertEqual(activity.resource_ids, self.kit | self.small)
        self.assertEqual(set(activity.booking_ids.mapped("start")), {activity.start})

    def _book_for(self, activity, resource):
        return self.env["isof.booking"].create(
            {"resource_id": resource.id, "activity_id": activity.id}
        )

    # ------------------------------------------------------------
    # Rights
    # ------------------------------------------------------------

    def test_only_what_the_user_may_book(self):
        self.small.booker_ids = self.salesperson_b
        self.large.department_ids = self.department_sales
        self.hall.department_ids = self.department_marketing
        rooms = {"resource_ids": (self.small | self.large | self.hall).ids}
        start = datetime(2026, 3, 12, 9)
        self.assertEqual(self._find(rooms, start=start).line_ids.resource_ids, self.large)
        only = {"resource_ids": self.small.ids, "seats": 3}
        with self.assertRefused(
            UserError, r"no resource that you may book for: Test cabin, for 3 people\."
        ):
            self._find(only, start=start)
        self.assertTrue(self._find(only, start=start, by=self.salesperson_b).line_ids)

    def test_limits(self):
        """Too long or too far ahead is not free."""
        self.small.max_duration = 1
        self.large.max_days_ahead = 1
        need = {"resource_ids": (self.small | self.large).ids}
        soon, late = datetime(2026, 3, 12, 7), datetime(2026, 3, 13, 9)
        self.assertEqual(self._find(need, start=soon, duration=2).line_ids.resource_ids, self.large)
        self.assertEqual(self._find(need, start=late, duration=1).line_ids.resource_ids, self.small)

    def test_companies(self):
        """Resources of another company are not found; those of none are, as taken as they are."""
        shared = self._create_office_resource(
            "Test shared room", company_id=False, resource_calendar_id=False
        )
        start = datetime(2026, 3, 12, 9)
        need = {"resource_ids": (shared | self.small).ids}
        found = self._find({"kind_id": self.kind_room.id}, by=self.foreign_salesperson, start=start)
        self.assertEqual(found.line_ids.resource_ids, shared)
        self._take(shared, start, start + timedelta(hours=1), by=self.foreign_salesperson)
        self.assertEqual(self._find(need, start=start).line_ids.resource_ids, self.small)

    def test_roles(self):
        finder = self._find({"resource_ids": self.small.ids}, start=datetime(2026, 3, 12, 9))
        with self.assertRefused(AccessError, "isof.resource.finder"):
            self._find(by=self.outsider, start=datetime(2026, 3, 12, 9))
        # somebody else's search is not shown, nor booked
        for record in (finder, finder.need_ids, finder.line_ids):
            with self.assertRefused(AccessError, "."):
                record.with_user(self.salesperson_b).read(["create_date"])
        with self.assertRefused(AccessError, "."):
            finder.line_ids.with_user(self.salesperson_b).action_book()

    def test_activity_of_others(self):
        """Nobody books for an activity that they may not change."""
        activity = self._create_activity(by=self.salesperson_b, user_id=self.salesperson_b.id)
        needs = ({"resource_ids": self.small.ids},)
        times = {"start": datetime(2026, 3, 12, 9)}
        with self.assertRefused(AccessError, "“For Activity”: you may not see"):
            self._find(*needs, **times, activity_id=activity.id)
        finder = self._find(*needs, **times)
        # whoever might have put it there
        finder.sudo().activity_id = activity
        for action in (finder.line_ids.action_book, finder.line_ids.action_move_and_book):
            with self.assertRefused(AccessError, "."):
                action()

    # ------------------------------------------------------------
    # Bad input
    # ------------------------------------------------------------

    def test_bad_input(self):
        for message, vals in [
            ("for how long", {"duration": 0}),
            ("Look for 62 days", {"duration": 62 * 24 + 1}),
            ("from when on", {"start": False}),
            ("from which to which day", {"mode": "period", "date_to": False}),
            (
                "last day to look at is before",
                {"mode": "period", "date_from": date(2026, 3, 13), "date_to": date(2026, 3, 12)},
            ),
            (
                "62 days at a time",
                {"mode": "period", "date_from": date(2026, 3, 1), "date_to": date(2026, 5, 2)},
            ),
        ]:
            with self.subTest(message), self.assertRefused(ValidationError, message):
                self._find(**vals)
        for vals in (
            {"start": datetime(2026, 3, 11, 8)},
            {"mode": "period", "date_from": date(2026, 3, 9), "date_to": date(2026, 3, 10)},
        ):
            with self.subTest(vals), self.assertRefused(UserError, "This time is over"):
                self._find(**vals)

    def test_many_proposals(self):
        """No more proposals than one reads, and a hint that there are more."""
        rooms = self.env["isof.resource"].concat(
            *(self._create_office_resource(f"Test cell {number}") for number in range(51))
        )
        finder = self._find({"resource_ids": rooms.ids}, start=datetime(2026, 3, 12, 9))
        self.assertEqual(len(finder.line_ids), 50)
        self.assertTrue(finder.is_cut)
        finder = self._find({"resource_ids": rooms[:50].ids}, start=datetime(2026, 3, 12, 9))
        self.assertFalse(finder.is_cut)

    # ------------------------------------------------------------
    # Speed
    # ------------------------------------------------------------

    def test_queries(self):
        """Thirty rooms cost as many queries as two."""
        rooms = self.env["isof.resource"].concat(
            *(
                self._create_office_resource(
                    f"Test cell {number}", department_ids=self.department_sales.ids
                )
                for number in range(30)
            )
        )
        for room in rooms:
            self._take(room, datetime(2026, 3, 12, 9), datetime(2026, 3, 12, 10), by=self.manager)

        def count_queries(resources):
            finder = self.env["isof.resource.finder"].with_user(self.salesperson_a)
            finder = finder.create(
                {
                    "need_ids": [Command.create({"resource_ids": resources.ids})],
                    "mode": "period",
                    "date_from": date(2026, 3, 12),
                    "date_to": date(2026, 3, 18),
                }
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            line_vals = list(finder._iter_line_vals())
            self.assertTrue(line_vals)
            return self.cr.sql_log_count - before

        count_queries(rooms)
        few = count_queries(rooms[:2])
        self.assertEqual(count_queries(rooms), few)
        self.assertLess(few, 30)

    def test_as_many_as_there_are(self):
        """Any nine of nine things: there is one way to choose them, and it is found at once."""
        kind = self.env["isof.resource.kind"].create({"name": "Test notebook"})
        many = self.env["isof.resource"].concat(
            *(self._create_resource(f"Test {n}", kind_id=kind.id) for n in range(9))
        )
        needs = [{"resource_ids": many.ids}] * 9
        begin = time.monotonic()
        finder = self._find(*needs, start=datetime(2026, 3, 12, 9))
        self.assertLess(time.monotonic() - begin, 3)
        self.assertEqual(finder.line_ids.resource_ids, many)
        self.assertEqual(len(finder.line_ids), 1)
        self.assertCountEqual(finder.line_ids.booked_ids, many.ids)

    def test_absurd_needs(self):
        with self.assertRefused(ValidationError, "Look for 20 things at a time or fewer."):
            self._find(*[{"kind_id": self.kind_room.id}] * 21)
        with self.assertRefused(ValidationError, "“From” has to be a day from 01/01/1900"):
            self._find({}, start="9999-12-31 23:00:00")
        for hours, message in (
            (float("nan"), "“Hours” has to be a number of"),
            (1e12 + 1, "“Hours” has to be a number of"),
            (62 * 24 + 1, "Look for 62 days at a time or fewer"),
        ):
            with self.subTest(hours=hours), self.assertRefused(ValidationError, message):
                self._find({}, duration=hours)
