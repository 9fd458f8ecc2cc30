"""Scores of a real wholesaler's customers are what pandas computes from its file.

All documents of the file are there as facts, one a document, put there by SQL: that sales which
go through Odoo become the right facts is what ``test_online_retail.py`` shows. Nothing is
committed.
"""

import time
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest
from psycopg2.extras import execute_values

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests.common import get_db_name

FILE = Path(__file__).resolve().parents[2] / "shared/data/online_retail/online_retail.csv.gz"
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
MANY_CUSTOMERS, MANY_DOCUMENTS = 100_000, 500_000
GOAL_SECONDS = 10

pytestmark = pytest.mark.skipif(not FILE.is_file(), reason=f"no {FILE}")


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


@pytest.fixture(scope="module")
def documents():
    """Return the documents of known customers: customer, day, whether it credits, and pence."""
    lines = pd.read_csv(FILE, dtype={"CustomerID": str, "InvoiceNo": str, "UnitPrice": str})
    lines = lines[lines.CustomerID.notna()]
    # in tenths of pence, which are exact
    price = lines.UnitPrice.map(lambda text: round(float(text) * 1000))
    amount = lines.Quantity * price
    pence = amount.abs().add(5).floordiv(10) * amount.map(lambda value: -1 if value < 0 else 1)
    lines = lines.assign(pence=pence, day=pd.to_datetime(lines.InvoiceDate.str[:10]))
    documents = lines.groupby(["InvoiceNo", "CustomerID"], as_index=False).agg(
        day=("day", "min"), pence=("pence", "sum")
    )
    return documents.assign(is_credit=documents.pence < 0)


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


def mark(values, number):
    """Return marks from 1 up, in equal groups but for equal values."""
    return 1 + (values.rank(method="min").astype(int) - 1) * number // len(values)


def compute_customers(documents, months):
    """Return by customer the days since the last purchase, their number, and the pence."""
    last = pd.Timestamp(LAST_DAY)
    if months:
        documents = documents[documents.day > last - pd.DateOffset(months=months)]
    bought = documents[documents.pence > 0].groupby("CustomerID")
    customers = documents.groupby("CustomerID").pence.sum().to_frame()
    return customers.assign(days=(last - bought.day.max()).dt.days, times=bought.size())


def compute_abc(pence, share_a, share_b):
    """Return the classes by the share of the total, going from the best customer on."""
    best = pence.sort_values(ascending=False)
    positive = best.clip(lower=0)
    before = positive.cumsum() - positive
    # equal customers begin where the first of them does
    before = before.groupby(best).transform("min")
    total = positive.sum()
    codes = pd.Series("C", best.index)
    codes[(before * 100 < total * share_b) & (best > 0)] = "B"
    codes[(before * 100 < total * share_a) & (best > 0)] = "A"
    return codes


@pytest.fixture(scope="module")
def scored(load_registry, documents):
    """Return the environment with the documents, and their numbers of customers by partner."""
    numbers = sorted(documents.CustomerID.unique())
    with open_company() as env:
        partner_ids = dict(zip(numbers, create_partners(env, len(numbers)), strict=True))
        load(
            env,
            [
                (
                    1_000_000 + n,
                    partner_ids[row.CustomerID],
                    row.day.date(),
                    "out_refund" if row.is_credit else "out_invoice",
                    f"{row.pence}e-2",
                )
                for n, row in enumerate(documents.itertuples())
            ],
        )
        yield env, {id_: number for number, id_ in partner_ids.items()}


@pytest.mark.parametrize(("months", "quantiles"), [(0, 5), (12, 5), (3, 4), (6, 9)])
def test_rfm(scored, documents, months, quantiles):
    env, numbers = scored
    scores, _seconds = score(env, months=months, quantiles=quantiles)
    customers = compute_customers(documents, months).dropna()
    marks = pd.DataFrame(
        {
            "recency": mark(-customers.days, quantiles),
            "frequency": mark(customers.times, quantiles),
            "monetary": mark(customers.pence, quantiles),
        }
    ).astype(str)
    expected = marks.recency + marks.frequency + marks.monetary
    assert len(expected) > 1500
    assert {numbers[s.partner_id.id]: s.code for s in scores} == expected.to_dict()
    assert {
        numbers[s.partner_id.id]: (s.recency, s.frequency, round(s.value * 100)) for s in scores
    } == {row.Index: (row.days, row.times, row.pence) for row in customers.itertuples()}


def test_rfm_by_limits(scored, documents):
    env, numbers = scored
    limits = {"days": [30, 90, 180], "times": [2, 5, 10, 20], "pence": [30_000, 99_999]}
    scores, _seconds = score(
        env,
        method="limit",
        recency_limits="30 90 180",
        frequency_limits="2; 5; 10; 20",
        monetary_limits="300 999,99",
    )
    customers = compute_customers(documents, 12).dropna()
    expected = {
        row.Index: "".join(
            str(
                1
                + sum(
                    row.days <= limit if name == "days" else getattr(row, name) >= limit
                    for limit in limits[name]
                )
            )
            for name in limits
        )
        for row in customers.itertuples()
    }
    assert {numbers[s.partner_id.id]: s.code for s in scores} == expected


@pytest.mark.parametrize(("months", "share_a", "share_b"), [(0, 80, 95), (12, 50, 75.5)])
def test_abc(scored, documents, months, share_a, share_b):
    env, numbers = scored
    scores, _seconds = score(env, kind="abc", months=months, share_a=share_a, share_b=share_b)
    expected = compute_abc(compute_customers(documents, months).pence, share_a, share_b)
    assert set(expected) == {"A", "B", "C"}
    assert {numbers[s.partner_id.id]: s.code for s in scores} == expected.to_dict()


def test_many_customers(load_registry):
    """Measured at 100,000 customers with five documents each."""
    days = [day.date() for day in pd.date_range(end=LAST_DAY, periods=360)]
    with open_company() as env:
        partner_ids = create_partners(env, MANY_CUSTOMERS)
        load(
            env,
            [
                (
                    1_000_000 + n,
                    partner_ids[n % MANY_CUSTOMERS],
                    days[n * 7919 % 360],
                    "out_refund" if n % 17 == 0 else "out_invoice",
                    (-1 if n % 17 == 0 else 1) * (n * 104_729 % 90_000 + 1),
                )
                for n in range(MANY_DOCUMENTS)
            ],
        )
        env.cr.execute("ANALYZE isof_trade_line; ANALYZE account_move")
        for kind in ("rfm", "abc"):
            scores, seconds = score(env, kind=kind)
            assert len(scores) > MANY_CUSTOMERS * 0.99
            print(f"\n{kind}: {len(scores)} customers in {seconds:.1f} s")  # noqa: T201
            assert seconds < GOAL_SECONDS
