"""Thirty people at work for five minutes: how long they wait, and whether all of it is kept.

A server with two worker processes answers them over HTTP, on the wholesaler's year and 100,000
activities. Each has a session and asks for what the web client asks for, at what people do in a
day: they look at the calendar and the register, search, read figures, plan activities, book rooms
that others want, too, and download a workbook. Between two clicks they think. The day begins
when everybody has logged in, to a server that has been started by then.

Asserted: nobody gets an error, what was confirmed to somebody is in the database and nothing
else is, no room is taken twice, who was refused a room was refused for a reason, and of each
kind of reads 95 of 100 take less than a second.
"""

import json
import os
import random
import statistics
import threading
import time
from collections import defaultdict
from datetime import datetime, timedelta
from operator import itemgetter

import pytest
import requests

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tests.common import get_db_name

from . import client
from .generate import generate
from .scale import IS_SMALL, check_goal, size
from .server import serve
from .wholesaler import Wholesaler

PEOPLE, WORKERS = size(30, 10), 2
MINUTES = float(os.environ.get("ISOF_LOAD_MINUTES", "0.3" if IS_SMALL else "5"))
# Seconds between two clicks: at least, and at most.
THINK = (4, 12)
GOAL_SECONDS = 1
ACTIVITIES = size(100_000)
ROOMS, DAYS, HOURS = 4, 2, range(8, 17)
# What people click on, and how often of a hundred times; the first ones are reads.
CLICKS = {
    "calendar": 26,
    "register": 22,
    "search": 14,
    "figures": 12,
    "plan an activity": 12,
    "book a room": 10,
    "workbook": 4,
}
READS = ("calendar", "register", "search", "figures")
GROUPS = ("isof_crm_analytics.group_all", "base.group_allow_export")
TAKEN = "is already taken at the time you chose"


class RefusedError(Exception):
    """Somebody else has the room."""


class Browser:
    """A session of a user, as the web client has it."""

    def __init__(self, url, login, companies):
        self.url = url
        self.session = requests.Session()
        self.context = {"lang": "en_US", "tz": "Europe/Warsaw", "allowed_company_ids": companies}
        self.uid = self._post(
            "/web/session/authenticate", {"db": get_db_name(), "login": login, "password": login}
        )["uid"]
        assert self.uid, f"{login} cannot log in"

    def _post(self, path, params):
        answer = self.session.post(
            self.url + path, json={"jsonrpc": "2.0", "method": "call", "id": 1, "params": params}
        )
        answer.raise_for_status()
        found = answer.json()
        if error := found.get("error"):
            message = error["data"]["message"]
            raise RefusedError(message) if TAKEN in message else AssertionError(json.dumps(error))
        return found["result"]

    def call(self, model, method, *args, **kwargs):
        """Return what a method of a model returns."""
        context = self.context | kwargs.pop("context", {})
        params = {"model": model, "method": method, "args": args}
        params["kwargs"] = kwargs | {"context": context}
        return self._post(f"/web/dataset/call_kw/{model}/{method}", params)

    def download(self, path):
        """Return a file."""
        answer = self.session.get(self.url + path)
        answer.raise_for_status()
        return answer.content


