"""Aggregation in two stages, which PostgreSQL does several times faster than in one.

``GROUPING SETS`` over many rows are sorted on the disk by one process, and the joins for labels
and sorting are done row by row. Here an inner query first adds the rows up to the finest groups
that are needed, by hashing and in parallel; what the ORM asks for is then done with those few
groups instead of the rows.
"""

from odoo.tools import SQL
from odoo.tools.query import Query

# The column of a group, and of the rows of a summary, that says of how many rows it is the sum.
COUNT = "line_count"


class GroupedDomain(list):
    """A domain of which only sums of groups are wanted.

    :param months: names of the dates of which no more than the month is
    """

    def __init__(self, domain, months=()):
        super().__init__(domain)
        self.months = months


class GroupedQuery(Query):
    """A query of groups: stands for the rows of another one wherever these are only added up.

    Which columns it needs is known when it is made into SQL: the ORM notes with each column of
    which field it is, to flush it. Those of ``measures`` it adds up; by the others it groups.

    :param rows: the query of the rows
    :param model: the model of the rows
    :param measures: names of the columns that are added up, and never used otherwise
    :param summary: name of a table that has the sums of the rows already
    :param summary_columns: names of its columns; it is read if they are all that is needed
    :param months: names of the columns of which the first day of the month is enough
    """

    def __init__(self, rows, model, measures, summary, summary_columns, months=()):
        super().__init__(model.env, rows.table)
        self._rows = rows
        self._model = model
        self._measures = measures
        self._summary = summary
        self._summary_columns = summary_columns
        self._months = months
        self._counted = False

    def count(self):
        """Return the SQL of the number of rows."""
        self._counted = True
        return SQL("COALESCE(SUM(%s), 0)::bigint", SQL.identifier(self.table, COUNT))

    def select(self, *args):
        """Return the SQL with the groups that it needs as its table."""
        columns = self._find_columns(super().select(*args))
        self._tables[self.table] = self._select_groups(columns)
        return super().select(*args)

    def _find_columns(self, sql):
        """Return the names of the columns of the rows that some SQL uses."""
        columns = {field.name for field in sql.to_flush if field.model_name == self._model._name}
        # there is never anything of it to flush
        if SQL.identifier(self.table, "id").code in sql.code:
            columns.add("id")
        return columns

    def _select_groups(self, columns):
        rows, table = self._rows, self.table
        filtered = self._find_columns(SQL("%s %s", rows.from_clause, rows.where_clause))
        count = SQL("COUNT(*)")
        # a condition on a measure is one on each row, which sums do not tell
        if columns | filtered <= self._summary_columns and filtered.isdisjoint(self._measures):
            rows._tables[table] = SQL.identifier(self._summary)
            count = SQL("SUM(%s)", SQL.identifier(table, COUNT))
        groups = {name: self._group(name) for name in columns - self._measures}
        sums = {
            name: SQL("SUM(%s)", SQL.identifier(table, name)) for name in columns - groups.keys()
        }
        if self._counted:
            sums[COUNT] = count
        rows.groupby = SQL(", ").join(groups.values()) if groups else None
        return SQL(
            "(%s)",
            rows.select(
                *(
                    SQL("%s AS %s", sql, SQL.identifier(name))
                    for name, sql in sorted({**groups, **sums}.items())
                )
            ),
        )

    def _group(self, name):
        column = SQL.identifier(self.table, name)
        if name in self._months:
            return SQL("date_trunc('month', %s::timestamp)::date", column)
        return column
