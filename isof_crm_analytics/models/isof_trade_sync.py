import logging
from collections import defaultdict
from contextlib import contextmanager

from odoo import api, models, tools
from odoo.tools import SQL

from ..tools.kept_plan import IDS, execute_kept, get_text

_logger = logging.getLogger(__name__)

# So many documents are compared at a time; nobody is kept waiting for more.
BATCH_SIZE = 5000
# What is looked up while the tables are filled.
NEEDED_INDEXES = [
    "isof_trade_line_move_idx",
    "isof_trade_line__origin_line_id_index",
    "isof_trade_summary_move_idx",
]
# The parameter with the id of the user who waits for a comparison in the background.
WAITING_USER = "isof_crm_analytics.comparison_waiting_user_id"
# What a fact is derived from, where it is there, but for documents and their lines; see
# account_move.py.
SOURCES = {
    "hr.employee": ["user_id", "company_id"],
    "hr.version": ["employee_id", "date_version", "department_id", "active"],
    "isof.activity": ["campaign_id", "commercial_partner_id", "company_id", "start", "touch_day"],
    "product.product": ["product_tmpl_id", "standard_price"],
    "product.template": ["categ_id", "type", "uom_id"],
    "purchase.order": ["user_id"],
    "purchase.order.line": ["order_id", "is_downpayment"],
    "res.company": ["currency_id", "isof_touch_days", "sale_discount_product_id"],
    "res.currency": ["rounding"],
    "res.partner": ["country_id", "isof_group_id", "isof_region_id"],
    "sale.order": ["user_id", "team_id", "campaign_id", "source_id", "medium_id", "currency_rate"],
    "sale.order.line": ["order_id", "is_downpayment", "product_uom_id", "purchase_price"],
    "stock.move": ["state", "quantity", "value", "is_in", "is_out", "origin_returned_move_id"],
    "uom.uom": ["factor"],
}


