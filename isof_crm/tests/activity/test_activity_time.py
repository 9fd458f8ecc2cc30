from datetime import date, datetime, timedelta

from odoo import fields
from odoo.tests import Form
from odoo.tests.common import freeze_time, tagged

from ...tools import activity_time
from ..common import ActivityCommon

ZONES = ("Europe/Warsaw", "America/New_York", "Pacific/Auckland", "Pacific/Honolulu", "Asia/Dhaka")
DAY = date(2026, 3, 12)


class TimeCommon(ActivityCommon):
    def _as(self, tz, user=None):
        """Return the model as the user has it in a zone, the way the web client asks."""
        return self.env["isof.activity"].with_user(user or self.salesperson_a).with_context(tz=tz)

    def _assert_allday(self, activity, first, last=None):
        start, stop = activity_time.allday_bounds(first, last or first)
        self.assertRecordValues(
            activity,
            [
                {
                    "allday": True,
                    "start": start,
                    "stop": stop,
                    "start_date": first,
                    "stop_date": last or first,
                    "duration": 8.0 * (((last or first) - first).days + 1),
                }
            ],
        )


@tagged("post_install", "-at_install")
class TestAllDay(TimeCommon):
    """An all-day activity is a day, the same for everybody, however it is given."""

    def test_dates_of_the_calendar_client(self):
        """The client sends days for datetimes, and the same one twice for a click."""
        for tz in ZONES:
            with self.subTest(tz=tz):
                activities = self._as(tz)
                one, two = activities.create(
                    [
                        self._prepare_activity(allday=True, start="2026-03-12", stop="2026-03-12"),
                        self._prepare_activity(allday=True, start="2026-03-12", stop="2026-03-14"),
                    ]
                )
                self._assert_allday(one, DAY)
                self._assert_allday(two, DAY, date(2026, 3, 14))

    def test_quick_create_of_the_calendar(self):
        """A click on a day of the month: everything comes as a default of the context."""
        for tz in ZONES:
            with self.subTest(tz=tz):
                activities = self._as(tz).with_context(
                    default_allday=True, default_start="2026-03-12", default_stop="2026-03-13"
                )
                view = "isof_crm.isof_activity_view_form_quick_create"
                form = Form(activities, view=view)
                self.assertTrue(form.allday)
                self.assertEqual(form.start_date, DAY)
                self.assertEqual(form.stop_date, date(2026, 3, 13))
                form.partner_id = self.alfa
                self._assert_allday(form.save(), DAY, date(2026, 3, 13))
                plain = activities.create({"partner_id": self.alfa.id})
                self._assert_allday(plain, DAY, date(2026, 3, 13))

    def test_quick_create_unticked_has_a_usable_time(self):
        for tz in ZONES:
            with self.subTest(tz=tz):
                form = Form(
                    self._as(tz).with_context(
                        default_allday=True, default_start="2026-03-12", default_stop="2026-03-12"
                    )
                )
                form.partner_id = self.alfa
                form.type_id = self.type_meeting
                form.allday = False
                nine = activity_time.to_utc(datetime(2026, 3, 12, 9, 0), tz)
                self.assertEqual(form.start, nine)
                activity = form.save()
                self.assertRecordValues(
                    activity,
                    [
                        {
                            "allday": False,
                            "start": nine,
                            "stop": nine + timedelta(hours=1),
                            "duration": 1.0,
                        }
                    ],
                )

    def test_without_a_start_it_is_today(self):
        # 18:00 UTC is tomorrow's morning in Auckland
        with freeze_time("2026-03-11 17:40:00"):
            for tz, today in (
                ("Europe/Warsaw", date(2026, 3, 11)),
                ("Pacific/Auckland", date(2026, 3, 12)),
            ):
                with self.subTest(tz=tz):
                    vals = self._prepare_activity(allday=True)
                    del vals["start"]
                    self._assert_allday(self._as(tz).create(vals), today)
                    form = Form(self._as(tz).with_context(default_allday=True))
                    self.assertEqual(form.start_date, today)

    def test_moment_given_for_a_day(self):
        """A moment that is no bound of a day is meant on the user's clock."""
        for tz, day in (
            ("Europe/Warsaw", date(2026, 3, 13)),
            ("America/New_York", DAY),
            ("Pacific/Auckland", date(2026, 3, 13)),
        ):
            with self.subTest(tz=tz):
                activity = self._as(tz).create(
                    self._prepare_activity(allday=True, start=datetime(2026, 3, 12, 23, 30))
                )
                self._assert_allday(activity, day)

    def test_timed_to_all_day_keeps_the_day_on_the_clock(self):
        """Also of times whose UTC value looks like a bound of a day."""
        for tz, hour in (
            ("Europe/Warsaw", 1),
            ("America/New_York", 20),  # midnight UTC
            ("Pacific/Auckland", 7),  # 18:00 UTC of the day before
            ("Pacific/Honolulu", 22),  # 8:00 UTC of the day after
        ):
            start = activity_time.to_utc(datetime(2026, 3, 12, hour), tz)
            for by_form in (False, True):
                with self.subTest(tz=tz, by_form=by_form):
                    activity = self._as(tz).create(self._prepare_activity(start=start))
                    if by_form:
                        with Form(activity) as form:
                            form.allday = True
                            self.assertEqual(fields.Date.to_date(form.start_date), DAY)
                    else:
                        activity.allday = True
                    self._assert_allday(activity, DAY)

    def test_new_form_ticked_keeps_the_day_on_the_clock(self):
        start = activity_time.to_utc(datetime(2026, 3, 12, 7), "Pacific/Auckland")
        form = Form(self._as("Pacific/Auckland"))
        form.partner_id = self.alfa
        form.start = start
        form.allday = True
        self.assertEqual(form.start_date, DAY)
        self._assert_allday(form.save(), DAY)

    def test_all_day_to_timed(self):
        for tz in ZONES:
            nine = activity_time.to_utc(datetime(2026, 3, 12, 9), tz)
            for by_form in (False, True):
                with self.subTest(tz=tz, by_form=by_form):
                    activity = self._as(tz).create(
                        self._prepare_activity(
                            allday=True, start_date=DAY, type_id=self.type_meeting.id
                        )
                    )
                    if by_form:
                        with Form(activity) as form:
                            form.allday = False
                            self.assertEqual(fields.Datetime.to_datetime(form.start), nine)
                    else:
                        activity.allday = False
                    self.assertRecordValues(
                        activity,
                        [{"start": nine, "stop": nine + timedelta(hours=1), "duration": 1.0}],
                    )

    def test_all_day_to_timed_at_a_given_time(self):
        activity = self._create_activity(
            allday=True, start="2026-03-12", stop="2026-03-14", type_id=self.type_meeting.id
        )
        copy = activity.copy()
        activity.write({"allday": False, "start": "2026-03-13 12:00:00"})
        self.assertEqual(activity.duration, 1.0)
        copy.write({"allday": False, "start": "2026-03-13 12:00:00", "duration": 3})
        self.assertEqual(copy.stop, datetime(2026, 3, 13, 15))

    def test_drag_between_the_all_day_row_and_the_grid(self):
        """The week view writes start, stop and allday together."""
        activity = self._as("America/New_York").create(
            self._prepare_activity(start="2026-03-12 14:00:00", stop="2026-03-12 15:00:00")
        )
        activity.write({"allday": True, "start": "2026-03-13", "stop": "2026-03-13"})
        self._assert_allday(activity, date(2026, 3, 13))
        activity.write(
            {"allday": False, "start": "2026-03-14 00:00:00", "stop": "2026-03-14 01:00:00"}
        )
        self.assertRecordValues(
            activity,
            [
                {
                    "allday": False,
                    "start": datetime(2026, 3, 14),
                    "stop": datetime(2026, 3, 14, 1),
                    "duration": 1.0,
                }
            ],
        )

    def test_moving_and_resizing(self):
        activity = self._create_activity(allday=True, start="2026-03-12", stop="2026-03-14")
        activity.start = datetime(2026, 3, 20)
        self._assert_allday(activity, date(2026, 3, 20), date(2026, 3, 22))
        activity.write({"start": "2026-03-20", "stop": "2026-03-24"})
        self._assert_allday(activity, date(2026, 3, 20), date(2026, 3, 24))
        activity.stop_date = date(2026, 3, 21)
        self._assert_allday(activity, date(2026, 3, 20), date(2026, 3, 21))
        activity.write({"duration": 3})
        self._assert_allday(activity, date(2026, 3, 20), date(2026, 3, 21))

    def test_first_day_changed_in_the_form_keeps_the_last(self):
        activity = self._create_activity(allday=True, start="2026-03-12", stop="2026-03-14")
        with Form(activity) as form:
            form.start_date = date(2026, 3, 10)
        self._assert_allday(activity, date(2026, 3, 10), date(2026, 3, 14))
        activity.start_date = date(2026, 3, 16)
        self._assert_allday(activity, date(2026, 3, 16), date(2026, 3, 20))

    def test_several_at_once_move_each_by_its_own_length(self):
        timed = self._create_activity(stop=datetime(2026, 3, 12, 10, 0))
        allday = self._create_activity(allday=True, start="2026-03-12", stop="2026-03-13")
        (timed | allday).write({"start": "2026-03-20 06:00:00", "note": "moved"})
        self.assertEqual(timed.stop, datetime(2026, 3, 20, 7))
        self._assert_allday(allday, date(2026, 3, 20), date(2026, 3, 21))
        self.assertEqual((timed | allday).mapped("note"), ["moved", "moved"])


