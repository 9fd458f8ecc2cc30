from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import ResourceCommon

SECRET = "Quiet negotiation"


@tagged("post_install", "-at_install")
class TestResourceRights(ResourceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.activity = cls._create_activity(by=cls.salesperson_a, name=SECRET)
        cls.for_activity = cls._book(cls.room_small, 9, 10, activity_id=cls.activity.id)
        cls.on_its_own = cls._book(cls.room_large, 9, 10, name=SECRET)
        cls.room_large.user_id = cls.department_manager
        cls.bookings = cls.for_activity | cls.on_its_own
        for booking in cls.bookings:
            booking.message_post(body=SECRET)
        cls.everybody = (
            cls.salesperson_a
            | cls.salesperson_b
            | cls.team_leader
            | cls.department_manager
            | cls.resource_manager
            | cls.manager
        )
        cls.env.ref("base.group_allow_export").user_ids |= cls.everybody

    def _get_paths(self, booking):
        """Return the ways to what a booking is for: a name, and whether a user sees it that way."""
        domain = [("id", "=", booking.id)]
        names = ["display_name", "name", "activity_id"]
        secret_id = self.activity.id

        def as_user(user):
            return self.Booking.with_user(user)

        def searched(*condition):
            return lambda user: as_user(user).search([*domain, condition])

        return {
            "read": lambda user: SECRET in str(as_user(user).browse(booking.id).read(names)),
            "read all": lambda user: SECRET in str(as_user(user).browse(booking.id).read()),
            "web_read": lambda user: (
                SECRET
                in str(
                    as_user(user)
                    .browse(booking.id)
                    .web_read({"name": {}, "activity_id": {"fields": {"display_name": {}}}})
                )
            ),
            "web_search_read": lambda user: (
                SECRET
                in str(
                    as_user(user).web_search_read(
                        domain,
                        {"display_name": {}, "activity_id": {"fields": {"display_name": {}}}},
                    )
                )
            ),
            "export": lambda user: (
                SECRET
                in str(
                    as_user(user)
                    .search(domain)
                    .export_data(["name", "display_name", "activity_id", "activity_id/name"])
                )
            ),
            "name_search": lambda user: SECRET in str(as_user(user).name_search(SECRET, domain)),
            "search name": searched("name", "ilike", "quiet"),
            "search equal name": searched("name", "=", SECRET),
            "search display name": searched("display_name", "ilike", "quiet"),
            "messages": lambda user: as_user(user).browse(booking.id).message_ids,
            **(
                {
                    "search activity": searched("activity_id", "ilike", "quiet"),
                    "search activity id": searched("activity_id", "=", secret_id),
                    "search set": searched("activity_id", "!=", False),
                    "search path": searched("activity_id.name", "ilike", "quiet"),
                }
                if booking == self.for_activity
                else {}
            ),
        }

    def _check_paths(self, booking, who_may):
        for name, sees in self._get_paths(booking).items():
            for user in self.everybody:
                self.env.invalidate_all()
                with self.subTest(name, user=user.name):
                    self.assertEqual(bool(sees(user)), user in who_may)

    def test_purpose_of_an_activity(self):
        who_may = self.salesperson_a | self.team_leader | self.department_manager | self.manager
        paths = self._get_paths(self.for_activity)
        messages = paths.pop("messages")
        for name, sees in paths.items():
            for user in self.everybody:
                self.env.invalidate_all()
                with self.subTest(name, user=user.name):
                    self.assertEqual(bool(sees(user)), user in who_may)
        # what is said about a booking is for whoever may change it
        for user in self.everybody:
            with self.subTest("messages", user=user.name):
                self.env.invalidate_all()
                self.assertEqual(bool(messages(user)), user in who_may | self.resource_manager)

    def test_purpose_of_its_own(self):
        self._check_paths(
            self.on_its_own,
            self.salesperson_a | self.department_manager | self.resource_manager | self.manager,
        )

    def test_hidden_fields(self):
        for user in self.everybody:
            mine = self.Booking.with_user(user)
            with self.subTest(user.name):
                for name in ("title", "held_activity_id"):
                    self.assertNotIn(name, mine.fields_get())
                    with self.assertRaises(AccessError):
                        mine.browse(self.bookings.ids).read([name])
                    with self.assertRaises(AccessError):
                        mine.search([(name, "!=", False)])
                    with self.assertRaises(AccessError):
                        mine.formatted_read_group([], [name], ["__count"])
                    with self.assertRaises(AccessError):
                        mine.search([], order=name)

    def test_no_grouping_by_what_is_hidden(self):
        for name in ("name", "activity_id", "activity_id.partner_id"):
            with self.subTest(name), self.assertRaises(Exception):  # noqa: B017
                self.Booking.with_user(self.salesperson_b).formatted_read_group(
                    [], [name], ["__count"]
                )

    def test_free_and_busy_for_everybody(self):
        seen = self.bookings.with_user(self.salesperson_b)
        self.assertEqual(seen.mapped("display_name"), ["Reserved", "Reserved"])
        self.assertEqual(seen.user_id, self.salesperson_a)
        self.assertEqual(seen.mapped("start"), [self._at(9)] * 2)
        self.assertFalse(any(seen.mapped("may_change")))
        with self.assertRaises(AccessError):
            self.bookings.with_user(self.outsider).read(["start"])

    def test_who_changes(self):
        who_may = {
            self.for_activity: self.everybody - self.salesperson_b,
            self.on_its_own: self.everybody - self.salesperson_b - self.team_leader,
        }
        for booking, users in who_may.items():
            for user in self.everybody:
                with self.subTest(user.name, booking=booking.resource_id.name):
                    self.env.invalidate_all()
                    mine = booking.with_user(user)
                    self.assertEqual(mine.may_change, user in users)
                    self.assertEqual(
                        bool(mine.search([("may_change", "=", True), ("id", "=", booking.id)])),
                        user in users,
                    )
                    if user in users:
                        mine.write({"stop": self._at(11)})
                        continue
                    for vals in ({"stop": self._at(11)}, {"name": "x"}, {"state": "cancelled"}):
                        with self.assertRaises(AccessError):
                            mine.write(vals)

    def test_nobody_books_for_others(self):
        with self.assertRaises(AccessError):
            self._book(self.room_small, 14, 15, user_id=self.salesperson_b.id)
        booking = self._book(
            self.room_small, 14, 15, by=self.resource_manager, user_id=self.salesperson_b.id
        )
        self.assertEqual(booking.user_id, self.salesperson_b)

    def test_resources_are_set_up_by_their_managers(self):
        for user in self.everybody - self.resource_manager - self.manager:
            with self.subTest(user.name), self.assertRaises(AccessError):
                self.room_small.with_user(user).seats = 99
        resource = (
            self.env["isof.resource"]
            .with_user(self.resource_manager)
            .create({"name": "Test new room", "kind_id": self.kind_room.id})
        )
        self.assertEqual(resource.resource_id.resource_type, "material")
        self.assertEqual(resource.company_id, self.company)
        resource.write({"name": "Renamed", "company_id": False, "resource_calendar_id": False})
        self.assertFalse(resource.resource_id.company_id)
        resource.unlink()

    def test_closures(self):
        closures = self.env["resource.calendar.leaves"]
        vals = {
            "name": "Painting",
            "resource_id": self.room_small.resource_id.id,
            "date_from": self._at(12),
            "date_to": self._at(13),
        }
        with self.assertRaises(AccessError):
            closures.with_user(self.salesperson_a).create(vals)
        closure = closures.with_user(self.resource_manager).create(vals)
        with self.assertRaises(AccessError):
            closure.with_user(self.salesperson_a).unlink()

    def test_companies(self):
        abroad = self.foreign_salesperson
        shared = self._book(self.car_shared, 9, 10, name=SECRET)
        seen = self.Booking.with_user(abroad).search([("id", "in", (shared | self.bookings).ids)])
        self.assertEqual(seen, shared)
        self.assertEqual(seen.display_name, "Reserved")
        resources = self.env["isof.resource"].with_user(abroad)
        self.assertEqual(
            resources.search([("name", "=like", "Test %")]), self.car_shared.with_user(abroad)
        )
        with self.assertRefused(ValidationError, "already taken.*\n.*Salesperson A: reserved"):
            self._book(self.car_shared, 9, 10, by=abroad)
        theirs = self._book(self.car_shared, 10, 11, by=abroad)
        self.assertEqual(theirs.company_id, self.other_company)
        with self.assertRaises(AccessError):
            self._book(self.room_small, 12, 13, by=abroad)
        with self.assertRefused(ValidationError, "has bookings of other companies"):
            self.car_shared.company_id = self.company

    def test_message_to_readers_of_several_companies(self):
        self.manager.company_ids = [Command.link(self.other_company.id)]
        self.room_small.company_id = self.company
        mine = self.Booking.with_user(self.manager).with_context(
            allowed_company_ids=self.other_company.ids
        )
        self.assertFalse(mine.search([("id", "=", self.for_activity.id)]))

    def test_search_without_purpose(self):
        """A purpose that the reader does not see is none, for the search as on the screen."""
        activity = self._create_activity(by=self.salesperson_a)
        bookings = self.Booking
        for day, vals in (
            (16, {"name": "Interview"}),
            (17, {}),
            (18, {"activity_id": activity.id}),
        ):
            times = (self._at(9, day=day), self._at(10, day=day))
            bookings |= self._book(self.room_small, *times, **vals)
        for user in (self.salesperson_a, self.salesperson_b, self.resource_manager):
            with self.subTest(user.name):
                own = bookings.with_user(user)
                without = own.filtered(lambda booking: not booking.name)
                domain = [("id", "in", own.ids)]
                self.assertEqual(own.search([*domain, ("name", "=", False)]), without)
                self.assertEqual(own.search([*domain, ("name", "!=", False)]), own - without)
        self.assertEqual(
            bookings.with_user(self.salesperson_a).mapped("name"),
            ["Interview", False, activity.display_name],
        )
        self.assertFalse(any(bookings.with_user(self.salesperson_b).mapped("name")))
        wanted = ("name", "in", [False, "Interview"])
        found = bookings.search([("id", "in", bookings.ids), wanted])
        self.assertEqual(found, bookings[1] | bookings[0])

    def test_methods_refuse_who_may_not_read_the_resource(self):
        """An id of a resource does not tell its name, nor that of others of its kind."""
        portal = self._create_user("portal", "base.group_portal")
        room = self.room_small.with_user(portal)
        for name, args in (
            ("action_book", ()),
            ("get_alternatives", (self._at(9), self._at(10))),
        ):
            with self.subTest(method=name):
                self.env.invalidate_all()
                with self.assertRaisesRegex(AccessError, "not allowed to access") as caught:
                    getattr(room, name)(*args)
                self.assertNotIn("Test", str(caught.exception))
        self.assertEqual(
            self.room_small.with_user(self.salesperson_a).action_book()["name"],
            "Book “Test small room”",
        )

    def test_methods_refuse_who_may_not_change_the_booking(self):
        """Also where there is nothing to do, such as with what is cancelled already."""
        self.on_its_own.action_cancel()
        for name in (
            *("action_confirm", "action_refuse", "action_cancel", "action_release"),
            *("action_reopen", "action_change_series", "action_cancel_series"),
        ):
            user = self.foreign_salesperson if "series" in name else self.salesperson_b
            with self.subTest(method=name):
                self.env.invalidate_all()
                with self.assertRaisesRegex(AccessError, "records"):
                    getattr(self.on_its_own.with_user(user), name)()


@tagged("post_install", "-at_install")
class TestManagerOfThings(ResourceCommon):
    """A resource manager changes rooms and devices, and not when people work."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        officer = "isof_crm_resources.group_resource_manager,hr.group_hr_user"
        cls.hr_and_resources = cls._create_user("hr_and_resources", officer)
        cls.administrator = cls._create_user(
            "administrator", "isof_crm_resources.group_resource_manager,base.group_system"
        )
        calendars = cls.env["resource.calendar"].create(
            [
                {"name": name, "company_id": cls.company.id}
                for name in ("Rooms", "Part time", "Once", "Standard", "Of a user")
            ]
        )
        cls.calendar_rooms, cls.calendar_employee, cls.calendar_once = calendars[:3]
        cls.calendar_company, cls.calendar_user = calendars[3:]
        cls.company.resource_calendar_id = cls.calendar_company
        cls.room_small.resource_calendar_id = cls.calendar_rooms
        # archived people count, and so does what somebody worked by before
        cls.employee_b.resource_calendar_id = cls.calendar_employee
        cls.employee_b.active = False
        cls.employee_a.resource_calendar_id = cls.calendar_once
        cls.employee_a.create_version(
            {"date_version": "2026-03-01", "resource_calendar_id": cls.calendar_rooms.copy().id}
        )
        cls.person = cls.env["resource.resource"].create(
            {
                "name": "Somebody",
                "resource_type": "user",
                "user_id": cls.salesperson_a.id,
                "calendar_id": cls.calendar_user.id,
                "company_id": cls.company.id,
            }
        )
        cls.of_people = calendars - cls.calendar_rooms
        cls.env.flush_all()

    def _get_changes(self, calendar):
        """Return what can be done to working hours: functions of a user by their names."""
        attendances = self.env["resource.calendar.attendance"]
        vals = {
            "name": "Sunday",
            "dayofweek": "6",
            "hour_from": 8,
            "hour_to": 12,
            "day_period": "morning",
        }
        return {
            "rename": lambda user: calendar.with_user(user).write({"name": "Never"}),
            "hours": lambda user: (
                calendar.attendance_ids[0].with_user(user).write({"hour_from": 1})
            ),
            "less": lambda user: calendar.attendance_ids[-1:].with_user(user).unlink(),
            "more": lambda user: attendances.with_user(user).create(
                {**vals, "calendar_id": calendar.id}
            ),
            "moved there": lambda user: (
                self.calendar_rooms.attendance_ids[0]
                .with_user(user)
                .write({"calendar_id": calendar.id})
            ),
            "command": lambda user: calendar.with_user(user).write(
                {"attendance_ids": [Command.create(vals)]}
            ),
        }

    def _is_allowed(self, change, user):
        self.env.invalidate_all()
        try:
            with self.env.cr.savepoint() as savepoint:
                change(user)
                self.env.flush_all()
                savepoint.rollback()
        except AccessError:
            return False
        finally:
            self.env.invalidate_all()
        return True

    def test_calendars(self):
        self.assertEqual(
            self.of_people.filtered("isof_is_of_people"),
            self.of_people,
            "of an employee, of one before, of a company, of a user",
        )
        self.assertFalse(self.calendar_rooms.isof_is_of_people)
        found = self.env["resource.calendar"].search(
            [
                ("id", "in", (self.of_people | self.calendar_rooms).ids),
                ("isof_is_of_people", "!=", True),
            ]
        )
        self.assertEqual(found, self.calendar_rooms)

    def test_working_hours_of_people(self):
        for calendar in self.of_people:
            for name, change in self._get_changes(calendar).items():
                for user, may in (
                    (self.resource_manager, False),
                    (self.salesperson_a, False),
                    (self.hr_and_resources, True),
                    (self.administrator, True),
                ):
                    with self.subTest(name, calendar=calendar.name, user=user.login):
                        self.assertEqual(self._is_allowed(change, user), may)

    def test_working_hours_of_rooms(self):
        for name, change in self._get_changes(self.calendar_rooms).items():
            for user, may in ((self.resource_manager, True), (self.salesperson_a, False)):
                with self.subTest(name, user=user.login):
                    self.assertEqual(self._is_allowed(change, user), may)
        calendar = (
            self.env["resource.calendar"]
            .with_user(self.resource_manager)
            .create({"name": "Cars", "company_id": self.company.id})
        )
        self.room_small.with_user(self.resource_manager).resource_calendar_id = calendar
        self.assertEqual(self.room_small.resource_id.calendar_id, calendar)

    def test_resources(self):
        things, other_hours = self.room_small.resource_id, self.calendar_rooms.copy()
        for resource, may_manager in (
            (self.person, False),
            (self.employee_a.resource_id, False),
            (things, True),
        ):
            for name, change in {
                "rename": lambda user, resource=resource: resource.with_user(user).write(
                    {"name": "Nobody"}
                ),
                "other hours": lambda user, resource=resource: resource.with_user(user).write(
                    {"calendar_id": other_hours.id}
                ),
            }.items():
                for user, may in (
                    (self.resource_manager, may_manager),
                    (self.salesperson_a, False),
                    (self.hr_and_resources, True),
                ):
                    with self.subTest(name, resource=resource.name, user=user.login):
                        self.assertEqual(self._is_allowed(change, user), may)
        with self.subTest("a thing becomes a person"), self.assertRefused(AccessError, "Resource"):
            things.with_user(self.resource_manager).resource_type = "user"
        with (
            self.subTest("a person is shared"),
            self.assertRefused(ValidationError, "“.*” is a person"),
        ):
            self.env["isof.resource"].with_user(self.resource_manager).create(
                {"resource_id": self.person.id, "kind_id": self.kind_room.id, "name": "Me"}
            )
        with self.subTest("a new person"), self.assertRefused(AccessError, "Resource"):
            self.env["resource.resource"].with_user(self.resource_manager).create(
                {"name": "Somebody", "resource_type": "user"}
            )
        with self.subTest("a new room"):
            resource = (
                self.env["isof.resource"]
                .with_user(self.resource_manager)
                .create({"name": "New room", "kind_id": self.kind_room.id})
            )
            resource.name = "Newer room"
            self.assertEqual(resource.resource_id.name, "Newer room")
            resource.unlink()
