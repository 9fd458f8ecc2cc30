"""What each role may read, create, write and delete, on every path of a client."""

import pytest

# What a role may do beyond the roles that it has as well: r(ead), c(reate), w(rite), d(elete),
# to the models of that (without "isof."). Some record is enough: rules pick which ones.
IMPLIES = {
    "public": (),
    "portal": (),
    "employee": (),
    "margins": ("own figures",),
    "user": ("employee",),
    "team leader": ("user",),
    "marketing": ("user",),
    "resource manager": ("user",),
    "own figures": ("user",),
    "all figures": ("own figures",),
    "commission manager": ("all figures",),
    "manager": ("team leader", "marketing", "resource manager", "commission manager"),
    "anna": ("own figures",),
    "ewa": ("team leader", "own figures"),
    "magda": ("marketing", "all figures"),
    "marek": ("manager",),
}
GAINS = {
    "employee": {
        "r": "affiliation affiliation.role consent.purpose export.job partner.group region"
        " region.rule",
        "rcwd": "list.export",
    },
    "user": {
        "r": "activity.plan activity.plan.run activity.plan.step activity.status activity.type"
        " activity.type.suggestion period period.type resource resource.capacity"
        " resource.feature resource.kind resource.place resource.utilization segment.membership"
        " segment.size",
        # the bookings of others can be seen, not changed, and so can shared segments
        # and so do declarations of contacts, which nobody rewrites
        "rc": "booking consent segment",
        "rcw": "activity activity.tag booking.series",
        "rcwd": "affiliation booking.series.exception activity.bulk.wizard activity.done.wizard"
        " activity.held.wizard activity.plan.launch activity.report.wizard booking.refusal"
        " booking.series.wizard consent.export"
        " partner.duplicate.line partner.duplicate.wizard partner.export.column"
        " partner.export.wizard partner.update.wizard resource.finder resource.finder.line"
        " resource.finder.need resource.report.wizard segment.add.wizard segment.fill.wizard"
        " segment.fill.wizard.line substitute",
    },
    "marketing": {
        "rcwd": "affiliation.role consent.purpose partner.group region region.generate region.rule"
        " segment",
    },
    "resource manager": {
        "rcwd": "booking booking.series resource resource.archiving resource.feature"
        " resource.kind resource.place",
    },
    "own figures": {
        "r": "assortment.report assortment.suggestion campaign.report commission.entry"
        " commission.settlement commission.target.report order.report score score.run"
        " score.scheme trade.line",
        "rc": "analysis analysis.measure",
        "rcw": "commission.card commission.export",
        "rcwd": "analysis.schedule",
    },
    "all figures": {
        "r": "ledger.report",
        "rd": "score.run",
        "rcw": "period.generate",
        "rcwd": "campaign.cost period period.generate.line period.type score.scheme",
    },
    "commission manager": {
        "r": "commission.share",
        "rcd": "commission.approval.line commission.trial.line",
        "rcw": "commission.approval commission.correction commission.division commission.settle"
        " commission.trial",
        "rcwd": "commission.division.line commission.plan commission.rule commission.settle.line"
        " commission.settlement commission.split commission.target commission.tier",
    },
    "manager": {
        "rd": "activity.plan.run",
        "rw": "hand.over hand.over.line",
        "rcw": "product.cost.take",
        "rcwd": "activity activity.plan activity.plan.step activity.status activity.tag"
        " activity.type activity.type.suggestion analysis analysis.measure product.cost",
    },
    # their own bookings
    **{login: {"w": "booking"} for login in ("anna", "ewa", "magda")},
}


def get_expected(role):
    """Return the letters of what a role may do, by model."""
    expected = {}
    for implied in IMPLIES[role]:
        for model, letters in get_expected(implied).items():
            expected[model] = expected.get(model, set()) | letters
    for letters, models in GAINS.get(role, {}).items():
        for model in models.split():
            name = f"isof.{model}"
            expected[name] = expected.get(name, set()) | set(letters)
    return expected


@pytest.fixture(scope="module")
def tried(probe):
    """Return what ``roles.py`` has found in the demo company."""
    return probe("roles.py")


@pytest.mark.parametrize("role", IMPLIES)
def test_rights(tried, role):
    """A role may do what the table says, and nothing else."""
    found = {model: set(letters) for model, letters in tried["rights"][role].items() if letters}
    expected = get_expected(role)
    differ = {
        model: "".join(sorted(found.get(model, ())))
        for model in found.keys() | expected.keys()
        if found.get(model, set()) != expected.get(model, set())
    }
    assert differ == {}, "what was found instead of what is in the table"


def test_roles_are_complete(tried):
    assert set(tried["rights"]) == set(IMPLIES)


def test_companies_are_separated(tried):
    """No path gives anything of a company that one is not of, or has not switched on.

    Somebody of both companies gets all of the one that is switched on by each path.
    """
    assert tried["leaks"] == []
    assert {model: paths for model, paths in tried["unseen"].items() if paths} == {}


def test_every_model_with_a_company_is_tried(tried):
    """The demo company has records of each, or nothing is said about its rules."""
    assert tried["untried"] == []
    assert len(tried["unseen"]) > 40, "models have lost their companies"


def test_fields_of_other_groups_are_refused(tried):
    """Reading, exporting, filtering, sorting and grouping by them is refused."""
    assert tried["tries"] > 1000
    assert tried["open_fields"] == {}
