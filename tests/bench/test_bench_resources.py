"""A million bookings of 500 resources: how fast, and how near to plain SQL.

Bookings are made by SQL as the ORM would have stored them; ``test_bookings_are_consistent``
recomputes a sample. The plain SQL returns the same rows under the same rights.
"""

from datetime import datetime, time, timedelta

import pytest

from odoo import api
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tests.common import get_db_name, new_test_user

from odoo.addons.isof_crm_resources.tools import availability

from .measure import Speed

RESOURCES, ROOMS, PEOPLE = 500, 50, 40
DAYS_BACK, DAYS, PER_DAY = 300, 400, 5
USER = "bench_booker_0"
# Five bookings a day of an hour and a half, from 8 to 18 o'clock; some were cancelled.
BOOKINGS_SQL = """
    INSERT INTO isof_booking (resource_id, unit, user_id, company_id, title, start, stop, duration,
                              block_start, block_stop, state, is_blocking, is_dropped,
                              create_uid, create_date, write_uid, write_date)
    SELECT resource.id, 1, people.ids[1 + (n + resource.id) %% {people}], resource.company_id,
           'Purpose ' || n, start, start + interval '90 minutes', 1.5,
           start, start + interval '90 minutes',
           CASE n %% 20 WHEN 0 THEN 'cancelled' ELSE 'confirmed' END, n %% 20 <> 0, FALSE,
           1, now() AT TIME ZONE 'UTC', 1, now() AT TIME ZONE 'UTC'
      FROM isof_resource AS resource,
           (SELECT array_agg(id ORDER BY id) AS ids FROM res_users
             WHERE login LIKE 'bench_booker_%%') AS people,
           generate_series(0, {days} * {per_day} - 1) AS n,
           LATERAL (SELECT %(first)s::timestamp + n / {per_day} * interval '1 day'
                           + (8 + 2 * (n %% {per_day})) * interval '1 hour' AS start) AS times
     WHERE resource.name LIKE 'Bench %%'
     ORDER BY resource.id, n
"""
BLOCKING_SQL = """
    SELECT id, unit, block_start, block_stop FROM isof_booking
     WHERE is_blocking
       AND int4range(resource_id, resource_id, '[]') = int4range(%(id)s, %(id)s, '[]')
       AND tsrange(block_start, block_stop, '[)') && tsrange(%(start)s, %(stop)s, '[)')
"""
FREE_SQL = """
    SELECT r.id, tsmultirange(tsrange(%(start)s, %(stop)s))
                 - COALESCE(range_agg(tsrange(b.block_start, b.block_stop)), '{}')
      FROM isof_resource AS r
      LEFT JOIN isof_booking AS b ON b.resource_id = r.id AND b.is_blocking
            AND int4range(b.resource_id, b.resource_id, '[]') = int4range(r.id, r.id, '[]')
            AND tsrange(b.block_start, b.block_stop, '[)') && tsrange(%(start)s, %(stop)s, '[)')
     WHERE r.id = ANY(%(ids)s)
     GROUP BY r.id ORDER BY r.id
"""
# What a planner shows of a booking, with the purpose for whoever may see it.
PLANNER_FIELDS = [
    *("display_name", "name", "user_id", "resource_id", "state", "may_change", "start", "stop")
]
PLANNER_SQL = """
    SELECT b.id, b.start, b.stop, b.state, b.resource_id, r.name, b.user_id, p.name,
           b.user_id = %(uid)s, CASE WHEN b.user_id = %(uid)s THEN b.title END
      FROM isof_booking AS b
      JOIN isof_resource AS r ON r.id = b.resource_id
      JOIN res_users AS u ON u.id = b.user_id
      JOIN res_partner AS p ON p.id = u.partner_id
     WHERE b.start < %(stop)s AND b.stop > %(start)s AND b.resource_id = ANY(%(ids)s)
       AND (r.company_id = 1 OR r.company_id IS NULL)
     ORDER BY b.start DESC, b.id DESC
"""
ROWS_SQL = """
    SELECT r.id, r.name, k.name ->> 'en_US' FROM isof_resource AS r
      JOIN isof_resource_kind AS k ON k.id = r.kind_id
     WHERE r.active AND (r.company_id = 1 OR r.company_id IS NULL)
     ORDER BY r.kind_sequence, r.kind_id, r.sequence, r.name, r.id
"""
UTILIZATION_SQL = """
    SELECT resource_id, sum(booked), sum(available) FROM (
        SELECT resource_id, duration AS booked, 0 AS available FROM isof_booking
         WHERE state IN ('confirmed', 'released') AND start >= %(start)s AND start < %(stop)s
     UNION ALL
        SELECT resource_id, 0, hours FROM isof_resource_capacity
         WHERE date >= %(start)s AND date < %(stop)s) AS both_sides
     GROUP BY resource_id ORDER BY resource_id
"""
INSERT_SQL = """
    INSERT INTO isof_booking (resource_id, unit, user_id, company_id, title, start, stop, duration,
                              block_start, block_stop, state, is_blocking, create_uid, create_date)
    VALUES (%(id)s, 1, %(uid)s, 1, 'Plain', %(start)s, %(stop)s, 0.5, %(start)s, %(stop)s,
            'confirmed', TRUE, %(uid)s, now()) RETURNING id
"""


