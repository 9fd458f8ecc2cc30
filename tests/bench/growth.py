"""How reads and posting grow with the ledger. Run by hand: twenty million lines take hours.

``ISOF_GROWTH=1,4,16,37 ./isof test --bench tests/bench/growth.py`` measures after so many years of
half a million lines each, and prints a table. docs/decisions/growth.md has what came of it.
"""

import os
import statistics
import time

import pytest

from odoo import api
from odoo.tools import split_every

from .scale import size
from .test_bench_trade import PIVOTS, Measured, shop  # noqa: F401  a fixture
from .wholesaler import vacuum

YEARS = [int(years) for years in os.environ.get("ISOF_GROWTH", "1,2").split(",")]
RUNS = size(5)
DOCUMENTS = size(50)
TABLES = ("account_move_line", "isof_trade_line", "isof_trade_summary")


@pytest.fixture(scope="module")
def table():
    """Return the lines of the table, which are printed in the end."""
    lines = []
    yield lines
    print("\n\n" + "\n".join(lines))  # noqa: T201


def fill(registry):
    """Derive the facts of the documents that have none, and return the seconds."""
    started = time.perf_counter()
    with registry.cursor() as cr:
        env = api.Environment(cr, api.SUPERUSER_ID, {})
        cr.execute(
            "SELECT id FROM account_move WHERE state = 'posted' AND sequence_prefix ~ '^B[0-9]+/'"
            " AND isof_trade_line_count = 0 ORDER BY id"
        )
        for ids in split_every(5000, [id_ for (id_,) in cr.fetchall()]):
            env["isof.trade.line"]._compare_documents(ids)
            cr.commit()
            env.invalidate_all()
        seconds = time.perf_counter() - started
        vacuum(cr)
    return seconds


def read_sizes(registry):
    """Return how many facts there are, and how many MB the tables have with their indexes."""
    with registry.cursor() as cr:
        cr.execute("SELECT count(*) FROM isof_trade_line")
        [number] = cr.fetchone()
        cr.execute(
            "SELECT pg_total_relation_size(name::regclass) / 2^20 FROM unnest(%s) AS name",
            [list(TABLES)],
        )
        return number, [megabytes for (megabytes,) in cr.fetchall()]


def time_list(measured):
    """Return the seconds of the first page of the list of sales of a salesperson."""
    with measured.shop.registry.cursor() as cr:
        env = measured.environment(cr)
        domain = [("flow", "=", "sale"), ("user_id.login", "=", "bench_seller_3")]
        names = ("invoice_date", "move_id", "partner_id", "product_id", "sold_net", "sold_price")
        started = time.perf_counter()
        env["isof.trade.line"].web_search_read(
            domain, {name: {} for name in names}, limit=80, count_limit=10_001
        )
        return time.perf_counter() - started


def time_posting(shop):  # noqa: F811
    """Return the seconds that it takes to post an invoice of five lines."""
    with shop.registry.cursor() as cr:
        env = api.Environment(cr, api.SUPERUSER_ID, {"tracking_disable": True})
        env = env(context={**env.context, "allowed_company_ids": [shop.company_id]})
        journal = env["account.journal"].create(
            {"name": "Bench", "code": "BENCH", "type": "sale", "company_id": shop.company_id}
        )
        seconds = []
        for _number in range(DOCUMENTS):
            env.invalidate_all()
            seconds.append(shop.post(env, 5, journal_id=journal.id)[1])
        cr.rollback()
    return statistics.median(seconds)


@pytest.mark.parametrize("years", YEARS)
def test_growth(shop, table, years):  # noqa: F811
    seconds, loaded = 0, 0
    while shop.copies < years:
        shop.load()
        loaded += 1
        seconds += fill(shop.registry)
    number, sizes = read_sizes(shop.registry)
    measured = Measured(shop)
    times = {
        pivot.what: statistics.median(measured.ours(pivot)[0] for _run in range(1 + RUNS))
        for pivot in PIVOTS
    }
    times["first page of a list"] = statistics.median(time_list(measured) for _run in range(RUNS))
    times["posting 5 lines"] = time_posting(shop)
    if not table:
        head = ["lines", *(f"MB of {name}" for name in TABLES), "fill of a year, s"]
        head += [f"{what}, ms" for what in times]
        table += [f"| {' | '.join(head)} |", "|" + " --- |" * len(head)]
    row = [number, *(f"{megabytes:.0f}" for megabytes in sizes)]
    row.append(f"{seconds / loaded:.1f}" if loaded else "")
    row += [f"{1000 * value:.0f}" for value in times.values()]
    table.append(f"| {' | '.join(map(str, row))} |")
    print(f"\n{table[-1]}")  # noqa: T201
    assert number >= size(500_000) * years
