"""``./isof doctor``: what is found, what is missing, what to do."""

import os
import shutil
import sys

from . import config, lint, odoo, odoo_source, postgres, serve, store, system, venv
from .console import Failure

SPACE = 5000  # MB for everything, databases of a newcomer included


def run():
    """Print the findings; fail when ``./isof run`` could not work."""
    problems = 0
    for title, check in CHECKS:
        try:
            mark, finding = "ok", check()
        except (Failure, OSError) as failure:
            mark, finding = "!!", str(failure).strip()
            problems += 1
        print(f"{mark}  {title:<11} {finding}")
    return 1 if problems else 0


def _python():
    return f"{sys.executable} {'.'.join(map(str, sys.version_info[:3]))}"


def _cache():
    store.open_home()
    is_set_up = os.environ.get("ODOO_PATH") or odoo_source.locate()
    store.need_space(0 if is_set_up else SPACE)
    return f"{config.home()}, {shutil.disk_usage(config.home()).free / 1e9:.0f} GB free"


def _odoo():
    if source := odoo_source.locate():
        return f"19.0, {source.origin}"
    if shutil.which("apt-get") and (mirrors := odoo_source.debian_mirrors()):
        return f"to be fetched from {mirrors[0]}"
    if shutil.which("git"):
        return f"to be fetched from {odoo_source.REPOSITORY}"
    raise Failure("none, and neither apt nor git to fetch it: install git, or set ODOO_PATH")


def _packages(requirements):
    place = venv.folder(requirements)
    done = store.is_complete(place, place.name)
    return str(place) if done else f"to be installed from {requirements.name}"


def _postgres():
    host, place = os.environ.get("PGHOST"), venv.folder(odoo.REQUIREMENTS)
    if not store.is_complete(place, place.name):
        return (
            f"PGHOST={host}, to be tried when the packages are there"
            if host
            else ("private, to be set up")
        )
    if host:
        with postgres.server("main", venv.python_of(place)):
            return f"PGHOST={host} answers"
    states = []
    for name in ("main", "test"):
        server = postgres.server(name, venv.python_of(place))
        states.append(f"{name} {'is running' if server.is_running() else 'is stopped'}")
    return f"private: {', '.join(states)}"


def _port():
    serve.check_port(8069)
    return "8069 is free"


def _pdf():
    return shutil.which("wkhtmltopdf") or "no wkhtmltopdf: reports open as HTML instead of PDF"


def _node():
    return shutil.which("npm") or f"none: needed for ./isof lint only. {lint.NPM_ADVICE}"


CHECKS = (
    ("Python", _python),
    ("Cache", _cache),
    ("Odoo", _odoo),
    ("Packages", lambda: _packages(odoo.REQUIREMENTS)),
    ("PostgreSQL", _postgres),
    ("Port", _port),
    ("Browser", system.BROWSER.describe),
    ("LibreOffice", system.OFFICE.describe),
    ("PDF", _pdf),
    ("npm", _node),
)