@tagged("post_install", "-at_install")
class TestTimed(TimeCommon):
    """Start, end and length of what has a time."""

    def test_drag_in_the_week(self):
        activity = self._create_activity(by=self.salesperson_a)
        activity.write(
            {"start": "2026-03-13 08:00:00", "stop": "2026-03-13 09:30:00", "allday": False}
        )
        self.assertRecordValues(
            activity,
            [
                {
                    "start": datetime(2026, 3, 13, 8),
                    "stop": datetime(2026, 3, 13, 9, 30),
                    "duration": 1.5,
                    "allday": False,
                }
            ],
        )

    def test_quick_create_by_drag_keeps_what_was_drawn(self):
        """9 to 19 in Warsaw, stored like the bounds of a day, stays what was drawn."""
        for start, stop in (
            ("2026-03-12 08:00:00", "2026-03-12 18:00:00"),
            ("2026-03-12 10:00:00", "2026-03-12 11:00:00"),
        ):
            with self.subTest(start=start):
                form = Form(
                    self._as("Europe/Warsaw").with_context(
                        default_allday=False, default_start=start, default_stop=stop
                    ),
                    view="isof_crm.isof_activity_view_form_quick_create",
                )
                form.partner_id = self.alfa
                form.type_id = self.type_meeting
                form.type_id = self.type_call
                activity = form.save()
                self.assertEqual(activity.start, datetime.fromisoformat(start))
                self.assertEqual(activity.stop, datetime.fromisoformat(stop))

    def test_end_counts_before_a_length_that_came_along(self):
        activity = self._create_activity(stop=datetime(2026, 3, 12, 11), duration=7)
        self.assertEqual(activity.duration, 2.0)
        activity.write({"stop": datetime(2026, 3, 12, 10), "duration": 7})
        self.assertEqual(activity.duration, 1.0)

    def test_length_sets_the_end(self):
        activity = self._create_activity(duration=2.5)
        self.assertEqual(activity.stop, datetime(2026, 3, 12, 11, 30))
        activity.duration = 0.75
        self.assertEqual(activity.stop, datetime(2026, 3, 12, 9, 45))
        activity.duration = 0
        self.assertRecordValues(activity, [{"stop": activity.start, "duration": 0.0}])

    def test_moving_only_the_start_keeps_the_length(self):
        activity = self._create_activity(duration=2.5)
        activity.start = datetime(2026, 4, 1, 9)
        self.assertRecordValues(activity, [{"stop": datetime(2026, 4, 1, 11, 30), "duration": 2.5}])

    def test_moving_beyond_the_old_end_survives_a_flush(self):
        """The end is stored with the start, not later: the database compares the two."""
        activity = self._create_activity(status_id=self.status_planned.id)
        self.env.flush_all()
        activity.start = datetime(2026, 4, 1, 9)
        self.env["isof.activity"].flush_model(["start"])
        self.assertEqual(self.alfa.isof_next_activity_date, datetime(2026, 4, 1, 9))

    def test_start_and_length_together(self):
        activity = self._create_activity()
        activity.write({"start": datetime(2026, 4, 1, 9), "duration": 3})
        self.assertEqual(activity.stop, datetime(2026, 4, 1, 12))

    def test_daylight_saving_days(self):
        """On 29 March the clocks skip 2 to 3 in Warsaw, on 25 October they repeat it."""
        for start, hours, local_stop in (
            (datetime(2026, 3, 29, 0, 30), 2, "2026-03-29 04:30"),
            (datetime(2026, 10, 25, 0, 30), 2, "2026-10-25 03:30"),
        ):
            with self.subTest(start=start):
                activity = self._create_activity(start=start, duration=hours)
                local = activity_time.to_local(activity.stop, "Europe/Warsaw")
                self.assertEqual(local.strftime("%Y-%m-%d %H:%M"), local_stop)
        for day in (date(2026, 3, 29), date(2026, 10, 25)):
            activity = self._as("Europe/Warsaw").create(
                self._prepare_activity(allday=True, start=str(day), stop=str(day))
            )
            self._assert_allday(activity, day)
            activity.allday = False
            local = activity_time.to_local(activity.start, "Europe/Warsaw")
            self.assertEqual(local.replace(tzinfo=None), datetime(day.year, day.month, day.day, 9))

    def test_unknown_zone_counts_as_utc(self):
        activity = self._as("Middle/Earth").create(
            self._prepare_activity(allday=True, start="2026-03-12")
        )
        self._assert_allday(activity, DAY)


