"""An Odoo of its own for what is measured from outside."""

import subprocess
import time
from contextlib import contextmanager

import requests
from isof_cli import config
from isof_cli.odoo import free_port

from odoo.tests.common import get_db_name


@contextmanager
def serve(log, workers=0):
    """Give the address of a server of the database of this run, once it answers.

    :param log: file that its warnings are written to
    :param workers: how many processes answer; one with threads if there are none
    """
    port, other = free_port(), free_port()
    url = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [
            *(config.ROOT / "isof", "odoo", "-d", get_db_name(), f"--db-filter=^{get_db_name()}$"),
            *("--workers", str(workers), "--max-cron-threads", "0", "--log-level", "warn"),
            *("--http-port", str(port), "--gevent-port", str(other)),
        ],
        stdout=log,
        stderr=log,
    )
    try:
        _wait(server, url)
        yield url
    finally:
        server.terminate()
        server.wait(timeout=60)


def _wait(server, url):
    for _attempt in range(240):
        assert server.poll() is None, "the server does not start"
        try:
            if requests.get(f"{url}/web/login", timeout=30).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.5)
    raise AssertionError("the server does not answer")
