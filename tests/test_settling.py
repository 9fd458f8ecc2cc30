"""Nobody is paid twice: people who settle commissions at the same moment."""

from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("settling.py")


@pytest.fixture(scope="module")
def rounds(run_rounds):
    """Return what came of each round by its name; see ``settling.py``."""
    return run_rounds(SCRIPT)


def check_ledger(one):
    """Of 200 a person at 10 % everybody has the part, and nothing was written twice."""
    assert one["settled"] == [8, 16, 16], one
    assert (one["earned"], one["missing"]) == (40, 0), one


def test_one_of_three_settles(rounds):
    assert len(rounds["same people"]) == 5
    for one in rounds["same people"]:
        assert sorted(one["results"], key=str) == [0, 0, 3], one
        check_ledger(one)


def test_two_settle_shares_of_the_same_sales(rounds):
    assert len(rounds["one plan"]) == 5
    for one in rounds["one plan"]:
        assert one["results"] == [2, 1], one
        check_ledger(one)
