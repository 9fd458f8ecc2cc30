"""What is derived is written by nobody, and no write shows somebody more than before."""

import pytest

# One puts a colleague in charge, books for one, or hands something over, and gains nothing by it:
# whoever looks at it, or gets it, does so with rights of one's own.
GIVEN = tuple(
    f"isof.{model}.user_id by "
    for model in (
        *("activity", "activity.plan.step", "analysis", "analysis.schedule"),
        *("booking", "booking.series", "resource"),
    )
)


@pytest.fixture(scope="module")
def tried(probe):
    """Return what ``derived.py`` has found in the demo company."""
    return probe("derived.py")


def test_every_model_that_is_written_has_the_guard(tried):
    assert tried["unguarded"] == []


def test_nobody_writes_what_the_suite_keeps(tried):
    """Not by write, form, import, copy, default, nor as a line of another record."""
    assert tried["holes"] == []


def test_something_was_tried(tried):
    """A demo company without records, or calls that are never carried out, would prove nothing."""
    assert tried["untried"] == []
    assert tried["tried"] > 1000
    assert {"isof.activity", "isof.segment", "res.partner"} <= set(tried["copies"])


def test_no_write_shows_more(tried):
    """Whatever rules look at is followed to what it is made of, and written on a colleague's."""
    assert tried["gained"] == []
    assert {"res.partner.commercial_partner_id", "res.partner.is_company"} <= set(tried["deciding"])
    assert tried["decide_tried"] > 100
    assert tried["written"], "nothing could be written at all"


def test_nobody_acts_for_somebody_else(tried):
    """No owner through whose eyes a rule looks, and no company that one does not work in."""
    taken = [hole for hole in tried["taken"] if not hole.startswith(GIVEN)]
    # managers say who acts for their people, and see everything of those anyway
    by_managers = [hole for hole in taken if hole.startswith("isof.substitute.user_id by ")]
    assert all(hole.endswith(" as manager") for hole in by_managers)
    assert [hole for hole in taken if hole not in by_managers] == []
    assert tried["identity_tried"] > 100
    assert any(hole.startswith(GIVEN) for hole in tried["taken"]), "nobody is ever put in charge"
