import logging

from odoo import api, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

# Sources of a cost that was not known when the document was posted.
RECONSTRUCTED = ["history", "later"]
# In the context while costs are derived afterwards. No client can send it.
RECONSTRUCTING = object()


class IsofTradeLine(models.Model):
    """What was sold before anybody kept its cost: a part of ``isof_trade_line_cost.py``.

    The facts of documents that were posted long ago are derived by the first fill, and those that
    are missing by the nightly comparison. What the ledger, deliveries and orders say about them
    is as true as ever, but what the product costs today is not what it cost: such a cost says that
    it is a later one. A shop that knows better has its history, which facts take once.
    """

    _inherit = "isof.trade.line"

    @api.model
    def _as_reconstructing(self):
        """Return the model that derives the costs of documents posted some time ago."""
        return self.with_context(isof_reconstructing=RECONSTRUCTING)

    @api.model
    def _is_reconstructing(self):
        return self.env.context.get("isof_reconstructing") is RECONSTRUCTING

    @api.model
    def _get_product_cost_sources(self):
        """Return what is known of the product, for ``_get_cost_sources``.

        What is changed on a posted document costs what it costs since.
        """
        today = SQL(
            "counted.quantity"
            " * NULLIF((product.standard_price ->> move.company_id::text)::numeric, 0)"
        )
        if self._is_reconstructing():
            return {"history": SQL("counted.quantity * history.cost"), "later": today}
        return {"later": SQL("CASE WHEN previous.is_posted THEN %s END", today), "product": today}

    @api.model
    def _from_cost_history(self):
        """Return the joins of ``history``: what a unit of the product cost on the day."""
        if not self._is_reconstructing():
            return []
        return [
            SQL(
                "LEFT JOIN LATERAL (%s) AS history ON TRUE",
                self._get_cost_on("line.product_id", "move.company_id", "counted.day"),
            )
        ]

    @api.model
    def _get_cost_on(self, product_id, company_id, day):
        """Return the query of what a unit of a product cost on a day, by the history.

        The parameters are names of columns.
        """
        return SQL(
            """
            SELECT known.cost FROM isof_product_cost AS known
             WHERE known.product_id = %s AND known.company_id = %s AND known.date <= %s
             ORDER BY known.date DESC LIMIT 1
            """,
            *map(SQL, (product_id, company_id, day)),
        )

    @api.model
    def _find_history_changes(self, company):
        """Return which facts of a company would take their cost from the history.

        They are those whose cost is unknown or reconstructed, where the history knows it; and
        what gives them back.

        :return: list of tuples of the id of the fact, that of its document, and the source so far
        """
        self._bring_in_step()
        self.env["isof.product.cost"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                WITH found AS (
                    SELECT fact.id, fact.move_line_id, fact.move_id, fact.cost_source
                      FROM isof_trade_line AS fact
                      JOIN res_currency AS currency ON currency.id = fact.company_currency_id
                      JOIN LATERAL (%(history)s) AS history ON TRUE
                     WHERE fact.company_id = %(company)s AND fact.flow = 'sale'
                       AND fact.cost_source = ANY(%(sources)s) AND fact.origin_line_id IS NULL
                       AND (fact.cost_source, fact.cost) IS DISTINCT FROM (
                           'history', round((fact.sold_quantity * history.cost)::numeric,
                                            currency.decimal_places)))
                SELECT id, move_id, cost_source FROM found
                UNION ALL
                SELECT fact.id, fact.move_id, fact.cost_source
                  FROM isof_trade_line AS fact
                  JOIN found ON found.move_line_id = fact.origin_line_id
                 WHERE fact.cost_source = ANY(%(sources)s)
                """,
                history=self._get_cost_on(
                    "fact.product_id", "fact.company_id", "fact.invoice_date"
                ),
                company=company.id,
                sources=["unknown", *RECONSTRUCTED],
            )
        )
        return self.env.cr.fetchall()

    @api.model
    def _take_cost_history(self, company):
        """Give the facts of a company the costs of the history, where none was known.

        :return: ids of the documents whose cost has changed, in order
        """
        changes = self._find_history_changes(company)
        changed = self._as_reconstructing()._derive_costs(
            [fact_id for fact_id, _move_id, _source in changes],
            {move_id for _fact_id, move_id, _source in changes},
        )
        _logger.info(
            "%s: %s lines of %s documents have taken their cost from the cost history, by %s",
            company.name,
            len(changes),
            len(changed),
            self.env.user.login,
        )
        return changed
