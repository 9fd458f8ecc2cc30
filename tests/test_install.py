"""Installing, updating and uninstalling the add-ons leaves Odoo's log without a warning.

By the command line, with demo data; and without, one by one and together, as by Odoo's Apps: see
``install.py``. ``test_install_beside.py`` does that where Odoo's own applications are.
"""

import json
import os
import re
import secrets
from pathlib import Path

import pytest
from isof_cli import config, databases

COMPLAINT = re.compile(r"^.* (?:WARNING|ERROR|CRITICAL) .*$", re.MULTILINE)
SCRIPT = Path(__file__).with_name("install.py")
# What Odoo notes for itself, and of every add-on: when it was reloaded and cleaned up, names and
# foreign keys that are gone, of fields and models that its own add-ons are part of, and of what
# models inherited from one of its add-ons, or of ours, by what they inherit.
ODOOS_OWN = re.compile(
    r"rows (orm_signaling_registry|ir_cron_trigger|ir_model_constraint|ir_model_data) "
    r"|record (?!isof_)\w+\.selection__isof_"
    r"|record \w+\.model_inherit__isof_"
)
BATCH = ("--stop-after-init", "--skip-auto-install", "--no-http")
UNINSTALL = """
# Odoo refuses to uninstall while anything holds this table, and autovacuum would, at times
env.cr.execute("ALTER TABLE ir_module_module SET (autovacuum_enabled = false)")
env.cr.commit()
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


DEPENDENCIES = config.dependencies(config.addons())


@pytest.fixture(scope="module")
def installed(isof):
    """Return the name of a database with the add-ons, and what installing them printed."""
    name = f"isof_test_{os.getpid()}_{secrets.token_hex(3)}"
    yield name, isof("db", "create", name).stderr
    isof("db", "drop", name)


def test_install_is_silent(installed):
    """Installing gives no warning."""
    _name, output = installed
    assert not COMPLAINT.findall(output)


def test_update_is_silent(isof, installed, once):
    """Updating every add-on gives no warning."""
    name, _output = installed

    def update():
        done = isof("odoo", "-d", name, "-u", ",".join(config.addons()), *BATCH)
        assert "Registry loaded" in done.stderr
        assert not COMPLAINT.findall(done.stderr)

    once(update, *get_state())


def test_uninstall_is_silent_and_leaves_nothing(isof, installed, once):
    """Uninstalling gives no warning, and what the add-ons brought is gone."""
    name, _output = installed

    def uninstall():
        done = isof("odoo", "shell", "-d", name, "--no-http", script=UNINSTALL)
        assert not COMPLAINT.findall(done.stderr)
        done = isof("odoo", "shell", "-d", name, "--no-http", script=LEFTOVERS)
        assert "LEFT" not in done.stdout, done.stdout

    once(uninstall, *get_state())


def get_state():
    """Return what tells whether an installation could go otherwise than before."""
    return databases.state(config.addons()).items()


def live(isof, name):
    """Have the add-ons come and go in a database, and check that nothing of them stays.

    :return: what was invoiced there before, by company
    """
    done = isof("odoo", "shell", "-d", name, "--no-http", script=SCRIPT.read_text())
    lines = done.stdout.splitlines()
    steps = [line.split(" ", 2)[1:] for line in lines if line.startswith("STEP ")]
    addons = config.addons()
    one_by_one = ["install"] * len(addons) + ["update"] + ["uninstall"] * len(addons)
    assert [step for step, _names in steps] == [*one_by_one, "install", "uninstall"]
    assert not COMPLAINT.findall(done.stderr)
    left = [line for line in lines if line.startswith("LEFT ")]
    assert not [line for line in left if not ODOOS_OWN.match(line, len("LEFT + "))]
    ours, odoos = (json.loads(line[5:]) for line in lines if line.startswith("SOLD "))
    assert ours == odoos
    return ours


def test_come_and_go_one_by_one(isof, new_database, once):
    """Each add-on is installed and uninstalled on its own, and leaves a database as it was."""

    def come_and_go():
        sold = live(isof, new_database("--without-demo", "--modules", ",".join(DEPENDENCIES)))
        assert not sold, "there was nothing"

    once(come_and_go, *get_state(), SCRIPT.read_text())
