"""Fixtures of the tests that cross add-ons: ``./isof`` itself, and databases of their own."""

import json
import os
import re
import secrets
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

import pytest
from isof_cli import config, odoo, odoo_source, venv

VERDICTS_KEPT = 14 * 86400  # seconds, since they were last asked for
ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def isof():
    """Return a function that runs ``./isof`` on the PostgreSQL of the tests.

    It returns the finished process with its output as text, and fails the test where
    ``./isof`` fails, unless ``check=False``.
    """

    def run(*arguments, script="", check=True, **environ):
        done = subprocess.run(
            [ROOT / "isof", *map(str, arguments)],
            input=script,
            capture_output=True,
            text=True,
            env=os.environ | environ,
        )
        if check and done.returncode:
            pytest.fail(f"./isof {' '.join(arguments)}: {done.returncode}\n{done.stderr}")
        return done

    return run


@pytest.fixture(scope="session")
def once():
    """Return a function that calls another one, unless that succeeded before with the same Odoo.

    ``once(call, *parts)`` returns what ``call()`` does, as JSON has it. ``parts`` are what it
    comes of beside Odoo, its packages and the file that it is in. Whatever fails is tried again,
    and a continuous integration tries everything.
    """
    stand = (sys.version, odoo_source.ensure().key, *venv.wanted(odoo.REQUIREMENTS))

    def run(call, *parts):
        folder = config.home() / "verdicts"
        source = Path(call.__code__.co_filename).read_text()
        path = folder / f"{config.digest(*stand, source, call.__qualname__, *parts)}.json"
        if path.exists() and not config.in_ci():
            path.touch()
            return json.loads(path.read_text())
        text = json.dumps(call())
        folder.mkdir(exist_ok=True)
        for other in folder.iterdir():
            if other.stat().st_mtime < time.time() - VERDICTS_KEPT:
                other.unlink(missing_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.write_text(text)
        fresh.replace(path)
        return json.loads(text)

    return run


@pytest.fixture(scope="module")
def new_database(isof):
    """Return a function that creates a database by ``./isof db create`` and returns its name.

    They are dropped after the module's last test. ``new_database("--without-demo")``
    """
    names = []

    def create(*options):
        name = f"isof_test_{os.getpid()}_{secrets.token_hex(3)}"
        names.append(name)
        isof("db", "create", name, *options)
        return name

    yield create
    for name in names:
        isof("db", "drop", name, check=False)


@pytest.fixture(scope="session")
def demo_database(isof):
    """Return the name of a database with the demo company, for scripts that change nothing."""
    name = f"isof_test_{os.getpid()}_{secrets.token_hex(3)}"
    isof("db", "create", name)
    yield name
    isof("db", "drop", name, check=False)


@pytest.fixture(scope="session")
def probe(isof, demo_database):
    """Return a function that runs a script of this folder, after ``client_calls.py``.

    It returns what the script found out in the demo company about what clients may call.
    """

    def run(name):
        folder = Path(__file__).parent
        script = "".join((folder / each).read_text() for each in ("client_calls.py", name))
        done = isof("odoo", "shell", "-d", demo_database, "--no-http", script=script)
        lines = [line for line in done.stdout.splitlines() if "FACTS " in line]
        assert lines, done.stdout + done.stderr
        return json.loads(lines[-1].partition("FACTS ")[2])

    return run


@pytest.fixture
def run_beside(isof, new_database, once):
    """Return a function that runs tests of ours where add-ons of Odoo come to a database.

    It installs the add-ons after ours, asserts that no test with a tag fails, and returns how
    many there are.
    """

    def run_anew(addons, tag):
        name, batch = new_database("--without-demo"), ("--stop-after-init", "--no-http")
        isof("odoo", "-d", name, "-i", addons, *batch)
        done = isof("odoo", "-d", name, "--test-tags", tag, *batch, check=False)
        result = re.search(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests", done.stderr)
        assert result, done.stderr
        failed, errors, number = map(int, result.groups())
        assert (failed, errors) == (0, 0), done.stderr
        return number

    def run(addons, tag):
        ours = [config.addon_digest(name, tests=True) for name in config.addons()]
        return once(lambda: run_anew(addons, tag), addons, tag, *ours)

    return run


@pytest.fixture(scope="module")
def run_rounds(isof, new_database):
    """Return a function that runs a script of races in a database of its own.

    It returns what came of each round by its name: what the script printed after "ROUND ".
    """

    def run(script):
        name = new_database("--without-demo")
        # PostgreSQL refuses what came second, each of which Odoo logs
        quiet = "--log-handler=odoo.sql_db:CRITICAL"
        done = isof("odoo", "shell", "-d", name, "--no-http", quiet, script=script.read_text())
        found = defaultdict(list)
        for line in done.stdout.splitlines():
            if line.startswith("ROUND "):
                one = json.loads(line.removeprefix("ROUND "))
                found[one["name"]].append(one)
        assert found, done.stderr
        return found

    return run