@pytest.fixture(scope="module")
def registry(load_registry):
    """Return the registry of the database with a million bookings."""
    registry = Registry(get_db_name())
    with registry.cursor() as cr:
        env = api.Environment(cr, api.SUPERUSER_ID, {"tracking_disable": True})
        if "isof.booking" not in env:
            pytest.skip("isof_crm_resources is not installed")
        _create_masters(env)
        env.flush_all()
        cr.execute(
            BOOKINGS_SQL.format(people=PEOPLE, days=DAYS, per_day=PER_DAY), {"first": _day(0)}
        )
        resources = env["isof.resource"].search([("name", "=like", "Bench %")])
        resources._update_capacity()
        resources._add_earlier_capacity(resources._find_earlier_days())
        env.flush_all()
        cr.commit()
        cr._cnx.autocommit = True
        cr.execute("VACUUM (ANALYZE)")
        cr._cnx.autocommit = False
    registry.clear_cache()
    return registry


@pytest.fixture(scope="module")
def speed(registry):
    """Return what takes the times, and print them when all are taken."""
    speed = Speed(registry)
    yield speed
    print(f"\n\n{speed.table()}\n")  # noqa: T201


@pytest.fixture(scope="module")
def ids(registry):
    """Return the ids of all resources and of the rooms, and of the user."""
    with registry.cursor() as cr:
        cr.execute("SELECT id FROM isof_resource WHERE name LIKE 'Bench %' ORDER BY id")
        resources = [id_ for (id_,) in cr.fetchall()]
        cr.execute("SELECT id FROM res_users WHERE login = %s", [USER])
        return resources, resources[:ROOMS], cr.fetchone()[0]


def test_bookings_are_consistent(registry):
    """The generated rows are those that the ORM would have stored."""
    with registry.cursor() as cr:
        env = api.Environment(cr, api.SUPERUSER_ID, {})
        Booking = env["isof.booking"]
        assert Booking.search_count([]) == RESOURCES * DAYS * PER_DAY
        assert Booking._has_guard()
        sample = Booking.search([], limit=300, order="user_id, id")
        names = [n for n, f in Booking._fields.items() if f.store and f.compute]
        stored = [[booking[name] for name in names] for booking in sample]
        for name in names:
            env.add_to_compute(Booking._fields[name], sample)
        assert [[booking[name] for name in names] for booking in sample] == stored


def test_conflict_check(speed, ids):
    resources, _rooms, _uid = ids
    params = {"id": resources[7], "start": _day(DAYS_BACK, 9), "stop": _day(DAYS_BACK, 11)}

    def product(env):
        rows = env["isof.booking"]._query_blocking(
            [(params["id"], params["start"], params["stop"])]
        )
        return [row.id for _position, row in rows]

    _row, found, plain = speed.measure(
        "conflict check", USER, product, lambda cr: _fetch(cr, BLOCKING_SQL, params)
    )
    assert sorted(found) == sorted(row[0] for row in plain)


def test_find_free(speed, ids):
    _resources, rooms, _uid = ids
    params = {"ids": rooms, "start": _day(DAYS_BACK + 1), "stop": _day(DAYS_BACK + 8)}

    def product(env):
        start, stop = params["start"], params["stop"]
        bookables = env["isof.resource"].browse(rooms)._get_bookables(start, stop)
        return {id_: len(availability.free_slots(bookables[id_], start, stop)) for id_ in rooms}

    _row, found, plain = speed.measure(
        "find free: 50 rooms, a week",
        USER,
        product,
        lambda cr: _fetch(cr, FREE_SQL, params),
        # working hours and closures come on top of what the plain SQL looks at
        holds=False,
    )
    assert len(found) == len(plain)