class IsofTradeLine(models.Model):
    """Keeps the facts in step with the ledger.

    ``_select_facts`` says what the facts of some documents are. Everything uses it:
    ``_sync`` of documents that have just changed, the first fill and the rebuild, and the
    nightly comparison, which is a sync of everything that has nothing to do.

    The cost, the contractor group and the region are taken from the fact that is already
    there, if there is one of the same product and quantity: that is how they stay as they were
    at the posting. A document that is reset to draft loses its facts and with them these.
    """

    _inherit = "isof.trade.line"

    @api.model
    def _sync(self, move_ids):
        """Make the facts of some documents what the ledger says.

        :param move_ids: ids of ``account.move``, in whatever state
        :return: how many facts were wrong
        """
        self._flush_sources()
        changed = self._delete_stale(move_ids)
        corrections = self._find_corrections(move_ids)
        for ids in self._get_generations(move_ids):
            for are_corrections in (False, True):
                if part := [id_ for id_ in ids if (id_ in corrections) == are_corrections]:
                    changed += self._upsert(part, are_corrections)
        self.env["isof.trade.summary"]._sync(move_ids)
        if changed:
            self.invalidate_model()
        return changed

    @api.model
    def _flush_sources(self):
        move, line = self.env["account.move"], self.env["account.move.line"]
        move.flush_model([name for name in move._get_isof_trade_fields() if name in move._fields])
        line.flush_model(line._get_isof_trade_fields())
        for model, names in SOURCES.items():
            if model in self.env:
                self.env[model].flush_model(
                    [name for name in names if name in self.env[model]._fields]
                )

    @api.model
    def _delete_stale(self, move_ids):
        """Delete the facts of lines that are none any more."""
        return execute_kept(self.env.cr, self._get_delete_stale(), move_ids)

    @api.model
    @tools.ormcache()
    def _get_delete_stale(self):
        return get_text(
            self.env.cr,
            SQL(
                """
                DELETE FROM isof_trade_line AS fact
                 WHERE fact.move_id = ANY(%(ids)s)
                   AND NOT EXISTS (
                       SELECT 1 FROM account_move_line AS line
                         JOIN account_move AS move ON move.id = line.move_id
                        WHERE line.id = fact.move_line_id AND %(where)s)
                """,
                ids=IDS,
                where=self._where_facts(),
            ),
        )

    @api.model
    def _upsert(self, move_ids, are_corrections):
        """Insert the facts of documents that are missing, and correct those that differ."""
        return execute_kept(self.env.cr, self._get_upsert(are_corrections), move_ids)

    @api.model
    @tools.ormcache("are_corrections")
    def _get_upsert(self, are_corrections):
        columns = self._get_fact_columns()
        names = SQL(", ").join(map(SQL.identifier, columns))
        changes = SQL(", ").join(
            SQL("%(name)s = EXCLUDED.%(name)s", name=SQL.identifier(name)) for name in columns
        )

        def row(table):
            return SQL(", ").join(SQL.identifier(table, name) for name in columns)

        return get_text(
            self.env.cr,
            SQL(
                """
                INSERT INTO isof_trade_line (%(names)s) %(facts)s
                ON CONFLICT (move_line_id) DO UPDATE SET %(changes)s
                 WHERE (%(old)s) IS DISTINCT FROM (%(new)s)
                """,
                names=names,
                facts=self._select_facts(are_corrections),
                changes=changes,
                old=row("isof_trade_line"),
                new=row("excluded"),
            ),
        )

    @api.model
    def _delete_facts(self, move_ids):
        """Delete the facts of documents that are not posted."""
        self.env.cr.execute("DELETE FROM isof_trade_line WHERE move_id = ANY(%s)", [list(move_ids)])
        if self.env.cr.rowcount:
            self.env["isof.trade.summary"]._sync(move_ids)
            self.invalidate_model()

    @api.model
    def _resync_departments(self, users):
        """Have the facts derived anew that name another department of users than they were in."""
        self._flush_sources()
        self.env.cr.execute(
            SQL(
                """
                SELECT DISTINCT fact.move_id
                  FROM isof_trade_line AS fact
                  LEFT JOIN (%(posts)s) AS post
                         ON post.user_id = fact.user_id AND post.company_id = fact.company_id
                        AND fact.invoice_date >= post.date_from
                        AND fact.invoice_date < post.date_to
                 WHERE fact.user_id = ANY(%(user_ids)s)
                   AND fact.department_id IS DISTINCT FROM post.department_id
                """,
                posts=self.env["isof.order.report"]._get_posts(),
                user_ids=users.ids,
            )
        )
        self._resync_moves(id_ for (id_,) in self.env.cr.fetchall())

    @api.model
    def _resync_touch_days(self, companies):
        """Have the facts of companies derived anew that a last touch may decide about."""
        self.env.cr.execute(
            """
            SELECT DISTINCT move_id FROM isof_trade_line
             WHERE company_id = ANY(%(companies)s) AND flow = 'sale'
               AND partner_id IN (SELECT commercial_partner_id FROM isof_activity
                                   WHERE touch_day IS NOT NULL AND company_id = ANY(%(companies)s))
            """,
            {"companies": companies.ids},
        )
        self._resync_moves(id_ for (id_,) in self.env.cr.fetchall())

    @api.model
    def _get_touched_moves(self, activities):
        """Return the ids of the documents whose campaign some activities have or may decide.

        They are those that count by them so far, what the customers bought soon after them
        without naming a campaign, and the credit notes of all these.
        """
        touches = activities._origin.filtered("touch_day")
        self.env.cr.execute(
            """
            WITH found AS (
                SELECT move_id FROM isof_trade_line WHERE touch_id = ANY(%(activities)s)
                 UNION
                SELECT fact.move_id
                  FROM unnest(%(partners)s::int[], %(companies)s::int[], %(days)s::date[])
                       AS touch (partner_id, company_id, day)
                  JOIN res_company AS company ON company.id = touch.company_id
                  JOIN isof_trade_line AS fact
                       ON fact.partner_id = touch.partner_id AND fact.company_id = company.id
                      AND fact.flow = 'sale' AND fact.campaign_id IS NULL
                      AND fact.invoice_date >= touch.day
                      AND fact.invoice_date <= touch.day + company.isof_touch_days
            )
            SELECT move_id FROM found
             UNION
            SELECT move.id FROM account_move AS move
              JOIN found ON found.move_id = move.reversed_entry_id
            """,
            {
                "activities": activities._origin.ids,
                "partners": [activity.commercial_partner_id.id for activity in touches],
                "companies": [activity.company_id.id for activity in touches],
                "days": [activity.touch_day for activity in touches],
            },
        )
        return [id_ for (id_,) in self.env.cr.fetchall()]

    @api.model
    def _resync_moves(self, move_ids):
        """Have the facts of documents derived anew, before anybody reads them."""
        moves = self.env["account.move"].browse(move_ids)
        self.env.add_to_compute(moves._fields["isof_trade_line_count"], moves)

    @api.model
    def _get_counts(self, move_ids):
        """Return how many facts documents have: dict of id to number, without those of none."""
        self.env.cr.execute(
            "SELECT move_id, count(*) FROM isof_trade_line WHERE move_id = ANY(%s) GROUP BY 1",
            [list(move_ids)],
        )
        return dict(self.env.cr.fetchall())

    @api.model
    def _get_generations(self, move_ids):
        """Split documents so that each comes after those that its costs depend on.

        These are the one that it credits and, of the same document or order, the earlier ones.

        :return: list of lists of ids
        """
        if len(move_ids) < 2:
            return [list(move_ids)]
        origins, orders = self._get_links(move_ids)
        depths = {}

        def get_depth(move_id):
            if move_id not in depths:
                depths[move_id] = 0  # should documents credit each other
                depths[move_id] = get_depth(origins[move_id]) + 1 if move_id in origins else 0
            return depths[move_id]

        generations, last = defaultdict(list), {}
        for move_id in sorted(move_ids, key=lambda id_: (get_depth(id_), id_)):
            links = {("move", move_id), ("move", origins.get(move_id, move_id)), *orders[move_id]}
            generation = max((last[link] + 1 for link in links if link in last), default=0)
            last.update(dict.fromkeys(links, generation))
            generations[generation].append(move_id)
        return [generations[generation] for generation in sorted(generations)]

    @api.model
    def _find_corrections(self, move_ids):
        """Return the documents that may correct others: the set of their ids."""
        self.env.cr.execute(
            SQL(
                """
                SELECT move.id FROM account_move AS move
                 WHERE move.id = ANY(%(move_ids)s)
                   AND (move.move_type IN ('out_refund', 'in_refund') OR %(is_debit_note)s
                        OR EXISTS (SELECT FROM account_move_line AS line
                                    WHERE line.move_id = move.id AND line.quantity < 0))
                """,
                move_ids=list(move_ids),
                is_debit_note=SQL("move.debit_origin_id IS NOT NULL")
                if self._has_field("account.move", "debit_origin_id")
                else SQL("FALSE"),
            )
        )
        return {id_ for (id_,) in self.env.cr.fetchall()}

    @api.model
    def _get_links(self, move_ids):
        """Return what documents credit, and the orders that they invoice.

        :return: dict of id to id, and dict of id to set of keys
        """
        self.env.cr.execute(
            "SELECT id, reversed_entry_id FROM account_move"
            " WHERE id = ANY(%s) AND reversed_entry_id IS NOT NULL",
            [list(move_ids)],
        )
        origins = dict(self.env.cr.fetchall())
        self.env.cr.execute(
            """
            SELECT DISTINCT line.move_id, sold_line.order_id
              FROM account_move_line AS line
              JOIN sale_order_line_invoice_rel AS rel ON rel.invoice_line_id = line.id
              JOIN sale_order_line AS sold_line ON sold_line.id = rel.order_line_id
             WHERE line.move_id = ANY(%s)
            """,
            [list(move_ids)],
        )
        orders = defaultdict(set)
        for move_id, order_id in self.env.cr.fetchall():
            orders[move_id].add(("order", order_id))
        return origins, orders

    # ------------------------------------------------------------
    # What the facts are
    # ------------------------------------------------------------

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

    # ------------------------------------------------------------
    # Costs
    # ------------------------------------------------------------

    @api.model
    def _from_costs(self):
        """Return ``spent``: what the sale cost, and how we know.

        What a credit note gives back costs what it cost on the invoice, known or not. It takes
        its share of what is left there, so that the one that gives back the last piece leaves
        nothing. Otherwise the first source that knows it counts; they are those of
        ``_get_cost_sources``.
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
                SELECT COALESCE(was.product_id IS NOT DISTINCT FROM line.product_id
                                AND was.sold_quantity = x.quantity, FALSE) AS is_kept,
                       origin.id IS NOT NULL AND x.quantity <> 0 AS is_returned
            ) AS how
            CROSS JOIN LATERAL (
                SELECT CASE WHEN x.flow = 'purchase' THEN NULL
                            WHEN how.is_kept THEN was.cost
                            WHEN how.is_returned
                            THEN round(COALESCE(rest.cost * x.quantity / NULLIF(rest.quantity, 0),
                                                origin.cost * x.quantity
                                                / NULLIF(origin.sold_quantity, 0)),
                                       currency.decimal_places)
                            %(cost)s END AS cost,
                       CASE WHEN x.flow = 'purchase' THEN NULL
                            WHEN how.is_kept THEN was.cost_source
                            WHEN how.is_returned
                            THEN CASE origin.cost_source
                                 WHEN 'unknown' THEN 'unknown' ELSE 'original' END
                            %(name)s ELSE 'unknown' END AS source
                OFFSET 0
            ) AS spent
            """,
            joins=SQL(" ").join(self._from_cost_sources()),
            cost=cost,
            name=name,
        )

    @api.model
    def _has_field(self, model, name):
        """Return whether an add-on that this one does not need is there."""
        return model in self.env and name in self.env[model]._fields

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
            sources["delivery"] = SQL("x.quantity * delivered.unit_cost")
        if self._has_field("sale.order.line", "purchase_price"):
            sources["order"] = SQL(
                "x.quantity * NULLIF(sold_line.purchase_price, 0)"
                " / COALESCE(NULLIF(sale.currency_rate, 0), 1)"
                " / (sold_uom.factor / NULLIF(uom.factor, 0))"
            )
        sources["product"] = SQL(
            "x.quantity * NULLIF((product.standard_price ->> move.company_id::text)::numeric, 0)"
        )
        return sources

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
        if self._has_deliveries():
            joins.append(self._from_deliveries())
        if self._has_field("sale.order.line", "purchase_price"):
            joins.append(
                SQL("LEFT JOIN uom_uom AS sold_uom ON sold_uom.id = sold_line.product_uom_id")
            )
        return joins

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
                SELECT COALESCE(sum(known.sold_quantity), 0) AS quantity
                  FROM sale_order_line_invoice_rel AS rel
                  JOIN isof_trade_line AS known ON known.move_line_id = rel.invoice_line_id
                 WHERE rel.order_line_id = sold_line.id AND rel.invoice_line_id <> line.id
                   AND known.product_id = line.product_id
            ) AS invoiced ON TRUE
            LEFT JOIN LATERAL (
                SELECT NULLIF(sum(unit_cost * quantity), 0) / NULLIF(sum(quantity), 0) AS unit_cost
                  FROM (
                    SELECT done.unit_cost,
                           GREATEST(LEAST(sum(done.quantity) OVER before_and_this,
                                          invoiced.quantity + x.quantity)
                                    - GREATEST(sum(done.quantity) OVER before_and_this
                                               - done.quantity, invoiced.quantity),
                                    0) AS quantity
                      FROM (
                        SELECT stock.id, stock.date,
                               stock.value / NULLIF(stock.quantity * %(to_unit)s, 0) AS unit_cost,
                               (stock.quantity - COALESCE(back.quantity, 0)) * %(to_unit)s
                                   AS quantity
                          FROM stock_move AS stock
                          JOIN uom_uom AS stock_uom ON stock_uom.id = stock.product_uom
                          LEFT JOIN LATERAL (
                            SELECT sum(returned.quantity * returned_uom.factor / stock_uom.factor)
                                   AS quantity
                              FROM stock_move AS returned
                              JOIN uom_uom AS returned_uom ON returned_uom.id = returned.product_uom
                             WHERE returned.origin_returned_move_id = stock.id
                               AND returned.state = 'done' AND returned.is_in
                          ) AS back ON TRUE
                         WHERE stock.sale_line_id = sold_line.id
                           AND stock.product_id = line.product_id
                           AND stock.state = 'done' AND stock.is_out
                      ) AS done
                    WINDOW before_and_this AS (ORDER BY done.date, done.id)
                  ) AS counted
            ) AS delivered ON x.quantity > 0
            """,
            to_unit=SQL("stock_uom.factor / NULLIF(uom.factor, 0)"),
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

    # ------------------------------------------------------------
    # Everything
    # ------------------------------------------------------------

    @api.model
    def _sync_everything(self, *, progress=None):
        """Make all facts what the ledger says, in batches.

        :param progress: function that is called after each batch with the number of documents
            looked at and of facts that were wrong; it may commit
        :return: how many facts were wrong
        """
        changed, last = 0, 0
        while True:
            self.env.cr.execute(
                "SELECT id FROM account_move WHERE id > %s AND move_type <> 'entry'"
                " ORDER BY id LIMIT %s",
                [last, BATCH_SIZE],
            )
            ids = [id_ for (id_,) in self.env.cr.fetchall()]
            if not ids:
                return changed
            wrong = self._sync(ids)
            changed, last = changed + wrong, ids[-1]
            self._count_lines(ids)
            self.env["isof.commission.entry"]._sync(ids)
            if progress:
                progress(len(ids), wrong)

    @api.model
    def _fill(self):
        """Derive all facts that are missing, as fast as it can be done, in this transaction.

        Nobody else reads facts meanwhile. The log says how far it is.
        """
        total, done = self.env["account.move"].search_count([("move_type", "!=", "entry")]), 0

        def log(documents, _wrong):
            nonlocal done
            done += documents
            _logger.info("sales and purchases: %s of %s documents", done, total)

        with self._without_checks():
            self._sync_everything(progress=log)

    @contextmanager
    def _without_checks(self):
        """Make indexes and checks of links once at the end, instead of for each row."""
        tables = ["isof_trade_line", "isof_trade_summary"]
        self.env.cr.execute(
            """
            SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
              FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY(%s::regclass[])
            """,
            [tables],
        )
        links = self.env.cr.fetchall()
        self.env.cr.execute(
            "SELECT indexname, indexdef, obj_description(indexname::regclass) FROM pg_indexes"
            " WHERE tablename = ANY(%s) AND indexdef NOT LIKE %s AND indexname <> ALL(%s)",
            [tables, "%UNIQUE%", NEEDED_INDEXES],
        )
        indexes = self.env.cr.fetchall()
        for table, name, _definition in links:
            self.env.cr.execute(
                SQL(
                    "ALTER TABLE %s DROP CONSTRAINT %s", SQL.identifier(table), SQL.identifier(name)
                )
            )
        for name, _definition, _comment in indexes:
            self.env.cr.execute(SQL("DROP INDEX %s", SQL.identifier(name)))
        yield
        for name, definition, comment in indexes:
            self.env.cr.execute(definition)
            # by it Odoo knows whether an index is still what the model wants
            self.env.cr.execute(SQL("COMMENT ON INDEX %s IS %s", SQL.identifier(name), comment))
        for table, name, definition in links:
            self.env.cr.execute(
                SQL(
                    "ALTER TABLE %s ADD CONSTRAINT %s %s",
                    SQL.identifier(table),
                    SQL.identifier(name),
                    SQL(definition),
                )
            )

    @api.model
    def _count_lines(self, move_ids):
        """Write on documents how many facts they have, where it is not so."""
        self.env.cr.execute(
            """
            UPDATE account_move AS move SET isof_trade_line_count = facts.count
              FROM (SELECT found.id, count(fact.id) AS count
                      FROM unnest(%s) AS found (id)
                      LEFT JOIN isof_trade_line AS fact ON fact.move_id = found.id
                     GROUP BY found.id) AS facts
             WHERE move.id = facts.id AND move.isof_trade_line_count IS DISTINCT FROM facts.count
            """,
            [list(move_ids)],
        )

    @api.model
    def _cron_compare(self):
        """Compare all facts with the ledger, heal what differs, and tell the managers.

        If somebody asked for it, tell the user how it ended.
        """
        cron = self.env["ir.cron"]
        cron._commit_progress(
            remaining=self.env["account.move"].search_count([("move_type", "!=", "entry")])
        )
        if changed := self._sync_everything(
            progress=lambda count, _wrong: cron._commit_progress(count)
        ):
            self._report_difference(changed)
        parameters = self.env["ir.config_parameter"].sudo()
        if user_id := int(parameters.get_param(WAITING_USER, 0)):
            parameters.set_param(WAITING_USER, False)
            user = self.env["res.users"].browse(user_id).exists()
            notice = self.with_context(lang=user.lang)._get_result_notice(changed)
            user._bus_send("simple_notification", {**notice, "sticky": True})

    @api.model
    def _report_difference(self, changed):
        """Log that facts differed from the ledger, and tell the managers."""
        _logger.warning("%s facts of sales and purchases differed from the ledger; healed", changed)
        managers = self.env.ref("isof_crm.group_manager").all_user_ids.filtered("active")
        self.env["mail.thread"].message_notify(
            partner_ids=managers.partner_id.ids,
            subject=self.env._("Analyses of sales and purchases differed from the ledger"),
            body=self.env._(
                "%(number)s lines were not as in the ledger and have been corrected. Data that "
                "are changed past Odoo, directly in the database, may be the reason.",
                number=changed,
            ),
        )

    @api.model
    def action_compare(self):
        """Compare the facts with the ledger now, as a manager of analyses.

        Of very many documents it goes on in the background.

        :return: the action that shows what was found
        :raises AccessError: for others
        """
        self.check_access("read")
        if not self.env.user.has_group("isof_crm_analytics.group_all"):
            self.env["isof.period.type"].check_access("write")
        # sudo: facts are derived; whoever sees all of them may have them derived anew
        facts = self.sudo()
        documents = facts.env["account.move"].search_count([("move_type", "!=", "entry")])
        if documents > BATCH_SIZE:
            facts._compare_later()
            notice = {
                "type": "info",
                "message": self.env._(
                    "%(number)s documents are compared in the background. You will be told here "
                    "when that is done.",
                    number=documents,
                ),
            }
        else:
            notice = self._get_result_notice(facts._sync_everything())
        return {"type": "ir.actions.client", "tag": "display_notification", "params": notice}

    @api.model
    def _compare_later(self):
        """Have the scheduled comparison start now, and tell the user how it ends."""
        self.env["ir.config_parameter"].set_param(WAITING_USER, self.env.uid)
        self.env.ref("isof_crm_analytics.ir_cron_compare")._trigger()

    @api.model
    def _get_result_notice(self, changed):
        """Return what the client shows to say how a comparison ended."""
        if not changed:
            return {"type": "success", "message": self.env._("All lines are as in the ledger.")}
        return {
            "type": "warning",
            "message": self.env._(
                "%(number)s lines differed from the ledger and are corrected.", number=changed
            ),
        }
