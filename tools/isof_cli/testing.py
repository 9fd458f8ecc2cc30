"""``./isof test``: pytest on a fresh copy of a database with the add-ons."""

import argparse
import contextlib
import os
import secrets
from pathlib import Path

from . import changes, config, databases, odoo, system
from .console import Failure, say, step

COPY = "isof_test_"
BENCH = "tests/bench"
NOTHING_RUN = 5  # pytest's exit code
# A process per core and one more, as tests wait for PostgreSQL, a browser or another Odoo half of
# the time; each has a copy of the database, and a class or module stays in one.
PARALLEL = ("-n", str(os.cpu_count() + 1), "--dist", "loadscope", "--no-loadscope-reorder")
# Building the browser's bundles once saves every test from doing it. Odoo itself leaves out those
# that no page names, but that are loaded when a client needs them.
BUNDLES = """
env["ir.qweb"]._pregenerate_assets_bundles()
for name in (
    *("bus.websocket_worker_assets", "spreadsheet.o_spreadsheet", "web.assets_backend_lazy"),
    *("web.assets_clickbot", "web.chartjs_lib", "web.fullcalendar_lib"),
):
    env["ir.qweb"]._get_asset_bundle(name, css=False, js=True).js()
env.cr.commit()
"""


def run(arguments):
    """Run pytest with ``arguments``, some of which are ours; return its exit code."""
    options, rest = _options(arguments)
    if options.host:
        from . import host

        return host.run(rest)
    chosen = _choose(options)
    if chosen == []:
        say("Nothing has changed that tests look at; ./isof lint checks the form of the rest.")
        return 0
    environ = {"ISOF_SMALL_BENCH": "1"} if options.small else {}
    if options.screenshots:
        environ["ODOO_SCREENSHOTS"] = str(options.screenshots.absolute())
    # a run that a test starts is no worker of the run around it, whose databases end with its name
    os.environ.pop("PYTEST_XDIST_WORKER", None)
    env = odoo.prepare("test")
    for program in (system.BROWSER, system.OFFICE):
        program.ensure()
    runs = _get_bench_runs(rest) if options.bench else [_selection(rest, chosen)]
    with env.server:
        _drop_abandoned(env.server)
        codes = [_run_pytest(env, arguments, environ) for arguments in runs]
    # of many runs those in which nothing was chosen do not count
    return max([code for code in codes if code != NOTHING_RUN], default=NOTHING_RUN)


def _run_pytest(env, arguments, environ):
    """Run pytest on a copy of the database that ends with it; return the exit code."""
    name = copy_name()
    with databases.template(env, config.addons()) as template:
        _ensure_bundles(env, template)
        databases.clone(env.server, template, name)
    try:
        return env.run(
            *("-rs", "-p", "no:cacheprovider", f"--rootdir={config.ROOT}"),
            *(f"--odoo-database={name}", "--odoo-http", "--odoo-log-level=critical"),
            *arguments,
            module="pytest",
            **environ,
        )
    finally:
        databases.drop(env.server, name)


def _options(arguments):
    """Return our own options, and what is left for pytest."""
    parser = argparse.ArgumentParser("./isof test", add_help=False, allow_abbrev=False)
    parser.add_argument("--bench", action="store_true")
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--host", action="store_true")
    parser.add_argument("--room", metavar="NAME")
    parser.add_argument("--changed", metavar="REVISION", nargs="?", default=False)
    parser.add_argument("--screenshots", metavar="DIR", type=Path)
    return parser.parse_known_args(arguments)


def copy_name():
    """Return the name of a database that ends with this run, see ``_drop_abandoned``."""
    return f"{COPY}{os.getpid()}_{secrets.token_hex(3)}"


def _choose(options):
    """Return the files and folders with the tests that our options ask for, None without them.

    :raises Failure: when no add-on has such a room with tests, or git knows no such revision
    """
    if options.room:
        return _find_room(options.room)
    if options.changed is not False:
        return changes.find_tests(changes.find_files(options.changed))
    return None


def _selection(arguments, chosen=None):
    """Return pytest's arguments: all tests in parallel, the chosen ones, or the given ones.

    Without the benchmarks.
    """
    if chosen:
        arguments = [*PARALLEL, *chosen, *arguments]
    return [f"--ignore={BENCH}", *(arguments or PARALLEL)]


def _get_bench_runs(arguments):
    """Return pytest's arguments for the benchmarks: each file, or what is given, is a run.

    They keep what they make, and each measures in a database with nothing else.
    """
    if any(argument.startswith(BENCH) for argument in arguments):
        return [["-s", *arguments]]
    files = sorted((config.ROOT / BENCH).glob("test_*.py"))
    return [["-s", str(file.relative_to(config.ROOT)), *arguments] for file in files]


def _find_room(name):
    """Return the folders with the tests of a room, in whichever add-ons have one of that name."""
    rooms = {}
    for door in sorted(config.ROOT.glob("*/tests/*/__init__.py")):
        folder = door.parent
        rooms.setdefault(folder.name, []).append(str(folder.relative_to(config.ROOT)))
    if name not in rooms:
        raise Failure(
            f"No tests are in a room “{name}”. Rooms with tests: {', '.join(sorted(rooms))}."
        )
    return rooms[name]


def _ensure_bundles(env, name):
    """Have the browser's bundles in a template, taking from another what is still right."""
    assets = config.digest(config.assets_digest(), BUNDLES)
    made = databases.read_note(env.server, name).get("assets")
    if made is None and (source := _latest_with_bundles(env.server)):
        _copy_bundles(env.server, source, name)
        made = databases.read_note(env.server, source)["assets"]
    if made != assets:
        with step("Test template: the browser's bundles"):
            env.batch(f"{name}-assets.log", "shell", "-d", name, "--no-http", script=BUNDLES)
    note = databases.read_note(env.server, name)
    databases.write_note(env.server, name, note | {"assets": assets})


def _latest_with_bundles(server):
    """Return the template with bundles that was used last, or None."""
    rows = server.sql(
        "SELECT datname FROM pg_database WHERE starts_with(datname, :'prefix');",
        prefix=databases.TEMPLATE,
    )
    notes = {name: databases.read_note(server, name) for (name,) in rows}
    names = [name for name, note in notes.items() if "assets" in note]
    return max(names, key=lambda name: notes[name]["used"], default=None)


def _copy_bundles(server, source, target):
    """Copy the browser's bundles, which depend on files alone, to another template."""
    columns = (
        "store_fname, name, type, url, checksum, file_size, mimetype, public, res_model, res_id,"
        " create_uid, create_date"
    )
    where = "url LIKE '/web/assets/%' AND store_fname IS NOT NULL"
    rows = server.sql(
        f"COPY (SELECT {columns} FROM ir_attachment WHERE {where}) TO STDOUT;",  # noqa: S608
        source,
    )
    lines = [line for (line,) in rows]
    for line in lines:
        stored = line.partition("\t")[0]
        copy = databases.filestore(server, target) / stored
        copy.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            copy.hardlink_to(databases.filestore(server, source) / stored)
    copied = "\n".join([f"COPY ir_attachment ({columns}) FROM STDIN;", *lines, "\\.", ""])
    server.sql(copied, target)


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
