from odoo import api, models
from odoo.tools import SQL

from ...tools.prepared_statement import IDS
from .isof_trade_mixin import CORRECTION


class IsofTradeLine(models.Model):
    """What the facts are: the SQL query that derives them from the ledger.

    What a column is says its field (``isof_trade_mixin.py``), by the tables and names of
    ``_from_facts``.

    The cost, the contractor group and the region are taken from the fact that is already
    there, if there is one of the same product and quantity: that is how they stay as they were
    at the posting. Of a document that was reset to draft ``isof.trade.memory`` has them.

    What a line is and what it credits is said once, here: ``_get_role``, ``_from_credited`` and
    ``_is_price_correction``. docs/what-counts.md tells the rules with examples.
    """

    _inherit = "isof.trade.line"

    @api.model
    def _select_facts(self, are_corrections):
        """Return the query of what the facts of the documents ``IDS`` have to be.

        :param are_corrections: whether any of them may correct another document
        """
        # what of the same document credits of the same line before this one
        window = SQL(
            "WINDOW earlier AS (PARTITION BY move.id, credited.id ORDER BY line.id"
            " ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
        )
        return SQL(
            "SELECT %(columns)s %(tables)s WHERE move.id = ANY(%(ids)s) AND %(where)s %(window)s",
            columns=SQL(", ").join(self._get_columns(are_corrections and CORRECTION).values()),
            tables=self._from_facts(are_corrections),
            ids=IDS,
            where=self._where_facts(),
            window=window if are_corrections else SQL(""),
        )

    @api.model
    def _where_facts(self):
        """Return the condition of the lines that count."""
        return SQL(
            """
            move.state = 'posted'
            AND move.move_type IN ('out_invoice', 'out_refund', 'out_receipt',
                                   'in_invoice', 'in_refund', 'in_receipt')
            AND line.display_type = 'product' AND line.account_id IS NOT NULL
            """
        )

    @api.model
    def _from_facts(self, are_corrections):
        """Return the tables of the facts.

        Besides those of Odoo there are ``previous`` (the fact that is there already, or what is
        remembered of it), ``credited`` (the line that a line credits or corrects), ``origin`` (the
        fact of that), ``rest`` (what other credit notes left of it) and names for what several
        columns need: ``owner`` (whose sale or purchase it is), ``role``, ``counted`` (``flow``,
        ``day``, ``quantity``, ``sold``), ``price``, ``named`` and ``touch`` (for which campaign it
        counts) and ``spent``.
        """
        return SQL(
            """
            FROM account_move_line AS line
            JOIN account_move AS move ON move.id = line.move_id
            JOIN res_company AS company ON company.id = move.company_id
            JOIN res_currency AS currency ON currency.id = company.currency_id
            JOIN res_currency AS document_currency ON document_currency.id = move.currency_id
            LEFT JOIN res_partner AS partner
                   ON partner.id = COALESCE(line.partner_id, move.commercial_partner_id)
            LEFT JOIN product_product AS product ON product.id = line.product_id
            LEFT JOIN product_template AS template ON template.id = product.product_tmpl_id
            LEFT JOIN uom_uom AS uom ON uom.id = template.uom_id
            LEFT JOIN uom_uom AS line_uom ON line_uom.id = line.product_uom_id
            LEFT JOIN LATERAL (
                SELECT min(rel.order_line_id) AS id
                  FROM sale_order_line_invoice_rel AS rel
                 WHERE rel.invoice_line_id = line.id
            ) AS first_sold ON TRUE
            LEFT JOIN sale_order_line AS sold_line ON sold_line.id = first_sold.id
            LEFT JOIN sale_order AS sale ON sale.id = sold_line.order_id
            LEFT JOIN purchase_order_line AS bought_line ON bought_line.id = line.purchase_line_id
            LEFT JOIN purchase_order AS purchase ON purchase.id = bought_line.order_id
            %(owner)s
            LEFT JOIN LATERAL (%(previous)s) AS previous ON TRUE
            %(credited)s
            %(measures)s
            LEFT JOIN (%(posts)s) AS post
                   ON post.user_id = owner.user_id AND post.company_id = move.company_id
                  AND counted.day >= post.date_from AND counted.day < post.date_to
            %(campaigns)s
            %(costs)s
            """,
            owner=self._from_owner(),
            previous=self.env["isof.trade.memory"]._get_previous(
                self._get_quantity("line", "line_uom")
            ),
            credited=self._from_credited(are_corrections),
            measures=self._from_measures(are_corrections),
            posts=self.env["hr.version"]._get_isof_posts(),
            campaigns=self._from_campaigns(),
            costs=self._from_costs(),
        )

    @api.model
    def _from_owner(self):
        """Return ``owner``: on an invoice of several orders, what each order says.

        On the invoice of one order the invoice itself decides: that is where it is corrected.
        """
        columns = SQL(", ").join(
            SQL(
                "CASE WHEN move.isof_is_grouped AND sale.id IS NOT NULL THEN sale.%(name)s"
                " ELSE %(move)s END AS %(name)s",
                name=SQL.identifier(name),
                move=SQL.identifier("move", move_name),
            )
            for name, move_name in (
                ("team_id", "team_id"),
                ("campaign_id", "campaign_id"),
                ("source_id", "source_id"),
                ("medium_id", "medium_id"),
            )
        )
        return SQL(
            """
            CROSS JOIN LATERAL (
                SELECT CASE WHEN move.move_type IN ('in_invoice', 'in_refund', 'in_receipt')
                            THEN COALESCE(purchase.user_id, move.invoice_user_id)
                            WHEN move.isof_is_grouped AND sale.id IS NOT NULL THEN sale.user_id
                            ELSE move.invoice_user_id END AS user_id,
                       %(columns)s
            ) AS owner
            """,
            columns=columns,
        )

    @api.model
    def _from_campaigns(self):
        """Return ``named``, the campaign that the document names, and ``touch``.

        That is the last activity of a campaign with the customer shortly before. A credit note
        counts for the campaign of what it credits, by whichever way that counts for it.
        """
        return SQL(
            """
            LEFT JOIN account_move AS reversed ON reversed.id = move.reversed_entry_id
            CROSS JOIN LATERAL (
                SELECT COALESCE(CASE WHEN reversed.isof_is_grouped AND sale.id IS NOT NULL
                                     THEN sale.campaign_id ELSE reversed.campaign_id END,
                                owner.campaign_id) AS campaign_id,
                       COALESCE(reversed.invoice_date, counted.day) AS day
            ) AS named
            LEFT JOIN LATERAL (
                SELECT activity.id, activity.campaign_id
                  FROM isof_activity AS activity
                 WHERE counted.flow = 'sale' AND named.campaign_id IS NULL
                   AND company.isof_touch_days > 0
                   AND activity.commercial_partner_id = partner.id
                   AND activity.company_id = move.company_id
                   AND activity.touch_day <= named.day
                   AND activity.touch_day >= named.day - company.isof_touch_days
                   AND activity.campaign_id IS NOT NULL
                 ORDER BY activity.touch_day DESC, activity.start DESC, activity.id DESC
                 LIMIT 1
            ) AS touch ON TRUE
            """
        )

    @api.model
    def _from_credited(self, are_corrections):
        """Return ``corrected``, ``credited``, ``origin`` and ``rest``.

        ``corrected`` is the document that a credit or debit note names, ``credited`` the line
        that a line gives back or corrects: one of the same product in that document; of what
        comes back to an order without naming a document, one that invoiced the order's line. Of
        several it is that of the same price after discount, in whichever unit; then that of the
        same line of an order, of the same label, of which enough is left, of the same quantity,
        and at the same place. Which one it was before it stays, as long as the line says the
        same. Documents that are corrected count in any state: that they are reset changes nothing
        in what their credit notes are.

        Where nothing is corrected all this is left out: PostgreSQL takes time for it, too.
        """
        if not are_corrections:
            return SQL(
                """
                LEFT JOIN account_move_line AS credited ON FALSE
                LEFT JOIN LATERAL (%s) AS origin ON FALSE
                """,
                self._get_known(SQL("credited.id")),
            )
        return SQL(
            """
            CROSS JOIN LATERAL (
                SELECT %(origin)s AS move_id, %(unit)s AS unit, (%(position)s) AS position,
                       %(price)s AS price
                OFFSET 0
            ) AS corrected
            LEFT JOIN LATERAL (
                SELECT old_line.id, old_line.move_id, %(old_price)s AS price
                  FROM (SELECT named.id, FALSE AS is_ordered,
                               row_number() OVER (ORDER BY named.id) - 1 AS position
                          FROM account_move_line AS named
                         WHERE named.move_id = corrected.move_id
                           AND named.display_type = 'product'
                           AND named.product_id IS NOT DISTINCT FROM line.product_id
                        UNION ALL
                        SELECT rel.invoice_line_id, TRUE, 0
                          FROM sale_order_line_invoice_rel AS rel
                          CROSS JOIN LATERAL (%(sold)s) AS sold
                         WHERE corrected.move_id IS NULL AND %(gives_back)s
                           AND rel.order_line_id = sold_line.id
                           AND sold_line.is_downpayment IS NOT TRUE
                           AND sold.sold_quantity > 0 AND sold.move_id <> move.id) AS candidate
                  JOIN account_move_line AS old_line ON old_line.id = candidate.id
                  LEFT JOIN uom_uom AS old_uom ON old_uom.id = old_line.product_uom_id
                  LEFT JOIN LATERAL (
                        SELECT COALESCE(difference <= tolerance, FALSE) AS is_same,
                               COALESCE(difference <= tolerance / 2, FALSE) AS is_equal
                          FROM (SELECT abs(%(old_price)s - corrected.price) AS difference,
                                       %(tolerance)s AS tolerance
                                 WHERE old_line.currency_id = line.currency_id) AS compared
                        OFFSET 0
                  ) AS old_price ON TRUE
                  LEFT JOIN LATERAL (
                        SELECT sum(known.sold_quantity) AS quantity
                          FROM isof_trade_line AS known
                         WHERE (known.move_line_id = old_line.id
                                OR known.origin_line_id = old_line.id)
                           AND known.move_id <> move.id
                  ) AS old_rest ON TRUE
                 WHERE old_line.product_id IS NOT DISTINCT FROM line.product_id
                   AND (line.product_id IS NOT NULL OR old_line.name = line.name
                        OR old_price.is_equal)
                   AND (%(is_debit_note)s OR old_line.balance * line.balance <= 0)
                 ORDER BY (old_line.id = previous.origin_line_id
                           AND previous.invoiced_net = -line.balance)
                              IS TRUE DESC,
                          old_price.is_same IS TRUE DESC,
                          (EXISTS (SELECT FROM sale_order_line_invoice_rel AS rel
                                    WHERE rel.invoice_line_id = old_line.id
                                      AND rel.order_line_id = sold_line.id)) DESC,
                          (old_line.name = line.name) IS TRUE DESC,
                          (abs(line.quantity) * corrected.unit <= old_rest.quantity)
                              IS TRUE DESC,
                          (abs(old_line.quantity) = abs(line.quantity)) DESC,
                          CASE WHEN candidate.is_ordered THEN old_line.move_id END DESC,
                          abs(old_line.sequence - line.sequence),
                          abs(candidate.position - corrected.position), old_line.id
                 LIMIT 1
            ) AS credited ON TRUE
            LEFT JOIN LATERAL (%(known)s) AS origin ON TRUE
            LEFT JOIN LATERAL (
                SELECT sum(known.sold_quantity) AS quantity, sum(known.sold_net) AS sold,
                       sum(known.discount) AS discount,
                       sum(known.cost) FILTER (WHERE known.cost_source IS NOT NULL) AS cost,
                       sum(known.sold_quantity)
                           FILTER (WHERE known.cost_source IS NOT NULL AND known.cost IS NOT NULL)
                           AS costed_quantity,
                       abs(sum(known_line.amount_currency) FILTER (WHERE is_earlier)
                           / NULLIF(sum(known.sold_quantity) FILTER (WHERE is_earlier), 0))
                           AS price
                  FROM isof_trade_line AS known
                  JOIN account_move_line AS known_line ON known_line.id = known.move_line_id
                  LEFT JOIN uom_uom AS known_uom ON known_uom.id = known_line.product_uom_id
                  -- what somebody credits later says nothing about what this is
                  CROSS JOIN LATERAL (
                        SELECT known_line.currency_id = line.currency_id
                               AND (known.move_id < move.id OR known.move_line_id = credited.id)
                               AS is_earlier
                  ) AS known_when
                 WHERE (known.move_line_id = credited.id OR known.origin_line_id = credited.id)
                   AND known.move_line_id <> line.id
                   -- what of the same document is derived anew comes by _sum_earlier
                   AND (known.move_id <> move.id
                        OR known.product_id IS NOT DISTINCT FROM known_line.product_id
                           AND known.sold_quantity = %(known_quantity)s)
            ) AS rest ON origin.is_posted
            """,
            origin=self._get_origin(),
            unit=self._get_unit("line", "line_uom"),
            price=self._get_price("line", "line_uom"),
            gives_back=self._gives_back(),
            old_price=self._get_price("old_line", "old_uom"),
            tolerance=self._get_tolerance("old_line", "old_uom"),
            is_debit_note=self._is_debit_note(),
            position=self._get_position(),
            sold=self._get_known(SQL("rel.invoice_line_id")),
            known=self._get_known(SQL("credited.id")),
            known_quantity=self._get_quantity("known_line", "known_uom"),
        )

    @api.model
    def _from_measures(self, are_corrections):
        """Return ``role``, ``counted`` and ``price``.

        ``OFFSET 0`` keeps PostgreSQL from putting what they are made of into each place where
        they are used, and from doing it dozens of times.
        """
        return SQL(
            """
            CROSS JOIN LATERAL (
                SELECT %(role)s AS name, COALESCE(%(is_price_correction)s, FALSE)
                       AS is_price_correction
                OFFSET 0
            ) AS role
            CROSS JOIN LATERAL (
                SELECT CASE WHEN move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
                            THEN 'sale' ELSE 'purchase' END AS flow,
                       COALESCE(move.invoice_date, move.date) AS day,
                       CASE WHEN role.name IN ('down_payment', 'discount')
                              OR role.is_price_correction THEN 0
                            ELSE %(quantity)s END AS quantity,
                       CASE WHEN move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
                             AND role.name <> 'down_payment'
                            THEN -line.balance ELSE 0 END AS sold
                OFFSET 0
            ) AS counted
            CROSS JOIN LATERAL (
                SELECT CASE WHEN counted.flow = 'purchase' OR role.name = 'down_payment'
                              OR role.is_price_correction THEN 0
                            WHEN role.name = 'discount' THEN -counted.sold
                            WHEN COALESCE(line.discount, 0) = 0 THEN 0
                            WHEN line.discount = 100
                            THEN round(line.price_unit * line.quantity / (%(tax)s)
                                       / COALESCE(NULLIF(move.invoice_currency_rate, 0), 1)
                                       * CASE move.move_type WHEN 'out_refund' THEN -1 ELSE 1 END,
                                       currency.decimal_places)
                            ELSE round(counted.sold * line.discount / (100 - line.discount),
                                       currency.decimal_places) END AS discount
                OFFSET 0
            ) AS price
            """,
            role=self._get_role(),
            is_price_correction=self._is_price_correction(are_corrections),
            quantity=self._get_quantity("line", "line_uom"),
            tax=self._get_included_tax("account.move.line"),
        )

    @api.model
    def _get_included_tax(self, model):
        """Return by what the price of a line is to be divided, for taxes by percent are in it.

        That is asked of what is given away only: of all else Odoo has the amount without tax.

        :param str model: the model of the lines
        """
        field = self.env[model]._fields["tax_ids"]
        return SQL(
            """
            SELECT 1 + COALESCE(sum(tax.amount), 0) / 100
              FROM %(relation)s AS rel
              JOIN account_tax AS tax ON tax.id = rel.%(tax)s
             WHERE rel.%(column)s = line.id AND tax.amount_type = 'percent'
               AND COALESCE(tax.price_include_override, company.account_price_include)
                   = 'tax_included'
            """,
            relation=SQL.identifier(field.relation),
            column=SQL.identifier(field.column1),
            tax=SQL.identifier(field.column2),
        )

    @api.model
    def _get_discount(self, source):
        """Return the discount of a line; what gives back all that is left leaves none."""
        if source != CORRECTION:
            return SQL("price.discount")
        return SQL(
            """
            CASE WHEN rest.sold + %(sold)s + counted.sold = 0 AND rest.quantity + %(quantity)s
                      + counted.quantity = 0
                 THEN -(rest.discount + %(discount)s) ELSE price.discount END
            """,
            sold=self._sum_earlier("counted.sold"),
            quantity=self._sum_earlier("counted.quantity"),
            discount=self._sum_earlier("price.discount"),
        )

    @api.model
    def _sum_earlier(self, column):
        """Return what lines before this one, of the same document, credit of the same line.

        It leaves out what is as it was: ``rest`` has that.
        """
        return SQL("COALESCE(sum(%s) FILTER (WHERE NOT rule.is_kept) OVER earlier, 0)", SQL(column))

    @api.model
    def _get_role(self):
        """Return what a line is.

        What takes money off and no goods back is a discount: a line of a negative price, of
        whatever is not kept in stock; one that credits no line that is known, of a service or of
        no product; and what takes such a line back. It has no quantity and costs nothing. Odoo
        marks its global discounts besides.
        """
        return SQL(
            """
            CASE WHEN line.is_downpayment OR sold_line.is_downpayment
                   OR bought_line.is_downpayment THEN 'down_payment'
                 WHEN (line.extra_tax_data ->> 'computation_key') ^@ 'global_discount,'
                   OR %(takes_off)s
                   OR (line.product_id IS NULL OR template.type = 'service')
                      AND (%(gives_back)s AND credited.id IS NULL OR origin.role = 'discount')
                 THEN 'discount'
                 WHEN line.product_id IS NULL THEN 'other'
                 WHEN template.type = 'service' THEN 'service'
                 ELSE 'goods' END
            """,
            gives_back=self._gives_back(),
            takes_off=self._takes_off(),
        )

    @api.model
    def _takes_off(self):
        """Return the condition of a line that takes money off, and no goods that are kept."""
        return SQL(
            "(line.price_unit < 0 AND %s)", self._is_kept_nowhere(SQL.identifier("template"))
        )

    @api.model
    def _is_kept_nowhere(self, template):
        """Return the condition of a product, or none, that is not kept in stock.

        :param template: SQL name of its ``product_template``
        """
        if self._has_field("product.template", "is_storable"):
            return SQL("%s.is_storable IS NOT TRUE", template)
        return SQL("TRUE")

    @api.model
    def _gives_back(self):
        """Return the condition of a line that lowers what was sold or bought."""
        return SQL(
            "CASE WHEN move.move_type IN ('out_refund', 'in_refund') THEN line.quantity > 0"
            " ELSE line.quantity < 0 END"
        )

    @api.model
    def _get_quantity(self, line, uom):
        """Return the quantity of a line in the unit of the product, less if it gives back.

        :param str line: name of the line, of the document ``move``
        :param str uom: name of its unit
        """
        return SQL(
            "%(line)s.quantity * %(unit)s"
            " * CASE WHEN move.move_type IN ('out_refund', 'in_refund') THEN -1 ELSE 1 END",
            line=SQL.identifier(line),
            unit=self._get_unit(line, uom),
        )

    @api.model
    def _get_price(self, line, uom):
        """Return the price of a line after discount, without tax, by the unit of the product."""
        return SQL(
            "abs(%(line)s.amount_currency / NULLIF(%(line)s.quantity * %(unit)s, 0))",
            line=SQL.identifier(line),
            unit=self._get_unit(line, uom),
        )

    @api.model
    def _get_unit(self, line, uom):
        """Return how many units of the product are one of the line; see ``_get_quantity``."""
        return SQL(
            """
            CASE WHEN %(line)s.product_uom_id = template.uom_id OR template.uom_id IS NULL
                   OR %(line)s.product_uom_id IS NULL THEN 1
                 ELSE %(uom)s.factor / NULLIF(uom.factor, 0) END
            """,
            line=SQL.identifier(line),
            uom=SQL.identifier(uom),
        )

    @api.model
    def _get_position(self):
        """Return how many lines of the same product the document has before this one."""
        return SQL(
            """
            SELECT count(*) FROM account_move_line AS twin
             WHERE twin.move_id = line.move_id AND twin.id < line.id
               AND twin.display_type = 'product'
               AND twin.product_id IS NOT DISTINCT FROM line.product_id
            """
        )

    @api.model
    def _get_known(self, line):
        return self.env["isof.trade.memory"]._get_known(line)

    @api.model
    def _get_tolerance(self, line, uom):
        """Return by how much two prices may differ that are the same: amounts are rounded.

        By half of it where no tax is in the price.
        """
        return SQL(
            "document_currency.rounding * (1 / NULLIF(abs(line.quantity * corrected.unit), 0)"
            " + 1 / NULLIF(abs(%s.quantity * %s), 0))",
            SQL.identifier(line),
            self._get_unit(line, uom),
        )

    @api.model
    def _get_origin(self):
        """Return the document that a credit or debit note names as the one that it corrects."""
        if self._has_field("account.move", "debit_origin_id"):
            return SQL("COALESCE(move.reversed_entry_id, move.debit_origin_id)")
        return SQL("move.reversed_entry_id")

    @api.model
    def _is_debit_note(self):
        """Return the condition of a document that raises prices; that of a refund takes it back."""
        if self._has_field("account.move", "debit_origin_id"):
            return SQL(
                "(move.reversed_entry_id IS NULL AND move.debit_origin_id IS NOT NULL"
                " AND EXISTS (SELECT FROM account_move AS debited"
                " WHERE debited.id = move.debit_origin_id"
                " AND debited.move_type NOT IN ('out_refund', 'in_refund')))"
            )
        return SQL("FALSE")

    @api.model
    def _is_price_correction(self, are_corrections):
        """Return the condition of a line that gives back a part of the price, and no goods.

        Odoo has no mark for it: one credits the same quantity at the difference of the prices.
        So a line counts as one if it credits a product of the invoice at a price after discount
        that is lower than that of any line of that product there, and not what earlier
        corrections left of it, of all or of a part; by whichever unit, in the currency of the
        documents: the rate may have changed. A debit note raises the price of what it repeats;
        what credits a price correction is one, too. The user can say otherwise on the document.
        """
        if not are_corrections:
            return SQL("move.isof_correction = 'price'")
        return SQL(
            """
            CASE move.isof_correction WHEN 'price' THEN TRUE WHEN 'goods' THEN FALSE
            ELSE credited.id IS NOT NULL AND (%(is_debit_note)s OR origin.is_price_correction
                 OR move.move_type IN ('out_refund', 'in_refund')
                    AND (SELECT bool_and(%(old_price)s - corrected.price > %(tolerance)s)
                           FROM account_move_line AS old_line
                           LEFT JOIN uom_uom AS old_uom ON old_uom.id = old_line.product_uom_id
                          WHERE old_line.move_id = credited.move_id
                            AND old_line.display_type = 'product'
                            AND old_line.product_id IS NOT DISTINCT FROM line.product_id
                            AND (line.product_id IS NOT NULL OR old_line.id = credited.id)
                            AND old_line.balance * line.balance <= 0
                            AND old_line.currency_id = line.currency_id
                            AND (old_line.amount_currency <> 0 OR line.amount_currency = 0))
                    AND (abs(rest.price - corrected.price)
                         > document_currency.rounding / abs(line.quantity * corrected.unit))
                        IS NOT FALSE
                    AND NOT EXISTS (
                        SELECT FROM isof_trade_line AS earlier
                          JOIN account_move_line AS old_line ON old_line.id = earlier.move_line_id
                          LEFT JOIN uom_uom AS old_uom ON old_uom.id = old_line.product_uom_id
                         WHERE earlier.origin_line_id = credited.id
                           AND earlier.is_price_correction AND earlier.move_id < move.id
                           AND old_line.currency_id = line.currency_id
                           AND abs(credited.price - %(old_price)s - corrected.price)
                               <= %(tolerance)s)
                    -- nor what another line of the document leaves
                    AND NOT EXISTS (
                        SELECT FROM account_move_line AS old_line
                          LEFT JOIN uom_uom AS old_uom ON old_uom.id = old_line.product_uom_id
                         WHERE old_line.move_id = move.id AND old_line.id <> line.id
                           AND old_line.display_type = 'product'
                           AND old_line.product_id IS NOT DISTINCT FROM line.product_id
                           AND (old_line.quantity > line.quantity
                                OR old_line.quantity = line.quantity
                                   AND %(old_price)s < corrected.price)
                           AND abs(credited.price - %(old_price)s - corrected.price)
                               <= %(tolerance)s))
            END
            """,
            is_debit_note=self._is_debit_note(),
            old_price=self._get_price("old_line", "old_uom"),
            tolerance=self._get_tolerance("old_line", "old_uom"),
        )

    @api.model
    def _has_field(self, model, name):
        """Return whether an add-on that this one does not need is there."""
        return model in self.env and name in self.env[model]._fields
