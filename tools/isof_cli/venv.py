"""Virtual environments of this Python, made from requirement files."""

import datetime
import os
import shutil
import sys
import time
import venv

from . import config, store
from .console import Failure, step
from .programs import run_logged

UNUSED_DAYS = 14


def folder(requirements):
    """Return where the environment of a requirement file is, made or not."""
    version = "{}.{}".format(*sys.version_info)
    key = config.digest(version, sys.base_prefix, *wanted(requirements))
    return config.home() / "venv" / f"{requirements.stem}-{version}-{key}"


def wanted(requirements):
    """Return the lines of a requirement file that are not for people.

    Those of a file that it names (``-r``) are in its place.
    """
    lines = []
    for line in requirements.read_text().splitlines():
        line = line.partition("#")[0].strip()
        if line.startswith("-r "):
            lines += wanted(requirements.parent / line.removeprefix("-r "))
        elif line:
            lines.append(line)
    return lines


def ensure(requirements, *, odoo=False):
    """Return the Python of an environment that has what ``requirements`` lists.

    :param odoo: pretend that Odoo is installed, so that add-ons from PyPI resolve
    """
    place = folder(requirements)
    if not store.is_complete(place, place.name):

        def build(path):
            _build(path, requirements, odoo)

        with step(f"Python packages of {requirements.name}"):
            store.ensure(place, place.name, build, 1200)
        _prune(place)
    os.utime(place)
    return python_of(place)


def python_of(place):
    """Return the interpreter of an environment."""
    return place / "bin" / "python"


def _build(path, requirements, odoo):
    try:
        venv.create(path, with_pip=True, symlinks=True)
    except Exception as error:
        version = "{}.{}".format(*sys.version_info)
        raise Failure(
            f"Python's venv does not work here ({error}). "
            f"On Debian and Ubuntu: apt install python{version}-venv"
        ) from error
    if odoo:
        _pretend_odoo(next(path.glob("lib/python*/site-packages")))
    pip = [python_of(path), "-m", "pip", "--disable-pip-version-check"]
    run_logged(
        [*pip, "install", "-r", requirements],
        config.home() / "log" / f"pip-{requirements.stem}.log",
        measure=path,
        hint="Is the network there? Start ./isof again to retry.",
        cwd=config.ROOT,
    )


def _pretend_odoo(packages):
    """Tell pip that Odoo is there: it is imported from where ``odoo_source`` has it."""
    info = packages / "odoo-19.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: odoo\nVersion: 19.0\n")
    (info / "INSTALLER").write_text("isof\n")
    (info / "RECORD").write_text("")


def _prune(kept):
    """Remove environments that nothing used for two weeks."""
    limit = time.time() - datetime.timedelta(days=UNUSED_DAYS).total_seconds()
    for place in kept.parent.iterdir():
        if place != kept and place.stat().st_mtime < limit:
            shutil.rmtree(place, ignore_errors=True)
