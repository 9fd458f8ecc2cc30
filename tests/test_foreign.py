"""Nobody is told, or changes, what one may not read by sending its id."""

import pytest

ROLES = ("portal", "employee", "user", "own figures", "marketing", "stranger")


@pytest.fixture(scope="module")
def tried(probe):
    """Return what ``foreign.py`` has found in the demo company."""
    return probe("foreign.py")


def test_who_may_read_it_finds_it(tried):
    """Each planted word is found where it was planted, or it could not be missed elsewhere."""
    assert tried["unread"] == []
    assert tried["planted"] > 80


def test_every_path_is_tried(tried):
    """By each role many calls are made, also such as are answered."""
    assert set(tried["tries"]) == set(ROLES)
    assert tried["unknown"] == [], "say in get_values what these parameters may be given"
    for role, tries in tried["tries"].items():
        assert tries["hidden"] > 40, role
        assert sum(tries["made"].values()) > 2000, role
    for role in ROLES[2:]:
        answered = tried["tries"][role]["answered"]
        # a control is what is created without ids of others
        for kind, least in {"method": 50, "control": 10, "create": 10, "default": 10}.items():
            assert answered.get(kind, 0) > least, (role, kind)


def test_nothing_is_told(tried):
    """No answer and no error has a word of a record that its reader may not read."""
    assert tried["told"] == []


def test_nothing_is_changed(tried):
    assert tried["changed"] == []


def test_public_methods_refuse_what_one_may_not_read(tried):
    assert tried["unrefused"] == []


def test_nothing_crashes(tried):
    """What a client should not send is refused in words."""
    assert tried["crashed"] == []
