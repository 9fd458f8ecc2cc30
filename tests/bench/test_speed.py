# ruff: noqa: S608, DTZ005  SQL put together from our own words; a server's clock is UTC
"""Every way to look at and add to a million activities: how fast, and how near to plain SQL.

The plain SQL returns the same rows under the same rights: that is asserted, too.
"""

from datetime import datetime, timedelta

import pytest

from odoo import api

from . import bare, client
from .scale import IS_SMALL

MANAGER, LEADER, SALESPERSON = "bench_0", "bench_1", "bench_5"
ROLES = {"manager": MANAGER, "team leader": LEADER, "salesperson": SALESPERSON}
# What a hand-written list would read: the columns of the list view with the names behind them.
LIST_SQL = """
    SELECT a.id, a.name, a.state, a.start, a.stop, a.duration, a.allday, a.priority, a.note,
           a.result, a.location, a.direction, a.type_id, t.name ->> 'en_US',
           a.status_id, s.name ->> 'en_US', a.partner_id, p.complete_name,
           a.contact_id, c.complete_name, a.user_id, up.name, a.author_id, ap.name,
           a.campaign_id, k.title ->> 'en_US', a.region_id, r.complete_name,
           a.department_id, d.name,
           ARRAY(SELECT jsonb_build_array(u.id, pp.name)
                   FROM isof_activity_participant_rel rel
                   JOIN res_users u ON u.id = rel.user_id
                   JOIN res_partner pp ON pp.id = u.partner_id
                  WHERE rel.activity_id = a.id),
           ARRAY(SELECT jsonb_build_array(tag.id, tag.name, tag.color)
                   FROM isof_activity_isof_activity_tag_rel rel
                   JOIN isof_activity_tag tag ON tag.id = rel.isof_activity_tag_id
                  WHERE rel.isof_activity_id = a.id),
           ARRAY(SELECT m.id FROM mail_activity m
                  WHERE m.res_model = 'isof.activity' AND m.res_id = a.id)
      FROM ({first}) a
      JOIN isof_activity_type t ON t.id = a.type_id
      JOIN isof_activity_status s ON s.id = a.status_id
      LEFT JOIN res_partner p ON p.id = a.partner_id
      LEFT JOIN res_partner c ON c.id = a.contact_id
      LEFT JOIN res_users u ON u.id = a.user_id
      LEFT JOIN res_partner up ON up.id = u.partner_id
      LEFT JOIN res_users au ON au.id = a.author_id
      LEFT JOIN res_partner ap ON ap.id = au.partner_id
      LEFT JOIN utm_campaign k ON k.id = a.campaign_id
      LEFT JOIN isof_region r ON r.id = a.region_id
      LEFT JOIN hr_department d ON d.id = a.department_id
"""
COMPANY = "a.active IS TRUE AND a.company_id = 1"


def own(user_id):
    """Return the SQL condition and the parameters of a salesperson's rights."""
    return (
        "a.id IN (SELECT activity_id FROM isof_activity_access_rel WHERE user_id = %(uid)s)",
        {"uid": user_id},
    )


