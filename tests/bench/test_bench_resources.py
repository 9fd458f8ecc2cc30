# ruff: noqa: S608  SQL put together from our own words
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

from odoo.addons.isof_crm_resources.models.availability.isof_resource_planner import MAX_ROWS
from odoo.addons.isof_crm_resources.models.booking.isof_booking_purpose import PLANNED_FIELDS
from odoo.addons.isof_crm_resources.tools import availability

from .measure import Speed
from .scale import check_goal, size

RESOURCES, ROOMS, PEOPLE = size(500, 20), size(50, 10), size(40, 10)
DAYS_BACK, DAYS, PER_DAY = size(300, 5), size(400, 3), 5
TZ = "Europe/Warsaw"
USER = "bench_booker_0"
# Around today every fourth booking is for an activity of the holder.
ACTIVITIES_SQL = """
    CREATE TEMP TABLE bench_activity AS
    SELECT resource.id AS resource_id, n AS number, nextval('isof_activity_id_seq')::int AS id,
           people.ids[1 + (n + resource.id) %% {people}] AS user_id,
           %(first)s::timestamp + n / {per_day} * interval '1 day' AS day
      FROM isof_resource AS resource,
           (SELECT array_agg(id ORDER BY id) AS ids FROM res_users
             WHERE login LIKE 'bench_booker_%%') AS people,
           generate_series({per_day} * {from_day}, {per_day} * {to_day}, 4) AS n
     WHERE resource.name LIKE 'Bench %%';
    INSERT INTO isof_activity (id, name, type_id, kind, status_id, state, priority, direction,
                               active, user_id, author_id, company_id, partner_id,
                               commercial_partner_id, start, stop, allday, duration, is_mirrored,
                               root_id, create_uid, write_uid, create_date, write_date)
    SELECT made.id, 'Meeting ' || made.id, type.id, type.kind, status.id, status.state, '0', 'out',
           TRUE, made.user_id, made.user_id, %(company_id)s, %(partner_id)s, %(partner_id)s,
           made.day, made.day + interval '1 hour', FALSE, 1, FALSE, made.id, made.user_id,
           made.user_id, made.day, made.day
      FROM bench_activity AS made,
           (SELECT * FROM isof_activity_type ORDER BY id LIMIT 1) AS type,
           (SELECT * FROM isof_activity_status WHERE state = 'planned' LIMIT 1) AS status;
    INSERT INTO isof_activity_access_rel (activity_id, user_id)
    SELECT id, user_id FROM bench_activity;
"""
# Five bookings a day of an hour and a half, from 8 to 18 o'clock; some were cancelled, and each
# hundredth lasts until the next morning.
BOOKINGS_SQL = """
    INSERT INTO isof_booking (resource_id, unit, user_id, company_id, held_activity_id, title,
                              start, stop, duration, first_day, last_day, block_start, block_stop,
                              state, is_blocking, is_dropped,
                              create_uid, create_date, write_uid, write_date)
    SELECT resource.id, 1, people.ids[1 + (n + resource.id) %% {people}], resource.company_id,
           activity.id, CASE WHEN activity.id IS NULL THEN 'Purpose ' || n END,
           start, start + hours * interval '1 hour', hours,
           start::date, (start + hours * interval '1 hour')::date,
           start, start + hours * interval '1 hour',
           CASE n %% 20 WHEN 0 THEN 'cancelled' ELSE 'confirmed' END, n %% 20 <> 0, FALSE,
           1, now() AT TIME ZONE 'UTC', 1, now() AT TIME ZONE 'UTC'
      FROM isof_resource AS resource
     CROSS JOIN (SELECT array_agg(id ORDER BY id) AS ids FROM res_users
                  WHERE login LIKE 'bench_booker_%%') AS people
     CROSS JOIN generate_series(0, {days} * {per_day} - 1) AS n
     CROSS JOIN LATERAL (SELECT %(first)s::timestamp + n / {per_day} * interval '1 day'
                                + (8 + 2 * (n %% {per_day})) * interval '1 hour' AS start,
                                CASE n %% 100 WHEN {per_day} - 1 THEN 15 ELSE 1.5 END AS hours)
           AS times
      LEFT JOIN bench_activity AS activity
        ON activity.number = n AND activity.resource_id = resource.id
     WHERE resource.name LIKE 'Bench %%'
     ORDER BY resource.id, n
"""
BLOCKING_SQL = """
    SELECT id, unit, block_start, block_stop FROM isof_booking
     WHERE is_blocking
       AND int4range(resource_id, resource_id, '[]') = int4range(%(id)s, %(id)s, '[]')
       AND tsrange(block_start, block_stop, '[)') && tsrange(%(start)s, %(stop)s, '[)')
"""
# When resources are open: their working hours less their closures.
OPENING_SQL = """
    WITH hours AS (
        SELECT a.calendar_id, clock.tz, range_agg(tsrange(
                   (day + a.hour_from * interval '1 hour')
                       AT TIME ZONE clock.tz AT TIME ZONE 'UTC',
                   (day + a.hour_to * interval '1 hour')
                       AT TIME ZONE clock.tz AT TIME ZONE 'UTC')) AS ranges
          FROM (SELECT DISTINCT r.resource_calendar_id, clock.tz
                  FROM isof_resource AS r
                  JOIN resource_resource AS clock ON clock.id = r.resource_id
                 WHERE r.id = ANY(%(ids)s)) AS clock
          JOIN resource_calendar_attendance AS a ON a.calendar_id = clock.resource_calendar_id
          JOIN generate_series(date_trunc('day', %(start)s::timestamp) - interval '1 day',
                               %(stop)s::timestamp + interval '1 day', '1 day') AS day
            ON EXTRACT(isodow FROM day) = a.dayofweek::int + 1
         GROUP BY a.calendar_id, clock.tz
    ), opening AS MATERIALIZED (
        SELECT r.id, tsmultirange(tsrange(%(start)s, %(stop)s)) * hours.ranges
                     - COALESCE((SELECT range_agg(tsrange(date_from, date_to))
                                   FROM resource_calendar_leaves AS closed
                                  WHERE date_from < %(stop)s AND date_to > %(start)s
                                    AND (closed.resource_id = r.resource_id
                                         OR closed.resource_id IS NULL
                                        AND (closed.calendar_id = r.resource_calendar_id
                                             OR closed.calendar_id IS NULL
                                            AND closed.company_id = r.company_id))), '{}')
                     AS ranges
          FROM isof_resource AS r
          JOIN resource_resource AS clock ON clock.id = r.resource_id
          JOIN hours ON hours.calendar_id = r.resource_calendar_id AND hours.tz = clock.tz
         WHERE r.id = ANY(%(ids)s)
    )
"""
# The resources have one unit and no buffers.
FREE_SQL = (
    OPENING_SQL
    + """
    SELECT id, lower(slot), upper(slot) FROM (
        SELECT o.id, unnest(o.ranges - COALESCE(
                   range_agg(tsrange(b.block_start, b.block_stop)), '{}')) AS slot
          FROM opening AS o
          LEFT JOIN isof_booking AS b ON b.is_blocking
                AND int4range(b.resource_id, b.resource_id, '[]') = int4range(o.id, o.id, '[]')
                AND tsrange(b.block_start, b.block_stop, '[)') && tsrange(%(start)s, %(stop)s, '[)')
         GROUP BY o.id, o.ranges) AS free
     ORDER BY id, slot
"""
)
ROWS_SQL = (
    OPENING_SQL
    + """
    SELECT r.id, r.name, k.id, k.name ->> 'en_US', p.id, p.complete_name, k.icon, k.color,
           r.seats, r.quantity, r.needs_approval,
           ARRAY(SELECT ARRAY[lower(gap), upper(gap)]
                   FROM unnest(tsmultirange(tsrange(%(start)s, %(stop)s)) - opening.ranges) AS gap)
      FROM isof_resource AS r
      JOIN opening USING (id)
      JOIN isof_resource_kind AS k ON k.id = r.kind_id
      LEFT JOIN isof_resource_place AS p ON p.id = r.place_id
     WHERE r.active AND (r.company_id = 1 OR r.company_id IS NULL)
     ORDER BY r.kind_sequence, r.kind_id, r.sequence, r.name, r.id
"""
)
# With the purpose for whoever may see it: the holder, and who may read the activity.
PLANNER_SQL = """
    SELECT b.id, b.start, b.stop, b.state, b.resource_id, r.name, b.user_id, p.name,
           b.user_id = %(uid)s OR activity IS NOT NULL,
           CASE WHEN activity IS NOT NULL THEN COALESCE(b.title, activity)
                WHEN b.user_id = %(uid)s AND b.held_activity_id IS NULL THEN b.title END
      FROM (SELECT *, (SELECT concat_ws(' – ', a.name, customer.name)
                         FROM isof_activity AS a
                         JOIN isof_activity_access_rel AS access ON access.activity_id = a.id
                          AND access.user_id = %(uid)s
                         LEFT JOIN res_partner AS customer ON customer.id = a.partner_id
                        WHERE a.id = b.held_activity_id AND a.company_id = 1) AS activity
              FROM isof_booking AS b
             WHERE b.start < %(stop)s AND b.stop > %(start)s AND b.resource_id = ANY(%(ids)s)
               AND b.state IN ('requested', 'confirmed', 'released')
            OFFSET 0) AS b
      JOIN isof_resource AS r ON r.id = b.resource_id
      JOIN res_users AS u ON u.id = b.user_id
      JOIN res_partner AS p ON p.id = u.partner_id
     WHERE r.company_id = 1 OR r.company_id IS NULL
     ORDER BY b.start, b.id
"""
# Split by day on the clock of the resource.
UTILIZATION_SQL = """
    SELECT parts.resource_id, sum(booked), sum(available) FROM (
        SELECT resource_id, duration AS booked, 0 AS available FROM isof_booking
         WHERE state IN ('confirmed', 'released') AND first_day >= last_day
           AND first_day >= %(first)s AND first_day < %(last)s
     UNION ALL
        SELECT b.resource_id, EXTRACT(EPOCH FROM
                   LEAST(b.stop, (day + 1)::timestamp AT TIME ZONE clock.tz AT TIME ZONE 'UTC')
                   - GREATEST(b.start, day::timestamp AT TIME ZONE clock.tz AT TIME ZONE 'UTC')
               )::float8 / 3600, 0
          FROM isof_booking AS b
          JOIN isof_resource AS r ON r.id = b.resource_id
          JOIN resource_resource AS clock ON clock.id = r.resource_id
         CROSS JOIN LATERAL (SELECT b.first_day + n AS day
                               FROM generate_series(0, b.last_day - b.first_day) AS n) AS days
         WHERE b.state IN ('confirmed', 'released') AND b.first_day < b.last_day
           AND b.last_day >= %(first)s AND b.first_day < %(last)s
           AND day >= %(first)s AND day < %(last)s
     UNION ALL
        SELECT resource_id, 0, hours FROM isof_resource_capacity
         WHERE date >= %(first)s AND date < %(last)s) AS parts
      JOIN isof_resource AS r ON r.id = parts.resource_id
     WHERE r.company_id = 1 OR r.company_id IS NULL
     GROUP BY GROUPING SETS ((), (parts.resource_id)) ORDER BY parts.resource_id NULLS FIRST
"""
# What nobody can do without: reading the ends of each booking to come in the order of resources.
COMING_SQL = """
    SELECT count(*) FROM (
        SELECT resource_id, block_start, block_stop,
               row_number() OVER (PARTITION BY resource_id ORDER BY block_start)
          FROM isof_booking WHERE block_stop > %(now)s AND is_blocking) AS coming
"""
INSERT_SQL = """
    INSERT INTO isof_booking (resource_id, unit, user_id, company_id, title, start, stop, duration,
                              first_day, last_day, block_start, block_stop, state, is_blocking,
                              create_uid, create_date)
    VALUES (%(id)s, 1, %(uid)s, 1, 'Plain', %(start)s, %(stop)s, 0.5, %(start)s::date,
            %(start)s::date, %(start)s, %(stop)s, 'confirmed', TRUE, %(uid)s, now()) RETURNING id
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
        _create_bookings(env)
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
        found = env["isof.booking"]._query_blocking(
            [(params["id"], params["start"], params["stop"])]
        )
        return [claim.key for _position, claim in found]

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
        return [
            (id_, *slot)
            for id_ in rooms
            for slot in availability.free_slots(bookables[id_], start, stop)
        ]

    _row, found, plain = speed.measure(
        "find free: 50 rooms, a week", USER, product, lambda cr: _fetch(cr, FREE_SQL, params)
    )
    assert found == plain


@pytest.mark.parametrize(
    ("what", "days", "count"),
    [
        ("planner: 50 rooms, a day", 1, ROOMS),
        ("planner: 50 rooms, a week", 7, ROOMS),
        ("planner: 100 rows, which is the most, a day", 1, MAX_ROWS),
    ],
)
def test_planner(speed, ids, what, days, count):
    """What the client asks for: the rows, and the bookings in them."""
    resources, _rooms, uid = ids
    # as the client does, with a quarter of the time shown on either side
    params = {
        "ids": resources[:count],
        "start": _day(DAYS_BACK) - timedelta(days=days) / 4,
        "stop": _day(DAYS_BACK + days) + timedelta(days=days) / 4,
        "uid": uid,
    }

    def product(env):
        domain = [("resource_id", "in", params["ids"])]
        start, stop = str(params["start"]), str(params["stop"])
        rows = env["isof.resource"].get_planner(domain, start, stop)["rows"]
        domain += _planner_domain([row["id"] for row in rows], start, stop)
        # the client's second request does not know what the first one read
        env.invalidate_all()
        fields = [*PLANNED_FIELDS - {"id"}]
        return rows, env["isof.booking"].search_planned(domain, fields)

    _row, (rows, found), (plain_rows, plain) = speed.measure(
        what,
        USER,
        product,
        lambda cr: (_fetch(cr, ROWS_SQL, params), _fetch(cr, PLANNER_SQL, params)),
    )
    closed = [
        (row[0], [[str(moment) for moment in times] for times in row[-1]]) for row in plain_rows
    ]
    assert [(row["id"], row["closed"]) for row in rows] == closed
    assert [(row["id"], row["may_change"], row["name"] or None) for row in found] == [
        (row[0], row[-2], row[-1]) for row in plain
    ]
    assert 0 < sum(row["may_change"] for row in found) < len(found)


def test_utilization(speed):
    days = {"first": _day(DAYS_BACK - 30).date(), "last": _day(DAYS_BACK).date()}
    sums = ["booked_hours:sum", "available_hours:sum"]
    _row, found, plain = speed.measure(
        "utilisation: pivot of a month",
        USER,
        lambda env: env["isof.resource.utilization"].formatted_read_grouping_sets(
            _utilization_domain(days), [[], ["resource_id"]], sums
        ),
        lambda cr: _fetch(cr, UTILIZATION_SQL, days),
    )
    assert [[group[name] for name in sums] for groups in found for group in groups] == [
        pytest.approx(row[1:]) for row in plain
    ]


@pytest.mark.parametrize("name", ["is_overlapping", "is_out_of_hours"])
def test_filter(speed, name):
    """The filters of what should not be, which look through everything that is to come."""
    _row, found, [[count]] = speed.measure(
        f"filter: {name}",
        USER,
        lambda env: env["isof.booking"].search([(name, "=", True)], limit=80).ids,
        lambda cr: _fetch(cr, COMING_SQL, {"now": datetime.now()}),  # noqa: DTZ005  UTC
        holds=False,
    )
    # one that lasts until the next morning is booked while all is closed
    assert bool(found) == (name == "is_out_of_hours")
    assert count


def test_book(speed, ids):
    """Booking as the form does, with the guard, the chatter and what the form shows then."""
    resources, _rooms, uid = ids
    params = {
        "id": resources[9],
        "uid": uid,
        "start": _day(DAYS_BACK + 1, 7),
        "stop": _day(DAYS_BACK + 1, 7) + timedelta(minutes=30),
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


def test_index_of_the_guard(registry, ids):
    params = {"id": ids[0][3], "start": _day(DAYS_BACK), "stop": _day(DAYS_BACK + 1)}
    with registry.cursor() as cr:
        _check_plan(cr, BLOCKING_SQL, params, "isof_booking_no_overlap")


@pytest.mark.parametrize(
    ("what", "indexes"),
    [
        ("planner", ["isof_booking_resource_start_idx"]),
        ("list", ["isof_booking_start_idx"]),
        ("mine", ["isof_booking_user_start_idx"]),
        ("requests", ["isof_booking_expiry_idx"]),
        ("utilization", ["isof_booking_first_day_idx", "isof_booking_several_days_idx"]),
    ],
)
def test_indexes_are_used(registry, ids, what, indexes):
    """By what the product itself asks the database for, with the user's rights."""
    _resources, rooms, uid = ids
    start, stop = _day(DAYS_BACK), _day(DAYS_BACK + 1)
    model, domain, limit = {
        "planner": ("isof.booking", _planner_domain(rooms, start, stop), None),
        "list": ("isof.booking", [], 80),
        "mine": ("isof.booking", [("user_id", "=", uid)], 80),
        "requests": ("isof.booking", [("may_decide", "=", True)], 80),
        "utilization": (
            "isof.resource.utilization",
            _utilization_domain({"first": start.date(), "last": stop.date()}),
            None,
        ),
    }[what]
    with registry.cursor() as cr:
        env = api.Environment(cr, uid, {"allowed_company_ids": [1]})
        query = env[model]._search(domain, limit=limit, order=env[model]._order).select()
        _check_plan(cr, query.code, query.params, *indexes)


