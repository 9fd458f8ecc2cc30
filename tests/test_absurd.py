"""Absurd dates and numbers are refused by a sentence, or break nobody's screen."""

import pytest

# What is refused whatever the value: nobody fills it in, or it takes more than a value to do so.
UNTRIED = {
    # what is asked for is in the future of the tests, and no activity is open for it
    *("isof.activity.done.wizard.held_at: press", "isof.activity.held.wizard.held_at: press"),
    # made by the product's own methods
    *(
        f"isof.booking.{name}: {way}"
        for name in ("unit", "block_start", "block_stop", "asked_on", "expiry")
        for way in ("write", "create")
    ),
    *(
        f"isof.booking.series.{name}: write"
        for name in ("start", "stop", "interval", "until", "count")
    ),
    *(
        f"isof.commission.settlement.{name}: {way}"
        for name in ("date_from", "date_to")
        for way in ("write", "create")
    ),
    # the approved plan of the demo company is the only one with any
    *(
        f"isof.commission.{name}: {way}"
        for name in (
            *("split.sequence", "split.percent"),
            *("target.date_from", "target.date_to", "target.amount"),
        )
        for way in ("write", "create")
    ),
    # the other end of the period, or something else, has to be given along
    "isof.activity.done.wizard.next_start: press",
    "isof.activity.report.wizard.date_from: create",
    "isof.activity.report.wizard.date_from: press",
    "isof.booking.series.until: create",
    "isof.booking.series.wizard.attendee_count: press",
    "isof.booking.series.wizard.start: press",
    "isof.booking.series.wizard.stop: press",
    "isof.commission.correction.date: create",
    "isof.commission.correction.date: press",
    "isof.commission.division.line.percent: create",
    "isof.commission.settle.date_from: press",
    "isof.commission.settle.date_to: press",
    "isof.commission.tier.rate: create",
    "isof.commission.trial.date_from: press",
    "isof.resource.report.wizard.date_from: create",
    "isof.resource.report.wizard.date_from: press",
    "isof.segment.fill.wizard.entry_count: press",
    "isof.segment.fill.wizard.repeated_count: press",
}


@pytest.fixture(scope="module")
def tried(probe):
    """Return what ``absurd.py`` has found in the demo company."""
    return probe("absurd.py")


def test_absurd_values(tried):
    """None raises anything but a sentence, keeps anybody waiting or hides what others read."""
    assert tried["problems"] == []


def test_every_field_is_tried(tried):
    """A value that makes sense is taken, or nothing is said about those that make none."""
    assert {name: why for name, why in tried["untried"].items() if name not in UNTRIED} == {}
    assert tried["counts"]["refused"] > 800
    assert tried["counts"]["accepted"] > 300
