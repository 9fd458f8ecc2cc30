"""``./isof test``: pytest on a fresh copy of a database with the add-ons."""

import os
import secrets
import time

from . import browser, config, databases, odoo, store
from .console import say, step

TEMPLATE = "isof_tmpl_"
COPY = "isof_test_"
BENCH = "tests/bench"
# Building the browser's bundles once saves every copy from doing it.
BUILD_ASSETS = "env['ir.qweb']._pregenerate_assets_bundles(); env.cr.commit()"


def run(arguments):
    """Run pytest with ``arguments``; return its exit code."""
    env = odoo.prepare("test")
    browser.ensure()
    with env.server:
        name = f"{COPY}{os.getpid()}_{secrets.token_hex(3)}"
        with store.lock("template", "making the test template"):
            _drop_abandoned(env.server)
            databases.clone(env.server, _template(env), name)
        try:
            return env.run(
                *("-rs", "-p", "no:cacheprovider", f"--rootdir={config.ROOT}"),
                *(f"--odoo-database={name}", "--odoo-http", "--odoo-log-level=critical"),
                *_selection(arguments),
                module="pytest",
            )
        finally:
            databases.drop(env.server, name)


def _selection(arguments):
    """Return pytest's arguments with the benchmarks left out, or alone with ``--bench``."""
    if "--bench" not in arguments:
        return [f"--ignore={BENCH}", *arguments]
    rest = [argument for argument in arguments if argument != "--bench"]
    return ["-s", BENCH, *rest]


def _template(env):
    """Return the template for the present state of the add-ons, made if need be."""
    names = config.addons()
    dependencies = databases.dependencies_template(env, config.dependencies(names), demo=False)
    key = config.digest(dependencies, *databases.state(names).items())
    name = TEMPLATE + key
    if not databases.exists(env.server, name):
        fresh = f"isof_new_{name}"
        databases.drop(env.server, fresh)
        with step(f"Test template: {', '.join(names) or 'no add-on yet'}"):
            databases.clone(env.server, dependencies, fresh)
            databases.install(env, fresh, names, "test-template.log")
            databases.rename(env.server, fresh, name)
        databases.prune(env.server, TEMPLATE, name)
    note = databases.read_note(env.server, name)
    assets = config.assets_digest()
    if note.get("assets") != assets:
        with step("Test template: the browser's bundles"):
            env.batch("test-assets.log", "shell", "-d", name, "--no-http", script=BUILD_ASSETS)
    databases.write_note(env.server, name, {"used": time.time(), "assets": assets})
    return name


def _drop_abandoned(server):
    """Drop the copies that killed test runs left behind."""
    for (name,) in server.sql(
        "SELECT datname FROM pg_database WHERE starts_with(datname, :'prefix')", prefix=COPY
    ):
        pid = int(name.removeprefix(COPY).partition("_")[0])
        try:
            os.kill(pid, 0)
        except PermissionError:
            pass  # somebody else's, and alive
        except ProcessLookupError:
            say(f"  dropping {name}, left behind by a run that was killed")
            databases.drop(server, name)
