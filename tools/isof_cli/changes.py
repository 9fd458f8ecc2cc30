"""Which tests may fail by what was changed: what ``./isof test --changed`` runs."""

import re
import subprocess
from pathlib import Path

from . import config
from .console import Failure
from .rooms import ROOMS, find_knowing

MAIN = "main"
# What looks at every add-on.
GENERIC = "tests"
BENCH = Path("tests/bench")  # run only when they are asked for
# What everything hangs on.
EVERYWHERE = ("conftest.py", "pyproject.toml", "requirements-dev.txt", "requirements.txt")


def find_files(revision=None):
    """Return the paths of what differs from a revision, of what is not committed, too.

    :param revision: where the branch left the main one, if None
    :raises Failure: where git knows no such revision
    """
    if revision is None:
        revision = _git("merge-base", "HEAD", MAIN)[0]
    changed = _git("diff", "--name-only", "--no-renames", "--relative", revision, "--")
    return [Path(line) for line in changed + _git("ls-files", "--others", "--exclude-standard")]


def find_tests(files, root=config.ROOT):
    """Return the files and folders with the tests that may fail, each once."""
    found = {Path(test) for file in files for test in _find_tests(file, root)}
    return sorted(
        str(test)
        for test in found
        if (root / test).exists()
        and BENCH not in test.parents
        and not found.intersection(test.parents)
    )


def _find_tests(file, root):
    top, *rest = file.parts
    if str(file) == "README.md":
        return [f"{GENERIC}/test_readme.py"]
    if file.suffix == ".md" or top == "docs":
        return []
    if file.parts[:2] == (GENERIC, "bench"):
        return [f"{GENERIC}/test_benches.py", *_find_users(file, root)]
    if str(file) in EVERYWHERE:
        return [GENERIC, *(f"{addon}/tests" for addon in ROOMS)]
    if top == GENERIC or (top in ROOMS and rest[0] == "tests"):
        return _find_users(file, root)
    if top in ROOMS:
        return _find_looking_at(top, *rest)
    if top == "isof" or file.parts[:2] == ("tools", "isof_cli"):
        return [GENERIC]
    return _find_users(file, root) if top == "tools" else []


def _find_looking_at(addon, kind, *rest):
    """Return the tests of a room that something of an add-on is in, and of those that know it."""
    if kind == "readme" or (kind, *rest[:1]) == ("static", "description"):
        return []
    room = rest[0] if rest and rest[0] in ROOMS[addon] else None
    # the lowest room tests what all of them are made of
    rooms = [*find_knowing(addon, room), (addon, ROOMS[addon][0])]
    return [GENERIC, *(f"{each}/tests/{name}" for each, name in rooms)]


def _find_users(file, root):
    """Return the files of tests that use a file of them, perhaps by way of another; and itself."""
    texts = {
        path.relative_to(root): path.read_text()
        for folder in (GENERIC, *ROOMS)
        for path in (root / folder).rglob("*.py")
        if folder == GENERIC or path.relative_to(root).parts[1] == "tests"
    }
    found, queue = {file}, [file]
    while queue:
        used = queue.pop()
        users = {
            path
            for path, text in texts.items()
            if path.name != "__init__.py" and _uses(path, text, used)
        }
        queue += users - found
        found |= users
    return [path for path in found if path.name.startswith("test_")]


def _uses(path, text, used):
    """Whether a file of tests imports another one, or runs it."""
    name, addon = re.escape(used.stem), used.parts[0]
    if addon in ROOMS:
        absolute = rf"from odoo\.addons\.{addon}\.tests\.(?:\w+\.)*{name}\b"
        relative = rf"from \.[.\w]*(?:\.{name}\b| import .*\b{name}\b)|from \.+{name}\b"
        forms = rf"{absolute}|{relative}" if path.parts[0] == addon else absolute
        return bool(re.search(rf"^(?:{forms})", text, re.MULTILINE))
    if used.name == "conftest.py":  # pytest has each of them use it
        return used.parent in path.parents
    forms = rf"^(?:from|import) (?:\w+\.)*{name}\b|\b{name}\.py\b"
    return bool(re.search(forms, text, re.MULTILINE))


def _git(*arguments):
    """Return the lines that git prints."""
    done = subprocess.run(["git", *arguments], cwd=config.ROOT, capture_output=True, text=True)
    if done.returncode:
        raise Failure(f"git {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout.splitlines()
