"""What changes while somebody posts is not missed: real transactions that overlap."""

from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("posting_concurrency.py")


@pytest.fixture(scope="module")
def rounds(run_rounds):
    """Return what came of each round by its name; see ``posting_concurrency.py``."""
    return {name: one for name, [one] in run_rounds(SCRIPT).items()}


def check_mended(one):
    """Nothing is left for the nightly comparison to find, and no note of a change."""
    assert one["wrong"] == [0, 0], one
    assert one["kept"] == 0, one


@pytest.mark.parametrize(
    ("name", "column", "old", "new"),
    [
        ("activity", "campaign", None, "Fair"),
        ("category", "category", "Old", "New"),
        ("department", "department", "First", "Second"),
        # no change beside the documents, but of the invoice that is credited
        ("credit note", "campaign", None, "Fair"),
    ],
)
def test_facts_follow_what_changed_meanwhile(rounds, name, column, old, new):
    one = rounds[name]
    assert one["before"][column] == [old] * 3, "the posting has seen the change"
    assert one["after"][column] == [new] * 3
    check_mended(one)


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("plan", {}, {"Seller": [30, 30]}),
        # a plan is approved by which documents earn that are reset meanwhile
        ("reset", {"Seller": [30, 30]}, {"Seller": [0, 0]}),
        # or paid: two plans make it due at once, the new one as it is paid
        ("payment", {"Seller": [90, 60]}, {"Seller": [90, 90]}),
    ],
)
def test_commissions_follow_a_plan_approved_meanwhile(rounds, name, before, after):
    one = rounds[name]
    assert (one["before"]["earned"], one["after"]["earned"]) == (before, after)
    check_mended(one)


@pytest.mark.parametrize(
    ("name", "earned"),
    [
        # the posting writes on the customer, and so it is done again
        ("agent", {"Agent": [30, 30], "Seller": [30, 30]}),
        # shares are written on the document
        ("share", {"Agent": [12, 12], "Seller": [18, 18]}),
    ],
)
def test_what_conflicts_is_done_again(rounds, name, earned):
    one = rounds[name]
    assert one["after"]["earned"] == earned
    check_mended(one)


def test_notes_are_kept_for_who_still_works(rounds):
    one = rounds["held back"]
    assert one["before"]["category"] == ["New"] * 3, "the posting has seen the change"
    assert one["after"]["category"] == ["Old"] * 3
    assert one["kept"] == [1, 0], "of changes, as the action ran before and after the posting"
