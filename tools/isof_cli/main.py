"""The command line of ``./isof``."""

import argparse
import os
import shutil
import signal
import sys

from . import config, databases, odoo, postgres, store
from .console import Failure, say


def parser():
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(
        prog="./isof",
        description="ISOF CRM on Odoo 19: run it, test it, work with its Odoo. "
        "What is missing is set up first, in a cache outside this folder.",
    )
    top.add_argument(
        "--db-host",
        metavar="HOST",
        help="use this PostgreSQL instead of a private one (as PGHOST does)",
    )
    commands = top.add_subparsers(dest="command", metavar="COMMAND")

    def database_options(command):
        command.add_argument("--without-demo", action="store_true", help="no demo company")
        command.add_argument(
            "--lang", metavar="CODE", help="the users' language, for example pl_PL"
        )

    run = commands.add_parser("run", help="serve the product with its demo company")
    run.add_argument("--port", type=_port, default=8069, help="default: 8069")
    run.add_argument(
        "--workers",
        type=_number,
        default=0,
        metavar="N",
        help="processes that serve; default: 0, all in one",
    )
    run.add_argument("--db", metavar="NAME", default="isof", help="default: isof")
    database_options(run)

    # No prefix characters: whatever follows is pytest's or Odoo's own, untouched.
    for name, about in (
        (
            "test",
            (
                "run the tests; takes pytest's arguments, --room NAME for those of one room, "
                "--changed [REVISION] for those that may fail by what differs from it, "
                "--bench for tests/bench instead (--small for their answers alone), "
                "--host [MODULE…] for Odoo's own with our add-ons and without, and "
                "--screenshots DIR for pictures of every menu of every role"
            ),
        ),
        ("odoo", "Odoo's own command line"),
    ):
        foreign = commands.add_parser(name, help=about, prefix_chars="\0", add_help=False)
        foreign.add_argument("rest", nargs=argparse.REMAINDER)

    db = commands.add_parser("db", help="create, drop and list databases")
    actions = db.add_subparsers(dest="action", metavar="create|drop|list", required=True)
    create = actions.add_parser("create", help="create a database with the add-ons")
    create.add_argument("name")
    create.add_argument("--modules", metavar="A,B", help="default: every add-on of this folder")
    database_options(create)
    actions.add_parser("drop", help="drop a database").add_argument("name")
    actions.add_parser("list", help="list the databases")

    commands.add_parser("doctor", help="what is found, what is missing, what to do")
    reset = commands.add_parser("reset", help="delete the cache and all its databases")
    reset.add_argument("--yes", action="store_true", help="do not ask")
    lint = commands.add_parser("lint", help="check (and repair) the code's form")
    lint.add_argument("--fix", action="store_true", help="repair what can be repaired")
    return top


def _port(text):
    number = _number(text)
    if not 0 < number < 65536:
        raise argparse.ArgumentTypeError(f"{text} is no port: they go from 1 to 65535")
    return number


def _number(text):
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text} is no number")
    return int(text)


def main(arguments):
    """Carry out a command line; return the exit code."""
    top = parser()
    options = top.parse_args(arguments)
    if not options.command:
        top.print_help()
        return 0
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also where a shell ignores it
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    if options.db_host:
        os.environ["PGHOST"] = options.db_host
    try:
        if options.command != "doctor":  # which tells about that, too
            store.open_home()
        code = COMMANDS[options.command](options) or 0
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # who read our output has seen enough; nothing is left to say at the end either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except Failure as failure:
        say(f"\n./isof: {failure}".rstrip())
        return 1
    except OSError as error:
        say(f"\n./isof: {error}")
        return 1
    except KeyboardInterrupt:
        say("\nInterrupted; start ./isof again to go on.")
        return 130


def _stop(number, _frame):
    """Leave by way of every ``finally``."""
    sys.exit(128 + number)


def _run(options):
    from . import serve

    return serve.run(options)


def _test(options):
    from . import testing

    return testing.run(options.rest)


def _odoo(options):
    env = odoo.prepare("main")
    with env.server:
        arguments, environ = options.rest, {}
        asks_port = any(arg.startswith(("-p", "--http-port")) for arg in arguments)
        runs_tests = any(arg.startswith("--test-") for arg in arguments)
        if runs_tests and not asks_port:  # tests listen too, and must not meet a running server
            environ["ODOO_HTTP_PORT"] = str(odoo.free_port())
        return env.run(*arguments, **environ)


def _db(options):
    env = odoo.prepare("main")
    with env.server:
        if options.action == "create":
            addons = [name for name in (options.modules or "").split(",") if name]
            databases.create(
                env, options.name, addons, demo=not options.without_demo, lang=options.lang
            )
        elif options.action == "drop":
            if not databases.exists(env.server, options.name):
                raise Failure(f"There is no database {options.name}.")
            databases.drop(env.server, options.name)
        else:
            for name in databases.listing(env.server):
                print(name)


def _doctor(_options):
    from . import doctor

    return doctor.run()


def _reset(options):
    home = config.home()
    if not options.yes:
        if not sys.stdin.isatty():
            raise Failure("./isof reset deletes every database in the cache; confirm with --yes")
        answer = input(f"Delete {home} with all its databases and attachments? [y/N] ")
        if answer.lower() not in ("y", "yes"):
            return 1
    with store.lock("setup", "setting things up"):
        postgres.remove()
        shutil.rmtree(home)
    return 0


def _lint(options):
    from . import lint

    return lint.run(fix=options.fix)


COMMANDS = {
    "run": _run,
    "test": _test,
    "odoo": _odoo,
    "db": _db,
    "doctor": _doctor,
    "reset": _reset,
    "lint": _lint,
}
