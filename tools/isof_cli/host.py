"""``./isof test --host``: what Odoo's own tests say of an Odoo that our add-ons are installed in.

What passes without them has to pass with them, or ``docs/host.md`` says why it does not.
"""

import contextlib
import re

from . import config, databases, odoo, system, testing
from .console import Failure, say, step

SUITES = (
    *("base", "product", "mail", "calendar", "contacts", "utm", "resource", "hr"),
    *("crm", "sale", "purchase", "account", "stock"),
)
EXPLANATIONS = config.ROOT / "docs" / "host.md"
# A test is named as Odoo's --test-tags do it: /module:Class.method
EXPLAINED = re.compile(r"^- `(/\w+:\w+(?:\.\w+)?)`: \S", re.MULTILINE)
MODULE = r" odoo\.addons\.(\w+)\.tests\.[\w.]+: "
STARTED = re.compile(MODULE + r"Starting (\w+\.\w+) \.\.\.")
NOT_PASSED = re.compile(MODULE + r"(?:skipped|FAIL:|ERROR:) (?:Subtest )?(\w+\.\w+)")
FINISHED = re.compile(r" odoo\.tests\.result: \d+ failed, \d+ error\(s\) of \d+ tests")


def run(names):
    """Run Odoo's suites without our add-ons and with them; return the exit code.

    :param names: the modules to run the tests of; none: all of ``SUITES``
    :raises Failure: if there is no such suite, or a run stops in the middle
    """
    if unknown := set(names) - set(SUITES):
        raise Failure(
            f"There is no suite {', '.join(sorted(unknown))}; there are {', '.join(SUITES)}."
        )
    suites = names or SUITES
    env = odoo.prepare("test")
    system.BROWSER.ensure()
    with env.server:
        without = _run_suites(env, suites, [])
        with_ours = _run_suites(env, suites, config.addons())
    return report(without, with_ours, set(EXPLAINED.findall(EXPLANATIONS.read_text())))


def report(without, with_ours, explained):
    """Say which tests pass without our add-ons only; return the exit code.

    :param set without: the tests that pass without them
    :param set with_ours: the tests that pass with them
    :param set explained: the tests, and classes of tests, that may fail with them
    """
    differences = sorted(without - with_ours)
    unexplained = [name for name in differences if not {name, _class_of(name)} & explained]
    for name in differences:
        say(f"  {'!' if name in unexplained else 'explained:'} {name}")
    for name in sorted(explained & with_ours):
        say(f"  passes, though {EXPLANATIONS.name} explains why it does not: {name}")
    say(
        f"{len(without)} tests pass without our add-ons; of these do not pass with them: "
        f"{len(differences)}, not explained: {len(unexplained)}"
    )
    return 1 if unexplained else 0


def get_passed(log):
    """Return the tests that passed by the log of a run.

    :raises Failure: if the run did not come to its end
    """
    if not FINISHED.search(log):
        raise Failure("Odoo stopped before the end of the tests.")
    started, not_passed = (
        {f"/{module}:{test}" for module, test in pattern.findall(log)}
        for pattern in (STARTED, NOT_PASSED)
    )
    return started - not_passed


def _class_of(name):
    return name.partition(".")[0]


def _run_suites(env, suites, addons):
    """Return which of Odoo's tests pass in a database with ``addons`` of ours."""
    name = testing.copy_name()
    modules = sorted({*config.dependencies(config.addons()), *SUITES})
    template = databases.dependencies_template(env, modules, demo=False)
    kind = "with our add-ons" if addons else "without our add-ons"
    passed = set()
    try:
        databases.clone(env.server, template, name)
        databases.install(env, name, addons, "host-install.log")
        # once, and not in each test that opens a page
        env.batch("host-bundles.log", "shell", "-d", name, "--no-http", script=testing.BUNDLES)
        for suite in suites:
            log = f"host-{suite}-{'with' if addons else 'without'}.log"
            with step(f"Tests of {suite} {kind} ({config.home() / 'log' / log})"):
                passed |= _run_suite(env, name, suite, log)
    finally:
        databases.drop(env.server, name)
    return passed


def _run_suite(env, name, suite, log):
    """Return which of the tests that a module has for a complete Odoo pass in a database."""
    with contextlib.suppress(Failure):  # Odoo fails where a test does
        env.logged(
            log,
            *("-d", name, "--test-tags", f"/{suite},-at_install"),
            *("--stop-after-init", "--http-port", odoo.free_port()),
        )
    return get_passed((config.home() / "log" / log).read_text())
