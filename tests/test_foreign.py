"""Nobody is told, or changes, what one may not read by sending its id."""

import json
from pathlib import Path

import pytest

ROLES = ("portal", "employee", "user", "own figures", "marketing", "stranger")


@pytest.fixture(scope="module")
def tried(isof, new_database):
    """Return what ``foreign.py`` has found in the demo company."""
    script = Path(__file__).with_name("foreign.py").read_text()
    done = isof("odoo", "shell", "-d", new_database(), "--no-http", script=script)
    lines = [line for line in done.stdout.splitlines() if "FACTS " in line]
    assert lines, done.stdout + done.stderr
    return json.loads(lines[-1].partition("FACTS ")[2])


def test_who_may_read_it_finds_it(tried):
    """Each planted word is found where it was planted, or it could not be missed elsewhere."""
    assert tried["unread"] == []
    assert tried["planted"] > 80


def test_every_path_is_tried(tried):
    """By each role many calls were made, also such that are answered."""
    assert set(tried["tries"]) == set(ROLES)
    assert tried["unknown parameters"] == []
    for role, tries in tried["tries"].items():
        assert tries["hidden"] > 40, role
        assert sum(tries["tries"].values()) > 2000, role
    for role in ROLES[2:]:
        answered = tried["tries"][role]["answered"]
        assert all(answered[kind] > 20 for kind in ("method", "create", "default")), role


def test_nothing_is_told(tried):
    """No answer and no error has a word of a record that its reader may not read."""
    assert tried["told"] == []


def test_nothing_is_changed(tried):
    assert tried["changed"] == []


def test_public_methods_refuse_what_one_may_not_read(tried):
    assert tried["unrefused"] == []


def test_nothing_breaks(tried):
    """What a client sends is refused in words, and never a crash."""
    assert {role: crashes for role, crashes in tried["crashed"].items() if crashes} == {}