@pytest.fixture(scope="module")
def people(registry):
    """Return the SQL of the rights of each role, as (condition, parameters)."""
    with registry.cursor() as cr:
        cr.execute("SELECT login, id FROM res_users WHERE login LIKE 'bench_%'")
        ids = dict(cr.fetchall())
        # whom the leader leads: the members of the team, the people of the department
        cr.execute(
            """
            WITH RECURSIVE led AS (
                SELECT d.id FROM hr_department d JOIN hr_employee m ON m.id = d.manager_id
                 WHERE m.user_id = %(uid)s
                UNION SELECT d.id FROM hr_department d JOIN led ON d.parent_id = led.id)
            SELECT ARRAY(SELECT m.user_id FROM crm_team_member m
                           JOIN crm_team t ON t.id = m.crm_team_id
                          WHERE t.user_id = %(uid)s AND m.active
                          UNION SELECT e.user_id FROM hr_employee e
                           JOIN hr_version v ON v.id = e.current_version_id
                          WHERE v.department_id IN (SELECT id FROM led)
                          UNION SELECT %(uid)s),
                   ARRAY(SELECT id FROM led)
            """,
            {"uid": ids[LEADER]},
        )
        users, departments = cr.fetchone()
    return {
        "ids": ids,
        "manager": ("TRUE", {}),
        "salesperson": own(ids[SALESPERSON]),
        "team leader": (
            """(a.department_id = ANY(%(departments)s) OR a.id IN (
                 SELECT activity_id FROM isof_activity_access_rel WHERE user_id = ANY(%(users)s)))
            """,
            {"users": users, "departments": departments},
        ),
    }


def rows(cr, query, params):
    cr.execute(query, params)
    return cr.fetchall()


def list_rows(cr, where, params, *, order="a.start DESC, a.id DESC", limit=80):
    """Return what a list shows: (number of rows, the first of them)."""
    # the 80 first, then the names behind them
    matching = f"FROM isof_activity a WHERE {COMPANY} AND {where}"
    first = f"SELECT a.* {matching} ORDER BY {order} LIMIT {limit}"
    records = rows(cr, f"{LIST_SQL.format(first=first)} ORDER BY {order}", params)
    count = len(records)
    if count == limit:
        [[count]] = rows(
            cr,
            f"SELECT count(*) FROM (SELECT {matching} LIMIT {client.COUNT_LIMIT}) a",
            params,
        )
    return count, records


def check_list(speed, people, what, role, domain, where, params):
    """Measure the list view under a domain and assert that SQL finds the same rows."""
    rights, right_params = people[role]

    def product(env):
        return env["isof.activity"].web_search_read(
            domain,
            SPECS["list"],
            limit=80,
            count_limit=client.COUNT_LIMIT,
        )

    row, found, (count, records) = speed.measure(
        f"{what}, {role}",
        ROLES[role],
        product,
        lambda cr: list_rows(cr, f"{where} AND {rights}", params | right_params),
    )
    assert [record["id"] for record in found["records"]] == [record[0] for record in records]
    assert found["length"] == count
    assert records or IS_SMALL, "an empty list proves nothing"
    return row


# The client's specifications, by view.
SPECS = {}
# Groups that the server unfolds at once.
OPENED = 10


@pytest.fixture(scope="module", autouse=True)
def specs(registry):
    """Take the specifications from the views, as the client has them before it reads."""
    with registry.cursor() as cr:
        env = api.Environment(cr, api.SUPERUSER_ID, {"lang": "en_US"})
        env = env(user=env["res.users"].search([("login", "=", SALESPERSON)]).id)
        SPECS["list"] = client.specification(env, "isof.activity", "list")
        SPECS["action plan"] = client.specification(
            env, "isof.activity", "list", "isof_crm.isof_activity_view_list_action_plan"
        )
        SPECS["kanban"] = client.specification(env, "isof.activity", "kanban")
        SPECS["partner"] = client.specification(env, "res.partner", "form")
        SPECS["partners"] = client.specification(env, "res.partner", "list")
        SPECS["calendar"] = client.column_names(env, "calendar")
        SPECS["panel"] = client.search_panel(env)


