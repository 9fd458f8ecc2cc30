"""The bookings of the demo company: two weeks around today and some days more.

The same seed gives the same bookings; their days follow the day on which the demo company is
loaded. Whatever is booked here is free at that time, so that no booking is refused.
"""

from collections import defaultdict
from datetime import datetime, time, timedelta
from itertools import cycle
from random import Random

from odoo import fields

from odoo.addons.isof_crm.models.activity.isof_activity_status import FREE_STATES
from odoo.addons.isof_crm.tools import activity_time

TZ = "Europe/Warsaw"
SEED = 8
DAYS_BACK, DAYS_AHEAD = 9, 12
HOLDERS = ("anna", "piotr", "tomasz", "ewa", "marek", "magda")
# What a room or device is needed for, how long, and when: English and Polish.
PURPOSES = {
    "neptun": (
        (("Review of the price list", "Przegląd cennika"), 9, 2, 9),
        (("Supplier: new catalogue", "Dostawca: nowy katalog"), 12, 1.5, 7),
        (("Job interview", "Rozmowa kwalifikacyjna"), 14, 1, 3),
        (("Forecast for the quarter", "Prognoza na kwartał"), 15.5, 2, 8),
    ),
    "baltyk": (
        (("Call with a customer", "Rozmowa z klientem"), 8.5, 1, 3),
        (("Complaints of the week", "Reklamacje tygodnia"), 11, 1, 5),
        (("Offer: last details", "Oferta: ostatnie szczegóły"), 13, 2, 4),
    ),
    "zuraw": (
        (("Talk between two", "Rozmowa w cztery oczy"), 10, 0.5, 2),
        (("Introduction of a colleague", "Wdrożenie pracownika"), 14, 1.5, 3),
    ),
    "projector": ((("Presentation on site", "Prezentacja u klienta"), 8, 6, 0),),
    "transit": ((("Delivery of samples", "Dostawa próbek"), 7, 5, 0),),
}
# One in 4 of these is left out, so that days differ, and one in 14 was cancelled.
SKIP_EVERY, CANCEL_EVERY = 4, 14
NAMES = {
    "isof_resource_training": "Sala szkoleniowa",
    "isof_resource_kit": "Zestaw demonstracyjny",
    "isof_resource_projector": "Projektor przenośny",
    "isof_resource_place_office": "Biuro Gdynia",
    "isof_resource_place_ground": "Parter",
    "isof_resource_place_first": "Pierwsze piętro",
    "isof_resource_place_car_park": "Parking",
    "resource_calendar_office": "Biuro 8:00–18:00",
}


