"""The add-ons' own tests on the oldest PostgreSQL and the newest Python that are supported.

Before a release, with ``ISOF_PLATFORMS=1``: each takes as long as all tests of the add-ons. A
platform that this machine does not have is skipped, and says so.
"""

import os
import pwd
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from isof_cli import config, odoo_source
from test_readme import find_python

PYTHON, POSTGRESQL = "3.13", "15"
ADDON_TESTS = [f"{name}/tests" for name in config.addons()]
USER = "isof"

pytestmark = pytest.mark.skipif("ISOF_PLATFORMS" not in os.environ, reason="only before a release")


@pytest.fixture
def home():
    """Return a folder that other users may enter, and that other runs of pytest leave alone."""
    with tempfile.TemporaryDirectory(prefix="isof-platform-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def postgresql(home):
    """Start a PostgreSQL of the oldest version, where Debian has it, and return its variables."""
    programs = Path(f"/usr/lib/postgresql/{POSTGRESQL}/bin")
    if not programs.exists():
        pytest.skip(f"no PostgreSQL {POSTGRESQL}")
    folder = home / "postgresql"
    folder.mkdir()
    options = {"cwd": "/", "check": True, "stdout": subprocess.DEVNULL}
    if not os.geteuid():  # which PostgreSQL refuses
        nobody = pwd.getpwnam("nobody")
        options |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    data = folder / "data"
    arguments = ("-A", "trust", "-U", USER, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
    subprocess.run([programs / "initdb", "-D", data, *arguments], **options)
    settings = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_locks_per_transaction=256"
    control = [programs / "pg_ctl", "-D", data, "-w"]
    subprocess.run([*control, "-l", folder / "log", "-o", settings, "start"], **options)
    yield {"PGHOST": str(folder), "PGUSER": USER}
    subprocess.run([*control, "-m", "fast", "stop"], **options)


def run_addon_tests(home, python, **environ):
    """Run the add-ons' own tests with a Python, in a folder of its own, and return how it ended."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    command = [python, config.ROOT / "isof", "test", *ADDON_TESTS]
    parallel = ("-n", str(os.cpu_count()), "--dist", "loadscope", "-q")
    done = subprocess.run(
        [*command, *parallel],
        env=inherited
        | {"ISOF_HOME": str(home), "ODOO_PATH": str(odoo_source.ensure().package), "CI": ""}
        | environ,
        capture_output=True,
        text=True,
    )
    assert not done.returncode, f"{done.stdout[-20_000:]}\n{done.stderr[-5_000:]}"
    return done.stdout.splitlines()[-1]


def test_newest_python(home):
    assert " passed" in run_addon_tests(home / "isof", find_python(PYTHON))


def test_oldest_postgresql(postgresql, home):
    assert " passed" in run_addon_tests(home / "isof", sys.executable, **postgresql)
