from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestPlannerJourney(HttpCase):
    """How one books, moves and approves, in the browser, whose clock shows UTC."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.booker = new_test_user(
            cls.env, login="booker", name="Tour Booker", groups="isof_crm.group_user", tz="UTC"
        )
        cls.holder = new_test_user(
            cls.env, login="holder", name="Tour Holder", groups="isof_crm.group_user"
        )
        kind = cls.env["isof.resource.kind"].create({"name": "Tour Rooms", "sequence": -1})
        cls.room, cls.start_room, cls.boss_room = cls.env["isof.resource"].create(
            [
                {"name": name, "kind_id": kind.id, "resource_calendar_id": False, **vals}
                for name, vals in (
                    ("Tour Room", {}),
                    ("Tour Start Room", {}),
                    ("Tour Boss Room", {"needs_approval": True, "user_id": cls.holder.id}),
                )
            ]
        )

    def setUp(self):
        super().setUp()
        # asked for as late as can be: the browser's tomorrow is another one after midnight
        today = fields.Datetime.now().replace(hour=0, minute=0, second=0, microsecond=0)
        self.tomorrow = today + timedelta(days=1)
        self._book(self.holder, self.room, 10)

    def _book(self, user, resource, hour):
        start = self.tomorrow + timedelta(hours=hour)
        bookings = self.env["isof.booking"].with_user(user)
        return bookings.create(
            {"resource_id": resource.id, "start": start, "stop": start + timedelta(hours=1)}
        )

    def test_book_by_selecting(self):
        self.start_tour("/odoo/isof-calendar", "isof_crm_resources_planner_book", login="booker")
        self.assertRecordValues(
            self.env["isof.booking"].search([("user_id", "=", self.booker.id)]),
            [
                {
                    "resource_id": self.room.id,
                    "name": "Tour Training",
                    "start": self.tomorrow + timedelta(hours=13),
                    "stop": self.tomorrow + timedelta(hours=14, minutes=30),
                    "state": "confirmed",
                }
            ],
        )

    def test_move(self):
        booking = self._book(self.booker, self.start_room, 10)
        self.start_tour("/odoo/isof-calendar", "isof_crm_resources_planner_move", login="booker")
        self.assertRecordValues(
            booking,
            [
                {
                    "resource_id": self.room.id,
                    "start": self.tomorrow + timedelta(hours=12),
                    "stop": self.tomorrow + timedelta(hours=13),
                }
            ],
        )

    def test_take_the_alternative(self):
        """The planner stays at the day of the booking."""
        booking = self._book(self.booker, self.start_room, 10)
        self.start_tour(
            "/odoo/isof-calendar", "isof_crm_resources_planner_conflict", login="booker"
        )
        self.assertRecordValues(
            booking,
            [{"resource_id": self.room.id, "start": self.tomorrow + timedelta(hours=11)}],
        )

    def test_approve(self):
        request = self._book(self.booker, self.boss_room, 10)
        self.assertEqual(request.state, "requested")
        self.start_tour("/odoo/isof-calendar", "isof_crm_resources_approve", login="holder")
        self.assertEqual(request.state, "confirmed")
