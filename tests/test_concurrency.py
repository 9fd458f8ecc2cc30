"""Nobody double-books: real processes, at the same moment, on connections of their own."""

from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("concurrency.py")


@pytest.fixture(scope="module")
def rounds(run_rounds):
    """Return what came of each round by its name; see ``concurrency.py``."""
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


# What comes of a booking when a field of its resource is changed before it, if it is refused.
REFUSED = {
    "quantity": "“Changing” is already taken at the time you chose",
    "allow_overlap": "“Changing” is already taken at the time you chose",
    "booker_ids": "“Changing” can be booked only by some people",
    "department_ids": "“Changing” can be booked only by some people",
    "max_duration": "“Changing” can be booked for 0.5 hours at most",
    "max_days_ahead": "“Changing” can be booked for 1 days ahead",
    "closed_policy": "“Changing” is closed then and cannot be booked",
    "resource_calendar_id": "“Changing” is closed then and cannot be booked",
    "company_id": "AccessError",
}
TERMS = (
    *REFUSED,
    *("buffer_before", "buffer_after", "needs_approval", "request_hours", "tz"),
)


@pytest.mark.parametrize("field", TERMS)
def test_resource_changed_before_it_is_booked(rounds, field):
    """Who books waits for the change, and then books the resource as it is."""
    [one] = rounds[f"terms, change first: {field}"]
    (changed, message), (unit, refusal) = one["results"]
    state = one["state"]
    assert changed, message
    assert state["wrong"] == 0
    if field in REFUSED:
        assert REFUSED[field] in refusal, one
        assert unit is None
        return
    assert unit == 1, one
    assert state["before"] == ([30] if field == "buffer_before" else [0])
    assert state["after"] == ([30] if field == "buffer_after" else [0])
    is_request = field in ("needs_approval", "request_hours")
    assert state["states"] == (["requested"] if is_request else ["confirmed"])
    if field == "request_hours":
        assert state["expires"] < state["start"]
    if field == "tz":
        # nine in the morning in UTC is ten at night in Auckland
        assert state["days"] == [state["start"][0][:10]]


@pytest.mark.parametrize("field", TERMS)
def test_resource_changed_after_it_is_booked(rounds, field):
    """Who changes waits for the booking, and then counts with it."""
    [one] = rounds[f"terms, book first: {field}"]
    (changed, message), (unit, refusal) = one["results"]
    state = one["state"]
    assert unit, refusal
    assert state["wrong"] == 0
    if field in ("quantity", "allow_overlap"):
        assert "“Changing” is booked more often at a time than it could be" in message, one
        assert len(state["states"]) == 2
    elif field == "company_id":
        assert "“Changing” has bookings of other companies" in message, one
    else:
        assert changed, message
        assert state["before"] + state["after"] == [0, 0]


@pytest.mark.parametrize("first", ["change", "book"])
@pytest.mark.parametrize("closing", ["closure", "hours"])
def test_booked_while_it_is_closed(rounds, closing, first):
    """The booking is refused, or its holder is told."""
    [one] = rounds[f"duties, {first} first: {closing}"]
    (changed, message), (unit, refusal) = one["results"]
    assert changed, message
    if first == "change":
        assert "“Changing” is closed then and cannot be booked" in refusal, one
        assert one["state"]["holders"] == []
    else:
        assert unit, refusal
        assert one["state"]["told"] == one["state"]["holders"], one
        assert one["state"]["subjects"] == ["Changing is closed when you have booked it"]


@pytest.mark.parametrize("first", ["change", "book"])
def test_booked_while_it_is_archived(rounds, first):
    """Nothing is booked of what is archived."""
    [one] = rounds[f"duties, {first} first: active"]
    (changed, message), (unit, refusal) = one["results"]
    if first == "change":
        assert changed, message
        assert "“Changing” is archived" in refusal, one
        assert (one["state"]["active"], one["state"]["holders"]) == (False, [])
    else:
        assert unit, refusal
        assert "What is booked cannot be archived" in message, one
        assert one["state"]["active"]


@pytest.mark.parametrize("first", ["change", "book"])
def test_requested_while_approvers_change(rounds, first):
    """Whoever approves in the end is asked, and nobody else."""
    [one] = rounds[f"duties, {first} first: approver_ids"]
    assert all(done for done, _message in one["results"]), one
    assert len(one["state"]["holders"]) == 1
    assert one["state"]["asked"] == one["state"]["approvers"], one


@pytest.mark.parametrize("first", ["change", "book"])
def test_handed_over_while_it_moves(rounds, first):
    """It is at the new time and of the new holder, who was told like the one before."""
    [one] = rounds[f"duties, {first} first: holder"]
    assert all(done for done, _message in one["results"]), one
    state = one["state"]
    assert len(state["told"]) == 2
    assert set(state["holders"]) < set(state["told"])
    assert [moment[11:16] for moment in state["start"]] == ["10:00"]


def test_done_twice_at_once_plans_one_follow_up(rounds):
    assert len(rounds["done twice"]) == 5
    for one in rounds["done twice"]:
        # the second one is shown what the first one wrote
        assert sorted(done for done, _message in one["results"]) == [False, True], one
        assert one["state"] == 1, one
