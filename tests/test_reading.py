"""Reading never depends on what was read before: what differs by reader says so."""

import pytest

# What is read of the context and changes no value, and why.
HARMLESS = {
    # rows are left out that a search does not ask for; those that are left are the same
    "isof.resource.utilization._table_query: utilization_days",
    # the query of the members has companies of its own
    "isof.segment._compute_preview: allowed_company_ids",
}


@pytest.fixture(scope="module")
def read(probe):
    """Return what ``read_order.py`` has found in the demo company."""
    return probe("read_order.py")


@pytest.fixture(scope="module")
def declared(probe):
    """Return what ``depends_context.py`` has found in the source."""
    return probe("depends_context.py")


def test_nobody_reads_what_another_one_has_read(read):
    """By role, language, clock, companies, and the customer that suggestions are for."""
    assert read["otherwise"] == []


def test_readers_read_different_things(read):
    """Values that are the same for everybody would prove nothing."""
    assert read["tried"] > 10_000
    assert {
        "isof.assortment.suggestion.share",
        "isof.assortment.report.days_since",
        "isof.activity.segment_ids",
        "isof.commission.plan.entry_count",
        "utm.campaign.isof_turnover",
    } <= set(read["varied"])


def test_what_is_read_of_the_reader_is_declared(declared):
    """By ``@api.depends_context``, on the method that computes a field or on ``_table_query``."""
    assert set(declared["undeclared"]) == HARMLESS
    assert declared["looked_at"] > 50
