from collections import defaultdict

from odoo import api, models, tools
from odoo.tools import SQL, split_every

from ...tools.prepared_statement import IDS, execute_prepared, get_text

# Documents compared at a time; nobody is kept waiting for more.
BATCH_SIZE = 5000
# What a fact is derived from, where it is there, but for documents, their lines and what columns
# declare to follow; see account_move.py.
SOURCES = {
    "account.account": ["account_type"],
    "account.move.line": ["cogs_origin_id"],
    "account.tax": ["amount", "amount_type", "price_include_override"],
    "hr.employee": ["user_id", "company_id"],
    "hr.version": ["employee_id", "date_version", "department_id", "active"],
    "isof.activity": ["campaign_id", "commercial_partner_id", "company_id", "start", "touch_day"],
    "product.product": ["product_tmpl_id", "standard_price"],
    "product.template": ["is_storable", "type", "uom_id"],
    "purchase.order": ["user_id", "currency_rate"],
    "purchase.order.line": [
        *("order_id", "is_downpayment", "price_subtotal", "product_qty", "product_uom_id"),
    ],
    "res.company": ["account_price_include", "currency_id", "isof_touch_days"],
    "res.currency": ["decimal_places", "rounding"],
    "res.partner": ["isof_group_id", "isof_region_id"],
    "sale.order": ["user_id", "team_id", "campaign_id", "source_id", "medium_id", "currency_rate"],
    "sale.order.line": [
        *("order_id", "is_downpayment", "product_uom_id", "purchase_price", "qty_delivered"),
    ],
    "stock.move": [
        *("bom_line_id", "date", "is_dropship", "is_in", "is_out", "origin_returned_move_id"),
        *("product_id", "product_uom", "purchase_line_id", "quantity", "sale_line_id", "state"),
        "value",
    ],
    "uom.uom": ["factor"],
}


