"""Fixtures of the tests that cross add-ons: ``./isof`` itself, and databases of their own."""

import json
import os
import re
import secrets
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

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
    """Return a function that runs a script of this folder, after ``probing.py``.

    It returns what the script found out in the demo company about what clients may call.
    """

    def run(name):
        folder = Path(__file__).parent
        script = "".join((folder / each).read_text() for each in ("probing.py", name))
        done = isof("odoo", "shell", "-d", demo_database, "--no-http", script=script)
        lines = [line for line in done.stdout.splitlines() if "FACTS " in line]
        assert lines, done.stdout + done.stderr
        return json.loads(lines[-1].partition("FACTS ")[2])

    return run


@pytest.fixture
def run_beside(isof, new_database):
    """Return a function that runs tests of ours where add-ons of Odoo come to a database.

    It installs the add-ons after ours, asserts that no test with a tag fails, and returns how
    many there are.
    """

    def run(addons, tag):
        name, batch = new_database("--without-demo"), ("--stop-after-init", "--no-http")
        isof("odoo", "-d", name, "-i", addons, *batch)
        done = isof("odoo", "-d", name, "--test-tags", tag, *batch, check=False)
        result = re.search(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests", done.stderr)
        assert result, done.stderr
        failed, errors, number = map(int, result.groups())
        assert (failed, errors) == (0, 0), done.stderr
        return number

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
