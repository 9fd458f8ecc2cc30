from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time

from ..common import ResourceCommon


@tagged("post_install", "-at_install")
class TestSeriesWizard(ResourceCommon):
    """One booking of a series is changed or cancelled, and others with it."""

    def setUp(self):
        super().setUp()
        self.series = self._create_series()
        self.bookings = self.series.booking_ids.sorted("start")

    def _open(self, action, by=None):
        """Return the form of the wizard as a button opens it."""
        wizard = self.env[action["res_model"]].with_user(by or self.salesperson_a)
        return Form(wizard.with_context(**action["context"]))

    def _change(self, booking, scope, by=None, **values):
        form = self._open(booking.action_change_series(), by)
        form.scope = scope
        for name, value in values.items():
            form[name] = value
        return form.save().action_apply()

    def test_preview(self):
        form = self._open(self.bookings[1].action_change_series())
        for scope, concerned in (
            ("one", self.bookings[1]),
            ("following", self.bookings[1:]),
            ("all", self.bookings),
        ):
            with self.subTest(scope):
                form.scope = scope
                self.assertEqual(form.concerned_count, len(concerned))
                self.assertEqual(set(form.concerned_ids.ids), set(concerned.ids))

    def test_proposed(self):
        self.bookings[1].attendee_count = 3
        wizard = self._open(self.bookings[1].action_change_series()).save()
        self.assertRecordValues(
            wizard,
            [
                {
                    "scope": "one",
                    "resource_id": self.room_small.id,
                    "start": self._at(9, day=19),
                    "stop": self._at(10, day=19),
                    "name": "Weekly meeting",
                    "user_id": self.salesperson_a.id,
                    "attendee_count": 3,
                }
            ],
        )

    def test_change_one(self):
        self._change(self.bookings[1], "one", name="Other", attendee_count=2)
        self.assertEqual(
            self.bookings.mapped("name"), ["Weekly meeting", "Other", *["Weekly meeting"] * 2]
        )
        self.assertEqual(self.series.name, "Weekly meeting")

    def test_change_following(self):
        """The time of day moves on the clock, over daylight saving, too."""
        self._change(
            self.bookings[2], "following", start=self._at(11, day=26), stop=self._at(13, day=26)
        )
        self.assertEqual(
            self._starts(self.series), ["12.03. 09", "19.03. 09", "26.03. 11", "02.04. 10"]
        )
        self.assertEqual(self.bookings.mapped("duration"), [1, 1, 2, 2])

    def test_only_what_is_changed(self):
        """What one booking has of its own stays."""
        self.bookings[3].write({"name": "With guests", "attendee_count": 4})
        self._change(self.bookings[0], "all", resource_id=self.room_large)
        self.assertEqual(self.bookings.resource_id, self.room_large)
        self.assertEqual(self.bookings[3].name, "With guests")
        self.assertEqual(self._starts(self.series)[0], "12.03. 09")
        self.assertFalse(self._open(self.bookings[0].action_change_series()).save()._prepare_vals())

    def test_conflict_changes_nothing(self):
        self._book(self.room_small, self._at(11, day=26), self._at(12, day=26))
        with self.assertRefused(ValidationError, "(?s)“Test small room” is already.*03/26/2026"):
            self._change(
                self.bookings[1], "following", start=self._at(11, day=19), stop=self._at(12, day=19)
            )
        self.assertEqual(
            self._starts(self.series), ["12.03. 09", "19.03. 09", "26.03. 09", "02.04. 08"]
        )

    def test_what_is_over_stays(self):
        with freeze_time(self._at(12, day=19)):
            self._change(self.bookings[0], "all", name="Renamed")
        self.assertEqual(self.bookings.mapped("name"), [*["Weekly meeting"] * 2, *["Renamed"] * 2])
        with freeze_time(self._at(12, day=19)):
            self._open(self.series.action_cancel()).save().action_apply()
        self.assertEqual(self.bookings.mapped("state"), [*["confirmed"] * 2, *["cancelled"] * 2])

    def test_cancel(self):
        form = self._open(self.bookings[2].action_cancel_series())
        form.scope = "following"
        form.save().action_apply()
        self.assertEqual(self.bookings.mapped("state"), [*["confirmed"] * 2, *["cancelled"] * 2])

    def test_series(self):
        """From the series all of it is changed, and the series says so."""
        form = self._open(self.series.action_change())
        self.assertTrue(form.is_whole)
        self.assertEqual((form.scope, form.concerned_count), ("all", 4))
        form.resource_id = self.room_large
        form.name = "Training"
        form.save().action_apply()
        self.assertEqual(self.bookings.resource_id, self.room_large)
        self.assertRecordValues(
            self.series, [{"resource_id": self.room_large.id, "name": "Training"}]
        )
        self._open(self.series.action_cancel()).save().action_apply()
        self.assertEqual(set(self.bookings.mapped("state")), {"cancelled"})
        for action in (self.series.action_change, self.series.action_cancel):
            with self.assertRefused(UserError, "No booking of this series is still to come"):
                action()
        with self.assertRefused(UserError, "No booking of this series is still to come"):
            self.bookings[0].change_series({"name": "x"}, "all")

    def test_handed_over(self):
        """The new holder has the series; who gave it away is led back to the list."""
        form = self._open(self.series.action_change())
        form.user_id = self.salesperson_b
        action = form.save().action_apply()
        self.assertEqual(action["res_model"], "isof.booking.series")
        self.assertEqual(self.bookings.user_id, self.salesperson_b)
        self.assertEqual(self.series.with_user(self.salesperson_b).name, "Weekly meeting")

    def test_approval_is_lost(self):
        self.room_small.write({"needs_approval": True, "approver_ids": self.department_manager.ids})
        form = self._open(self.bookings[0].action_change_series())
        self.assertFalse(form.is_approval_lost)
        form.stop = self._at(11)
        self.assertTrue(form.is_approval_lost)
        form.save().action_apply()
        self.assertEqual(self.bookings.mapped("state"), ["requested", *["confirmed"] * 3])

    def test_who_looks_after_the_resource(self):
        self.room_small.user_id = self.manager
        for user in (self.manager, self.resource_manager):
            with self.subTest(user.name):
                self._change(self.bookings[0], "all", by=user, name=user.name)
                self.assertEqual(set(self.bookings.mapped("name")), {user.name})

    def test_who_must_not(self):
        """Somebody else sees when the bookings are, and can neither read nor change more."""
        booking = self.bookings[0].with_user(self.salesperson_b)
        for action in (booking.action_change_series(), booking.action_cancel_series()):
            form = self._open(action, by=self.salesperson_b)
            self.assertFalse(form.name)
            form.scope = "all"
            if not form.is_cancellation:
                form.name = "Mine"
            with self.assertRaises(AccessError):
                form.save().action_apply()
        wizard = self._open(self.bookings[0].action_change_series()).save()
        with self.assertRaises(AccessError):
            wizard.with_user(self.salesperson_b).read(["name"])
        with self.assertRaises(AccessError):
            self._open(self.bookings[0].action_change_series(), by=self.outsider)
        self.assertEqual(set(self.bookings.mapped("name")), {"Weekly meeting"})
        self.assertEqual(set(self.bookings.mapped("state")), {"confirmed"})