class IsofTradeLine(models.Model):
    """Keeps the facts in step with the ledger.

    ``_select_facts`` says what the facts of some documents are; see ``isof_trade_line_facts.py``.
    Everything uses it: ``_sync`` of documents that have just changed, the first fill and the
    rebuild, and the nightly comparison, which is a sync of everything that has nothing to do.
    """

    _inherit = "isof.trade.line"

    @api.model
    def _sync(self, move_ids):
        """Make the facts of some documents what the ledger says.

        :param move_ids: ids of ``account.move``, in whatever state
        :return: how many facts were wrong
        """
        self._flush_sources()
        changed, followed = self._delete_stale(move_ids), 0
        corrections, followers = self._find_corrections(move_ids)
        move_ids = [*move_ids, *followers]
        for ids in self._get_generations(move_ids):
            for are_corrections in (False, True):
                if part := [id_ for id_ in ids if (id_ in corrections) == are_corrections]:
                    wrong = self._upsert(part, are_corrections)
                    changed += wrong
                    followed += wrong if not followers.isdisjoint(part) else 0
        self.env["isof.trade.summary"]._sync(move_ids)
        if changed:
            self.invalidate_model()
        if followed:
            self._after_facts(sorted(followers))
        return changed

    @api.model
    def _after_facts(self, move_ids):
        """Have what follows from facts derived anew, which have changed unseen by the ORM.

        A hook for the rooms that derive something from facts.

        :param move_ids: ids of ``account.move``, in order
        """

    @api.model
    def _flush_sources(self):
        move, line = self.env["account.move"], self.env["account.move.line"]
        move.flush_model([name for name in move._get_isof_trade_fields() if name in move._fields])
        line.flush_model(line._get_isof_trade_fields())
        for model, names in (*SOURCES.items(), *self._get_followed_fields().items()):
            if model in self.env:
                self.env[model].flush_model(
                    [name for name in names if name in self.env[model]._fields]
                )

    @api.model
    @tools.ormcache()
    def _get_followed_fields(self):
        """Return the names of the fields that columns declare to follow, by their models.

        A path ends at such a field; how documents get there is followed anyway.

        :return: dict of lists
        """
        found = defaultdict(list)
        for column in self._fields.values():
            for path in getattr(column, "follows", ()):
                model, (*steps, name) = self.env["account.move"], path.split(".")
                for step in steps:
                    model = model[step]
                field = model._fields[name].base_field  # of the template of a product
                found[field.model_name].append(field.name)
        return dict(found)

    @api.model
    def _delete_stale(self, move_ids):
        """Delete the facts of lines that are none any more."""
        return execute_prepared(self.env.cr, self._get_delete_stale(), move_ids)

    @api.model
    @tools.ormcache()
    def _get_delete_stale(self):
        return get_text(
            self.env.cr,
            SQL(
                """
                WITH noted AS (%(note)s)
                DELETE FROM isof_trade_line AS fact
                 WHERE fact.move_id = ANY(%(ids)s)
                   AND NOT EXISTS (
                       SELECT 1 FROM account_move_line AS line
                         JOIN account_move AS move ON move.id = line.move_id
                        WHERE line.id = fact.move_line_id AND %(where)s)
                """,
                note=self.env["isof.trade.note"]._prepare_insert(),
                ids=IDS,
                where=self._where_facts(),
            ),
        )

    @api.model
    def _upsert(self, move_ids, are_corrections):
        """Insert the facts of documents that are missing, and correct those that differ."""
        return execute_prepared(self.env.cr, self._get_upsert(are_corrections), move_ids)

    @api.model
    @tools.ormcache("are_corrections", "self._is_reconstructing()")
    def _get_upsert(self, are_corrections):
        return get_text(
            self.env.cr,
            self._prepare_upsert(
                self._get_columns(), self._select_facts(are_corrections), SQL("(move_line_id)")
            ),
        )

    @api.model
    def _prepare_upsert(self, names, facts, key):
        """Return the statement that inserts facts that are missing, and corrects what differs.

        :param names: iterable of the names of the columns
        :param facts: SQL of the query of the facts, with these columns
        :param key: SQL of what tells one fact from another
        """

        def row(table):
            return SQL(", ").join(SQL.identifier(table, name) for name in names)

        return SQL(
            """
            INSERT INTO isof_trade_line (%(names)s) %(facts)s
            ON CONFLICT %(key)s DO UPDATE SET %(changes)s
             WHERE (%(old)s) IS DISTINCT FROM (%(new)s)
            """,
            names=SQL(", ").join(map(SQL.identifier, names)),
            facts=facts,
            key=key,
            changes=SQL(", ").join(
                SQL("%(name)s = EXCLUDED.%(name)s", name=SQL.identifier(name)) for name in names
            ),
            old=row("isof_trade_line"),
            new=row("excluded"),
        )

    @api.model
    def _delete_facts(self, move_ids):
        """Delete the facts of documents that are not posted."""
        if self.env["isof.trade.memory"]._move_facts(move_ids):
            self.env["isof.trade.note"]._note_documents(move_ids)
            self.env["isof.trade.summary"]._sync(move_ids)
            self.invalidate_model()
            # what corrects them says something about other lines, or about none
            _corrections, followers = self._find_corrections(move_ids)
            if followers:
                self._sync(sorted(followers))

    @api.model
    def _take_costs(self, move_ids):
        """Derive the costs of documents and of what credits them anew, as if posted now.

        :param move_ids: ids of ``account.move``
        :return: ids of the documents whose cost has changed, in order
        """
        self._bring_in_step()
        _corrections, followers = self._find_corrections(move_ids)
        ids = [*move_ids, *followers]
        self.env.cr.execute("SELECT id FROM isof_trade_line WHERE move_id = ANY(%s)", [ids])
        return self._derive_costs([id_ for (id_,) in self.env.cr.fetchall()], ids)

    @api.model
    def _derive_costs(self, fact_ids, move_ids):
        """Derive the costs of facts anew, and have the commissions follow.

        :param fact_ids: ids of the facts
        :param move_ids: ids of their documents
        :return: ids of the documents whose cost has changed, in order
        """
        before = self._get_costs(move_ids)
        # a fact without a source of its cost is not as it was
        self.env.cr.execute(
            "UPDATE isof_trade_line SET cost_source = NULL WHERE id = ANY(%s)", [list(fact_ids)]
        )
        for ids in split_every(BATCH_SIZE, sorted(move_ids)):
            self._sync(ids)
        after = self._get_costs(move_ids)
        changed = sorted(id_ for id_ in after if after[id_] != before.get(id_))
        self._after_facts(changed)
        return changed

    @api.model
    def _get_costs(self, move_ids):
        """Return what the lines of documents cost, and how we know: dict of id to that."""
        self.env.cr.execute(
            """
            SELECT move_id, array_agg(ROW(move_line_id, cost, cost_source) ORDER BY move_line_id)
              FROM isof_trade_line WHERE move_id = ANY(%s) AND flow = 'sale' GROUP BY 1
            """,
            [list(move_ids)],
        )
        return dict(self.env.cr.fetchall())

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
                posts=self.env["hr.version"]._get_isof_posts(),
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
        """Have the facts of documents derived anew, before anybody reads them.

        Those that somebody posts meanwhile cannot be among them: they follow after the commit.
        """
        self.env["isof.trade.note"]._note_change()
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

        These are the one that it credits or corrects and, of the same document or order, the
        earlier ones.

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
        """Return the documents that may correct others.

        :return: tuple of the set of the ids of those among the given ones and their followers,
            and the set of the followers: posted documents beside them that credit or correct one
            of them, or later the same as one of them, or what does
        """
        debit_notes = (
            SQL(
                "UNION ALL SELECT id FROM account_move"
                " WHERE debit_origin_id = family.id AND state = 'posted'"
            )
            if self._has_field("account.move", "debit_origin_id")
            else SQL("")
        )
        self.env.cr.execute(
            SQL(
                """
                WITH RECURSIVE family AS (
                    SELECT unnest(%(move_ids)s::int[]) AS id
                     UNION
                    SELECT follower.id FROM family CROSS JOIN LATERAL (
                        SELECT id FROM account_move
                         WHERE reversed_entry_id = family.id AND state = 'posted'
                        %(debit_notes)s
                        UNION ALL
                        -- what was left of the same document for those after it
                        SELECT later.id FROM account_move AS own
                          JOIN account_move AS later
                            ON later.reversed_entry_id = own.reversed_entry_id
                         WHERE own.id = family.id AND later.id > own.id
                           AND later.state = 'posted'
                        UNION ALL
                        SELECT move.id
                          FROM account_move_line AS line
                          JOIN sale_order_line_invoice_rel AS rel ON rel.invoice_line_id = line.id
                          JOIN sale_order_line_invoice_rel AS other_rel
                            ON other_rel.order_line_id = rel.order_line_id
                          JOIN account_move_line AS other ON other.id = other_rel.invoice_line_id
                          JOIN account_move AS move ON move.id = other.move_id
                         WHERE line.move_id = family.id AND move.state = 'posted'
                           AND CASE move.move_type WHEN 'out_refund' THEN other.quantity > 0
                                    ELSE other.quantity < 0 END
                    ) AS follower)
                SELECT move.id,
                       move.move_type IN ('out_refund', 'in_refund')
                       OR %(origin)s IS NOT NULL
                       -- not EXISTS, for which all lines of all documents may be read
                       OR COALESCE((SELECT TRUE FROM account_move_line AS line
                                     WHERE line.move_id = move.id AND line.quantity < 0
                                     LIMIT 1), FALSE)
                  FROM account_move AS move
                 WHERE move.id IN (SELECT id FROM family)
                """,
                move_ids=list(move_ids),
                debit_notes=debit_notes,
                origin=self._get_origin(),
            )
        )
        found = dict(self.env.cr.fetchall())
        corrections = {id_ for id_, is_correction in found.items() if is_correction}
        return corrections, set(found).difference(move_ids)

    @api.model
    def _get_links(self, move_ids):
        """Return what documents credit, and the orders that they invoice.

        :return: dict of id to id, and dict of id to set of keys
        """
        self.env.cr.execute(
            SQL(
                "SELECT move.id, %(origin)s FROM account_move AS move"
                " WHERE move.id = ANY(%(move_ids)s) AND %(origin)s IS NOT NULL",
                origin=self._get_origin(),
                move_ids=list(move_ids),
            )
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
