from datetime import timedelta

from lxml import etree

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests.common import tagged, users

from ...models.booking.isof_booking_purpose import (
    PLANNED_FIELDS,
    PLANNED_ORDER,
)
from ..common import ResourceCommon

SECRET = "Quiet negotiation"
DETAIL = "Bring the offer"


@tagged("post_install", "-at_install")
class TestPlanned(ResourceCommon):
    """What the planner gets of bookings: what ``read`` shows, in a few queries."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.room_large.user_id = cls.department_manager
        cls.room_boss.approver_ids = cls.salesperson_b
        mine, theirs = (
            cls._create_activity(by=user, user_id=user.id, name=f"{SECRET} of {user.name}")
            for user in (cls.salesperson_a, cls.salesperson_b)
        )
        cls.bookings = cls.env["isof.booking"].concat(
            cls._book(cls.room_small, 8, 9),
            cls._book(cls.room_small, 9, 10, name=SECRET),
            cls._book(cls.room_small, 10, 11, activity_id=mine.id),
            cls._book(cls.room_small, 11, 12, activity_id=mine.id, name=DETAIL),
            cls._book(cls.room_large, 9, 10, name=SECRET, by=cls.salesperson_b),
            cls._book(cls.room_large, 10, 11, activity_id=theirs.id, by=cls.salesperson_b),
            cls._book(cls.room_boss, 9, 10, name=SECRET),
            cls._book(cls.room_boss, 10, 11, activity_id=mine.id, name=DETAIL),
            cls._book(cls.kit, 9, 10, name=SECRET, by=cls.resource_manager),
            cls._book(cls.car_shared, 9, 10, name=SECRET),
            cls._book(cls.car_shared, 10, 11, by=cls.foreign_salesperson, name=SECRET),
        )
        cls.bookings[0].action_cancel()
        cls.domain = [("id", "in", cls.bookings.ids)]

    def _assert_as_read(self, bookings):
        """Check that the planner shows exactly what ``search_read`` does, and return it."""
        self.env.invalidate_all()
        planned = bookings.search_planned(self.domain, sorted(PLANNED_FIELDS))
        self.env.invalidate_all()
        self.assertEqual(
            planned,
            bookings.search_read(self.domain, sorted(PLANNED_FIELDS), order=PLANNED_ORDER),
        )
        return planned

    def test_each_role_sees_what_it_may_read(self):
        # the number of bookings, of those with a purpose, of those that may be changed
        expected = {
            self.salesperson_a: (11, 6, 7),
            self.salesperson_b: (11, 3, 4),
            self.team_leader: (11, 3, 3),
            self.department_manager: (11, 5, 5),
            self.resource_manager: (11, 6, 11),
            self.manager: (11, 10, 11),
            self.foreign_salesperson: (2, 1, 1),
        }
        found = {}
        for user in expected:
            with self.subTest(user.name):
                planned = self._assert_as_read(self.Booking.with_user(user))
                found[user] = (
                    len(planned),
                    sum(bool(row["name"]) for row in planned),
                    sum(row["may_change"] for row in planned),
                )
        self.assertEqual(found, expected)

    def test_companies_that_are_chosen(self):
        self.manager.company_ids = [Command.link(self.other_company.id)]
        bookings = self.Booking.with_user(self.manager)
        for companies, count in (
            (self.company, 11),
            (self.other_company, 2),
            (self.company | self.other_company, 11),
        ):
            with self.subTest(companies.mapped("name")):
                chosen = bookings.with_context(allowed_company_ids=companies.ids)
                self.assertEqual(len(self._assert_as_read(chosen)), count)

    @users("isof_salesperson_a")
    def test_language(self):
        self.env["res.lang"].sudo()._activate_lang("pl_PL")
        planned = self._assert_as_read(self.env["isof.booking"].with_context(lang="pl_PL"))
        self.assertNotIn("Reserved", [row["display_name"] for row in planned])

    @users("isof_salesperson_a")
    def test_fields_of_the_view(self):
        """What the shipped planner asks for is read fast; what somebody adds is read as well."""
        bookings = self.env["isof.booking"]
        arch = etree.fromstring(bookings.get_view(view_type="timeline")["arch"])
        names = {node.get("name") for node in arch.iter("field")}
        self.assertLessEqual(names, PLANNED_FIELDS)
        added = [*names, "attendee_count"]
        self.assertEqual(
            bookings.search_planned(self.domain, added),
            bookings.search_read(self.domain, added, order=PLANNED_ORDER),
        )

    @users("isof_salesperson_a")
    def test_nothing(self):
        planned = self.env["isof.booking"].search_planned([("id", "=", 0)], ["name"])
        self.assertEqual(planned, [])

    def test_refused(self):
        bookings = self.Booking.with_user(self.outsider)
        with self.assertRaises(AccessError):
            bookings.search_planned([], ["name"])
        with self.assertRaises(AccessError):
            bookings.with_user(self.manager).search_planned([("title", "=", SECRET)], ["name"])
        with self.assertRaises(AccessError):
            bookings.with_user(self.manager).search_planned([], ["title"])

    @users("isof_salesperson_a")
    def test_queries_of_a_full_day(self):
        """Rows and bookings of a day: their queries do not grow with the bookings."""
        day = timedelta(days=1)
        start, stop = str(self._at(0)), str(self._at(0) + day)
        rooms = self.room_small | self.room_large | self.room_boss
        activities = [self._create_activity(by=self.salesperson_a) for _n in range(20)]
        bookings = self.env["isof.booking"].sudo()
        bookings.create(
            [
                {
                    "resource_id": room.id,
                    "start": self._at(12) + n * timedelta(minutes=15),
                    "stop": self._at(12) + (n + 1) * timedelta(minutes=15),
                    "activity_id": activity.id,
                }
                for room in rooms
                for n, activity in enumerate(activities)
            ]
        )
        domain = [("resource_id", "in", rooms.ids), ("start", "<", stop), ("stop", ">", start)]
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertTrue(self.env.user.has_group("isof_crm.group_user"))
        with self.assertQueryCount(20):
            planner = self.env["isof.resource"].get_planner(domain, start, stop)
            planned = self.env["isof.booking"].search_planned(domain, sorted(PLANNED_FIELDS))
        self.assertEqual((len(planner["rows"]), len(planned)), (3, 68))
