"""Statements about some records whose plan is kept for the rest of the transaction.

What follows a document as it is posted joins two dozen tables: PostgreSQL thinks ten times longer
about how to do it than it then takes. So the order of the joins is as they are written, which
follow keys, and what is done for one document after the other is planned once. The next
transaction begins anew: Odoo resets a connection before it lends it again.
"""

from contextlib import contextmanager
from hashlib import sha256

from odoo.tools import SQL

# Where the ids go.
IDS = SQL("$1")
# Of more records it pays to make a plan for just these.
FEW = 100


def execute_prepared(cr, statement, ids):
    """Carry out a statement about some records, and return how many rows it changed.

    :param statement: text of it, with ``IDS`` for the array of the ids; see ``get_text``
    """
    with _carry_out(cr, statement, ids):
        return cr.rowcount


def fetch_prepared(cr, statement, ids):
    """Return the rows of a query about some records, as tuples.

    :param statement: as for ``execute_prepared``
    """
    with _carry_out(cr, statement, ids):
        return cr.fetchall()


def get_text(cr, sql):
    """Return a statement as text, for ``execute_prepared``."""
    return cr.mogrify(sql).decode()


@contextmanager
def _carry_out(cr, statement, ids):
    ids = list(ids)
    # the statements of this transaction, with the names of those that are prepared
    known = cr.cache.setdefault("isof_prepared", {})
    if len(ids) > FEW or statement not in known:
        text = statement.replace("%", "%%").replace(IDS.code, "%s")
        do = SQL(text, *[ids] * statement.count(IDS.code))
        cr.execute(SQL("SET LOCAL join_collapse_limit = 1; %s", do))
        if len(ids) <= FEW:
            known[statement] = None
    else:
        known[statement] = known[statement] or _prepare(cr, statement)
        cr.execute(
            SQL(
                # A plan that is made while a table is empty must not read all of it when it
                # has grown.
                "SET LOCAL join_collapse_limit = 1; SET LOCAL enable_seqscan = off;"
                " SET LOCAL jit = off; SET LOCAL plan_cache_mode = force_generic_plan;"
                " EXECUTE %s (%s)",
                SQL.identifier(known[statement]),
                ids,
            )
        )
    yield
    # after an error there is nothing to put back: the settings go with the savepoint
    cr.execute(
        "SET LOCAL plan_cache_mode = DEFAULT; SET LOCAL jit = DEFAULT;"
        " SET LOCAL enable_seqscan = DEFAULT; SET LOCAL join_collapse_limit = DEFAULT"
    )


def _prepare(cr, statement):
    """Have the connection prepare a statement, unless it has, and return the name there."""
    name = f"isof_{sha256(statement.encode()).hexdigest()[:32]}"
    cr.execute("SELECT 1 FROM pg_prepared_statements WHERE name = %s", [name])
    if not cr.rowcount:
        text = SQL(statement.replace("%", "%%"))
        cr.execute(SQL("PREPARE %s (int[]) AS %s", SQL.identifier(name), text))
    return name
