from odoo import api, models
from odoo.tools import SQL

from .isof_trade_line_history import RECONSTRUCTED
from .isof_trade_mixin import CORRECTION


class IsofTradeLine(models.Model):
    """What the facts cost: a part of the query of ``isof_trade_line_facts.py``; and cost today."""

    _inherit = "isof.trade.line"

    @api.model
    def _from_costs(self):
        """Return ``spent``: what the sale cost, and how we know.

        What gives back costs what it cost on the invoice, known or not; see ``_get_cost``.
        Otherwise the first source that knows it counts; they are those of ``_get_cost_sources``.
        What was known before is kept, but for an entry that Odoo has booked anew. That nothing
        was known is kept only while the document is posted.
        """
        sources = self._get_cost_sources()
        cost = SQL(" ").join(
            SQL("WHEN %s IS NOT NULL THEN round((%s)::numeric, currency.decimal_places)", sql, sql)
            for sql in sources.values()
        )
        name = SQL(" ").join(
            SQL("WHEN %s IS NOT NULL THEN %s", sql, name) for name, sql in sources.items()
        )
        return SQL(
            """
            %(joins)s
            CROSS JOIN LATERAL (
                SELECT COALESCE(previous.product_id IS NOT DISTINCT FROM line.product_id
                                AND previous.sold_quantity = counted.quantity
                                AND previous.cost_source IS NOT NULL
                                AND (previous.cost_source <> 'unknown'
                                     OR previous.is_posted AND origin.cost_source = 'unknown'
                                     OR previous.is_posted AND origin.is_posted IS NULL)
                                AND (previous.is_posted OR %(entry)s IS NULL), FALSE) AS is_kept,
                       origin.is_posted IS NOT NULL AND counted.quantity <> 0 AS is_returned,
                       -- what corrects the price of something of unknown cost has no margin, too
                       role.is_price_correction AND COALESCE(origin.cost_source = 'unknown', FALSE)
                       AS is_unknown
            ) AS rule
            CROSS JOIN LATERAL (
                SELECT CASE WHEN counted.flow = 'purchase' THEN NULL
                            WHEN rule.is_kept THEN previous.cost
                            WHEN rule.is_returned OR rule.is_unknown THEN NULL
                            %(cost)s END AS cost,
                       CASE WHEN counted.flow = 'purchase' THEN NULL
                            WHEN rule.is_kept THEN previous.cost_source
                            WHEN rule.is_unknown THEN 'unknown'
                            WHEN rule.is_returned
                            THEN CASE WHEN origin.cost_source = ANY(%(inherited)s)
                                      THEN origin.cost_source ELSE 'original' END
                            %(name)s ELSE 'unknown' END AS source
                OFFSET 0
            ) AS spent
            """,
            joins=SQL(" ").join(self._from_cost_sources()),
            entry=sources.get("entry", SQL("NULL")),
            cost=cost,
            inherited=["unknown", *RECONSTRUCTED],
            name=name,
        )

    @api.model
    def _get_cost(self, source):
        """Return the cost of a line.

        What gives back takes its share of what is left of what it credits, rounded up to it
        and with those before it in its document: what gives back the last piece leaves nothing.
        """
        if source != CORRECTION:
            return SQL("spent.cost")
        before = self._sum_earlier("counted.quantity")
        return SQL(
            """
            CASE WHEN rule.is_kept OR NOT rule.is_returned OR counted.flow = 'purchase'
                 THEN spent.cost
                 ELSE COALESCE(
                     round(rest.cost * (%(before)s + counted.quantity)
                           / NULLIF(rest.costed_quantity, 0), currency.decimal_places)
                     - round(rest.cost * %(before)s / NULLIF(rest.costed_quantity, 0),
                             currency.decimal_places),
                     round(origin.cost * counted.quantity / NULLIF(origin.sold_quantity, 0),
                           currency.decimal_places)) END
            """,
            before=before,
        )

    @api.model
    def _has_deliveries(self):
        """Return whether it is known what the goods of an order cost when they were delivered."""
        return self._has_field("stock.move", "sale_line_id") and self._has_field(
            "stock.move", "is_out"
        )

    @api.model
    def _get_cost_sources(self):
        """Return where a cost may come from: dict of ``cost_source`` to SQL, NULL if unknown.

        The cost is in the currency of the company and has the sign of the sold quantity.
        """
        sources = {
            "no_cost": SQL(
                "CASE WHEN role.name IN ('down_payment', 'discount')"
                " OR role.is_price_correction THEN 0 END"
            ),
        }
        if self._has_field("account.move.line", "cogs_origin_id"):
            sources["entry"] = SQL("entry.cost")
        if self._has_deliveries():
            sources["delivery"] = SQL(
                "counted.quantity * COALESCE(delivered.unit_cost, %s)",
                SQL("parts.unit_cost") if self._has_kits() else SQL("NULL"),
            )
        if self._has_field("sale.order.line", "purchase_price"):
            sources["order"] = SQL(
                "counted.quantity * NULLIF(sold_line.purchase_price, 0)"
                " / COALESCE(NULLIF(sale.currency_rate, 0), 1)"
                " / (sold_uom.factor / NULLIF(uom.factor, 0))"
            )
        return sources | self._get_product_cost_sources()

    @api.model
    def _from_cost_sources(self):
        """Return the joins that ``_get_cost_sources`` needs."""
        joins = []
        if self._has_field("account.move.line", "cogs_origin_id"):
            # such entries come in pairs: only the expense is the cost
            joins.append(
                SQL(
                    """
                    LEFT JOIN LATERAL (
                        SELECT sum(cogs.balance) AS cost
                          FROM account_move_line AS cogs
                          JOIN account_account AS account ON account.id = cogs.account_id
                         WHERE cogs.cogs_origin_id = line.id AND cogs.display_type = 'cogs'
                           AND account.account_type ^@ 'expense'
                    ) AS entry ON TRUE
                    """
                )
            )
        if self._has_deliveries() or self._has_field("sale.order.line", "purchase_price"):
            joins.append(
                SQL("LEFT JOIN uom_uom AS sold_uom ON sold_uom.id = sold_line.product_uom_id")
            )
        if self._has_deliveries():
            joins.append(self._from_deliveries())
        if self._has_kits():
            joins.append(self._from_kits())
        return [*joins, *self._from_cost_history()]

    @api.model
    def _has_kits(self):
        """Return whether what is sold may be delivered in parts that are other products."""
        return self._has_deliveries() and self._has_field("stock.move", "bom_line_id")

    @api.model
    def _from_kits(self):
        """Return ``parts``: what the parts of one kit cost when they left the stock.

        That is the average over the kits of an order's line that are delivered, without those
        that earlier invoices have counted.
        """
        return SQL(
            """
            LEFT JOIN LATERAL (
                SELECT CASE WHEN whole.quantity > invoiced.quantity
                            THEN (whole.cost - invoiced.cost)
                                 / (whole.quantity - invoiced.quantity)
                            ELSE whole.cost / NULLIF(whole.quantity, 0) END AS unit_cost
                  FROM (
                    SELECT NULLIF(sum(worth.amount * (1 - COALESCE(back.quantity, 0)
                                                          / NULLIF(stock.quantity, 0))), 0) AS cost,
                           sold_line.qty_delivered * sold_uom.factor
                           / NULLIF(uom.factor, 0) AS quantity
                      FROM stock_move AS stock
                      JOIN uom_uom AS stock_uom ON stock_uom.id = stock.product_uom
                      %(back)s
                      %(worth)s
                     WHERE stock.sale_line_id = sold_line.id AND stock.bom_line_id IS NOT NULL
                       AND stock.product_id <> line.product_id AND %(is_delivered)s
                  ) AS whole
            ) AS parts ON counted.quantity > 0
            """,
            worth=self._from_worth(),
            back=self._from_returned(),
            is_delivered=self._is_delivered(),
        )

    @api.model
    def _is_delivered(self):
        """Return the condition of a stock move to a customer: from the stock or from a vendor."""
        return SQL(
            "stock.state = 'done' AND (stock.is_out"
            " OR stock.is_dropship AND stock.origin_returned_move_id IS NULL)"
        )

    @api.model
    def _from_worth(self):
        """Return ``worth``: what a stock move is worth.

        Goods that a vendor delivers to the customer have no value in Odoo's stock: they cost what
        they cost on the purchase order.
        """
        if not self._has_field("stock.move", "purchase_line_id"):
            return SQL("CROSS JOIN LATERAL (SELECT stock.value AS amount) AS worth")
        return SQL(
            """
            LEFT JOIN LATERAL (
                SELECT bought.price_subtotal * stock.quantity * stock_uom.factor
                       / NULLIF(bought.product_qty * bought_uom.factor, 0)
                       / COALESCE(NULLIF(ordered.currency_rate, 0), 1) AS amount
                  FROM purchase_order_line AS bought
                  JOIN purchase_order AS ordered ON ordered.id = bought.order_id
                  JOIN uom_uom AS bought_uom ON bought_uom.id = bought.product_uom_id
                 WHERE bought.id = stock.purchase_line_id
            ) AS dropped ON stock.is_dropship
            CROSS JOIN LATERAL (SELECT COALESCE(dropped.amount, stock.value) AS amount) AS worth
            """
        )

    @api.model
    def _from_returned(self):
        """Return ``back``: how much of a stock move came back, in its unit."""
        return SQL(
            """
            LEFT JOIN LATERAL (
                SELECT sum(returned.quantity * returned_uom.factor / stock_uom.factor) AS quantity
                  FROM stock_move AS returned
                  JOIN uom_uom AS returned_uom ON returned_uom.id = returned.product_uom
                 WHERE returned.origin_returned_move_id = stock.id
                   AND returned.state = 'done' AND (returned.is_in OR returned.is_dropship)
            ) AS back ON TRUE
            """
        )

    @api.model
    def _from_deliveries(self):
        """Return ``delivered``: what one unit cost when it left the stock.

        Invoices of an order's line take what was delivered in its order: an invoice counts the
        deliveries that earlier ones, less their credit notes, have not counted. What came back
        to the stock was not delivered.
        """
        return SQL(
            """
            LEFT JOIN LATERAL (
                SELECT COALESCE(sum(known.sold_quantity), 0) AS quantity,
                       COALESCE(sum(known.cost), 0) AS cost
                  FROM sale_order_line_invoice_rel AS rel
                  JOIN isof_trade_line AS known ON known.move_line_id = rel.invoice_line_id
                 WHERE rel.order_line_id = sold_line.id AND known.move_id < move.id
                   AND known.product_id = line.product_id
            ) AS invoiced ON TRUE
            LEFT JOIN LATERAL (
                SELECT NULLIF(sum(unit_cost * quantity), 0) / NULLIF(sum(quantity), 0) AS unit_cost
                  FROM (
                    SELECT done.unit_cost,
                           GREATEST(LEAST(sum(done.quantity) OVER before_and_this,
                                          invoiced.quantity + counted.quantity)
                                    - GREATEST(sum(done.quantity) OVER before_and_this
                                               - done.quantity, invoiced.quantity),
                                    0) AS quantity
                      FROM (
                        SELECT stock.id, stock.date,
                               worth.amount / NULLIF(stock.quantity * %(to_unit)s, 0) AS unit_cost,
                               (stock.quantity - COALESCE(back.quantity, 0)) * %(to_unit)s
                                   AS quantity
                          FROM stock_move AS stock
                          JOIN uom_uom AS stock_uom ON stock_uom.id = stock.product_uom
                          %(back)s
                          %(worth)s
                         WHERE stock.sale_line_id = sold_line.id
                           AND stock.product_id = line.product_id AND %(is_delivered)s
                      ) AS done
                    WINDOW before_and_this AS (ORDER BY done.date, done.id)
                  ) AS counted
            ) AS delivered ON counted.quantity > 0
            """,
            to_unit=SQL("stock_uom.factor / NULLIF(uom.factor, 0)"),
            back=self._from_returned(),
            worth=self._from_worth(),
            is_delivered=self._is_delivered(),
        )

    @api.model
    def _current_cost_to_sql(self, alias, query):
        """Return the SQL of what the sold quantity costs today."""
        standard_price = self.env["product.product"]._fields["standard_price"]
        product = query.make_alias(alias, "product_id")
        query.add_join(
            "LEFT JOIN",
            product,
            "product_product",
            SQL(
                "%s = %s",
                self._field_to_sql(alias, "product_id", query),
                SQL.identifier(product, "id"),
            ),
        )
        return SQL(
            "%s * (%s ->> %s::text)::numeric",
            self._field_to_sql(alias, "sold_quantity", query),
            SQL.identifier(product, "standard_price", to_flush=standard_price),
            self._field_to_sql(alias, "company_id", query),
        )