@pytest.fixture(scope="module")
def ids(registry):
    """Return the ids of what the criteria name."""
    with registry.cursor() as cr:
        cr.execute("SELECT id FROM isof_activity_type ORDER BY sequence, id LIMIT 2")
        call, meeting = (type_id for (type_id,) in cr.fetchall())
        cr.execute("SELECT state, id FROM isof_activity_status")
        status = dict(cr.fetchall())
        cr.execute("SELECT id FROM isof_region WHERE name = 'Country 1'")
        [country] = cr.fetchone()
        cr.execute(
            """SELECT commercial_partner_id FROM isof_activity GROUP BY 1
                ORDER BY count(*) DESC LIMIT 1"""
        )
        [biggest] = cr.fetchone()
        cr.execute(
            """SELECT commercial_partner_id FROM isof_activity GROUP BY 1
                HAVING count(*) = 30 ORDER BY 1 LIMIT 1"""
        )
        [usual] = cr.fetchone()
    return {
        "call": call,
        "meeting": meeting,
        "done": status["done"],
        "country": country,
        "biggest": biggest,
        "usual": usual,
    }


@pytest.mark.parametrize("role", ROLES)
def test_list_with_three_criteria(speed, people, ids, role):
    check_list(
        speed,
        people,
        "list: type, status and region",
        role,
        [
            ("type_id", "in", [ids["meeting"]]),
            ("status_id", "in", [ids["done"]]),
            ("region_id", "child_of", [ids["country"]]),
        ],
        """a.type_id = %(meeting)s AND a.status_id = %(done)s AND a.region_id IN (
             SELECT id FROM isof_region WHERE parent_path LIKE (
               SELECT parent_path || '%%' FROM isof_region WHERE id = %(country)s))""",
        ids,
    )


@pytest.mark.parametrize("role", ROLES)
def test_list_of_all(speed, people, ids, role):
    check_list(speed, people, "list: no criterion", role, [], "TRUE", {})


@pytest.mark.parametrize("role", ["manager", "salesperson"])
@pytest.mark.parametrize("text", ["Nowak", "Jaworski Gdynia"])
def test_search_by_customer_name(speed, people, text, role):
    check_list(
        speed,
        people,
        f"search “{text}”",
        role,
        [("display_name", "ilike", text)],
        """(a.name ILIKE %(text)s OR a.partner_id IN (
              SELECT p.id FROM res_partner p
               WHERE p.complete_name ILIKE %(text)s OR p.email ILIKE %(text)s
                  OR p.ref ILIKE %(text)s OR p.vat ILIKE %(text)s
                  OR p.company_registry ILIKE %(text)s))""",
        {"text": f"%{text}%"},
    )


@pytest.mark.parametrize("role", ["manager", "salesperson"])
def test_customers_not_contacted_for_30_days(speed, people, role):
    check_list(
        speed,
        people,
        "activities of customers not contacted for 30 days",
        role,
        [("days_without_contact", ">=", 30)],
        """NOT EXISTS (SELECT FROM res_partner c
                        WHERE c.id = a.commercial_partner_id
                          AND c.isof_last_activity_date > %(limit)s)""",
        {"limit": datetime.now() - timedelta(days=30)},
    )


@pytest.mark.parametrize("role", ["manager", "salesperson"])
def test_follow_up_missing(speed, people, role):
    check_list(
        speed,
        people,
        "follow-up missing",
        role,
        [
            ("state", "=", "done"),
            ("is_followed", "=", False),
        ],
        """a.state = 'done' AND NOT EXISTS (
             SELECT FROM isof_activity n
              WHERE n.previous_id = a.id AND n.active
                AND n.state NOT IN ('not_held', 'cancelled'))""",
        {},
    )


