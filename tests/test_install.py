"""Installing, updating and uninstalling the add-ons leaves Odoo's log without a warning."""

import os
import re
import secrets

import pytest
from isof_cli import config

COMPLAINT = re.compile(r"^.* (?:WARNING|ERROR|CRITICAL) .*$", re.MULTILINE)
BATCH = ("--stop-after-init", "--skip-auto-install", "--no-http")
UNINSTALL = """
installed = [("name", "=like", "isof_%"), ("state", "=", "installed")]
modules = env["ir.module.module"].search(installed)
modules.button_immediate_uninstall()
"""
LEFTOVERS = """
env.cr.execute('''
    SELECT 'model ' || model FROM ir_model WHERE starts_with(model, 'isof.')
    UNION SELECT 'table ' || tablename FROM pg_tables WHERE starts_with(tablename, 'isof_')
    UNION SELECT 'column ' || table_name || '.' || column_name
      FROM information_schema.columns WHERE starts_with(column_name, 'isof_')
    UNION SELECT 'field ' || model || '.' || name
      FROM ir_model_fields WHERE starts_with(name, 'x_isof_') OR starts_with(relation, 'isof.')
    UNION SELECT 'record ' || module || '.' || name
      FROM ir_model_data WHERE starts_with(module, 'isof_')
    UNION SELECT 'module ' || name FROM ir_module_module
      WHERE starts_with(name, 'isof_') AND state <> 'uninstalled'
''')
for (leftover,) in sorted(env.cr.fetchall()):
    print("LEFT", leftover)
"""


@pytest.fixture(scope="module", params=["--with-demo", "--without-demo"])
def installed(request, isof):
    """Return the name of a database with the add-ons, and what installing them printed."""
    name = f"isof_test_{os.getpid()}_{secrets.token_hex(3)}"
    options = [option for option in (request.param,) if option != "--with-demo"]
    yield name, isof("db", "create", name, *options).stderr
    isof("db", "drop", name)


def test_install_is_silent(installed):
    """Installing gives no warning."""
    _name, output = installed
    assert not COMPLAINT.findall(output)


def test_update_is_silent(isof, installed):
    """Updating every add-on gives no warning."""
    name, _output = installed
    done = isof("odoo", "-d", name, "-u", ",".join(config.addons()), *BATCH)
    assert "Registry loaded" in done.stderr
    assert not COMPLAINT.findall(done.stderr)


def test_uninstall_is_silent_and_leaves_nothing(isof, installed):
    """Uninstalling gives no warning, and what the add-ons brought is gone."""
    name, _output = installed
    done = isof("odoo", "shell", "-d", name, "--no-http", script=UNINSTALL)
    assert not COMPLAINT.findall(done.stderr)
    done = isof("odoo", "shell", "-d", name, "--no-http", script=LEFTOVERS)
    assert "LEFT" not in done.stdout, done.stdout
