"""``./isof lint``: the form of the code, checked and repaired."""

import os
import shutil
import subprocess

from . import config, store, venv
from .console import Failure, say, step
from .programs import run_logged

REQUIREMENTS = config.ROOT / "requirements-lint.txt"
NODE_MODULES = config.ROOT / "node_modules"
NPM_ADVICE = "Install Node.js 20.19 or newer with npm"
PRETTIER = ("**/*.{xml,js,css,scss}", "*.{json,mjs,yaml}")


def run(*, fix):
    """Run every linter; return 1 if one of them has something to say."""
    python = venv.ensure(REQUIREMENTS)
    ensure_npm()
    failed = [name for name, command in _commands(python, fix) if not _passes(name, command)]
    say(f"Failed: {', '.join(failed)}" if failed else "Nothing to complain about.")
    return 1 if failed else 0


def _commands(python, fix):
    """Return the linters with their command lines; those that repair come first."""
    binaries = NODE_MODULES / ".bin"
    repair, check = (["--fix"], []) if fix else ([], ["--check"])
    commands = [
        ("ruff check", [python, "-m", "ruff", "check", "--quiet", *repair, ".", "isof"]),
        (
            "ruff format",
            [python, "-m", "ruff", "format", *check, ".", "isof"],
        ),
        ("eslint", [binaries / "eslint", "--no-error-on-unmatched-pattern", *repair, "."]),
        (
            "prettier",
            [
                binaries / "prettier",
                *("--log-level", "warn", "--no-error-on-unmatched-pattern"),
                "--write" if fix else "--check",
                *PRETTIER,
            ],
        ),
    ]
    if addons := config.addons():
        pylint = [python, "-m", "pylint"]
        tests = [f"{addon}/tests" for addon in addons if (config.ROOT / addon / "tests").is_dir()]
        commands.append(("pylint-odoo", [*pylint, "--ignore=tests", *addons]))
        # it knows tests by their folder's name only, and does not look above it
        commands.append(("pylint-odoo, tests", [*pylint, "--disable=translation-required", *tests]))
    return commands


def _passes(name, command):
    say(f"• {name}")
    environ = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(list(map(str, command)), cwd=config.ROOT, env=environ).returncode == 0


def ensure_npm():
    """Have the npm packages that ``package.json`` names in ``NODE_MODULES``."""
    lock = config.ROOT / "package-lock.json"
    key = config.digest(lock.read_text())
    if store.is_complete(NODE_MODULES, key):
        return
    if not shutil.which("npm"):
        raise Failure(f"npm is missing: prettier and eslint come with it. {NPM_ADVICE}.")

    def build(_folder):
        run_logged(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            config.home() / "log" / "npm.log",
            hint="Is the network there? Start ./isof lint again to retry.",
            cwd=config.ROOT,
        )

    with step("npm packages of package.json"):
        store.ensure(NODE_MODULES, key, build, 200)
