"""Customers with documents, put there by SQL as the ORM would have stored them, and scores."""

import time
from contextlib import contextmanager

from psycopg2.extras import execute_values

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests.common import get_db_name

LAST_DAY = "2011-12-09"
FACTS_SQL = """
    WITH document (id, partner_id, day, move_type, net) AS (VALUES %s),
    move AS (
        INSERT INTO account_move (id, company_id, journal_id, currency_id, move_type, state, date,
                                  auto_post)
        SELECT id, {company}, {journal}, {currency}, move_type, 'posted', day, 'no' FROM document
    )
    INSERT INTO isof_trade_line (move_line_id, move_id, flow, move_type, invoice_date, date,
                                 journal_id, company_id, company_currency_id, currency_id,
                                 partner_id, role, sold_net)
    SELECT id, id, 'sale', move_type, day, day, {journal}, {company}, {currency}, {currency},
           partner_id, 'goods', net
      FROM document
"""


@contextmanager
def open_company():
    """Give the environment of a company that has not sold anything."""
    with Registry(get_db_name()).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
        company = env["res.company"].create({"name": "Scored"})
        company.currency_id = env.ref("base.GBP")
        env["account.journal"].create(
            {"name": "Scored", "code": "SCO", "type": "sale", "company_id": company.id}
        )
        # journal items are not needed
        cr.execute("ALTER TABLE isof_trade_line DROP CONSTRAINT isof_trade_line_move_line_id_fkey")
        yield env(context={**env.context, "allowed_company_ids": company.ids})
        cr.rollback()


def load(env, rows):
    """Make documents and their facts of tuples of id, partner, day, type and amount."""
    company = env.company
    with env.cr._obj.connection.cursor() as cr:
        execute_values(
            cr,
            FACTS_SQL.format(
                company=company.id,
                currency=company.currency_id.id,
                journal=env["account.journal"].search([("company_id", "=", company.id)]).id,
            ),
            rows,
            template="(%s::int, %s::int, %s::date, %s, %s::numeric)",
            page_size=50_000,
        )


def create_partners(env, count):
    """Return the ids of new customers."""
    env.cr.execute(
        "INSERT INTO res_partner (name, complete_name, active, type, is_company, autopost_bills)"
        " SELECT 'Scored ' || n, 'Scored ' || n, TRUE, 'contact', TRUE, 'ask'"
        " FROM generate_series(1, %s) AS n RETURNING id",
        [count],
    )
    ids = [id_ for (id_,) in env.cr.fetchall()]
    env.cr.execute("UPDATE res_partner SET commercial_partner_id = id WHERE id = ANY(%s)", [ids])
    return ids


def score(env, **vals):
    """Run a scheme, and return the scores with the seconds that the run took."""
    scheme = env["isof.score.scheme"].create(
        {"name": "Test", "company_id": env.company.id, "reference_date": LAST_DAY, **vals}
    )
    env.flush_all()
    start = time.perf_counter()
    scheme.action_run()
    return scheme.latest_run_id.score_ids, time.perf_counter() - start
