"""Statements about some records whose plan the connection keeps.

What follows a document as it is posted joins two dozen tables: PostgreSQL thinks ten times longer
about how to do it than it then takes. So a connection does that once.
"""

from contextlib import contextmanager
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
    with _carry_out(cr, statement, ids):
        return cr.rowcount


def fetch_kept(cr, statement, ids):
    """Return the rows of a query about some records, as tuples.

    :param statement: as for ``execute_kept``
    """
    with _carry_out(cr, statement, ids):
        return cr.fetchall()


@contextmanager
def _carry_out(cr, statement, ids):
    name = f"isof_{sha256(statement.encode()).hexdigest()[:32]}"
    known = cr.cache.setdefault("isof_kept_plans", set())
    if name not in known:
        # the connection knows best: the next transaction may have another one, from a pool
        cr.execute("SELECT 1 FROM pg_prepared_statements WHERE name = %s", [name])
        if not cr.rowcount:
            text = SQL(statement.replace("%", "%%"))
            cr.execute(SQL("PREPARE %s (int[]) AS %s", SQL.identifier(name), text))
        known.add(name)
    few = len(ids) <= FEW
    cr.execute(
        SQL(
            # The joins follow keys, in the order as they are written. A plan that is made while
            # a table is empty must not read all of it when it has grown.
            "SET LOCAL join_collapse_limit = 1; SET LOCAL enable_seqscan = %s;"
            " SET LOCAL plan_cache_mode = %s; EXECUTE %s (%s)",
            "off" if few else "on",
            "force_generic_plan" if few else "force_custom_plan",
            SQL.identifier(name),
            list(ids),
        )
    )
    yield
    cr.execute(
        "SET LOCAL plan_cache_mode = DEFAULT; SET LOCAL enable_seqscan = DEFAULT;"
        " SET LOCAL join_collapse_limit = DEFAULT"
    )


def get_text(cr, sql):
    """Return a statement as text, for ``execute_kept``."""
    return cr.mogrify(sql).decode()
