"""Nobody is paid twice: people who settle or approve commissions at the same moment."""

import re
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("settlement_concurrency.py")


@pytest.fixture(scope="module")
def rounds(run_rounds):
    """Return what came of each round by its name; see ``settlement_concurrency.py``."""
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


@pytest.mark.parametrize(("step", "state"), [("confirm", "confirmed"), ("approve", "approved")])
def test_the_second_who_approves_reads_what_happened(rounds, step, state):
    assert len(rounds[step]) == 5
    for one in rounds[step]:
        assert set(one["states"]) == {state}, one
        assert one["results"].count(3) == 1, one
        check_told(one, "approved" if step == "approve" else "confirmed")


def test_taken_back_or_approved_the_second_reads_what_happened(rounds):
    assert len(rounds["take back or approve"]) == 5
    for one in rounds["take back or approve"]:
        [state] = set(one["states"])
        assert one["results"].index(3) == (0 if state == "draft" else 1), one
        check_told(one, "approved" if state == "approved" else "made it a draft again,")


def check_told(one, step):
    """Who came second is told by whom the step was done, and not that a record is locked."""
    winner = one["results"].index(3)
    told = one["results"][1 - winner]
    assert re.search(rf"^UserError: .*\nApprover {winner} has {step} ", told), told