@pytest.mark.parametrize("role", ["manager", "salesperson"])
def test_calendar_month_of_one_employee(speed, people, role):
    employee = people["ids"][SALESPERSON]
    first = datetime.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    first -= timedelta(days=200)
    last = first + timedelta(days=42)
    rights, params = people[role]
    params = params | {"employee": employee, "first": first, "last": last}
    _row, found, expected = speed.measure(
        f"calendar month of one employee, {role}",
        ROLES[role],
        lambda env: env["isof.activity"].search_read(
            [("start", "<=", last), ("stop", ">=", first), ("user_id", "in", [employee])],
            SPECS["calendar"],
        ),
        lambda cr: rows(
            cr,
            f"""SELECT a.id, a.name || ' – ' || p.name, a.start, a.stop, a.allday, a.location,
                       a.note, a.partner_id, p.complete_name, a.contact_id, c.complete_name,
                       coalesce(c.phone, p.phone), a.user_id, up.name, a.type_id,
                       t.name ->> 'en_US', t.color, a.status_id, s.name ->> 'en_US',
                       a.campaign_id, k.title ->> 'en_US', a.region_id, r.complete_name,
                       a.state IN ('not_held', 'cancelled'), a.state = 'postponed'
                  FROM isof_activity a
                  JOIN isof_activity_type t ON t.id = a.type_id
                  JOIN isof_activity_status s ON s.id = a.status_id
                  LEFT JOIN res_partner p ON p.id = a.partner_id
                  LEFT JOIN res_partner c ON c.id = a.contact_id
                  LEFT JOIN res_users u ON u.id = a.user_id
                  LEFT JOIN res_partner up ON up.id = u.partner_id
                  LEFT JOIN utm_campaign k ON k.id = a.campaign_id
                  LEFT JOIN isof_region r ON r.id = a.region_id
                 WHERE {COMPANY} AND {rights} AND a.user_id = %(employee)s
                   AND a.start <= %(last)s AND a.stop >= %(first)s
                 ORDER BY a.start DESC, a.id DESC""",
            params,
        ),
        holds=False,
    )
    assert [record["id"] for record in found] == [row[0] for row in expected]
    assert expected


@pytest.mark.parametrize("role", ["manager", "salesperson"])
@pytest.mark.parametrize(("period", "days"), [("a month", 30), ("a year", 365), ("all", 4000)])
def test_type_by_month(speed, people, role, period, days):
    since = datetime.now() - timedelta(days=days)
    domain = [("start", ">=", since), ("start", "<", datetime.now())] if days < 4000 else []
    where = "a.start >= %(since)s AND a.start < %(until)s" if domain else "TRUE"
    rights, params = people[role]
    params = params | {"since": since, "until": datetime.now()}
    _row, found, expected = speed.measure(
        f"pivot type by month, {period}, {role}",
        ROLES[role],
        lambda env: env["isof.activity"].formatted_read_grouping_sets(
            domain,
            [[], ["start:month"], ["type_id"], ["type_id", "start:month"]],
            ["duration:sum", "__count"],
        ),
        lambda cr: rows(
            cr,
            f"""SELECT a.type_id, t.name, month, sum(hours), sum(counted)
                  FROM (SELECT a.type_id, date_trunc('month', a.start AT TIME ZONE 'UTC'
                               AT TIME ZONE 'Europe/Warsaw') AS month,
                               sum(a.duration) AS hours, count(*) AS counted
                          FROM isof_activity a WHERE {COMPANY} AND {rights} AND {where}
                         GROUP BY 1, 2) a
                  JOIN (SELECT id, name ->> 'en_US' AS name FROM isof_activity_type) t
                    ON t.id = a.type_id
                 GROUP BY GROUPING SETS ((), (month), (a.type_id, t.name),
                                         (a.type_id, t.name, month))""",
            params,
        ),
    )
    assert sorted(group["__count"] for groups in found for group in groups) == sorted(
        row[4] for row in expected
    )