def _check_plan(cr, sql, params, *indexes):
    plan = "\n".join(line for (line,) in _fetch(cr, f"EXPLAIN {sql}", params))
    check_goal("Seq Scan on isof_booking" not in plan, plan)
    for index in indexes:
        check_goal(index in plan, plan)


def _planner_domain(ids, start, stop):
    """Return the domain of bookings that the client makes for the rows of the planner."""
    return [
        ("resource_id", "in", ids),
        ("start", "<", stop),
        ("stop", ">", start),
        ("state", "in", ["requested", "confirmed", "released"]),
    ]


def _utilization_domain(days):
    return [("date", ">=", days["first"]), ("date", "<", days["last"])]


def _create_masters(env):
    for n in range(PEOPLE):
        new_test_user(env, f"bench_booker_{n}", groups="isof_crm.group_user")
    calendar = env["resource.calendar"].create(
        {
            "name": "Bench, always",
            "tz": TZ,
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
                "tz": TZ,
                "company_id": env.company.id,
            }
            for n in range(RESOURCES)
        ]
    )


def _create_bookings(env):
    customer = env["res.partner"].create({"name": "Bench customer", "is_company": True})
    params = {"first": _day(0), "company_id": env.company.id, "partner_id": customer.id}
    env.flush_all()
    for sql in (ACTIVITIES_SQL, BOOKINGS_SQL):
        numbers = {"people": PEOPLE, "days": DAYS, "per_day": PER_DAY}
        shown = {"from_day": DAYS_BACK - 40, "to_day": DAYS_BACK + 60}
        env.cr.execute(sql.format(**numbers, **shown), params)


def _day(number, hour=0):
    """Return a time of a day, of which ``DAYS_BACK`` is today, in UTC."""
    today = datetime.now().date()  # noqa: DTZ005  the server's clock is UTC
    return datetime.combine(today + timedelta(days=number - DAYS_BACK), time(hour))


def _fetch(cr, sql, params):
    cr.execute(sql, params)
    return cr.fetchall()
