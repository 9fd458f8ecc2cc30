from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests.common import tagged, users

from ...models.availability import isof_resource_planner
from ..common import ResourceCommon


@tagged("post_install", "-at_install")
class TestPlanner(ResourceCommon):
    """The rows of the planner; what it shows in them are bookings like any other."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rooms = cls.room_small | cls.room_large | cls.room_boss
        cls.cellar = cls.env["isof.resource.place"].create(
            {"name": "Test cellar", "parent_id": cls.place.id}
        )
        cls.room_small.place_id = cls.cellar

    def _get_planner(self, domain=(), start=None, stop=None):
        own = [("resource_id", "in", (self.rooms | self.kit | self.car_shared).ids)]
        return self.env["isof.resource"].get_planner(
            [*own, *domain], str(start or self._at(0)), str(stop or self._at(0, day=13))
        )

    def _get_shown(self, domain):
        return self.env["isof.resource"].browse(
            row["id"] for row in self._get_planner(domain)["rows"]
        )

    @users("isof_salesperson_a")
    def test_rows_without_bookings(self):
        planner = self._get_planner()
        self.assertEqual(planner["count"], 5)
        row = next(row for row in planner["rows"] if row["id"] == self.room_large.id)
        self.assertEqual(
            {name: row[name] for name in ("name", "seats", "quantity", "kind_id", "place_id")},
            {
                "name": "Test large room",
                "seats": 12,
                "quantity": 1,
                "kind_id": [self.kind_room.id, "Room"],
                "place_id": [False, False],
            },
        )
        self.assertEqual(row["closed"], [])

    @users("isof_salesperson_a")
    def test_a_search_for_bookings_chooses_rows(self):
        for domain, expected in (
            ([("kind_id", "=", self.kind_device.id)], self.kit),
            ([("kind_id", "ilike", "vehicle")], self.car_shared),
            ([("place_id", "child_of", self.place.id)], self.room_small),
            ([("resource_id", "ilike", "large")], self.room_large),
            ([("resource_id", "=", self.room_boss.id)], self.room_boss),
            ([("resource_id.seats", ">=", 4)], self.room_small | self.room_large),
            ([("resource_id", "any", [("quantity", ">", 1)])], self.kit),
            (["!", ("kind_id", "=", self.kind_room.id)], self.kit | self.car_shared),
            (
                [
                    "|",
                    ("resource_id", "ilike", "small"),
                    ("kind_id", "=", self.kind_device.id),
                ],
                self.room_small | self.kit,
            ),
        ):
            with self.subTest(domain=domain):
                self.assertEqual(self._get_shown(domain), expected)

    @users("isof_salesperson_a")
    def test_what_is_said_of_bookings_hides_no_row(self):
        self.assertEqual(
            len(
                self._get_shown([("user_id", "=", self.env.uid), "!", ("state", "=", "cancelled")])
            ),
            5,
        )

    def test_features_can_be_told_apart(self):
        features = self.env["isof.resource.feature"].create(
            [{"name": f"Test feature {number}"} for number in range(20)]
        )
        self.assertNotIn(0, features.mapped("color"))
        self.assertGreater(len(set(features.mapped("color"))), 1)

    @users("isof_salesperson_a")
    def test_archived_resources_have_no_row(self):
        self.kit.sudo().active = False
        self.assertNotIn(self.kit, self._get_shown([]))

    @users("isof_salesperson_a")
    def test_closed_times(self):
        self.room_small.sudo().resource_calendar_id = (
            self.env["resource.calendar"]
            .sudo()
            .create(
                {
                    "name": "Test hours",
                    "tz": "Europe/Warsaw",
                    "attendance_ids": [
                        (5, 0, 0),
                        (
                            0,
                            0,
                            {"name": "Thursday", "dayofweek": "3", "hour_from": 8, "hour_to": 16},
                        ),
                    ],
                }
            )
        )
        self.env["resource.calendar.leaves"].sudo().create(
            {
                "name": "Cleaning",
                "resource_id": self.room_small.sudo().resource_id.id,
                "calendar_id": False,
                "date_from": self._at(10),
                "date_to": self._at(11),
            }
        )
        rows = {row["id"]: row for row in self._get_planner()["rows"]}
        self.assertEqual(
            rows[self.room_small.id]["closed"],
            [
                [str(self._at(0)), str(self._at(7))],
                [str(self._at(10)), str(self._at(11))],
                [str(self._at(15)), str(self._at(0, day=13))],
            ],
        )
        self.assertEqual(rows[self.room_large.id]["closed"], [])

    @users("isof_foreign_salesperson")
    def test_other_companies_see_what_is_shared(self):
        self.assertEqual(self._get_shown([]), self.car_shared)

    def test_outsiders_see_nothing(self):
        with self.assertRaises(AccessError):
            self.env["isof.resource"].with_user(self.outsider).get_planner(
                [], str(self._at(0)), str(self._at(1))
            )

    @users("isof_salesperson_a")
    def test_queries_do_not_grow_with_resources(self):
        def count(resources):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["isof.resource"].get_planner(
                [("resource_id", "in", resources.ids)], str(self._at(0)), str(self._at(8))
            )
            return self.env.cr.sql_log_count - before

        few = (
            self.env["isof.resource"]
            .sudo()
            .concat(*(self._create_resource(f"Few {number}") for number in range(2)))
        )
        many = (
            self.env["isof.resource"]
            .sudo()
            .concat(*(self._create_resource(f"Many {number}") for number in range(30)))
        )
        count(few)
        self.assertEqual(count(many), count(few))

    @users("isof_salesperson_a")
    def test_at_most_so_many_rows(self):
        self.patch(isof_resource_planner, "MAX_ROWS", 2)
        planner = self._get_planner()
        self.assertEqual((len(planner["rows"]), planner["count"]), (2, 5))

    @users("isof_salesperson_a")
    def test_book_proposes_the_next_free_hour(self):
        # now it is 9:00, and taken for half an hour, and again from 10:15
        self._book(self.room_small, self._at(9, day=11), self._at(9, 30, day=11))
        self._book(self.room_small, self._at(10, 15, day=11), self._at(11, day=11))
        action = self.room_small.with_user(self.env.user).action_book()
        self.assertEqual(
            action["context"],
            {
                "default_resource_id": self.room_small.id,
                "default_start": self._at(11, day=11),
                "default_stop": self._at(11, day=11) + timedelta(hours=1),
            },
        )
