from datetime import date, datetime, timedelta

from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged, users

from ...tools import bounds
from ..common import ActivityCommon

ABSURD_DAYS = ("0001-01-01 00:00:00", "1899-12-30 23:59:59", "2200-01-01 00:00:00", "9999-12-31")


@tagged("post_install", "-at_install")
class TestBounds(ActivityCommon):
    """Absurd dates and numbers are refused by a sentence, on whatever way they come."""

    @users("isof_salesperson_a")
    def test_moments(self):
        activities = self.env["isof.activity"]
        activity = activities.create(self._prepare_activity())
        message = "“Start” has to be a day from 01/01/1900 to 12/31/2199."
        for moment in ABSURD_DAYS:
            for call in (
                lambda moment=moment: activities.create(self._prepare_activity(start=moment)),
                lambda moment=moment: activities.with_context(default_start=moment).create(
                    {"type_id": self.type_call.id, "partner_id": self.alfa.id}
                ),
                lambda moment=moment: activity.write({"start": moment}),
                lambda moment=moment: activities.create(
                    self._prepare_activity(start=moment, stop=moment, allday=True)
                ),
            ):
                with self.subTest(moment=moment), self.assertRefused(ValidationError, message):
                    call()
        for moment in (datetime(1900, 1, 1), datetime(2199, 12, 31)):
            activity.write({"start": moment, "duration": 1})
            self.assertEqual(activity.stop, moment + timedelta(hours=1))

    @users("isof_salesperson_a")
    def test_what_is_no_day(self):
        with self.assertRefused(ValidationError, "“Start” has to be a day from 01/01/1900"):
            self.env["isof.activity"].create(self._prepare_activity(start="10000-01-01 10:00:00"))

    @users("isof_salesperson_a")
    def test_numbers(self):
        activities = self.env["isof.activity"]
        for hours in (1e12, float("inf"), float("nan"), 8785):
            with (
                self.subTest(hours=hours),
                self.assertRefused(ValidationError, "“Hours” has to be a number of 8,784 at most"),
            ):
                activities.create(self._prepare_activity(duration=hours))
        with self.assertRefused(ValidationError, "“Hours” has to be a number of -8,784 at least"):
            activities.create(self._prepare_activity(duration=-1e12))

    @users("isof_salesperson_a")
    def test_while_a_form_is_filled_in(self):
        form = Form(self.env["isof.activity"])
        with self.assertRefused(ValidationError, "“Hours” has to be a number of 8,784 at most"):
            form.duration = 1e12

    def test_integers_of_the_database(self):
        """A number that PostgreSQL cannot store, of a field that says nothing itself."""
        tags = self.env["isof.activity.tag"].with_user(self.manager)
        message = "“Color” has to be a number of 2,147,483,647 at most."
        with self.assertRefused(ValidationError, message):
            tags.create({"name": "Absurd", "color": 2**31})
        self.assertEqual(tags.create({"name": "Large", "color": 2**31 - 1}).color, 2**31 - 1)

    def test_fields_of_ours_on_models_of_odoo(self):
        with self.assertRefused(
            ValidationError, "“Yearly Potential” has to be a number of 1,000,000,000,000 at most"
        ):
            self.alfa.isof_potential = float("nan")
        # what Odoo makes of its own fields is not ours to change
        self.assertNotIn("color", self.env["res.partner"]._get_bounded_fields())

    @users("isof_salesperson_a")
    def test_length_of_an_activity(self):
        start = datetime(2026, 3, 12, 9)
        message = "an activity lasts 366 days at most. Plan a follow-up for what comes later."
        with self.assertRefused(ValidationError, message):
            self.env["isof.activity"].create(
                self._prepare_activity(start=start, stop=start + timedelta(days=367))
            )
        activity = self.env["isof.activity"].create(
            self._prepare_activity(start=start, stop=start + timedelta(days=366))
        )
        self.assertEqual(activity.duration, bounds.MAX_HOURS)

    def test_what_is_there_already_can_be_read(self):
        """Somebody at either end of the world sees what was saved before there were bounds."""
        activity = self._create_activity(by=self.salesperson_a)
        for start, day in (
            ("9999-12-31 23:30:00", date(9999, 12, 30)),
            ("0001-01-01 00:30:00", date(1, 1, 2)),
        ):
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE isof_activity SET start = %s, stop = %s WHERE id = %s",
                [start, start, activity.id],
            )
            for tz in ("Asia/Tokyo", "America/Los_Angeles"):
                with self.subTest(start=start, tz=tz):
                    self.env.invalidate_all()
                    seen = activity.with_user(self.manager).with_context(tz=tz)
                    self.assertLessEqual(abs(seen.start_date - day), timedelta(days=1))
                    seen.get_chain()
                    # and may be put right
                    seen.write({"name": "Seen"})
            activity.write({"start": "2026-03-12 09:00:00", "duration": 1})
            self.assertEqual(activity.stop, datetime(2026, 3, 12, 10))
