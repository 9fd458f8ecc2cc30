"""Odoo's ``test_lint``, the checks that Odoo keeps its own add-ons to, on our add-ons.

They are Odoo's classes; here they see what is ours alone: the files of our add-ons, and the
models that these make or extend. What Odoo would only warn of fails, too.

Not here: ``test_checkers``, which tests the checkers, and ``test_l10n``, about add-ons for one
country. ESLint is the one of ``./isof lint``; its test is skipped where npm cannot get that.
"""
# ruff: noqa: F401 (the classes are there for pytest to find)

import os
import subprocess
import sys
from types import SimpleNamespace
from unittest import TestCase

import pytest
from isof_cli import config, lint
from isof_cli.console import Failure

import odoo.tools
from odoo.modules import Manifest
from odoo.modules.registry import Registry

from odoo.addons.test_lint.tests import (
    test_docstring,
    test_index,
    test_markers,
    test_naming,
    test_override_signatures,
    test_pylint,
)
from odoo.addons.test_lint.tests.test_docstring import TestDocstring
from odoo.addons.test_lint.tests.test_dunderinit import TestDunderinit
from odoo.addons.test_lint.tests.test_i18n import TestI18n
from odoo.addons.test_lint.tests.test_index import TestIndex
from odoo.addons.test_lint.tests.test_jstranslate import TestJsTranslations
from odoo.addons.test_lint.tests.test_manifests import ManifestLinter
from odoo.addons.test_lint.tests.test_naming import TestNaming
from odoo.addons.test_lint.tests.test_onchange_domains import TestOnchangeDomains
from odoo.addons.test_lint.tests.test_orm_import import TestDunderinit as TestOrmImport
from odoo.addons.test_lint.tests.test_override_signatures import TestLintOverrideSignatures
from odoo.addons.test_lint.tests.test_pofile import PotLinter
from odoo.addons.test_lint.tests.test_routes import RoutesLinter
from odoo.addons.test_lint.tests.test_test_holes import TestTestHoles

ADDONS = config.addons()
# The first column of another index; Odoo's check has such a list of its own.
INDEXED = {
    "isof.activity.commercial_partner_id",  # _commercial_partner_start_idx
    "isof.booking.resource_id",  # _resource_start_idx
    "isof.score.run_id",  # _run_partner_unique
}


def our_models(database):
    """Return what a registry has of the models that our add-ons make or extend."""
    return {
        name: model
        for name, model in Registry(database).items()
        if any(getattr(part, "_module", None) in ADDONS for part in model.mro())
    }


@pytest.fixture(autouse=True)
def only_ours(monkeypatch):
    """Let Odoo's checks see our add-ons alone."""
    manifests = [Manifest.for_addon(addon) for addon in ADDONS]
    monkeypatch.setattr(Manifest, "all_addon_manifests", lambda: manifests)
    for module in (test_docstring, test_naming, test_override_signatures):
        monkeypatch.setattr(module, "Registry", our_models)
    monkeypatch.setattr(test_docstring, "MODULES_TO_LINT", tuple(ADDONS))
    ignored = test_index.BTREE_INDEX_IGNORE_FIELDS | INDEXED
    monkeypatch.setattr(test_index, "BTREE_INDEX_IGNORE_FIELDS", ignored)


@pytest.fixture(autouse=True)
def no_warning():
    """Fail where a check only warns."""
    with TestCase().assertNoLogs("odoo.addons.test_lint", "WARNING"):
        yield


class TestConflictMarkers(test_markers.TestConflictMarkers):
    def test_conflict_markers(self):
        """Odoo's walks over its own folders, whatever the add-ons are."""
        paths = [*self.iter_module_files("*")]
        self.assertTrue(paths)
        for path in paths:
            if path.endswith(test_markers.EXTENSIONS):
                self.check_file(path)


class TestPyLint(test_pylint.TestPyLint):
    @pytest.fixture(autouse=True)
    def only_our_files(self, monkeypatch):
        """Odoo's check has Odoo itself read, too, and does not know the marks of pylint-odoo."""

        def run(command, **kwargs):
            options = [word for word in command if word.startswith("--")]
            options.append("--disable=unknown-option-value")
            pylint = [sys.executable, "-m", "pylint"]
            return subprocess.run([*pylint, *options, *ADDONS], cwd=config.ROOT, **kwargs)

        monkeypatch.setattr(test_pylint, "which", str)
        monkeypatch.setattr(test_pylint, "subprocess", SimpleNamespace(run=run))


def test_eslint():
    """Odoo's rules for JavaScript, in a format that ESLint no longer reads by itself."""
    try:
        lint.ensure_npm()
    except Failure as failure:
        pytest.skip(str(failure))
    rules = odoo.tools.file_path("test_lint/tests/eslintrc")
    done = subprocess.run(
        [
            lint.NODE_MODULES / ".bin" / "eslint",
            "--config=tests/odoo_eslint.config.mjs",
            *ADDONS,
        ],
        cwd=config.ROOT,
        env=os.environ | {"ODOO_ESLINTRC": rules},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