@pytest.mark.parametrize("role", ["manager", "salesperson"])
def test_action_plan(speed, people, role):
    rights, params = people[role]
    mine = "a.user_id = %(mine)s" if role == "salesperson" else "TRUE"
    domain = [("timeframe", "!=", False)]
    if role == "salesperson":
        domain.append(("user_id", "=", people["ids"][SALESPERSON]))
    now = datetime.now().replace(microsecond=0)
    # 23:00 UTC or 22:00 UTC begins a day in Warsaw
    params = params | {"mine": people["ids"][SALESPERSON], "now": now}
    timeframe = """CASE WHEN a.stop < %(now)s THEN 'late'
                        WHEN a.start < date_trunc('day', %(now)s AT TIME ZONE 'UTC' AT TIME ZONE
                             'Europe/Warsaw' + interval '1 day') AT TIME ZONE 'Europe/Warsaw'
                             AT TIME ZONE 'UTC' THEN 'now'
                        ELSE 'upcoming' END"""
    is_open = "a.state IN ('planned', 'in_progress', 'postponed')"

    def plain(cr):
        groups = rows(
            cr,
            f"""SELECT a.user_id, {timeframe} AS timeframe, count(*), sum(a.duration)
                  FROM isof_activity a
                 WHERE {COMPANY} AND {rights} AND {mine} AND {is_open}
                 GROUP BY 1, 2 ORDER BY 1, 2""",
            params,
        )
        opened = list(dict.fromkeys(group[0] for group in groups))[:OPENED]
        records = rows(
            cr,
            LIST_SQL.format(
                first=f"""
                SELECT * FROM (
                  SELECT a.*, row_number() OVER (PARTITION BY a.user_id, {timeframe}
                         ORDER BY a.start, a.id) AS place
                    FROM isof_activity a
                   WHERE {COMPANY} AND {rights} AND {mine} AND {is_open}
                     AND a.user_id = ANY(%(opened)s)) placed
                 WHERE place <= 80"""
            ),
            params | {"opened": opened},
        )
        return groups, records

    _row, found, (groups, _records) = speed.measure(
        f"action plan, {'mine' if role == 'salesperson' else 'all'}, {role}",
        ROLES[role],
        lambda env: env["isof.activity"].web_read_group(
            domain,
            ["user_id", "timeframe"],
            ["duration:sum"],
            limit=80,
            order="start, id",
            auto_unfold=True,
            unfold_read_specification=SPECS["action plan"],
            unfold_read_default_limit=80,
        ),
        plain,
    )
    assert sum(group["__count"] for group in found["groups"]) == sum(group[2] for group in groups)


@pytest.mark.parametrize("role", ["manager", "salesperson"])
def test_kanban(speed, people, role):
    rights, params = people[role]

    def plain(cr):
        groups = rows(
            cr,
            f"""SELECT s.id, s.name ->> 'en_US', s.fold, count(a.id)
                  FROM isof_activity_status s
                  LEFT JOIN isof_activity a ON a.status_id = s.id AND {COMPANY} AND {rights}
                 GROUP BY s.id ORDER BY s.sequence""",
            params,
        )
        records = []
        for status in (group[0] for group in groups if not group[2]):
            records += rows(
                cr,
                LIST_SQL.format(
                    first=f"""
                    SELECT a.* FROM isof_activity a
                     WHERE {COMPANY} AND {rights} AND a.status_id = %(status)s
                     ORDER BY a.start DESC, a.id DESC LIMIT 20"""
                ),
                params | {"status": status},
            )
        return groups, records

    _row, found, (groups, _records) = speed.measure(
        f"kanban, {role}",
        ROLES[role],
        lambda env: (
            env["isof.activity"]
            .with_context(read_group_expand=True)
            .web_read_group(
                [],
                ["status_id"],
                auto_unfold=True,
                limit=80,
                unfold_read_specification=SPECS["kanban"],
                unfold_read_default_limit=20,
            )
        ),
        plain,
    )
    assert [group["__count"] for group in found["groups"]] == [group[3] for group in groups]


