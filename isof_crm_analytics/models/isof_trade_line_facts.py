from odoo import api, models
from odoo.tools import SQL

from ..tools.kept_plan import IDS


class IsofTradeLine(models.Model):
    """What the facts are: the SQL query that derives them from the ledger.

    The cost, the contractor group and the region are taken from the fact that is already
    there, if there is one of the same product and quantity: that is how they stay as they were
    at the posting. A document that is reset to draft loses its facts and with them these.
    """

    _inherit = "isof.trade.line"

    @api.model
    def _get_fact_columns(self):
        """Return the SQL expression of each stored column of a fact.

        They may use the tables and names of ``_from_facts``.
        """
        return {
            "move_line_id": SQL("line.id"),
            "move_id": SQL("move.id"),
            "flow": SQL("x.flow"),
            "move_type": SQL("move.move_type"),
            "invoice_date": SQL("x.day"),
            "date": SQL("move.date"),
            "journal_id": SQL("move.journal_id"),
            "company_id": SQL("move.company_id"),
            "company_currency_id": SQL("company.currency_id"),
            "currency_id": SQL("move.currency_id"),
            "partner_id": SQL("partner.id"),
            "contact_id": SQL("move.partner_id"),
            "group_id": SQL(
                "CASE WHEN was.id IS NULL THEN partner.isof_group_id ELSE was.group_id END"
            ),
            "region_id": SQL(
                "CASE WHEN was.id IS NULL THEN partner.isof_region_id ELSE was.region_id END"
            ),
            "country_id": SQL("partner.country_id"),
            "product_id": SQL("line.product_id"),
            "product_category_id": SQL("template.categ_id"),
            "role": SQL("role.name"),
            "is_price_correction": SQL("role.is_price_correction"),
            "user_id": SQL("owner.user_id"),
            "team_id": SQL("owner.team_id"),
            "department_id": SQL("post.department_id"),
            "campaign_id": SQL("owner.campaign_id"),
            "attributed_campaign_id": SQL(
                "CASE x.flow WHEN 'sale' THEN COALESCE(named.campaign_id, touch.campaign_id) END"
            ),
            "touch_id": SQL("touch.id"),
            "source_id": SQL("owner.source_id"),
            "medium_id": SQL("owner.medium_id"),
            "sold_quantity": SQL("CASE x.flow WHEN 'sale' THEN x.quantity ELSE 0 END"),
            "bought_quantity": SQL("CASE x.flow WHEN 'purchase' THEN x.quantity ELSE 0 END"),
            "sold_net": SQL("x.sold"),
            "invoiced_net": SQL("CASE x.flow WHEN 'sale' THEN -line.balance ELSE 0 END"),
            "bought_net": SQL(
                "CASE WHEN x.flow = 'purchase' AND role.name <> 'down_payment'"
                " THEN line.balance ELSE 0 END"
            ),
            "billed_net": SQL("CASE x.flow WHEN 'purchase' THEN line.balance ELSE 0 END"),
            "discount": SQL("price.discount"),
            "list_net": SQL("x.sold + price.discount"),
            "origin_line_id": SQL(
                "CASE WHEN how.is_kept THEN was.origin_line_id"
                " WHEN x.flow = 'sale' THEN origin.move_line_id END"
            ),
            "cost": SQL("spent.cost"),
            "cost_source": SQL("spent.source"),
            "costed_net": SQL("CASE WHEN spent.cost IS NOT NULL THEN x.sold END"),
            "margin": SQL("x.sold - spent.cost"),
        }

    @api.model
    def _select_facts(self, are_corrections):
        """Return the query of what the facts of the documents ``IDS`` have to be.

        :param are_corrections: whether any of them may correct another document
        """
        return SQL(
            "SELECT %(columns)s %(tables)s WHERE move.id = ANY(%(ids)s) AND %(where)s",
            columns=SQL(", ").join(self._get_fact_columns().values()),
            tables=self._from_facts(are_corrections),
            ids=IDS,
            where=self._where_facts(),
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

        Besides those of Odoo there are ``was`` (the fact that is there already), ``origin`` (the
        fact of the line that a credit note credits), ``rest`` (what earlier credit notes left of
        it) and names for what several columns need: ``owner`` (whose sale or purchase it is),
        ``corrected`` (the document that is corrected), ``role``, ``x`` (``flow``, ``day``,
        ``quantity``, ``sold``), ``price``, ``named`` and ``touch``
        (for which campaign it counts) and ``spent``.
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
            %(measures)s
            LEFT JOIN (%(posts)s) AS post
                   ON post.user_id = owner.user_id AND post.company_id = move.company_id
                  AND x.day >= post.date_from AND x.day < post.date_to
            %(campaigns)s
            LEFT JOIN isof_trade_line AS was ON was.move_line_id = line.id
            %(costs)s
            """,
            owner=self._from_owner(),
            measures=self._from_measures(are_corrections),
            posts=self.env["isof.order.report"]._get_posts(),
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
                       COALESCE(reversed.invoice_date, x.day) AS day
            ) AS named
            LEFT JOIN LATERAL (
                SELECT activity.id, activity.campaign_id
                  FROM isof_activity AS activity
                 WHERE x.flow = 'sale' AND named.campaign_id IS NULL
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
    def _from_corrected(self, are_corrections):
        """Return ``corrected``, ``origin`` and ``rest``.

        Where nothing is corrected they are left out: PostgreSQL takes time for them, too.
        """
        if not are_corrections:
            return SQL(
                """
                LEFT JOIN isof_trade_line AS origin ON FALSE
                LEFT JOIN (SELECT 0 AS quantity, 0 AS sold, 0 AS cost, 0 AS discount) AS rest
                       ON FALSE
                """
            )
        return SQL(
            """
            CROSS JOIN LATERAL (SELECT %(corrected)s AS move_id OFFSET 0) AS corrected
            LEFT JOIN LATERAL (
                SELECT old.*
                  FROM isof_trade_line AS old
                  JOIN account_move_line AS old_line ON old_line.id = old.move_line_id
                 WHERE old.move_id = corrected.move_id
                   AND old.product_id IS NOT DISTINCT FROM line.product_id
                 ORDER BY (old_line.quantity = line.quantity) DESC,
                          (old_line.price_unit = line.price_unit) DESC,
                          abs(old_line.sequence - line.sequence),
                          abs((%(old_position)s) - (%(position)s))
                 LIMIT 1
            ) AS origin ON corrected.move_id IS NOT NULL
            LEFT JOIN LATERAL (
                SELECT sum(known.sold_quantity) AS quantity, sum(known.sold_net) AS sold,
                       sum(known.cost) AS cost, sum(known.discount) AS discount
                  FROM isof_trade_line AS known
                 WHERE (known.move_line_id = origin.move_line_id
                        OR known.origin_line_id = origin.move_line_id)
                   AND known.move_line_id <> line.id
            ) AS rest ON origin.id IS NOT NULL
            """,
            corrected=self._get_corrected(),
            old_position=self._get_position(SQL.identifier("old_line")),
            position=self._get_position(SQL.identifier("line")),
        )

    @api.model
    def _from_measures(self, are_corrections):
        """Return ``corrected``, ``origin``, ``rest``, ``role``, ``x`` and ``price``.

        ``OFFSET 0`` keeps PostgreSQL from putting what they are made of into each place where
        they are used, and from doing it dozens of times.
        """
        return SQL(
            """
            %(from_corrected)s
            CROSS JOIN LATERAL (
                SELECT CASE WHEN line.is_downpayment OR sold_line.is_downpayment
                              OR bought_line.is_downpayment THEN 'down_payment'
                            WHEN (line.extra_tax_data ->> 'computation_key') ^@ 'global_discount,'
                              OR line.product_id = company.sale_discount_product_id THEN 'discount'
                            WHEN line.product_id IS NULL THEN 'other'
                            WHEN template.type = 'service' THEN 'service'
                            ELSE 'goods' END AS name,
                       COALESCE(%(is_price_correction)s, FALSE) AS is_price_correction
                OFFSET 0
            ) AS role
            CROSS JOIN LATERAL (
                SELECT CASE WHEN move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
                            THEN 'sale' ELSE 'purchase' END AS flow,
                       COALESCE(move.invoice_date, move.date) AS day,
                       CASE WHEN role.name IN ('down_payment', 'discount')
                              OR role.is_price_correction THEN 0
                            ELSE line.quantity
                                 * CASE WHEN line.product_uom_id = template.uom_id
                                          OR template.uom_id IS NULL
                                          OR line.product_uom_id IS NULL THEN 1
                                        ELSE line_uom.factor / NULLIF(uom.factor, 0) END
                                 * CASE WHEN move.move_type IN ('out_refund', 'in_refund')
                                        THEN -1 ELSE 1 END END AS quantity,
                       CASE WHEN move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
                             AND role.name <> 'down_payment'
                            THEN -line.balance ELSE 0 END AS sold
                OFFSET 0
            ) AS x
            CROSS JOIN LATERAL (
                SELECT CASE WHEN x.flow = 'purchase' OR role.name = 'down_payment' THEN 0
                            WHEN role.name = 'discount' THEN -x.sold
                            WHEN rest.sold = -x.sold AND rest.quantity = -x.quantity
                            THEN -rest.discount
                            WHEN COALESCE(line.discount, 0) = 0 THEN 0
                            WHEN line.discount = 100
                            THEN round(line.price_unit * line.quantity
                                       / COALESCE(NULLIF(move.invoice_currency_rate, 0), 1)
                                       * CASE move.move_type WHEN 'out_refund' THEN -1 ELSE 1 END,
                                       currency.decimal_places)
                            ELSE round(x.sold * line.discount / (100 - line.discount),
                                       currency.decimal_places) END AS discount
                OFFSET 0
            ) AS price
            """,
            from_corrected=self._from_corrected(are_corrections),
            is_price_correction=self._is_price_correction(are_corrections),
        )

    @api.model
    def _get_position(self, line):
        """Return how many lines of the same product a document has before this one."""
        return SQL(
            """
            SELECT count(*) FROM account_move_line AS twin
             WHERE twin.move_id = %(line)s.move_id AND twin.id < %(line)s.id
               AND twin.product_id IS NOT DISTINCT FROM %(line)s.product_id
            """,
            line=line,
        )

    @api.model
    def _get_origin(self):
        """Return the document that a credit or debit note names as the one that it corrects."""
        if self._has_field("account.move", "debit_origin_id"):
            return SQL("COALESCE(move.reversed_entry_id, move.debit_origin_id)")
        return SQL("move.reversed_entry_id")

    @api.model
    def _get_corrected(self):
        """Return the document that a line corrects.

        What comes back to an order is credited without a link to an invoice: it corrects the
        last invoice of the order's line.
        """
        return SQL(
            """
            COALESCE(%s, CASE
                WHEN sold_line.id IS NOT NULL AND sold_line.is_downpayment IS NOT TRUE
                 AND CASE move.move_type WHEN 'out_refund' THEN line.quantity > 0
                                         ELSE line.quantity < 0 END
                THEN (SELECT max(sold.move_id)
                        FROM sale_order_line_invoice_rel AS rel
                        JOIN isof_trade_line AS sold ON sold.move_line_id = rel.invoice_line_id
                       WHERE rel.order_line_id = sold_line.id AND sold.sold_quantity > 0
                         AND sold.move_id <> move.id)
                END)
            """,
            self._get_origin(),
        )

    @api.model
    def _is_price_correction(self, are_corrections):
        """Return the condition of a line that gives back a part of the price, and no goods.

        Odoo has no mark for it: one credits the same quantity at the difference of the prices.
        So a line counts as one if it credits a product of the invoice at a lower price than
        any line of that product had there, in the currency of the documents: the rate may have
        changed. A debit note raises the price of what it repeats. The user can say otherwise on
        the document.
        """
        if not are_corrections:
            return SQL("move.isof_correction = 'price'")
        return SQL(
            """
            CASE move.isof_correction WHEN 'price' THEN TRUE WHEN 'goods' THEN FALSE
            ELSE %(is_debit_note)s
                 OR move.move_type IN ('out_refund', 'in_refund') AND line.quantity <> 0 AND (
                SELECT min(abs(old_line.amount_currency / NULLIF(old_line.quantity, 0)))
                  FROM account_move_line AS old_line
                 WHERE old_line.move_id = corrected.move_id AND old_line.display_type = 'product'
                   AND old_line.product_id = line.product_id
                   AND old_line.product_uom_id = line.product_uom_id
                   AND old_line.currency_id = line.currency_id
            ) - abs(line.amount_currency / line.quantity)
              > 2 * document_currency.rounding / abs(line.quantity)
            END
            """,
            is_debit_note=SQL("move.debit_origin_id IS NOT NULL AND origin.id IS NOT NULL")
            if self._has_field("account.move", "debit_origin_id")
            else SQL("FALSE"),
        )

    @api.model
    def _has_field(self, model, name):
        """Return whether an add-on that this one does not need is there."""
        return model in self.env and name in self.env[model]._fields
