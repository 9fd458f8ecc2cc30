"""A real server that is told to stop, or killed, while it is at work; and what there is then."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest
from isof_cli import config, odoo, postgres
from test_install import BATCH, COMPLAINT, DEPENDENCIES, get_state
from test_replica import connect, wait

FILLED = "isof_crm_analytics.filled_until"
WORKERS = ("--workers=2", "--max-cron-threads=1")
LONG_JOB = """
env["ir.cron"].search([]).active = False
job = env["ir.cron"].create({
    "name": "Long", "model_id": env.ref("base.model_res_partner").id, "state": "code",
    "interval_type": "days",
    "code": "env.cr.execute('SELECT pg_sleep(600)')",
})
job._trigger()
env.cr.commit()
"""
# A posted invoice, and copies of it by SQL on the days before: a history for the background.
COPIES = 12_000
HISTORY = """
from odoo.fields import Command
env["account.chart.template"].try_loading("generic_coa", env.company, install_demo=False)
product = env["product.product"].create({"name": "Bolt", "standard_price": 6})
move = env["account.move"].create({
    "move_type": "out_invoice", "invoice_date": "2026-03-02",
    "partner_id": env["res.partner"].create({"name": "Alfa"}).id,
    "invoice_line_ids": [Command.create({"product_id": product.id, "price_unit": 10,
                                         "tax_ids": [Command.clear()]})],
})
move.action_post()
env.flush_all()

def copy(table, changed, where):
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table]
    )
    columns = [name for (name,) in env.cr.fetchall() if name not in ("id", *changed)]
    names = ", ".join(columns)
    env.cr.execute(
        f"INSERT INTO {table} ({', '.join(changed)}, {names})"
        f" SELECT {', '.join(changed.values())}, {names} FROM {table} AS old, {where}"
    )

copy(
    "account_move",
    {"name": "name || '/' || n", "date": "date - n / 20"},
    f"generate_series(1, {COPIES}) AS n WHERE id = {move.id}",
)
copy(
    "account_move_line",
    {"move_id": "copied.id", "date": "copied.date"},
    "(SELECT id, date FROM account_move WHERE move_type = 'out_invoice') AS copied"
    f" WHERE move_id = {move.id} AND copied.id <> {move.id}",
)
env.cr.commit()
"""


@pytest.fixture
def log(tmp_path):
    """Return the file to which servers write what they complain of."""
    return tmp_path / "log"


@pytest.fixture
def serve(log):
    """Return a function that starts a server for a database, and returns it and a client of it."""
    started = []

    def start(name, *options):
        port, other = odoo.free_port(), odoo.free_port()
        ports = (f"--http-port={port}", f"--gevent-port={other}")
        with log.open("w") as output:
            process = subprocess.Popen(
                [config.ROOT / "isof", "odoo", "-d", name, *ports, "--log-level=warn", *options],
                stdin=subprocess.DEVNULL,
                stderr=output,
            )
        started.append(process)
        return process, wait(lambda: connect(port, name))

    yield start
    for process in started:
        kill(process)


def kill(process):
    """Kill a server with all its processes, at once."""
    if process.poll() is None:
        [group] = psutil.Process(process.pid).children()
        os.killpg(group.pid, signal.SIGKILL)
        process.wait(30)


@pytest.fixture(scope="module")
def server():
    """Return the PostgreSQL of the tests."""
    return postgres.server("test", Path(sys.executable))


def test_stop_during_a_job(isof, new_database, serve, server, log):
    """It says so in a sentence, ends at once, and has no traceback."""
    name = new_database("--without-demo")
    process, _client = serve(name)
    isof("odoo", "shell", "-d", name, "--no-http", script=LONG_JOB)
    working = "SELECT 1 FROM pg_stat_activity WHERE datname = :'name' AND query LIKE '%pg_sleep%'"
    wait(lambda: server.sql(working, name=name))
    process.send_signal(signal.SIGINT)
    assert not process.wait(20)
    said = log.read_text()
    assert said.endswith("A scheduled action was at work. It goes on with the next start.\n")
    assert "Traceback" not in said


def test_killed_while_installing(isof, new_database, serve, server, once):
    """Who tries again is told; the command line goes on, and nothing is half there."""

    def live():
        name = new_database("--without-demo", "--modules", ",".join(DEPENDENCIES))

        def read_states():
            states = "SELECT state FROM ir_module_module WHERE name = ANY (:'names') ORDER BY name"
            addons = "{isof_crm,isof_crm_analytics}"
            return [state for (state,) in server.sql(states, name, names=addons)]

        process, client = serve(name, *WORKERS)
        click = threading.Thread(target=install, args=(client,))
        click.start()
        wait(lambda: read_states() == ["installed", "to install"], pause=0.1)
        kill(process)
        click.join()
        assert read_states() == ["installed", "to install"], "was it over already?"
        process, client = serve(name, *WORKERS)
        assert "another module operation" in install(client)
        kill(process)
        done = isof("odoo", "-d", name, "-i", "isof_crm_analytics", *BATCH)
        assert not COMPLAINT.findall(done.stderr)
        assert read_states() == ["installed", "installed"]
        _process, client = serve(name, *WORKERS)
        assert client.call("isof.trade.line", "search_count", []) == 0

    once(live, *get_state())


def test_killed_while_reading_the_past(isof, new_database, serve, server, once):
    """Installed from Odoo's Apps, by two workers and Odoo's limits; then all comes."""

    def live():
        name = new_database("--without-demo", "--modules", ",".join(DEPENDENCIES))
        isof("odoo", "shell", "-d", name, "--no-http", script=f"COPIES = {COPIES}\n{HISTORY}")

        def read_filled():
            return server.sql(
                "SELECT value FROM ir_config_parameter WHERE key = :'key'", name, key=FILLED
            )

        def is_on_the_way():
            filled = read_filled()
            return filled and not filled[0][0].startswith("0001")

        process, client = serve(name, *WORKERS)
        assert not install(client)
        wait(is_on_the_way, pause=0.05)
        kill(process)
        assert is_on_the_way(), "was it over already?"
        [[before]] = server.sql("SELECT count(*) FROM isof_trade_line", name)
        assert 0 < int(before) <= COPIES
        _process, client = serve(name, *WORKERS)
        assert client.call("isof.trade.line", "get_fill_progress")["percent"] < 100
        wait(lambda: not read_filled())
        assert client.call("isof.trade.line", "search_count", []) == COPIES + 1
        assert client.call("isof.trade.line", "get_fill_progress") is False

    once(live, *get_state())


def install(client):
    """Click on *Activate* in Odoo's Apps; return what is said against it, if anything."""
    [addon] = client.call("ir.module.module", "search", [["name", "=", "isof_crm_analytics"]])

    def click():
        try:
            client.call("ir.module.module", "button_immediate_install", [addon])
        except (AssertionError, OSError) as refusal:  # of Odoo; of a server that is gone
            return str(refusal)
        return "installed"

    # Odoo refuses while a job is at work; who is told so clicks again
    said = wait(lambda: "a scheduled action" not in (text := click()) and text)
    return "" if said == "installed" else said
