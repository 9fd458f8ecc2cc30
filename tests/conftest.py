"""Fixtures of the tests that cross add-ons: ``./isof`` itself, and databases of their own."""

import os
import secrets
import subprocess
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