@tagged("post_install", "-at_install")
class TestTimeframe(TimeCommon):
    """Overdue, today and coming, by the clock of the reader."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        statuses = {
            "planned": cls.status_planned,
            "in_progress": cls.status_in_progress,
            "postponed": cls.status_postponed,
            "done": cls.status_done,
            "cancelled": cls.status_cancelled,
        }
        hours = range(-72, 73, 3)
        base = datetime(2026, 3, 11, 9, 0)
        vals_list = [
            cls._prepare_activity(
                start=base + timedelta(hours=hour),
                duration=2,
                status_id=statuses["planned"].id,
                name=f"timed {hour}",
            )
            for hour in hours
        ]
        vals_list += [
            cls._prepare_activity(
                allday=True,
                start_date=date(2026, 3, day),
                stop_date=date(2026, 3, day + length),
                status_id=statuses["in_progress"].id,
                name=f"day {day}+{length}",
            )
            for day in range(8, 15)
            for length in (0, 2)
        ]
        vals_list += [
            cls._prepare_activity(start=base + timedelta(days=shift), status_id=status.id)
            for shift in (-1, 0, 1)
            for status in statuses.values()
        ]
        cls.every = cls.env["isof.activity"].create(vals_list)

    def test_compute_search_and_group_by_agree(self):
        """In each zone and at each hour around the midnights of the zones."""
        keys = ("late", "now", "upcoming", False)
        for tz in ZONES:
            for now in ("2026-03-11 09:00:00", "2026-03-11 18:30:00", "2026-03-11 23:30:00"):
                with self.subTest(tz=tz, now=now), freeze_time(now):
                    every = self.every.with_user(self.manager).with_context(tz=tz)
                    self.env.invalidate_all()
                    computed = {
                        key: set(every.filtered(lambda a, key=key: a.timeframe == key).ids)
                        for key in keys
                    }
                    domain = [("id", "in", every.ids)]
                    searched = {
                        key: set(every.search([*domain, ("timeframe", "=", key)]).ids)
                        for key in keys
                    }
                    grouped = {
                        key: set(ids)
                        for key, ids in every._read_group(domain, ["timeframe"], ["id:array_agg"])
                    }
                    self.assertTrue(all(computed.values()), "every frame is met in the data")
                    self.assertEqual(searched, computed)
                    self.assertEqual({key or False: ids for key, ids in grouped.items()}, computed)
                    self.assertEqual(
                        set(every.search([*domain, ("timeframe", "!=", False)]).ids),
                        computed["late"] | computed["now"] | computed["upcoming"],
                    )
                    self.assertEqual(
                        set(every.search([*domain, ("timeframe", "in", ["late", "now"])]).ids),
                        computed["late"] | computed["now"],
                    )

    def test_all_day_is_due_on_its_day(self):
        """Wherever the reader is, the day is not overdue before it is over."""
        today = self.every.filtered(lambda activity: activity.name == "day 11+0")
        for tz in ZONES:
            for day, timeframe in (
                (date(2026, 3, 10), "upcoming"),
                (date(2026, 3, 11), "now"),
                (date(2026, 3, 12), "late"),
            ):
                for hour in (0, 12, 23):
                    local = datetime(day.year, day.month, day.day, hour, 30)
                    with (
                        self.subTest(tz=tz, local=local),
                        freeze_time(activity_time.to_utc(local, tz)),
                    ):
                        activity = today.with_context(tz=tz)
                        activity.invalidate_recordset(["timeframe"])
                        self.assertEqual(activity.timeframe, timeframe)

    def test_today_is_the_readers(self):
        """Tomorrow in Warsaw is still today for somebody in New York."""
        activity = self._create_activity(start=datetime(2026, 3, 12, 3, 0))
        self.assertEqual(activity.with_context(tz="Europe/Warsaw").timeframe, "upcoming")
        self.assertEqual(activity.with_context(tz="America/New_York").timeframe, "now")

    def test_zone_of_the_user_counts_where_none_is_given(self):
        activity = self._create_activity(start=datetime(2026, 3, 12, 3, 0))
        self.manager.tz = "America/New_York"
        self.assertEqual(activity.with_user(self.manager).timeframe, "now")
        self.assertEqual(activity.with_user(self.salesperson_a).timeframe, "upcoming")

    def test_groups_are_in_order(self):
        groups = (
            self.every.with_user(self.manager)
            .with_context(tz="Europe/Warsaw")
            .formatted_read_group([("id", "in", self.every.ids)], ["timeframe"], ["__count"])
        )
        self.assertEqual(
            [group["timeframe"] for group in groups], ["late", "now", "upcoming", False]
        )
        for group in groups:
            self.assertEqual(
                self.every.search_count(group["__extra_domain"] + [("id", "in", self.every.ids)]),
                group["__count"],
            )
