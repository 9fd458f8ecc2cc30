from odoo import api, fields, models, tools
from odoo.tools import SQL

from ...tools.grouped_query import COUNT
from ...tools.prepared_statement import IDS, execute_prepared, get_text

NUMBERS = ("integer", "float", "monetary")


def _get_date_index(registry):
    """Return the index by day, with the columns that are declared as covered."""
    fields_ = registry["isof.trade.summary"]._fields
    covered = [name for name, field in fields_.items() if getattr(field, "covered", False)]
    return f"(company_id, flow, invoice_date) INCLUDE ({', '.join([*covered, COUNT])})"


class IsofTradeSummary(models.Model):
    """Sums of the facts of each document, of all but the product: several times fewer rows.

    Nobody sees it. What reads groups of ``isof.trade.line`` reads them here whenever it can;
    the sync of the facts keeps it in step. Links are as in the facts, so that what is deleted or
    merged changes both alike.
    """

    _name = "isof.trade.summary"
    _description = "Sums of Sales and Purchases"
    _inherit = "isof.trade.mixin"
    _log_access = False

    move_id = fields.Many2one(
        "account.move", string="Document", required=True, readonly=True, ondelete="cascade"
    )
    line_count = fields.Integer(string="Lines", required=True, readonly=True)

    _move_idx = models.Index("(move_id)")
    # What most reports ask for is in the index: it is a third of the table.
    _date_idx = models.Index(_get_date_index)

    @api.model
    def _get_measures(self):
        """Return the names of the columns that are sums."""
        return [name for name, field in self._get_facts() if self._is_measure(field)]

    @api.model
    def _get_dimensions(self):
        """Return the names of the columns that say of what they are sums."""
        return [name for name, field in self._get_facts() if not self._is_measure(field)]

    @api.model
    def _get_facts(self):
        """Return the columns of facts that sums have, with their fields.

        :raises TypeError: for a number that is not declared: sums would be kept by amounts
        """
        found = [
            (name, field)
            for name, field in self._fields.items()
            if field.store and name not in ("id", COUNT)
        ]
        for _name, field in found:
            if field.type in NUMBERS and not self._is_measure(field):
                raise TypeError(f"{field} is a number: declare it with figure=")
        return found

    @api.model
    def _sync(self, move_ids):
        """Make the sums of some documents those of their facts, where they are not."""
        execute_prepared(self.env.cr, self._get_sync(), move_ids)

    @api.model
    @tools.ormcache()
    def _get_sync(self):
        dimensions = SQL(", ").join(map(SQL.identifier, self._get_dimensions()))
        measures = self._get_measures()
        names = SQL(
            "%s, %s, %s",
            dimensions,
            SQL(", ").join(map(SQL.identifier, measures)),
            SQL.identifier(COUNT),
        )

        def add_up(table, count):
            return SQL(
                "SELECT %(dimensions)s, %(sums)s, %(count)s FROM %(table)s"
                " WHERE move_id = ANY(%(ids)s) GROUP BY %(dimensions)s",
                dimensions=dimensions,
                sums=SQL(", ").join(SQL("sum(%s)", SQL.identifier(name)) for name in measures),
                count=count,
                table=SQL.identifier(table),
                ids=IDS,
            )

        return get_text(
            self.env.cr,
            SQL(
                """
                WITH wanted (%(names)s) AS (%(wanted)s),
                     found (%(names)s) AS (%(found)s),
                     wrong AS (
                         SELECT move_id FROM (TABLE wanted EXCEPT TABLE found) AS missing
                          UNION
                         SELECT move_id FROM (TABLE found EXCEPT TABLE wanted) AS stale
                     ),
                     deleted AS (
                         DELETE FROM isof_trade_summary
                          WHERE move_id IN (SELECT move_id FROM wrong)
                     )
                INSERT INTO isof_trade_summary (%(names)s)
                SELECT %(names)s FROM wanted WHERE move_id IN (SELECT move_id FROM wrong)
                """,
                names=names,
                wanted=add_up("isof_trade_line", SQL("count(*)")),
                found=add_up("isof_trade_summary", SQL("sum(line_count)")),
            ),
        )
