# ruff: noqa: F821  ``env`` is the shell's
"""Run in Odoo's shell by ``test_install.py``: add-ons come and go, as by Odoo's Apps.

They are installed one by one, updated, and uninstalled in the reverse order; then all of them
at once. What the database consists of is noted before each step, and compared with when its
add-ons are gone again: what differs is printed after ``LEFT``. ``STEP`` comes before each step.
``SOLD`` is what was invoiced before, as our analyses say it, and as Odoo's does.
"""

import json
import sys

from odoo.tests import Form
from odoo.tools import SQL

# What of a database is of no add-on, as lines of text.
STATE = """
    SELECT 'column ' || concat_ws(' ', table_name, column_name, data_type, is_nullable)
      FROM information_schema.columns WHERE table_schema = 'public'
    UNION SELECT 'constraint ' || conrelid::regclass || ' ' || conname
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION SELECT 'relation ' || relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION SELECT 'trigger ' || tgname FROM pg_trigger WHERE NOT tgisinternal
    UNION SELECT 'extension ' || extname FROM pg_extension
    UNION SELECT 'record ' || module || '.' || name FROM ir_model_data
    UNION SELECT 'parameter ' || key FROM ir_config_parameter
"""


def note():
    """Return what the database consists of, and how many records of each kind there are."""
    env.cr.execute(STATE)
    lines = {line for (line,) in env.cr.fetchall()}
    env.cr.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    for (table,) in env.cr.fetchall():
        env.cr.execute(SQL("SELECT count(*) FROM %s", SQL.identifier(table)))
        lines.add(f"rows {table} {env.cr.fetchone()[0]}")
    return lines


def step(name, addons, method):
    """Do to add-ons what a button of Odoo's Apps does."""
    sys.stdout.write(f"STEP {name} {', '.join(addons.mapped('name'))}\n")
    sys.stdout.flush()
    getattr(addons, method)()


def compare(before):
    """Print what is not as it was."""
    after = note()
    for sign, lines in (("-", before - after), ("+", after - before)):
        for line in sorted(lines):
            sys.stdout.write(f"LEFT {sign} {line}\n")


def read_sold():
    """Print the lines and the net amounts of customers' invoices, by company."""
    models = {
        "isof.trade.line": ("sold_net", [("flow", "=", "sale")]),
        "account.invoice.report": (
            "price_subtotal",
            [("state", "=", "posted"), ("move_type", "in", ("out_invoice", "out_refund"))],
        ),
    }
    for model, (name, domain) in models.items():
        groups = env[model]._read_group(domain, ["company_id"], ["__count", f"{name}:sum"])
        sold = [(company.id, count, round(amount, 2)) for company, count, amount in groups]
        sys.stdout.write(f"SOLD {json.dumps(sorted(sold))}\n")


# Odoo refuses to install while anything holds this table, and autovacuum would, at times.
env.cr.execute("ALTER TABLE ir_module_module SET (autovacuum_enabled = false)")
env.cr.commit()
Module = env["ir.module.module"]
# what is there is taken for real: no demo company comes beside it
Module.search([("demo", "=", True)]).demo = False
found = Module.search([("name", "=like", "isof_%")])
order = Module.browse()
while left := found - order:  # those that others depend on come first
    order += left.filtered(lambda addon: not addon.dependencies_id.depend_id & left)
notes = [note()]
for addon in order:
    step("install", addon, "button_immediate_install")
    Form(env["res.config.settings"])  # opens with what is there so far
    notes.append(note())
read_sold()
step("update", order, "button_immediate_upgrade")
notes.pop()
for addon in reversed(order):
    step("uninstall", addon, "button_immediate_uninstall")
    compare(notes.pop())
before = note()
step("install", order, "button_immediate_install")
step("uninstall", order, "button_immediate_uninstall")
compare(before)