class BookingGenerator:
    def __init__(self, env):
        # nobody is mailed, and no chatter tells of a company that was made up
        self.env = env(
            context=dict(env.context, tz=TZ, tracking_disable=True, mail_activity_quick_update=True)
        )
        self.language = int((env.ref("base.user_admin").lang or "").startswith("pl"))
        self.random = Random(SEED)
        self.today = activity_time.local_day(fields.Datetime.now(), TZ)
        self.monday = self.today - timedelta(days=self.today.weekday())
        self.users = {login: env.ref(f"isof_crm.res_users_{login}") for login in HOLDERS}
        self.resources = {
            name: env.ref(f"isof_crm_resources.isof_resource_{name}")
            for name in (*PURPOSES, "training", "kit", "octavia")
        }
        self.taken = defaultdict(list)
        self.counters = defaultdict(int)

    def load(self):
        """Create a closure, a series and the bookings, and compute the available hours."""
        if self.language:
            for name, polish in NAMES.items():
                self.env.ref(f"isof_crm_resources.{name}").name = polish
        self._close()
        self._book_series()
        self._book_activities()
        self._book_days()
        self._book_trainings()
        self._request_car()
        resources = self.env["isof.resource"].search([])
        resources._update_capacity()
        resources._add_earlier_capacity(resources._find_earlier_days())

    # ------------------------------------------------------------
    # What is booked
    # ------------------------------------------------------------

    def _close(self):
        """Close the training room on Thursday and Friday of next week."""
        first, last = self.monday + timedelta(days=10), self.monday + timedelta(days=11)
        room = self.resources["training"]
        self.env["resource.calendar.leaves"].create(
            {
                "name": self._say(("Renovation of the floor", "Remont podłogi")),
                "resource_id": room.resource_id.id,
                "calendar_id": room.resource_calendar_id.id,
                "date_from": activity_time.day_bounds(first, TZ)[0],
                "date_to": activity_time.day_bounds(last, TZ)[1],
            }
        )

    def _book_series(self):
        """Book the meeting of the sales team, each Monday since last week."""
        room = self.resources["neptun"]
        start = self._at(self.monday - timedelta(days=7), 8)
        series = (
            self.env["isof.booking.series"]
            .with_user(self.users["ewa"])
            .create(
                {
                    "name": self._say(("Meeting of the sales team", "Spotkanie handlowców")),
                    "resource_id": room.id,
                    "attendee_count": 5,
                    "start": start,
                    "stop": start + timedelta(hours=1),
                    "tz": TZ,
                    "freq": "weekly",
                    "monday": True,
                    "count": 6,
                }
            )
        )
        for booking in series.booking_ids:
            self._take(room, booking.start, booking.stop)

    def _book_activities(self):
        """Book a car for visits of customers and a kit for presentations, with the way there."""
        activities = self.env["isof.activity"].search(
            [
                ("start", ">=", self._at(self.today - timedelta(days=DAYS_BACK), 0)),
                ("start", "<", self._at(self.today + timedelta(days=DAYS_AHEAD), 0)),
                ("allday", "=", False),
                ("state", "not in", FREE_STATES),
                ("user_id", "in", [user.id for user in self.users.values()]),
                ("type_id", "in", [self._type(n) for n in ("visit", "meeting", "presentation")]),
            ],
            order="start, id",
        )
        way = timedelta(hours=1)
        for activity in activities:
            is_presented = activity.type_id.id == self._type("presentation")
            for key in ("kit",) if is_presented else ("octavia", "transit"):
                times = activity.start - way, activity.stop + way
                if self._book(key, activity.user_id, *times, activity_id=activity.id):
                    break

    def _book_days(self):
        """Book rooms and devices on working days, and today whatever day it is."""
        holders = cycle(HOLDERS)
        for n in range(-DAYS_BACK, DAYS_AHEAD):
            day = self.today + timedelta(days=n)
            if day.weekday() > 4 and n:
                continue
            for key, purposes in PURPOSES.items():
                for purpose, hour, hours, people in purposes:
                    holder = self.users[next(holders)]
                    if n and self.random.randrange(SKIP_EVERY) == 0:
                        continue
                    start = self._at(day, hour)
                    self.counters["all"] += 1
                    is_dropped = self.counters["all"] % CANCEL_EVERY == 0
                    self._book(
                        key,
                        holder,
                        start,
                        start + timedelta(hours=hours),
                        name=self._say(purpose),
                        attendee_count=people,
                        **({"state": "cancelled"} if is_dropped else {}),
                    )

    def _book_trainings(self):
        """Book the room that marketing lets others have only on request."""
        for days, login, purpose, state in (
            (-6, "magda", ("Training: new lamps", "Szkolenie: nowe lampy"), "confirmed"),
            (1, "ewa", ("Training: complaints", "Szkolenie: reklamacje"), "confirmed"),
            (7, "anna", ("Open day for installers", "Dzień otwarty dla instalatorów"), "requested"),
            (8, "piotr", ("Product training", "Szkolenie produktowe"), "requested"),
            (8, "tomasz", ("Customers from the South", "Klienci z południa"), "refused"),
        ):
            start = self._at(self.monday + timedelta(days=days), 9)
            self._book(
                "training",
                self.users[login],
                start,
                start + timedelta(hours=5),
                name=self._say(purpose),
                attendee_count=18,
                state=state,
            )

    def _request_car(self):
        """Leave a request for the car, which the leader has to approve."""
        for n in range(2, 12):
            start = self._at(self.today + timedelta(days=n), 6)
            if self._book(
                "octavia",
                self.users["anna"],
                start,
                start + timedelta(hours=13),
                name=self._say(("Customers in Olsztyn", "Klienci w Olsztynie")),
                state="requested",
            ):
                break

    # ------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------

    def _book(self, key, holder, start, stop, **vals):
        """Book a resource if it is free then.

        Requests are made by the holder; what needs approval and has it, by who gives it.

        :return: the ``isof.booking``, empty if the resource is taken
        """
        resource = self.resources[key]
        state = vals.get("state", "confirmed")
        if state in ("requested", "confirmed") and not self._take(resource, start, stop):
            return self.env["isof.booking"]
        is_granted = resource.needs_approval and state != "requested"
        creator = resource.user_id if is_granted else holder
        # for which activity is said by the holder, whom it belongs to
        activity_id = vals.pop("activity_id", False)
        vals |= {"resource_id": resource.id, "user_id": holder.id, "start": start, "stop": stop}
        booking = self.env["isof.booking"].with_user(creator).create(vals)
        if activity_id:
            booking.with_user(holder).activity_id = activity_id
        return booking

    def _take(self, resource, start, stop):
        """Note that a resource is taken; return whether it was free, with what it needs around."""
        start -= timedelta(minutes=resource.buffer_before)
        stop += timedelta(minutes=resource.buffer_after)
        others = [times for times in self.taken[resource] if times[0] < stop and times[1] > start]
        if len(others) >= resource.quantity:
            return False
        self.taken[resource].append((start, stop))
        return True

    def _at(self, day, hour):
        """Return a time on the clock of the demo company as naive UTC datetime."""
        minutes = round(hour % 1 * 60)
        return activity_time.to_utc(datetime.combine(day, time(int(hour), minutes)), TZ)

    def _type(self, name):
        return self.env.ref(f"isof_crm.isof_activity_type_{name}").id

    def _say(self, pair):
        """Return the text in the language of the demo company."""
        return pair[self.language]