@pytest.mark.parametrize("role", ["manager", "salesperson"])
def test_search_panel(speed, role):
    people = """SELECT u.id, p.name FROM res_users u JOIN res_partner p ON p.id = u.partner_id
                 WHERE u.active AND NOT u.share ORDER BY p.name"""
    queries = {
        "user_id": people,
        "type_id": "SELECT id, name ->> 'en_US' FROM isof_activity_type WHERE active",
        "status_id": "SELECT id, name ->> 'en_US' FROM isof_activity_status WHERE active",
        "campaign_id": "SELECT id, title ->> 'en_US' FROM utm_campaign WHERE active",
        "region_id": "SELECT id, complete_name FROM isof_region WHERE active ORDER BY 2",
        # of those that activities have, and customers are in none
        "segment_ids": "SELECT segment_id, partner_id FROM isof_segment_member",
        "department_id": "SELECT id, name FROM hr_department WHERE active ORDER BY 2",
        "author_id": people,
    }

    def product(env):
        return {
            name: getattr(env["isof.activity"], method)(name, **options)["values"]
            for method, name, options in SPECS["panel"]
        }

    def plain(cr):
        return {name: rows(cr, queries[name], None) for _method, name, _options in SPECS["panel"]}

    _row, found, expected = speed.measure(
        f"search panel, {role}", ROLES[role], product, plain, holds=False
    )
    assert {name: len(values) for name, values in found.items()} == {
        name: len(values) for name, values in expected.items()
    }


@pytest.mark.parametrize("size", ["usual", "biggest"])
def test_partner_form(speed, people, ids, size):
    partner_id = ids[size]
    rights, params = people["salesperson"]
    params = params | {"partner": partner_id}

    def plain(cr):
        return [
            rows(
                cr,
                """SELECT p.*, up.name, r.complete_name, c.name ->> 'en_US', parent.complete_name
                     FROM res_partner p
                     LEFT JOIN res_users u ON u.id = p.user_id
                     LEFT JOIN res_partner up ON up.id = u.partner_id
                     LEFT JOIN isof_region r ON r.id = p.isof_region_id
                     LEFT JOIN res_country c ON c.id = p.country_id
                     LEFT JOIN res_partner parent ON parent.id = p.parent_id
                    WHERE p.id = %(partner)s""",
                params,
            ),
            rows(
                cr,
                """SELECT id, color, type, is_company, name, email, phone, function, city
                     FROM res_partner WHERE parent_id = %(partner)s AND active LIMIT 40""",
                params,
            ),
            rows(
                cr,
                f"""SELECT count(*) FROM isof_activity a
                     WHERE {COMPANY} AND {rights} AND a.commercial_partner_id = %(partner)s""",
                params,
            ),
            rows(
                cr,
                """SELECT count(*) FROM calendar_event_res_partner_rel
                     WHERE res_partner_id = %(partner)s""",
                params,
            ),
            # the client wants all ids of the list for its pager, and the first 20 rows
            rows(
                cr,
                f"""SELECT a.id FROM isof_activity a
                     WHERE {COMPANY} AND {rights} AND a.commercial_partner_id = %(partner)s
                     ORDER BY a.start DESC, a.id DESC""",
                params,
            ),
            rows(
                cr,
                LIST_SQL.format(
                    first=f"""
                    SELECT a.* FROM isof_activity a
                     WHERE {COMPANY} AND {rights} AND a.commercial_partner_id = %(partner)s
                     ORDER BY a.start DESC, a.id DESC LIMIT 20"""
                ),
                params,
            ),
        ]

    _row, [found], expected = speed.measure(
        f"partner form, {size} customer, salesperson",
        SALESPERSON,
        lambda env: (
            env["res.partner"]
            .with_context(bin_size=True)
            .browse(partner_id)
            .web_read(SPECS["partner"])
        ),
        plain,
        holds=False,
    )
    assert found["isof_activity_count"] == expected[2][0][0]