class Person(threading.Thread):
    """Somebody who clicks and thinks in turn, until the day is over.

    ``waited`` are the seconds of each click by its kind; ``planned``, ``booked`` and ``refused``
    what was confirmed, or not.
    """

    def __init__(self, number, office):
        super().__init__(name=f"bench_{number}")
        self.office = office
        self.random = random.Random(number)
        self.waited = defaultdict(list)
        self.errors = []
        self.planned, self.booked, self.refused = {}, {}, []

    def run(self):
        """Work."""
        self.browser = Browser(self.office.url, self.name, self.office.company_ids)
        self.office.begin.wait()
        self._think()  # not all click at the same moment
        while time.monotonic() < self.office.closes_at:
            kind = self.random.choices(list(CLICKS), CLICKS.values())[0]
            started = time.perf_counter()
            try:
                getattr(self, f"_{kind.replace(' ', '_')}")()
            except (AssertionError, requests.RequestException) as error:
                self.errors.append(f"{kind}: {error}")
            self.waited[kind].append(time.perf_counter() - started)
            self._think()

    def _think(self):
        time.sleep(self.random.uniform(*THINK))

    def _calendar(self):
        first = self.office.today + timedelta(days=7 * self.random.randint(-20, 2))
        domain = [
            ("start", "<=", str(first + timedelta(days=7))),
            ("stop", ">=", str(first)),
            ("user_id", "in", [self.browser.uid]),
        ]
        fields = self.office.specs["calendar"]
        self.browser.call("isof.activity", "search_read", domain=domain, fields=fields)

    def _register(self):
        self._read_list([("user_id", "=", self.browser.uid)] if self.random.random() < 0.5 else [])

    def _search(self):
        name = self.random.choice(("Nowak", "Jaworski Gdynia", "Kraków", "catalogue"))
        self._read_list([("display_name", "ilike", name)])

    def _read_list(self, domain):
        self.browser.call(
            "isof.activity",
            "web_search_read",
            domain=domain,
            specification=self.office.specs["list"],
            limit=80,
            count_limit=client.COUNT_LIMIT,
        )

    def _figures(self):
        by = self.random.choice(
            (["invoice_date:month"], ["user_id", "invoice_date:month"], ["partner_id"])
        )
        sets = [[], by] if len(by) == 1 else [[], by[1:], by[:1], by]
        groups = self.browser.call(
            "isof.trade.line",
            "formatted_read_grouping_sets",
            [("flow", "=", "sale")],
            sets,
            ["sold_net:sum", "sold_quantity:sum", "__count"],
        )
        assert groups[0][0]["__count"] >= self.office.facts

    def _plan_an_activity(self):
        start = self.office.today + timedelta(days=self.random.randint(1, 60), hours=9)
        vals = {
            "name": f"Load {self.name} {len(self.planned)}",
            "type_id": self.office.type_id,
            "partner_id": self.random.choice(self.office.partner_ids),
            "start": str(start),
            "stop": str(start + timedelta(hours=1)),
        }
        [saved] = self.browser.call("isof.activity", "web_save", [], vals, specification={})
        self.planned[saved["id"]] = (vals["name"], self.browser.uid, start)

    def _book_a_room(self):
        start = self.office.today + timedelta(
            days=self.random.randint(1, DAYS), hours=self.random.choice(HOURS)
        )
        room_id = self.random.choice(self.office.room_ids)
        vals = {"resource_id": room_id, "start": str(start), "name": f"Load {self.name}"}
        vals["stop"] = str(start + timedelta(hours=1))
        try:
            [saved] = self.browser.call("isof.booking", "web_save", [], vals, specification={})
        except RefusedError:
            self.refused.append((room_id, start))
        else:
            self.booked[saved["id"]] = (room_id, self.browser.uid, start)

    def _workbook(self):
        first = self.office.today - timedelta(days=30)
        vals = {
            "period": "custom",
            "date_from": str(first.date()),
            "date_to": str(self.office.today.date()),
            "scope": "mine",
        }
        model = "isof.activity.report.wizard"
        [wizard] = self.browser.call(model, "web_save", [], vals, specification={})
        action = self.browser.call(model, "action_export", [wizard["id"]])
        assert self.browser.download(action["url"]).startswith(b"PK")


class Office:
    """The database, the server, and the people who work there."""

    def __init__(self, registry, facts):
        self.registry = registry
        self.facts = facts
        self.today = datetime.now().replace(hour=0, minute=0, second=0, microsecond=0)  # noqa: DTZ005
        with registry.cursor() as cr:
            self._furnish(api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True}))
            cr.commit()
        self.people = [Person(number, self) for number in range(PEOPLE)]

    def _furnish(self, env):
        users = env["res.users"].search([("login", "in", [f"bench_{n}" for n in range(PEOPLE)])])
        shop = env["res.company"].search([("name", "=", "Bench wholesaler")])
        self.company_ids = [env.company.id, shop.id]
        for user in users:
            user.write(
                {
                    "password": user.login,
                    "company_ids": [Command.link(shop.id)],
                    "group_ids": [Command.link(env.ref(group).id) for group in GROUPS],
                }
            )
        rooms = env["isof.resource"].create(
            [{"name": f"Bench room {n}", "resource_calendar_id": False} for n in range(ROOMS)]
        )
        self.room_ids = rooms.ids
        self.type_id = env["isof.activity.type"].search([], limit=1).id
        customers = [("is_company", "=", True), ("isof_activity_ids", "!=", False)]
        self.partner_ids = env["res.partner"].search(customers, limit=500).ids
        env = env(user=users[0].id, context={"lang": "en_US"})
        self.specs = {
            "calendar": client.column_names(env, "calendar"),
            "list": client.specification(env, "isof.activity", "list"),
        }

    def work(self):
        """Have everybody work until the office closes."""
        self.begin = threading.Barrier(PEOPLE, self._set_end, timeout=300)
        for person in self.people:
            person.start()
        for person in self.people:
            person.join()

    def _set_end(self):
        self.closes_at = time.monotonic() + 60 * MINUTES

    def get_waited(self):
        """Return the seconds of all clicks by their kind."""
        return {
            kind: [seconds for person in self.people for seconds in person.waited[kind]]
            for kind in CLICKS
        }

    def gather(self, name):
        """Return what of everybody's was confirmed, by its id."""
        return {
            id_: values for person in self.people for id_, values in getattr(person, name).items()
        }

    def query(self, sql, *params):
        """Return rows of the database as it is now."""
        with self.registry.cursor() as cr:
            cr.execute(sql, params)
            return cr.fetchall()


