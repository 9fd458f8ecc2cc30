"""Nobody double-books: real processes, at the same moment, on connections of their own."""

from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("racing.py")


@pytest.fixture(scope="module")
def rounds(run_rounds):
    """Return what came of each round by its name; see ``racing.py``."""
    return run_rounds(SCRIPT)


def split(one):
    """Return what the winners of a round got and what the others were told."""
    won = [result for result, _message in one["results"] if result is not None]
    lost = [message for result, message in one["results"] if result is None]
    return won, lost


def check_told(messages, resource="Room"):
    for message in messages:
        assert message.startswith(("ValidationError: ", "BookingConflict: "))
        assert f"“{resource}” is already taken at the time you chose" in message
        assert "Racer" in message


@pytest.mark.parametrize("size", [2, 8, 32])
def test_one_of_many_gets_the_slot(rounds, size):
    assert len(rounds[f"same slot {size}"]) == 20
    for one in rounds[f"same slot {size}"]:
        won, lost = split(one)
        assert (len(won), len(lost), one["state"]) == (1, size - 1, 1), one
        check_told(lost)


def test_three_of_eight_get_a_unit(rounds):
    assert len(rounds["three units"]) == 20
    for one in rounds["three units"]:
        won, lost = split(one)
        assert (sorted(won), len(lost), one["state"]) == ([1, 2, 3], 5, 3), one
        check_told(lost, "Kit")


def test_cancel_and_rebook_in_one_transaction(rounds):
    assert len(rounds["cancel and rebook"]) == 5
    for one in rounds["cancel and rebook"]:
        won, lost = split(one)
        assert (len(won), len(lost), one["state"]) == (1, 1, 1), one
        check_told(lost)


def test_one_of_two_overlapping_is_approved(rounds):
    assert len(rounds["approve overlapping"]) == 5
    for one in rounds["approve overlapping"]:
        won, lost = split(one)
        assert (len(won), len(lost), one["state"]) == (1, 1, 1), one
        check_told(lost)


def test_activity_moves_as_a_whole(rounds):
    assert len(rounds["move an activity"]) == 5
    for one in rounds["move an activity"]:
        won, lost = split(one)
        assert (len(won), len(lost)) == (1, 1), one
        check_told(lost, "Car")
        is_moved = one["results"][0][0] is not None
        assert one["state"] == ([1, 1, 1] if is_moved else [0, 0, 1]), one
