"""Statements about some records whose plan the connection keeps.

What follows a document as it is posted joins two dozen tables: PostgreSQL thinks ten times longer
about how to do it than it then takes. So a connection does that once.
"""

from hashlib import sha256

from odoo.tools import SQL

# Where the ids go.
IDS = SQL("$1")
# Of more records it pays to make a plan for just these.
FEW = 100


def execute_kept(cr, statement, ids):
    """Carry out a statement about some records, and return how many rows it changed.

    :param statement: text of it, with ``IDS`` for the array of the ids; see ``get_text``
    """
    name = f"isof_{sha256(statement.encode()).hexdigest()[:32]}"
    # the connection knows best: it may be another one, or go through a pool
    cr.execute("SELECT 1 FROM pg_prepared_statements WHERE name = %s", [name])
    if not cr.rowcount:
        text = SQL(statement.replace("%", "%%"))
        cr.execute(SQL("PREPARE %s (int[]) AS %s", SQL.identifier(name), text))
    cr.execute(
        SQL(
            # the order of the joins is as they are written: they follow keys
            "SET LOCAL join_collapse_limit = 1; SET LOCAL plan_cache_mode = %s; EXECUTE %s (%s)",
            "force_generic_plan" if len(ids) <= FEW else "force_custom_plan",
            SQL.identifier(name),
            list(ids),
        )
    )
    changed = cr.rowcount
    cr.execute("SET LOCAL plan_cache_mode = DEFAULT; SET LOCAL join_collapse_limit = DEFAULT")
    return changed


def get_text(cr, sql):
    """Return a statement as text, for ``execute_kept``."""
    return cr.mogrify(sql).decode()
