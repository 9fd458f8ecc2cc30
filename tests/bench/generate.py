"""A trading company with a million activities, made in seconds.

Who works there is created through the ORM, because Odoo keeps users, employees and teams in
many tables; the contractors and their activities come from ``million.sql``. The result is
what the ORM would have stored: ``test_generated.py`` recomputes a sample to prove it.

Left out, because nothing that is measured reads them: events in the Odoo calendar (every
activity has its mirror switched off) and followers.
"""

from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

from odoo import api
from odoo.fields import Command
from odoo.tools import SQL

from .scale import size

SCRIPT = Path(__file__).with_name("million.sql")
ACTIVITIES = size(1_000_000)
PARTNERS = size(50_000)
COMPANIES = size(30_000)
EMPLOYEES = 40
TABLES = (
    "isof_activity",
    "isof_activity_access_rel",
    "isof_activity_participant_rel",
    "isof_activity_contact_rel",
)


def generate(registry, activities=ACTIVITIES):
    """Fill the database of ``registry`` and commit; return a dict of the logins to use."""
    now = datetime.now().replace(microsecond=0)  # noqa: DTZ005  the server's clock is UTC
    with registry.cursor() as cr:
        env = api.Environment(cr, api.SUPERUSER_ID, {"tracking_disable": True})
        _create_masters(env)
        env.flush_all()
        params = {
            "activities": activities,
            "partners": PARTNERS,
            "companies": COMPANIES,
            "company_id": env.company.id,
            "country_id": env.ref("base.pl").id,
            "currency_id": env.company.currency_id.id,
            "uid": api.SUPERUSER_ID,
            "now": now,
            "offset": 0,
        }
        with _bare_tables(cr):
            cr.execute(SCRIPT.read_text(), params)
            partners = env["res.partner"].search([("email", "=like", "p%@example.com")])
            env.add_to_compute(partners._fields["isof_name_key"], partners)
            env.flush_all()
            if "touch_day" in env["isof.activity"]._fields:  # of isof_crm_analytics
                cr.execute(
                    """
                    UPDATE isof_activity SET
                           touch_day = (start AT TIME ZONE 'UTC' AT TIME ZONE %s)::date
                     WHERE state = 'done' AND campaign_id IS NOT NULL
                    """,
                    [env.company.resource_calendar_id.tz],
                )
        # What PostgreSQL would find out by itself within minutes of normal use.
        cr.commit()
        cr._cnx.autocommit = True
        cr.execute("VACUUM (ANALYZE)")
        cr._cnx.autocommit = False
    registry.clear_cache()


@contextmanager
def _bare_tables(cr):
    """Take indexes and foreign keys away, and put them back (checked) at the end.

    A million rows would otherwise be checked and indexed one by one.
    """
    cr.execute(
        """
        SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
               format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s',
                      conrelid::regclass, conname, pg_get_constraintdef(oid))
          FROM pg_constraint
         WHERE conrelid = ANY(%s::regclass[]) AND contype = 'f'
         UNION ALL
        SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
          FROM pg_index
         WHERE indrelid = ANY(%s::regclass[])
           AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
        """,
        [list(TABLES), list(TABLES)],
    )
    statements = cr.fetchall()
    for drop, _add in statements:
        cr.execute(SQL(drop.replace("%", "%%")))
    yield
    for _drop, add in reversed(statements):
        cr.execute(SQL(add.replace("%", "%%")))


def _create_masters(env):
    """Create who works there and what they work with, and lists of it for the script."""
    departments = env["hr.department"].create([{"name": f"Department {n}"} for n in range(5)])
    departments[1].parent_id = departments[0]
    user_group = env.ref("isof_crm.group_user")
    groups = {
        "manager": env.ref("isof_crm.group_manager"),
        "leader": env.ref("isof_crm.group_team_leader"),
    }
    users = (
        env["res.users"]
        .with_context(no_reset_password=True)
        .create(
            [
                {
                    "login": f"bench_{n}",
                    "name": f"Employee {n:02}",
                    "tz": "Europe/Warsaw",
                    "lang": "en_US",
                    "group_ids": [Command.set(groups.get(_role(n), user_group).ids)],
                }
                for n in range(EMPLOYEES)
            ]
        )
    )
    employees = env["hr.employee"].create(
        [
            {
                "name": user.name,
                "user_id": user.id,
                "department_id": departments[n % 5].id,
                "date_version": date(2015, 1, 1),
            }
            for n, user in enumerate(users)
        ]
    )
    # five changed the department a year ago
    for n in range(30, 35):
        employees[n].create_version(
            {
                "date_version": date.today() - timedelta(days=365),
                "department_id": departments[(n + 1) % 5].id,
            }
        )
    teams = env["crm.team"].create(
        [{"name": f"Team {n}", "user_id": users[n + 1].id} for n in range(4)]
    )
    env["crm.team.member"].create(
        [{"crm_team_id": teams[n % 4].id, "user_id": users[n].id} for n in range(5, EMPLOYEES)]
    )
    for n, department in enumerate(departments[1:]):
        department.manager_id = employees[n + 1]
    countries = env["isof.region"].create([{"name": f"Country {n}"} for n in range(4)])
    regions = countries | env["isof.region"].create(
        [{"name": f"Region {n}", "parent_id": countries[n % 4].id} for n in range(16)]
    )
    campaigns = env["utm.campaign"].create([{"title": f"Campaign {n}"} for n in range(8)])
    env.flush_all()
    for table, column, records in (
        ("bench_employee", "user_id", users),
        ("bench_region", "region_id", regions),
        ("bench_campaign", "campaign_id", campaigns),
    ):
        env.cr.execute(
            SQL(
                "CREATE TEMP TABLE %s AS SELECT n - 1 AS n, id AS %s"
                " FROM unnest(%s::int[]) WITH ORDINALITY ids (id, n)",
                SQL.identifier(table),
                SQL.identifier(column),
                records.ids,
            )
        )
    env.cr.execute(
        """
        CREATE TEMP TABLE bench_department AS
        SELECT e.user_id, v.department_id,
               CASE WHEN lag(v.id) OVER history IS NULL THEN '-infinity' ELSE v.date_version END
                   AS since,
               coalesce(lead(v.date_version) OVER history, 'infinity') AS until
          FROM hr_version v
          JOIN hr_employee e ON e.id = v.employee_id
         WHERE e.user_id IS NOT NULL
        WINDOW history AS (PARTITION BY v.employee_id ORDER BY v.date_version)
        """
    )


def _role(n):
    return "manager" if n == 0 else "leader" if n <= 4 else "user"
