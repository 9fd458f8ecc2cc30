"""Who has none of our roles can do with Odoo's models what Odoo alone lets him or her do."""

import json
from pathlib import Path

import pytest
from isof_cli import config

SCRIPT = Path(__file__).with_name("host.py").read_text()
# What comes of an attempt otherwise than in Odoo alone, and why that is right:
# {(model, attempt): reason}
EXPLAINED = {}
# What some role has to succeed in, or nothing is said about it.
SUCCEED = {
    "account.move": "create copy unlink action_post",
    "account.move.line": "export",
    "calendar.event": "create load copy unlink action_archive",
    "hr.employee": "unlink action_archive",
    "hr.version": "create copy unlink",
    "ir.filters": "create copy unlink",
    "purchase.order": "create copy button_confirm",
    "res.partner": "create load copy unlink action_archive merge",
    "res.users": "create copy unlink",
    "resource.calendar": "create load copy unlink",
    "resource.calendar.leaves": "create copy unlink",
    "resource.resource": "create copy unlink",
    "sale.order": "create copy action_confirm",
    "utm.campaign": "create load copy unlink action_archive",
}


@pytest.fixture(scope="module")
def run(isof):
    """Return a function that runs ``host.py`` in a database and returns what it has found."""

    def run(name, models=()):
        script = f"MODELS = {list(models)!r}\n{SCRIPT}"
        done = isof("odoo", "shell", "-d", name, "--no-http", script=script)
        facts = (line.partition("FACTS ")[2] for line in done.stdout.splitlines())
        found = dict(json.loads(line) for line in facts if line)
        assert found.keys() >= set(models), done.stdout + done.stderr
        return found

    return run


@pytest.fixture(scope="module")
def outcomes(run, new_database, demo_database, once):
    """Return what comes of each attempt by model, role and attempt: with our add-ons, without."""
    dependencies = ",".join(config.dependencies(config.addons()))
    models = sorted(run(demo_database))
    # what Odoo does by itself stays so
    without = once(
        lambda: run(new_database("--modules", dependencies), models), *models, dependencies, SCRIPT
    )
    return run(demo_database, models), without


def test_models_that_we_extend_are_found(outcomes):
    with_ours, without = outcomes
    assert with_ours.keys() == without.keys()
    assert with_ours.keys() >= SUCCEED.keys() | {"res.company", "res.config.settings"}


def test_odoos_roles_can_what_they_could(outcomes):
    with_ours, without = outcomes
    differences = {}
    for model, roles in without.items():
        for role, attempts in roles.items():
            for name, outcome in attempts.items():
                found = with_ours[model][role].get(name)
                if found != outcome and (model, name) not in EXPLAINED:
                    differences[model, role, name] = f"{found} instead of {outcome}"
    assert differences == {}


def test_fields_of_ours_do_not_refuse(outcomes):
    """Who reads all fields of a record is given those of ours that are no secret."""
    refused = {
        (model, role, name): outcome
        for model, roles in outcomes[0].items()
        for role, attempts in roles.items()
        for name, outcome in attempts.items()
        if name.startswith("read isof_") and outcome != "ok"
    }
    assert refused == {}


@pytest.mark.parametrize("model", SUCCEED)
def test_the_attempts_are_real(outcomes, model):
    """Some role succeeds in each, so that a refusal would show."""
    roles = outcomes[1][model].values()
    failed = [
        name
        for name in SUCCEED[model].split()
        if all(attempts.get(name) != "ok" for attempts in roles)
    ]
    assert failed == []
    assert any(attempts["list"] == "1 found" for attempts in roles)
