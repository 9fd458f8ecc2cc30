import json
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.http import serialize_exception
from odoo.service.model import call_kw, retrying
from odoo.tests import tagged
from odoo.tools.json import json_default

from ...exceptions import BookingConflict
from ..common import ResourceCommon


@tagged("post_install", "-at_install")
class TestConflict(ResourceCommon):
    """What is offered instead of a resource that is taken, and that it can be booked as it is."""

    def _get_refusal(self, action):
        with self.assertRaises(BookingConflict) as caught, self.env.cr.savepoint():
            action()
        return caught.exception

    def _get_offers(self, error):
        """Return the values of the offers to book or to move one booking."""
        for offer in error.context["offers"]:
            self.assertEqual(offer["model"], "isof.booking")
        return [
            offer["args"][0][0] if offer["method"] == "create" else offer["args"][1]
            for offer in error.context["offers"]
        ]

    def _take(self, offer, by=None):
        """Call what is offered as the client does; return the records created or changed."""
        call = json.loads(json.dumps(offer, default=json_default))
        model = self.env[call["model"]].with_user(by or self.salesperson_a)
        result = call_kw(model, call["method"], call["args"], call.get("kwargs", {}))
        return model.browse(result if call["method"] == "create" else call["args"][0])

    def test_offers_for_a_new_booking(self):
        """The next time of the resource, then others of its kind that are large enough."""
        self._book(self.room_small, 9, 11, by=self.salesperson_b)
        activity = self._create_activity(by=self.salesperson_a)
        error = self._get_refusal(
            lambda: self._book(self.room_small, 10, 12, name="Talk", activity_id=activity.id)
        )
        labels = [offer["label"] for offer in error.context["offers"]]
        self.assertRegex(labels[0], r"Test small room, .*12:00.*2:00")
        self.assertRegex(labels[1], r"Test large room, .*11:00.*1:00")
        later, larger = self._get_offers(error)[:2]
        self.assertEqual(later["resource_id"], self.room_small.id)
        self.assertEqual(
            (later["start"], later["stop"]), ("2026-03-12 11:00:00", "2026-03-12 13:00:00")
        )
        booking = self.Booking.with_user(self.salesperson_a).create(larger)
        self.assertRecordValues(
            booking,
            [
                {
                    "resource_id": self.room_large.id,
                    "start": self._at(10),
                    "stop": self._at(12),
                    "name": "Talk",
                    "activity_id": activity.id,
                    "user_id": self.salesperson_a.id,
                    "state": "confirmed",
                }
            ],
        )

    def test_what_is_kept_free_around_a_booking_is_named(self):
        """Otherwise nobody would understand what is in the way of a time that seems free."""
        self.room_small.buffer_after = 30
        self._book(self.room_small, 9, 10, by=self.salesperson_b)
        error = self._get_refusal(lambda: self._book(self.room_small, 10, 11))
        self.assertRegex(
            str(error),
            r"the time you chose, .*11:00.AM–12:00.PM "
            r"\(with preparation and clearing up .*11:00.AM–12:30.PM\):\n"
            r"– .*10:00.AM–11:00.AM \(with preparation and clearing up .*10:00.AM–11:30.AM\)",
        )

    def test_offers_for_a_booking_that_is_moved(self):
        """It is moved itself; its own time does not count as taken."""
        self._book(self.room_small, 9, 11, by=self.salesperson_b)
        booking = self._book(self.room_small, 12, 14)
        error = self._get_refusal(
            lambda: booking.write({"start": self._at(10), "stop": self._at(12)})
        )
        offer = error.context["offers"][0]
        self.assertEqual(self._get_offers(error)[0]["start"], "2026-03-12 11:00:00")
        self.assertEqual(self._take(offer), booking)
        self.assertEqual((booking.start, booking.stop), (self._at(11), self._at(13)))

    def test_offers_that_have_to_be_approved(self):
        """It is said of an offer that it will be a request."""
        self.room_large.needs_approval = True
        self._book(self.room_small, 9, 11, by=self.salesperson_b)
        error = self._get_refusal(lambda: self._book(self.room_small, 10, 12))
        labels = {
            offer["args"][0][0]["resource_id"]: offer["label"] for offer in error.context["offers"]
        }
        self.assertRegex(labels[self.room_large.id], r"1:00.PM \(needs approval\)$")
        self.assertNotIn("approval", labels[self.room_small.id])

    def test_offers_nobody_may_not_book(self):
        """Neither what is for others nor what belongs to another company."""
        self.room_large.booker_ids = self.salesperson_b
        foreign = self._create_resource(
            "Test foreign room", seats=30, company_id=self.other_company.id
        )
        self._book(self.room_small, 9, 11, by=self.salesperson_b)
        error = self._get_refusal(lambda: self._book(self.room_small, 9, 11))
        offered = {vals["resource_id"] for vals in self._get_offers(error)}
        self.assertIn(self.room_small.id, offered)
        self.assertFalse(offered & {self.room_large.id, foreign.id})
        self.assertNotIn("foreign", str(error))

    def test_offers_of_one_company(self):
        """A booking of one company cannot be put on a resource of another."""
        self.salesperson_a.company_ids |= self.other_company
        for company in (self.company, self.other_company, self.env["res.company"]):
            self._create_resource("Test hall", seats=30, company_id=company.id)
        self._book(self.room_small, 9, 11, by=self.salesperson_b)
        companies = (self.company | self.other_company).ids
        resource = self.room_small.with_user(self.salesperson_a)
        resource = resource.with_context(allowed_company_ids=companies)
        found = resource._find_substitutes([(self._at(9), self._at(11))])
        self.assertEqual({hall.company_id.id for hall in found}, {self.company.id, False})

    def test_offers_keep_what_else_was_changed(self):
        self._book(self.room_small, 9, 11, by=self.salesperson_b)
        booking = self._book(self.room_small, 12, 14, name="Old")
        error = self._get_refusal(lambda: booking.write({"start": self._at(10), "name": "New"}))
        self._take(error.context["offers"][1])
        self.assertRecordValues(
            booking,
            [{"resource_id": self.room_large.id, "start": self._at(10), "name": "New"}],
        )

    def test_offers_for_one_that_is_booked_again(self):
        booking = self._book(self.room_small, 9, 10)
        booking.action_cancel()
        self._book(self.room_small, 9, 10, by=self.salesperson_b)
        error = self._get_refusal(booking.action_reopen)
        self._take(error.context["offers"][0])
        self.assertRecordValues(booking, [{"state": "confirmed", "start": self._at(10)}])

    def test_offers_for_several(self):
        """What was wanted together is possible together: later, or with another room."""
        self._book(self.room_small, 9, 11, by=self.salesperson_b)
        self._book(self.kit, 11, 12, by=self.salesperson_b)
        self.kit.quantity = 2
        wanted = [
            {"resource_id": each.id, "start": self._at(10), "stop": self._at(11)}
            for each in (self.room_small, self.kit, self.kit)
        ]
        bookings = self.Booking.with_user(self.salesperson_a)
        error = self._get_refusal(lambda: bookings.create(wanted))
        later, other = error.context["offers"][:2]
        self.assertRegex(later["label"], r"All of them, starting .*1:00.PM")
        self.assertEqual(other["label"], "“Test large room” instead of “Test small room”")
        booked = self._take(later)
        self.assertRecordValues(
            booked,
            [
                {"resource_id": each.id, "start": self._at(12), "stop": self._at(13)}
                for each in (self.room_small, self.kit, self.kit)
            ],
        )
        booked = self._take(other)
        self.assertEqual(booked.resource_id, self.room_large | self.kit)
        self.assertEqual(set(booked.mapped("start")), {self._at(10)})

    def test_no_offers_for_several_that_are_changed(self):
        """What the list writes on several bookings is no one call at several times."""
        self._book(self.room_large, 9, 11, by=self.salesperson_b)
        both = self._book(self.room_small, 9, 10) | self._book(self.room_small, 10, 11)
        error = self._get_refusal(lambda: both.write({"resource_id": self.room_large.id}))
        self.assertFalse(error.context["offers"])
        self.assertFalse(error.context["finder"])
        changes = [{"name": "x"}, {"resource_id": self.room_large.id}]
        error = self._get_refusal(lambda: both.web_save_multi(changes, {}))
        self.assertFalse(error.context["offers"])
        self.assertRegex(str(error), "None of the bookings has been changed.")

    def test_no_offers_for_several_activities(self):
        both = self.env["isof.activity"]
        for hour in (9, 10):
            both |= self._create_activity(
                by=self.salesperson_a,
                start=self._at(hour),
                stop=self._at(hour + 1),
                resource_ids=[Command.link(self.room_small.id)],
            )
        self._book(self.room_small, 12, 13, by=self.salesperson_b)
        vals = {"start": "2026-03-12 12:00:00", "stop": "2026-03-12 13:00:00"}
        for refused in (
            lambda: both.write({"start": self._at(12)}),
            lambda: both.web_save_multi([{"location": "Here"}, vals], {}),
        ):
            error = self._get_refusal(refused)
            self.assertEqual(error.context["model"], "isof.activity")
            self.assertFalse(error.context["offers"])
            self.assertRegex(str(error), "None of the activities has been saved.")
        # of one alone there is something to offer
        error = self._get_refusal(lambda: both[1].web_save_multi([vals], {}))
        self.assertTrue(error.context["offers"])

    def test_an_activity_is_moved(self):
        """To where all of its resources are free, with what else was changed; or another room."""
        activity = self._create_activity(
            by=self.salesperson_a, stop=self._at(10), type_id=self.type_meeting.id
        )
        activity.resource_ids = self.room_small | self.kit | self.car_shared
        self._book(self.room_small, 11, 12, by=self.salesperson_b)
        self._book(self.car_shared, 12, 13, by=self.salesperson_b)
        vals = {"start": "2026-03-12 11:30:00", "stop": "2026-03-12 12:00:00", "location": "Here"}
        error = self._get_refusal(lambda: activity.write(vals))
        self.assertEqual(error.context["model"], "isof.activity")
        self.assertFalse(error.context["finder"])
        later, other = error.context["offers"]
        self.assertRegex(later["label"], r"The whole activity: .*2:00.PM")
        self.assertRegex(other["label"], "“Test large room” instead of “Test small room”")
        self.assertEqual(self._take(later), activity)
        self.assertEqual((activity.start, activity.stop), (self._at(13), self._at(13, 30)))
        self.assertEqual(activity.location, "Here")
        self.assertEqual(set(activity.booking_ids.mapped("start")), {self._at(13)})
        # taken instead, as if the first had not been
        activity.write({"start": self._at(9), "stop": self._at(10), "location": False})
        self._take(other)
        self.assertEqual(activity.start, self._at(11, 30))
        self.assertEqual(activity.resource_ids, self.room_large | self.kit | self.car_shared)

    def test_an_activity_gets_another_room(self):
        """One that is new, or that is given a room, gets the other one."""
        self._book(self.room_small, 9, 11, by=self.salesperson_b)
        vals = {
            "name": "Visit",
            "type_id": self.type_meeting.id,
            "partner_id": self.alfa.id,
            "start": "2026-03-12 09:00:00",
            "stop": "2026-03-12 10:00:00",
            "resource_ids": [[4, self.room_small.id]],
        }
        activities = self.env["isof.activity"].with_user(self.salesperson_a)
        error = self._get_refusal(lambda: activities.create(vals))
        later, other = error.context["offers"]
        self.assertEqual(self._take(later).start, self._at(11))
        activity = self._take(other)
        self.assertRecordValues(
            activity, [{"name": "Visit", "start": self._at(9), "resource_ids": self.room_large.ids}]
        )
        self.assertFalse(self.room_small.booking_ids.filtered("activity_id") & activity.booking_ids)

    def test_an_activity_is_put_back(self):
        activity = self._create_activity(by=self.salesperson_a, stop=self._at(10))
        activity.resource_ids = self.room_small
        activity.action_cancel()
        self._book(self.room_small, 9, 10, by=self.salesperson_b)
        error = self._get_refusal(activity.action_reopen)
        self._take(error.context["offers"][0])
        self.assertEqual((activity.state, activity.start), ("planned", self._at(10)))
        # it would move the booking away from its activity
        self.assertFalse(error.context["finder"])
        self.assertRecordValues(
            activity.booking_ids, [{"state": "confirmed", "start": self._at(10)}]
        )

    def _create_allday(self, *resources, **vals):
        activity = self._create_activity(
            by=self.salesperson_a,
            **{"start_date": "2026-03-12", "stop_date": "2026-03-12", "allday": True, **vals},
        )
        activity.resource_ids = [Command.link(resource.id) for resource in resources]
        return activity

    def _open_on_weekdays(self, *resources):
        """Have resources open from Monday to Friday, from 9 to 17 on the clock in Warsaw."""
        calendar = self.env["resource.calendar"].create(
            {
                "name": "Test office",
                "tz": "Europe/Warsaw",
                "attendance_ids": [
                    Command.create(
                        {
                            "name": "Test day",
                            "dayofweek": str(day),
                            "hour_from": 9,
                            "hour_to": 17,
                            "day_period": "morning",
                        }
                    )
                    for day in range(5)
                ],
            }
        )
        for resource in resources:
            resource.resource_calendar_id = calendar

    def test_an_allday_activity_is_moved(self):
        """To the next day on which everything is free and open, or gets another room."""
        self._open_on_weekdays(self.room_small, self.room_large)
        activity = self._create_allday(self.room_small, self.kit)
        part = self._book(self.car_shared, 9, 10, activity_id=activity.id)
        self._book(self.room_small, self._at(9, day=13), self._at(10, day=13))
        # Saturday and Sunday it is closed, and on Monday the car is taken for some of the time
        self._book(self.car_shared, self._at(8, day=16), self._at(9, 30, day=16))
        error = self._get_refusal(
            lambda: activity.write(
                {"start_date": "2026-03-13", "stop_date": "2026-03-13", "location": "Here"}
            )
        )
        later, other = error.context["offers"]
        self.assertEqual(later["label"], "The whole activity: 03/17/2026")
        self._take(later)
        self.assertRecordValues(activity, [{"allday": True, "location": "Here"}])
        self.assertEqual(str(activity.start_date), "2026-03-17")
        self.assertEqual(str(activity.stop_date), "2026-03-17")
        room = activity.booking_ids.filtered(lambda each: each.resource_id == self.room_small)
        self.assertEqual(
            [(each.start, each.stop) for each in room | part],
            [
                (self._at(8, day=17), self._at(16, day=17)),
                (self._at(9, day=17), self._at(10, day=17)),
            ],
        )
        activity.write({"start_date": "2026-03-12", "stop_date": "2026-03-12"})
        self._take(other)
        self.assertEqual(activity.resource_ids, self.room_large | self.kit | self.car_shared)
        self.assertEqual(str(activity.start_date), "2026-03-13")

    def test_an_allday_activity_of_several_days(self):
        """It starts and ends on days on which the room is open, and keeps its length."""
        self._open_on_weekdays(self.room_small)
        self._book(self.room_small, 9, 10)
        error = self._get_refusal(
            lambda: self._create_allday(
                start_date="2026-03-12",
                stop_date="2026-03-13",
                resource_ids=[Command.link(self.room_small.id)],
            )
        )
        later = error.context["offers"][0]
        self.assertEqual(later["label"], "The whole activity: 03/16/2026 – 03/17/2026")
        activity = self._take(later)
        self.assertEqual(str(activity.start_date), "2026-03-16")
        self.assertEqual(
            (activity.booking_ids.start, activity.booking_ids.stop),
            (self._at(8, day=16), self._at(16, day=17)),
        )

    def test_an_activity_that_has_something_gets_more(self):
        """It is put off to where what it has already is free as well."""
        activity = self._create_activity(by=self.salesperson_a, stop=self._at(10))
        activity.resource_ids = self.kit
        self.kit.quantity = 1
        self._book(self.room_small, 9, 10)
        self._book(self.kit, 10, 11)
        error = self._get_refusal(
            lambda: activity.write({"resource_ids": [Command.link(self.room_small.id)]})
        )
        later = error.context["offers"][0]
        self.assertRegex(later["label"], r"The whole activity: .*12:00.PM")
        self._take(later)
        self.assertEqual(activity.start, self._at(11))
        self.assertEqual(activity.resource_ids, self.kit | self.room_small)
        self.assertEqual(set(activity.booking_ids.mapped("start")), {self._at(11)})

    def test_a_line_of_an_activity(self):
        """What is booked at a time of its own keeps its place in the activity."""
        activity = self._create_activity(by=self.salesperson_a, stop=self._at(11))
        activity.resource_ids = self.kit
        self._book(self.room_small, 10, 11)
        line = {
            "resource_id": self.room_small.id,
            "start": "2026-03-12 10:00:00",
            "stop": "2026-03-12 11:00:00",
        }
        error = self._get_refusal(
            lambda: activity.web_save({"booking_ids": [[0, "virtual_1", line]]}, {})
        )
        self._take(error.context["offers"][0])
        self.assertEqual(activity.start, self._at(10))
        room = activity.booking_ids.filtered(lambda each: each.resource_id == self.room_small)
        self.assertEqual((room.start, room.stop), (self._at(11), self._at(12)))

    def test_offers_are_refused_to_others(self):
        activity = self._create_activity(by=self.salesperson_a, stop=self._at(10))
        activity.resource_ids = self.room_small
        self._book(self.room_small, 11, 12, by=self.salesperson_b)
        error = self._get_refusal(
            lambda: activity.write({"start": self._at(11), "stop": self._at(12)})
        )
        with self.assertRaises(AccessError):
            self._take(error.context["offers"][0], by=self.salesperson_b)
        self.assertEqual(activity.booking_ids.start, self._at(9))

    def test_no_resource_but_those_one_may_book(self):
        """The activity's right to its bookings is none to another resource."""
        activity = self._create_activity(by=self.salesperson_a, stop=self._at(10))
        activity.resource_ids = self.room_small
        foreign = self._create_resource("Test foreign", company_id=self.other_company.id)
        self.room_large.booker_ids = self.salesperson_b
        for resource in (foreign, self.room_large):
            instead = activity.with_context(isof_instead=[(self.room_small.id, resource.id)])
            with self.subTest(resource.name), self.assertRaises(AccessError):
                instead.write({"start": self._at(11), "stop": self._at(12)})

    def test_a_series(self):
        """Later on the same day, in another room, or without the days on which it is taken."""
        self._book(self.room_small, self._at(9, day=19), self._at(11, day=19))
        error = self._get_refusal(self._create_series)
        self.assertEqual(error.context["model"], "isof.booking.series")
        later, other, less = error.context["offers"]
        self.assertRegex(later["label"], r"All of them, starting 03/12/2026 12:00.PM")
        self.assertEqual(other["label"], "“Test large room” instead of “Test small room”")
        self.assertEqual(less["label"], "All but what is taken (1 left out)")
        starts = ["12.03. 11", "19.03. 11", "26.03. 11", "02.04. 10"]
        series = self._take(later)
        self.assertEqual(self._starts(series), starts)
        series = self._take(other)
        self.assertEqual(series.booking_ids.resource_id, self.room_large)
        series = self._take(less)
        self.assertEqual(self._starts(series), ["12.03. 09", "26.03. 09", "02.04. 08"])

    def test_a_series_is_not_put_off_to_another_day(self):
        self._book(self.room_small, self._at(0, day=19), self._at(23, day=19))
        self._book(self.room_large, self._at(9, day=19), self._at(10, day=19))
        error = self._get_refusal(self._create_series)
        self.assertEqual(
            [offer["label"] for offer in error.context["offers"]],
            ["All but what is taken (1 left out)"],
        )
        error = self._get_refusal(
            lambda: self._create_series(
                start=self._at(9, day=19), stop=self._at(10, day=19), count=1
            )
        )
        self.assertFalse(error.context["offers"])

    def test_a_series_is_changed(self):
        series = self._create_series()
        second = series.booking_ids.sorted("start")[1]
        self._book(self.room_small, self._at(11, day=26), self._at(12, day=26))
        vals = {"start": self._at(11, day=19), "stop": self._at(12, day=19)}
        error = self._get_refusal(lambda: second.change_series(vals, "following"))
        later, other = error.context["offers"]
        self._take(later)
        self.assertEqual(self._starts(series), ["12.03. 09", "19.03. 12", "26.03. 12", "02.04. 11"])
        self._take(other)
        self.assertEqual(self._starts(series), ["12.03. 09", "19.03. 11", "26.03. 11", "02.04. 10"])
        self.assertEqual(
            series.booking_ids.sorted("start").resource_id, self.room_small | self.room_large
        )

    def test_the_wizard_of_a_series(self):
        series = self._create_series()
        self._book(self.room_small, self._at(11, day=26), self._at(12, day=26))
        action = series.action_change()
        wizard = self.env[action["res_model"]].with_user(self.salesperson_a)
        wizard = wizard.with_context(**action["context"]).create(
            {"start": self._at(11), "stop": self._at(12)}
        )
        error = self._get_refusal(wizard.action_apply)
        self.assertEqual(error.context["model"], "isof.booking.series.wizard")
        self._take(error.context["offers"][0])
        self.assertEqual(self._starts(series), ["12.03. 12", "19.03. 12", "26.03. 12", "02.04. 11"])

    def test_on_the_clock_of_the_browser(self):
        """What is offered is told on the same clock as what is in the way."""
        self._book(self.room_small, 9, 11, by=self.salesperson_b)
        activity = self._create_activity(by=self.salesperson_a, start=self._at(12))
        activity.resource_ids = self.room_small
        activity = activity.with_context(tz="Asia/Tokyo")
        error = self._get_refusal(lambda: activity.write({"start": self._at(10)}))
        self.assertRegex(str(error), r"(?s)chose, 03/12/2026 07:00.PM–.* from 03/12/2026 08:00.PM;")
        self.assertIn("The whole activity: 03/12/2026 08:00", error.context["offers"][0]["label"])

    def test_what_the_client_gets(self):
        """The dialogue is registered under this name, and all of it can be sent."""
        self._book(self.room_small, 9, 11, by=self.salesperson_b)
        error = self._get_refusal(lambda: self._book(self.room_small, 10, 12))
        sent = serialize_exception(error)
        self.assertEqual(sent["name"], "odoo.addons.isof_crm_resources.exceptions.BookingConflict")
        self.assertIn("“Test small room” is already taken", sent["message"])
        self.assertTrue(sent["message"].startswith(f"{sent['context']['taken']}\nStill free: “"))
        json.dumps(sent, default=json_default)
        finder = self.env["isof.resource.finder"].with_user(self.salesperson_a)
        finder = finder.with_context(**sent["context"]["finder"]).create({})
        self.assertRecordValues(finder, [{"start": self._at(10), "duration": 2.0, "mode": "time"}])
        self.assertRecordValues(finder.need_ids, [{"kind_id": self.kind_room.id, "seats": 4}])

    def test_the_finder_moves_a_booking(self):
        """It does not book once more; the time of the booking itself counts as free."""
        self._book(self.room_small, 9, 11, by=self.salesperson_b)
        booking = self._book(self.room_small, 11, 13, name="Talk")
        error = self._get_refusal(
            lambda: booking.write({"start": self._at(10), "stop": self._at(12)})
        )
        finder = self.env["isof.resource.finder"].with_user(self.salesperson_a)
        finder = finder.with_context(**error.context["finder"]).create(
            {"mode": "period", "date_from": "2026-03-12", "date_to": "2026-03-12"}
        )
        finder.need_ids = [Command.clear(), Command.create({"resource_ids": self.room_small.ids})]
        finder.action_search()
        line = finder.line_ids[-1]
        self.assertEqual((line.start, line.last_start), (self._at(11), self._at(21)))
        count = self.Booking.search_count([])
        line.start = self._at(12)
        action = line.action_book()
        self.assertEqual(action["params"]["next"]["infos"]["ids"], booking.ids)
        self.assertEqual(self.Booking.search_count([]), count)
        self.assertRecordValues(
            booking, [{"start": self._at(12), "stop": self._at(14), "name": "Talk"}]
        )

    def _find(self, *resources, **vals):
        """Return a proposal of the finder, for ten o'clock."""
        finder = self.env["isof.resource.finder"].with_user(self.salesperson_a)
        needs = [Command.create({"resource_ids": resource.ids}) for resource in resources]
        finder = finder.create({"start": self._at(9), "need_ids": needs, **vals})
        finder.action_search()
        [line] = finder.line_ids
        return line

    def test_the_finder_offers_the_whole(self):
        """Somebody took the room meanwhile; room and kit are possible together."""
        line = self._find(self.room_small, self.kit)
        self._book(self.room_small, 9, 10, by=self.salesperson_b)
        error = self._get_refusal(line.action_book)
        self.assertEqual(error.context["model"], line._name)
        later, other = error.context["offers"][:2]
        self.assertEqual(set(self._take(later).mapped("start")), {self._at(10)})
        self.assertEqual(self._take(other).resource_id, self.room_large | self.kit)

    def test_the_finder_offers_no_part(self):
        """What is only a part of what was to be done is not offered; it is said what to do."""
        activity = self._create_activity(by=self.salesperson_a)
        booking = self._book(self.kit, 12, 13)
        lines = [
            self._find(self.room_small, activity_id=activity.id).action_move_and_book,
            self._find(self.room_small, self.room_large, booking_id=booking.id).action_book,
        ]
        self._book(self.room_small, 9, 10, by=self.salesperson_b)
        for refused in lines:
            error = self._get_refusal(refused)
            self.assertFalse(error.context["offers"])
            self.assertRegex(str(error), "Nothing has been booked or moved. Search again")
        self.assertEqual(booking.start, self._at(12))

    def test_a_lost_race_is_tried_again(self):
        """After the rollback what the other one booked is seen, with all that is offered."""
        self._book(self.room_small, 9, 11, by=self.salesperson_b)
        bookings = type(self.Booking)
        find, tries = bookings._query_blocking, []

        def find_nothing_at_first(self, *args):
            tries.append(args)
            return find(self, *args) if len(tries) > 1 else []

        self.patch(bookings, "_query_blocking", find_nothing_at_first)
        with (
            patch("odoo.service.model.time.sleep"),
            patch.object(self.env.cr, "rollback"),
            self.assertRaises(BookingConflict) as caught,
            self.assertNoLogs("odoo.sql_db", "ERROR"),
        ):
            retrying(lambda: self._book(self.room_small, 10, 12), self.env)
        self.assertTrue(caught.exception.context["offers"])