def quantile(seconds, percent):
    """Return what a given share of the seconds, in per cent, are below."""
    # a single one has no parts, two of it have the same
    return statistics.quantiles(seconds * 2, n=100, method="inclusive")[percent - 1]


def table(waited):
    """Return how often people waited for what, and how long, as text."""
    lines = [f"{'click':18} {'count':>6} {'p50 ms':>8} {'p95 ms':>8} {'max ms':>8}"]
    rows = [*waited.items(), ("reads", [s for kind in READS for s in waited[kind]])]
    for kind, seconds in filter(itemgetter(1), rows):
        numbers = (quantile(seconds, 50), quantile(seconds, 95), max(seconds))
        shown = "".join(f" {1000 * number:8.0f}" for number in numbers)
        lines.append(f"{kind:18} {len(seconds):6}{shown}")
    return "\n".join(lines)


@pytest.fixture(scope="module")
def office(load_registry, tmp_path_factory):
    """Return the office when everybody has gone home."""
    registry = Registry(get_db_name())
    generate(registry, activities=ACTIVITIES)
    shop = Wholesaler(registry)
    shop.load()
    shop.rebuild()
    [[facts]] = Office.query(shop, "SELECT count(*) FROM isof_trade_line WHERE flow = 'sale'")
    office = Office(registry, facts)
    path = tmp_path_factory.mktemp("load") / "server.log"
    with path.open("w") as log, serve(log, WORKERS) as office.url:
        office.work()
    office.log = path.read_text()
    print(f"\n\n{PEOPLE} people, {WORKERS} workers, {MINUTES:g} minutes")  # noqa: T201
    print(f"{table(office.get_waited())}\n")  # noqa: T201
    return office


def test_no_errors(office):
    errors = [error for person in office.people for error in person.errors]
    assert not errors, f"{len(errors)} errors, the first: {errors[0]}\n{office.log[-5000:]}"
    assert " ERROR " not in office.log


def test_nothing_confirmed_is_lost(office):
    planned, booked = office.gather("planned"), office.gather("booked")
    found = office.query(
        "SELECT id, name, user_id, start FROM isof_activity WHERE name LIKE 'Load %%'"
    )
    assert {id_: tuple(values) for id_, *values in found} == planned
    found = office.query(
        """SELECT id, resource_id, user_id, start FROM isof_booking
            WHERE resource_id = ANY(%s) AND is_blocking""",
        office.room_ids,
    )
    assert {id_: tuple(values) for id_, *values in found} == booked
    assert len(planned) > PEOPLE * MINUTES / 5
    assert len(booked) > PEOPLE * MINUTES / 10


def test_no_room_is_taken_twice(office):
    twice = office.query(
        """SELECT one.id, other.id FROM isof_booking AS one
             JOIN isof_booking AS other ON other.resource_id = one.resource_id
              AND other.id > one.id AND other.start < one.stop AND other.stop > one.start
            WHERE one.is_blocking AND other.is_blocking AND one.resource_id = ANY(%s)""",
        office.room_ids,
    )
    assert not twice
    taken = {(room_id, start) for room_id, _user, start in office.gather("booked").values()}
    refused = {slot for person in office.people for slot in person.refused}
    assert refused <= taken, "refused although it is free"
    check_goal(refused, "nobody wanted what another has")


def test_reads_are_fast(office):
    waited = office.get_waited()
    late = {kind: round(quantile(waited[kind], 95), 2) for kind in READS if waited[kind]}
    check_goal(max(late.values()) < GOAL_SECONDS, f"p95 in seconds: {late}")