def test_partners_not_contacted_for_30_days(speed):
    limit = datetime.now() - timedelta(days=30)

    def plain(cr):
        where = """p.active AND p.is_company AND NOT EXISTS (
                     SELECT FROM res_partner c WHERE c.id = p.commercial_partner_id
                        AND c.isof_last_activity_date > %s)"""
        records = rows(
            cr,
            f"""SELECT p.*, up.name, r.complete_name, c.name ->> 'en_US'
                  FROM res_partner p
                  LEFT JOIN res_users u ON u.id = p.user_id
                  LEFT JOIN res_partner up ON up.id = u.partner_id
                  LEFT JOIN isof_region r ON r.id = p.isof_region_id
                  LEFT JOIN res_country c ON c.id = p.country_id
                 WHERE {where} ORDER BY p.complete_name, p.id DESC LIMIT 80""",
            [limit],
        )
        return rows(
            cr,
            f"SELECT count(*) FROM (SELECT FROM res_partner p WHERE {where} LIMIT 10001) c",
            [limit],
        ), records

    _row, found, ([[count]], records) = speed.measure(
        "partners not contacted for 30 days, salesperson",
        SALESPERSON,
        lambda env: env["res.partner"].web_search_read(
            [("is_company", "=", True), ("isof_days_without_contact", ">=", 30)],
            SPECS["partners"],
            limit=80,
            count_limit=client.COUNT_LIMIT,
        ),
        plain,
    )
    assert [record["id"] for record in found["records"]] == [record[0] for record in records]
    assert found["length"] == count


def test_create(speed, people, ids):
    """One activity with all its effects against a record of a model with the same fields.

    A meeting also makes an event in the Odoo calendar: Odoo's own work, shown for its size.
    """
    for what, kind, model in (
        ("a phone call, against a bare model", "call", bare.BARE),
        ("a phone call, against a bare model with chatter", "call", bare.BARE_CHATTER),
        ("a meeting and its event, against a bare model", "meeting", bare.BARE),
    ):
        measure_create(speed, f"create {what}", model, ids[kind], ids, people)


def measure_create(speed, what, model, type_id, ids, people):
    start = datetime.now().replace(microsecond=0) + timedelta(days=7)
    vals = {
        "type_id": type_id,
        "partner_id": ids["usual"],
        "user_id": people["ids"][SALESPERSON],
        "start": start,
        "stop": start + timedelta(hours=1),
        "name": "About the spring collection",
        "note": "Bring the catalogue.",
    }
    with speed.registry.cursor() as cr:
        env = api.Environment(cr, people["ids"][SALESPERSON], {})
        same = bare.bare_vals(env["isof.activity"].create(vals))
        # what exists only together with the activity
        same |= {"x_calendar_event_id": False, "x_root_id": False}
        cr.rollback()

    def plain(cr):
        env = api.Environment(cr, people["ids"][SALESPERSON], {})
        record = env[model].create(same)
        env.flush_all()
        return record.id

    speed.measure(
        what,
        SALESPERSON,
        lambda env: env["isof.activity"].create(vals).id,
        plain,
        read=False,
        holds=False,
    )


def test_done_and_plan_next(speed, people, ids):
    with speed.registry.cursor() as cr:
        cr.execute(
            """SELECT id FROM isof_activity WHERE user_id = %s AND state = 'planned'
                 AND type_id = %s ORDER BY start LIMIT 1""",
            [people["ids"][SALESPERSON], ids["call"]],
        )
        [activity_id] = cr.fetchone()
        env = api.Environment(cr, people["ids"][SALESPERSON], {})
        same = bare.bare_vals(env["isof.activity"].browse(activity_id))
        bare_id = env[bare.BARE].create(same).id
        cr.commit()

    def product(env):
        wizard = env["isof.activity.done.wizard"].create(
            {"activity_id": activity_id, "result": "They want an offer."}
        )
        return wizard.action_confirm()

    def plain(cr):
        env = api.Environment(cr, people["ids"][SALESPERSON], {})
        env[bare.BARE].browse(bare_id).write(
            {"x_result": "They want an offer.", "x_state": "done", "x_status_id": ids["done"]}
        )
        env[bare.BARE].create(same)
        env.flush_all()

    speed.measure("done and plan next", SALESPERSON, product, plain, read=False, holds=False)