@pytest.mark.parametrize(
    ("what", "days", "count"),
    [
        ("planner: 50 rooms, a day", 1, ROOMS),
        ("planner: 50 rooms, a week", 7, ROOMS),
        ("planner: 500 resources, a day", 1, RESOURCES),
    ],
)
def test_planner(speed, ids, what, days, count):
    resources, _rooms, uid = ids
    params = {
        "ids": resources[:count],
        "start": _day(DAYS_BACK),
        "stop": _day(DAYS_BACK + days),
        "uid": uid,
    }
    domain = [
        ("start", "<", params["stop"]),
        ("stop", ">", params["start"]),
        ("resource_id", "in", params["ids"]),
    ]
    _row, found, plain = speed.measure(
        what,
        USER,
        lambda env: env["isof.booking"].search_read(domain, PLANNER_FIELDS),
        lambda cr: _fetch(cr, PLANNER_SQL, params),
        holds=False,
    )
    assert [row["id"] for row in found] == [row[0] for row in plain]
    assert sum(bool(row["name"]) for row in found) == sum(bool(row[-1]) for row in plain)


def test_planner_rows(speed):
    _row, found, plain = speed.measure(
        "planner: rows of 500 resources",
        USER,
        lambda env: env["isof.resource"].search_read([], ["name", "kind_id"]),
        lambda cr: _fetch(cr, ROWS_SQL, {}),
    )
    assert [row["id"] for row in found] == [row[0] for row in plain]


def test_utilization(speed):
    params = {"start": _day(DAYS_BACK - 30), "stop": _day(DAYS_BACK)}
    domain = [("date", ">=", params["start"].date()), ("date", "<", params["stop"].date())]
    sums = ["booked_hours:sum", "available_hours:sum"]
    _row, found, plain = speed.measure(
        "utilisation: pivot of a month",
        USER,
        lambda env: env["isof.resource.utilization"].formatted_read_grouping_sets(
            domain, [[], ["resource_id"]], sums
        ),
        lambda cr: _fetch(cr, UTILIZATION_SQL, params),
        holds=False,
    )
    assert [group["booked_hours:sum"] for group in found[1]] == [row[1] for row in plain]


def test_book(speed, ids):
    """Booking as the form does, with the guard, the chatter and what the form shows then."""
    resources, _rooms, uid = ids
    params = {
        "id": resources[9],
        "uid": uid,
        "start": _day(DAYS_BACK + 1, 6),
        "stop": _day(DAYS_BACK + 1, 6) + timedelta(minutes=30),
    }
    vals = {"resource_id": params["id"], "start": params["start"], "stop": params["stop"]}
    speed.measure(
        "book: the form's web_save",
        USER,
        lambda env: env["isof.booking"].web_save(
            vals, {"display_name": {}, "state": {}, "warning": {}}
        ),
        lambda cr: _fetch(cr, INSERT_SQL, params),
        read=False,
        holds=False,
    )


@pytest.mark.parametrize(
    ("sql", "index"),
    [
        (BLOCKING_SQL, "isof_booking_no_overlap"),
        (PLANNER_SQL, "start_idx on isof_booking"),
    ],
)
def test_indexes_are_used(registry, ids, sql, index):
    resources, rooms, uid = ids
    params = {
        "id": resources[3],
        "ids": rooms,
        "start": _day(DAYS_BACK),
        "stop": _day(DAYS_BACK + 1),
        "uid": uid,
    }
    with registry.cursor() as cr:
        plan = "\n".join(line for (line,) in _fetch(cr, f"EXPLAIN {sql}", params))
    assert "Seq Scan on isof_booking" not in plan, plan
    assert index in plan, plan


def _create_masters(env):
    for n in range(PEOPLE):
        new_test_user(env, f"bench_booker_{n}", groups="isof_crm.group_user")
    calendar = env["resource.calendar"].create(
        {
            "name": "Bench, always",
            "tz": "Europe/Warsaw",
            "attendance_ids": [Command.clear()]
            + [
                Command.create({"name": "Work", "dayofweek": str(n), "hour_from": 6, "hour_to": 22})
                for n in range(7)
            ],
        }
    )
    kinds = [env.ref(f"isof_crm_resources.isof_resource_kind_{k}") for k in ("room", "device")]
    env["isof.resource"].create(
        [
            {
                "name": f"Bench {n:03}",
                "kind_id": kinds[n >= ROOMS].id,
                "resource_calendar_id": calendar.id,
                "tz": "Europe/Warsaw",
                "company_id": env.company.id,
            }
            for n in range(RESOURCES)
        ]
    )


def _day(number, hour=0):
    """Return a time of a day, of which ``DAYS_BACK`` is today, in UTC."""
    today = datetime.now().date()  # noqa: DTZ005  the server's clock is UTC
    return datetime.combine(today + timedelta(days=number - DAYS_BACK), time(hour))


def _fetch(cr, sql, params):
    cr.execute(sql, params)
    return cr.fetchall()
