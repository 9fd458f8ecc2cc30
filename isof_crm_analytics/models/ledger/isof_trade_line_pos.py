from odoo import api, fields, models
from odoo.tools import SQL, split_every

# Sessions compared at a time.
BATCH_SIZE = 500
# What facts are derived from, where Odoo's Point of Sale is installed.
POS_SOURCES = {
    "account.journal": ["currency_id"],
    "account.move": ["state", "date", "journal_id"],
    "pos.config": ["journal_id"],
    "pos.order": [
        *("account_move", "company_id", "currency_rate", "date_order", "partner_id"),
        *("session_id", "state", "user_id"),
    ],
    "pos.order.line": [
        *("discount", "is_total_cost_computed", "order_id", "price_subtotal", "price_unit"),
        *("product_id", "qty", "total_cost"),
    ],
    "pos.session": ["config_id", "move_id"],
    "res.company": ["resource_calendar_id"],
    "res.partner": ["commercial_partner_id"],
    "resource.calendar": ["tz"],
}


class IsofTradeLine(models.Model):
    """Sales at a Point of Sale: the lines of the orders of a session, once it is closed.

    Its document is the entry of the session, by which the ledger has these sales. Orders that
    have an invoice count by that. Odoo's add-on need not be installed, and where it is, posting
    other documents asks for nothing more.
    """

    _inherit = "isof.trade.line"

    pos_line_id = fields.Integer(
        string="Line at the Point of Sale",
        aggregator=None,
        exportable=False,
        readonly=True,
        help="Its number, where the sale is one of a session.",
    )

    _pos_line_id_unique = models.UniqueIndex("(pos_line_id) WHERE pos_line_id IS NOT NULL")
    _one_line = models.Constraint(
        "CHECK (num_nonnulls(move_line_id, pos_line_id) = 1)",
        "A sale is a line of a document, or of an order at a Point of Sale.",
    )

    # ------------------------------------------------------------
    # Keeping in step
    # ------------------------------------------------------------

    @api.model
    def _sync_sessions(self, move_ids):
        """Make the facts of sessions what their orders say.

        :param move_ids: ids of ``account.move``, the entries of sessions, in whatever state
        :return: how many facts were wrong
        """
        for model, names in POS_SOURCES.items():
            self.env[model].flush_model(names)
        self._flush_sources()
        ids = SQL("%s::int[]", list(move_ids))
        self.env.cr.execute(self._delete_stale_sessions(ids))
        changed = self.env.cr.rowcount
        self.env.cr.execute(self._upsert_sessions(ids))
        changed += self.env.cr.rowcount
        self.env["isof.trade.summary"]._sync(move_ids)
        if changed:
            self.invalidate_model()
        return changed

    @api.model
    def _delete_stale_sessions(self, ids):
        return SQL(
            """
            WITH noted AS (%(note)s)
            DELETE FROM isof_trade_line AS fact
             WHERE fact.move_id = ANY(%(ids)s) AND fact.pos_line_id IS NOT NULL
               AND NOT EXISTS (SELECT %(tables)s
                                WHERE line.id = fact.pos_line_id AND move.id = fact.move_id
                                  AND %(where)s)
            """,
            note=self.env["isof.trade.note"]._prepare_insert(ids),
            ids=ids,
            tables=self._from_pos_lines(),
            where=self._where_pos_facts(),
        )

    @api.model
    def _upsert_sessions(self, ids):
        return self._prepare_upsert(
            self._get_pos_fact_columns(),
            self._select_pos_facts(ids),
            SQL("(pos_line_id) WHERE pos_line_id IS NOT NULL"),
        )

    @api.model
    def _sync_everything(self, *, progress=None):
        return super()._sync_everything(progress=progress) + self._sync_all_sessions(progress)

    @api.model
    def _end_fill(self):
        self._sync_all_sessions()
        return super()._end_fill()

    @api.model
    def _sync_all_sessions(self, progress=None):
        if not self._has_field("account.move", "pos_session_ids"):
            return 0
        changed = 0
        self.env["pos.session"].flush_model(["move_id"])
        self.env.cr.execute("SELECT move_id FROM pos_session WHERE move_id IS NOT NULL ORDER BY 1")
        for ids in split_every(BATCH_SIZE, [id_ for (id_,) in self.env.cr.fetchall()]):
            wrong = self._compare(ids, self._sync_sessions, self._sync_sessions)
            self.env["isof.trade.note"]._forget_own()
            changed += wrong
            if progress:
                progress(0, wrong)
        return changed

    # ------------------------------------------------------------
    # What the facts are
    # ------------------------------------------------------------

    @api.model
    def _get_pos_fact_columns(self):
        """Return the SQL expression of each column of a fact that is a line of an order.

        They may use the tables and names of ``_from_pos_facts``. What is said of other facts is
        not said again.
        """
        return self._get_columns() | {
            "pos_line_id": SQL("line.id"),
            "move_line_id": SQL("NULL::int"),
            "origin_line_id": SQL("NULL::int"),
            "move_type": SQL("'pos'"),
            "company_id": SQL("company.id"),
            "currency_id": SQL("COALESCE(journal.currency_id, company.currency_id)"),
            "contact_id": SQL("sold.partner_id"),
            "attributed_campaign_id": SQL("touch.campaign_id"),
            "invoiced_net": SQL("counted.net"),
            "bought_net": SQL("0"),
            "billed_net": SQL("0"),
        }

    @api.model
    def _select_pos_facts(self, ids):
        """Return the query of what the facts of the entries of sessions have to be."""
        return SQL(
            "SELECT %(values)s %(tables)s WHERE move.id = ANY(%(ids)s) AND %(where)s",
            values=SQL(", ").join(self._get_pos_fact_columns().values()),
            tables=self._from_pos_facts(),
            ids=ids,
            where=self._where_pos_facts(),
        )

    @api.model
    def _where_pos_facts(self):
        """Return the condition of the lines that count: of what the ledger has by the session."""
        return SQL(
            "move.state = 'posted' AND sold.account_move IS NULL"
            " AND sold.state NOT IN ('draft', 'cancel')"
            # what a combination is made of has the price
            " AND template.type <> 'combo'"
        )

    @api.model
    def _from_pos_lines(self):
        return SQL(
            """
            FROM pos_order_line AS line
            JOIN pos_order AS sold ON sold.id = line.order_id
            JOIN pos_session AS session ON session.id = sold.session_id
            JOIN account_move AS move ON move.id = session.move_id
            JOIN product_product AS product ON product.id = line.product_id
            JOIN product_template AS template ON template.id = product.product_tmpl_id
            """
        )

    @api.model
    def _from_pos_facts(self):
        """Return the tables of the facts of sessions, with names as in ``_from_facts``.

        ``line`` is the line of the order ``sold``. The sign of what it costs the customer is that
        of quantity and price: Odoo writes it in different ways for refunds.
        """
        is_down_payment = (
            SQL("line.product_id = config.down_payment_product_id")
            if self._has_field("pos.config", "down_payment_product_id")
            else SQL("FALSE")
        )
        return SQL(
            """
            %(lines)s
            JOIN pos_config AS config ON config.id = session.config_id
            LEFT JOIN account_journal AS journal ON journal.id = config.journal_id
            JOIN res_company AS company ON company.id = sold.company_id
            JOIN res_currency AS currency ON currency.id = company.currency_id
            LEFT JOIN resource_calendar AS calendar ON calendar.id = company.resource_calendar_id
            LEFT JOIN res_partner AS contact ON contact.id = sold.partner_id
            LEFT JOIN res_partner AS partner ON partner.id = contact.commercial_partner_id
            LEFT JOIN sale_order AS sale ON FALSE
            LEFT JOIN isof_trade_line AS previous ON previous.pos_line_id = line.id
            CROSS JOIN LATERAL (
                SELECT sold.user_id, %(team)s AS team_id, NULL::int AS campaign_id,
                       NULL::int AS source_id, NULL::int AS medium_id
            ) AS owner
            CROSS JOIN LATERAL (
                SELECT CASE WHEN COALESCE(%(is_down_payment)s, FALSE) THEN 'down_payment'
                            WHEN %(takes_off)s THEN 'discount'
                            WHEN template.type = 'service' THEN 'service'
                            ELSE 'goods' END AS name,
                       FALSE AS is_price_correction
            ) AS role
            CROSS JOIN LATERAL (
                SELECT COALESCE(NULLIF(sold.currency_rate, 0), 1) AS rate,
                       (sold.date_order AT TIME ZONE 'UTC'
                           AT TIME ZONE COALESCE(calendar.tz, 'UTC'))::date AS day
            ) AS terms
            CROSS JOIN LATERAL (
                SELECT round((sign(line.qty * line.price_unit) * abs(line.price_subtotal)
                              / terms.rate)::numeric, currency.decimal_places) AS net
            ) AS money
            CROSS JOIN LATERAL (
                SELECT 'sale' AS flow, terms.day, money.net,
                       CASE WHEN role.name IN ('down_payment', 'discount') THEN 0
                            ELSE line.qty END AS quantity,
                       CASE role.name WHEN 'down_payment' THEN 0 ELSE money.net END AS sold
            ) AS counted
            CROSS JOIN LATERAL (
                SELECT CASE WHEN role.name = 'down_payment' THEN 0
                            WHEN role.name = 'discount' THEN -counted.sold
                            WHEN COALESCE(line.discount, 0) = 0 THEN 0
                            WHEN line.discount = 100
                            THEN round((line.price_unit * line.qty / (%(tax)s)
                                        / terms.rate)::numeric, currency.decimal_places)
                            ELSE round((counted.sold * line.discount
                                        / (100 - line.discount))::numeric,
                                       currency.decimal_places) END AS discount
            ) AS price
            CROSS JOIN LATERAL (
                SELECT CASE WHEN counted.quantity = 0 THEN 0
                            WHEN line.is_total_cost_computed
                            THEN round((line.total_cost / terms.rate)::numeric,
                                       currency.decimal_places) END AS cost,
                       CASE WHEN counted.quantity = 0 THEN 'no_cost'
                            WHEN line.is_total_cost_computed THEN 'pos'
                            ELSE 'unknown' END AS source
            ) AS spent
            LEFT JOIN (%(posts)s) AS post
                   ON post.user_id = owner.user_id AND post.company_id = company.id
                  AND counted.day >= post.date_from AND counted.day < post.date_to
            %(campaigns)s
            """,
            lines=self._from_pos_lines(),
            team=SQL("sold.crm_team_id")
            if self._has_field("pos.order", "crm_team_id")
            else SQL("NULL::int"),
            is_down_payment=is_down_payment,
            takes_off=self._takes_off(),
            tax=self._get_included_tax("pos.order.line"),
            posts=self.env["hr.version"]._get_isof_posts(),
            campaigns=self._from_campaigns(),
        )

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_open_document(self):
        """Return the action that opens the document of the line, or the order of a session."""
        self.ensure_one()
        if self.pos_line_id and "pos.order.line" in self.env:
            # sudo: whether the order may be read is looked at as it is opened
            line = self.env["pos.order.line"].sudo().browse(self.pos_line_id)
            return self._open_document(line.order_id.with_env(self.env))
        return super().action_open_document()
