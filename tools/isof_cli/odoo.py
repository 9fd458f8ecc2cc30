"""Running Odoo: its environment, its processes and what they are told."""

import contextlib
import dataclasses
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

from . import config, odoo_source, postgres, venv
from .console import say
from .programs import run_logged

LAUNCHER = Path(__file__).with_name("launcher.py")
REQUIREMENTS = config.ROOT / "requirements-dev.txt"


@dataclasses.dataclass
class Odoo:
    """An Odoo ready to be run on a PostgreSQL server."""

    source: odoo_source.Source
    python: Path
    server: postgres.External

    @property
    def environ(self):
        """What Odoo reads from its environment; its command line stays the caller's."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("PG") and name not in ("PYTHONPATH", "OPENERP_SERVER")
        }
        addons_path = [*map(str, self.source.addons_path)]
        if config.addons():
            addons_path.append(str(config.ROOT))
        addons_path += [
            path
            for path in os.environ.get("ODOO_ADDONS_PATH", "").split(",")
            if path and path not in addons_path
        ]
        return (
            kept
            | self.server.environ
            | {
                "PYTHONPATH": str(self._python_path()),
                "PYTHONDONTWRITEBYTECODE": "1",
                "ODOO_RC": os.environ.get("ODOO_RC") or str(self._empty_config()),
                "ODOO_ADDONS_PATH": ",".join(addons_path),
                "ODOO_HTTP_INTERFACE": os.environ.get("ODOO_HTTP_INTERFACE") or "127.0.0.1",
                "ODOO_DATA_DIR": str(self.server.data_dir),
                "ISOF_HOME": str(config.home()),
            }
        )

    @property
    def addons_folders(self):
        """All folders with modules, the decisive one first."""
        wheels = self.python.parents[1].glob("lib/python*/site-packages/odoo/addons")
        given = [Path(path) for path in self.environ["ODOO_ADDONS_PATH"].split(",") if path]
        return [*given, self.source.package / "addons", *wheels]

    def _python_path(self):
        """Return a folder with nothing but ``odoo``: what lies beside it is not for import."""
        folder = config.home() / "odoo-path" / config.digest(self.source.package)
        folder.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            (folder / "odoo").symlink_to(self.source.package)
        return folder

    def _empty_config(self):
        """Return a configuration file that keeps Odoo from reading the user's own."""
        path = config.home() / "odoo.conf"
        if not path.exists():
            path.write_text("[options]\n")
        return path

    def command(self, module, *arguments):
        """Return the command line of a Python module (``odoo``, ``pytest``)."""
        return [str(self.python), str(LAUNCHER), module, *map(str, arguments)]

    def run(self, *arguments, module="odoo", **environ):
        """Run Odoo in place of us, as far as the caller can tell; return its exit code."""
        return foreground(
            self.command(module, *arguments), self.environ | environ, self.server.pass_fds
        )

    def batch(self, log, *arguments, script=None):
        """Run Odoo to its end as ``logged`` does, and repeat and return the lines that complain."""
        lines = self.logged(log, *arguments, script=script).splitlines()
        complaints = [line for line in lines if re.search(r" (WARNING|ERROR|CRITICAL) ", line)]
        for line in complaints:
            say(f"  {line}")
        return complaints

    def logged(self, log, *arguments, script=None):
        """Run Odoo to its end with the output in a log file, and return that.

        :param script: what Odoo reads from its standard input
        :raises Failure: if Odoo fails
        """
        path = config.home() / "log" / log
        with _lifeline() as (alive, told):
            run_logged(
                self.command("odoo", *arguments),
                path,
                describe=_loading,
                hint="Odoo says why:",
                script=script,
                env=self.environ | told,
                pass_fds=(*self.server.pass_fds, alive),
            )
        return path.read_text()


def prepare(cluster):
    """Set up what is missing and return an Odoo on a (not yet entered) server."""
    source = odoo_source.ensure()
    python = venv.ensure(REQUIREMENTS, odoo=True)
    return Odoo(source, python, postgres.server(cluster, python))


def _loading(line):
    """Return what to show of a line of Odoo's log: the module that it loads."""
    _before, found, module = line.partition("odoo.modules.loading: ")
    return module.strip() if found and module.startswith("Loading module") else None


def free_port():
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def _lifeline():
    """Give a child what shows it that we are gone, however that happens.

    Yield the end of a pipe for it to inherit, and the environment that names it.
    """
    alive, ours = os.pipe()
    try:
        yield alive, {"ISOF_ALIVE_FD": str(alive)}
    finally:
        os.close(alive)
        os.close(ours)


def foreground(command, environ, pass_fds=()):
    """Run a program that owns the terminal; pass signals on; return its exit code."""
    # Ctrl-C reaches everything on the terminal; elsewhere we are the one who passes it on.
    own_group = not (sys.stdin and sys.stdin.isatty())

    def pass_on(number, _frame):
        if own_group or number != signal.SIGINT:
            process.send_signal(number)

    with _lifeline() as (alive, told):
        process = subprocess.Popen(
            command,
            env=environ | told,
            pass_fds=(*pass_fds, alive),
            process_group=0 if own_group else None,
        )
        signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        handlers = {number: signal.signal(number, pass_on) for number in signals}
        try:
            code = process.wait()
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
    return code if code >= 0 else 128 - code
