from collections import defaultdict

from odoo import api, models, tools
from odoo.tools import SQL

from ...tools.commission import ZERO, to_decimal
from ...tools.commission_basis import BASES
from ...tools.commission_ledger import Balance
from ...tools.commission_plan import Line
from ...tools.prepared_statement import IDS, fetch_prepared, get_text
from .isof_commission_entry import FIGURES, TERMS

BALANCE_TERMS = (*TERMS, *FIGURES, "payment_key")
BALANCE_COLUMNS = ("id", "root_id", *BALANCE_TERMS)
BALANCE_DECIMALS = (*FIGURES, "factor", "percent")
SALE_TYPES = ("out_invoice", "out_refund", "out_receipt")
# Of a line, 0 where there is none; and what is empty where it is not known.
LINE_DECIMALS = ("net", "quantity", "total", "company_total")
KNOWN_DECIMALS = ("margin_rate", "amount")


def basis_to_sql(basis, alias):
    """Return the SQL of a basis of facts or of their sums."""
    added, subtracted = (
        [SQL.identifier(alias, name) for name in names] for names in (basis.measures, basis.less)
    )
    return SQL(" - ").join([SQL(" + ").join(added), *subtracted])


class IsofCommissionEntry(models.Model):
    """Reads what commissions follow from: facts of whole sales, and what the ledger has of them.

    What was paid is read by ``isof_commission_payment.py``.
    """

    _inherit = "isof.commission.entry"

    @api.model
    def _flush_sources(self):
        self.flush_model()
        if "pos.payment" in self.env:
            self.env["pos.payment"].flush_model(["account_move_id"])
        for model, names in {
            "account.account": ["account_type", "reconcile"],
            "account.journal": ["default_account_id", "suspense_account_id", "type"],
            "account.move": ["name", "state", "amount_total", "reversed_entry_id"],
            "account.move.line": [
                *("account_id", "amount_currency", "balance", "discount_date"),
                "discount_amount_currency",
            ],
            "account.partial.reconcile": None,
            "account.payment": ["amount", "currency_id", "date", "move_id", "state"],
            "product.category": ["parent_path"],
            "isof.commission.share": None,
            "isof.partner.group": ["parent_path"],
            "res.partner": ["isof_agent_id", "isof_segment_ids"],
            "crm.team": ["user_id"],
            "res.company": ["isof_commission_on_unposted_payment", "transfer_account_id"],
        }.items():
            self.env[model].flush_model(names)

    # ------------------------------------------------------------
    # Documents that belong together
    # ------------------------------------------------------------

    @api.model
    def _get_families(self, plans, move_ids, *, is_noted=False):
        """Return documents with all on which what they earn and what is due of it depends.

        These are, in however many steps, what they credit and what credits them, and where
        anything is due as it is paid, the documents of an order with a down payment and those
        that were matched with credit notes. Facts are gone of what is not posted any more: it
        brings all documents of its orders.

        :param is_noted: see ``_compute_earnings``
        """
        ids = SQL("%s::int[]", list(move_ids))
        is_paid = any(plan.due == "paid" for plan in plans)
        links = [self._get_credit_links(), self._get_order_links(is_paid)]
        if is_paid:
            links.append(self._get_matched_links())
        self.env.cr.execute(
            SQL(
                """
                WITH RECURSIVE noted AS (%(note)s), family (id, is_posted) AS (
                    SELECT id, state = 'posted' FROM account_move
                     WHERE id = ANY(%(move_ids)s) AND move_type = ANY(%(types)s)
                    UNION
                    SELECT move.id, move.state = 'posted'
                      FROM family
                      CROSS JOIN LATERAL (%(links)s) AS link
                      JOIN account_move AS move
                        ON move.id = link.id AND move.move_type = ANY(%(types)s)
                )
                SELECT id FROM family UNION SELECT unnest(%(move_ids)s)
                """,
                note=self.env["isof.trade.note"]._prepare_insert(ids)
                if is_noted
                else SQL("SELECT"),
                move_ids=ids,
                types=list(SALE_TYPES),
                links=SQL(" UNION ALL ").join(links),
            )
        )
        return [id_ for (id_,) in self.env.cr.fetchall()]

    @api.model
    def _get_credit_links(self):
        """Return the query of what the document ``family.id`` credits and what credits it."""
        debit_notes = SQL("")
        if "debit_origin_id" in self.env["account.move"]._fields:
            debit_notes = SQL(
                "UNION ALL SELECT debit_origin_id FROM account_move WHERE id = family.id"
                " UNION ALL SELECT id FROM account_move WHERE debit_origin_id = family.id"
            )
        return SQL(
            """
            SELECT reversed_entry_id AS id FROM account_move WHERE id = family.id
            UNION ALL
            SELECT id FROM account_move WHERE reversed_entry_id = family.id
            %(debit_notes)s
            UNION ALL
            SELECT origin.move_id
              FROM isof_trade_line AS fact
              JOIN isof_trade_line AS origin ON origin.move_line_id = fact.origin_line_id
             WHERE fact.move_id = family.id
            UNION ALL
            SELECT credit.move_id
              FROM isof_trade_line AS fact
              JOIN isof_trade_line AS credit ON credit.origin_line_id = fact.move_line_id
             WHERE fact.move_id = family.id
            """,
            debit_notes=debit_notes,
        )

    @api.model
    def _get_order_links(self, is_paid):
        """Return the query of the documents of the orders of the document ``family.id``.

        That is where it is not posted, or where the money of down payments counts. ``OFFSET 0``
        keeps PostgreSQL from thinking about the order of all joins, longer than it then takes.
        """
        return SQL(
            """
            SELECT other.move_id
              FROM (SELECT DISTINCT sold.order_id
                      FROM account_move_line AS line
                      JOIN sale_order_line_invoice_rel AS rel ON rel.invoice_line_id = line.id
                      JOIN sale_order_line AS sold ON sold.id = rel.order_line_id
                     WHERE line.move_id = family.id AND (NOT family.is_posted OR %s)
                    OFFSET 0) AS sale
              JOIN sale_order_line AS sold ON sold.order_id = sale.order_id
              JOIN sale_order_line_invoice_rel AS rel ON rel.order_line_id = sold.id
              JOIN account_move_line AS other ON other.id = rel.invoice_line_id
            """,
            SQL(
                "EXISTS (SELECT FROM sale_order_line AS advance"
                " WHERE advance.order_id = sold.order_id AND advance.is_downpayment)"
            )
            if is_paid
            else SQL("FALSE"),
        )

    @api.model
    def _get_matched_links(self):
        """Return the query of what was matched with the document ``family.id``."""
        return SQL(
            """
            SELECT other.move_id
              FROM account_move_line AS line
              JOIN account_partial_reconcile AS part ON part.debit_move_id = line.id
              JOIN account_move_line AS other ON other.id = part.credit_move_id
             WHERE line.move_id = family.id
            UNION ALL
            SELECT other.move_id
              FROM account_move_line AS line
              JOIN account_partial_reconcile AS part ON part.credit_move_id = line.id
              JOIN account_move_line AS other ON other.id = part.debit_move_id
             WHERE line.move_id = family.id
            """
        )

    # ------------------------------------------------------------
    # Facts
    # ------------------------------------------------------------

    @api.model
    def _get_lines(self, move_ids):
        """Return the facts of the sales of documents, as ``Line``."""
        return self._prepare_lines(fetch_prepared(self.env.cr, self._get_lines_text(), move_ids))

    @api.model
    @tools.ormcache()
    def _get_lines_text(self):
        return get_text(self.env.cr, self._get_lines_query(SQL("fact.move_id = ANY(%s)", IDS)))

    @api.model
    def _get_lines_query(self, condition):
        """Return the query of the facts of sales that fulfil a condition.

        It has the columns of ``_get_line_columns``, in that order.
        """
        return SQL(
            """
            SELECT %(columns)s
              FROM isof_trade_line AS fact
              JOIN account_move AS move ON move.id = fact.move_id
              LEFT JOIN account_move_line AS line
                     ON line.id = fact.move_line_id AND move.currency_id != fact.company_currency_id
              LEFT JOIN isof_trade_line AS origin ON origin.move_line_id = fact.origin_line_id
              LEFT JOIN isof_trade_memory AS memory
                     ON memory.move_line_id = fact.move_line_id
                    AND memory.product_id IS NOT DISTINCT FROM fact.product_id
                    AND memory.sold_quantity = fact.sold_quantity
              LEFT JOIN LATERAL (
                   SELECT min(sold_line.order_id) AS order_id
                     FROM sale_order_line_invoice_rel AS rel
                     JOIN sale_order_line AS sold_line ON sold_line.id = rel.order_line_id
                    WHERE rel.invoice_line_id = fact.move_line_id
              ) AS sold ON TRUE
              LEFT JOIN product_category AS category ON category.id = fact.product_category_id
              LEFT JOIN isof_partner_group AS partner_group ON partner_group.id = fact.group_id
              LEFT JOIN res_partner AS partner ON partner.id = fact.partner_id
              LEFT JOIN res_users AS seller ON seller.id = fact.user_id
              LEFT JOIN crm_team AS team ON team.id = fact.team_id
              LEFT JOIN res_users AS leader ON leader.id = team.user_id
              LEFT JOIN LATERAL (%(segments)s) AS segments ON TRUE
              LEFT JOIN LATERAL (
                   SELECT array_agg(share.partner_id ORDER BY share.id) AS partner_ids,
                          array_agg(share.percent::float8 ORDER BY share.id) AS percents
                     FROM isof_commission_share AS share
                    WHERE share.move_id = COALESCE(move.reversed_entry_id, move.id)
              ) AS shares ON TRUE
             WHERE fact.flow = 'sale' AND fact.move_line_id IS NOT NULL AND %(condition)s
            """,
            columns=SQL(", ").join(self._get_line_columns().values()),
            condition=condition,
            segments=self._get_segments(),
        )

    @api.model
    @tools.ormcache()
    def _get_line_columns(self):
        """Return what is read of a fact for its ``Line``: dict of name to SQL."""
        bases = {f"basis_{name}": basis_to_sql(basis, "fact") for name, basis in BASES.items()}
        return bases | {
            "line_id": SQL("fact.move_line_id"),
            "move_id": SQL("fact.move_id"),
            "move_name": SQL("move.name"),
            "move_type": SQL("fact.move_type"),
            "origin_line_id": SQL("fact.origin_line_id"),
            "origin_move_id": SQL("COALESCE(origin.move_id, move.reversed_entry_id)"),
            "day": SQL("fact.invoice_date"),
            "company_id": SQL("fact.company_id"),
            "currency_id": SQL("fact.company_currency_id"),
            "customer_id": SQL("fact.partner_id"),
            "product_id": SQL("fact.product_id"),
            "category_id": SQL("fact.product_category_id"),
            "category_path": SQL("category.parent_path"),
            "group_path": SQL("partner_group.parent_path"),
            "segment_ids": SQL("segments.ids"),
            "team_id": SQL("fact.team_id"),
            "department_id": SQL("fact.department_id"),
            "user_id": SQL("fact.user_id"),
            "user_partner_id": SQL("seller.partner_id"),
            "leader_partner_id": SQL("leader.partner_id"),
            "agent_id": SQL("partner.isof_agent_id"),
            "order_id": SQL("sold.order_id"),
            "is_down_payment": SQL("fact.role = 'down_payment'"),
            "document_currency_id": SQL("move.currency_id"),
            "is_as_before": SQL("memory.id IS NOT NULL"),
            "net": SQL("fact.sold_net"),
            "quantity": SQL("fact.sold_quantity"),
            "margin_rate": SQL("fact.margin / NULLIF(fact.costed_net, 0)"),
            "total": SQL("move.amount_total"),
            "company_total": SQL("abs(move.amount_total_signed)"),
            "amount": SQL("-line.amount_currency"),
            "sharer_ids": SQL("shares.partner_ids"),
            "share_percents": SQL("shares.percents"),
        }

    @api.model
    def _prepare_lines(self, rows):
        """Return the rows of ``_get_lines_query`` as ``Line``."""
        names = tuple(self._get_line_columns())
        return [self._prepare_line(dict(zip(names, row, strict=True))) for row in rows]

    @api.model
    def _prepare_line(self, values):
        shares = zip(
            values.pop("sharer_ids") or (),
            map(to_decimal, values.pop("share_percents") or ()),
            strict=True,
        )
        bases = {name: to_decimal(values.pop(f"basis_{name}")) for name in BASES}
        values.update((name, to_decimal(values[name])) for name in LINE_DECIMALS)
        values.update(
            (name, None if values[name] is None else to_decimal(values[name]))
            for name in KNOWN_DECIMALS
        )
        values["segment_ids"] = frozenset(values["segment_ids"] or ())
        return Line(**values, bases=bases, shares=tuple(shares))

    @api.model
    def _get_segments(self):
        """Return the query of the segments that ``fact.partner_id`` is in."""
        field = self.env["res.partner"]._fields["isof_segment_ids"]
        return SQL(
            "SELECT array_agg(member.%(segment)s) AS ids FROM %(relation)s AS member"
            " WHERE member.%(partner)s = fact.partner_id",
            segment=SQL.identifier(field.column2),
            partner=SQL.identifier(field.column1),
            relation=SQL.identifier(field.relation),
        )

    # ------------------------------------------------------------
    # What the ledger has
    # ------------------------------------------------------------

    @api.model
    def _get_balances(self, move_ids):
        """Return what the ledger has of documents, see ``Earnings``.

        What is of a line that was deleted goes by the first of its entries.
        """
        balances = {}
        for values in fetch_prepared(self.env.cr, self._get_balances_text(), move_ids):
            row = dict(zip(BALANCE_COLUMNS, values, strict=True))
            row.update((name, to_decimal(row[name])) for name in BALANCE_DECIMALS)
            line = row["move_line_id"] or ("deleted", row["move_id"])
            by_root = balances.setdefault(line, {})
            by_payee = by_root.setdefault(row["root_id"], {})
            by_payee.setdefault(row["payee_id"], Balance()).add(row)
        return balances

    @api.model
    @tools.ormcache()
    def _get_balances_text(self):
        return get_text(
            self.env.cr,
            SQL(
                """
                SELECT entry.id, plan.root_id, %(columns)s
                  FROM isof_commission_entry AS entry
                  JOIN isof_commission_plan AS plan ON plan.id = entry.plan_id
                 WHERE entry.move_id = ANY(%(move_ids)s)
                 ORDER BY entry.id
                """,
                columns=SQL(", ").join(SQL.identifier("entry", name) for name in BALANCE_TERMS),
                move_ids=IDS,
            ),
        )

    @api.model
    def _get_totals(self, keys):
        """Return what the ledger has by tiers: of each plan and period, by seller and by team.

        Versions of one basis count together, for the one whose tiers rate the period. Teams count
        only where that has a team's targets.

        :param keys: iterable of tuples of plan, seller, first day of a period, and team
        :return: dict of ``(plan id, first day, "seller" or "team", its id)`` to total
        """
        totals = defaultdict(lambda: ZERO)
        rating, sellers, teams = defaultdict(set), set(), set()
        for plan, seller_id, first, team_id in keys:
            has_team = team_id and any(target.team_id for target in plan.targets)
            for version in self._get_versions(plan):
                if version.basis == plan.basis:
                    rating[version.id, first].add(plan.id)
                    sellers.add((version.id, seller_id, first))
                    if has_team:
                        teams.add((version.id, team_id, first))
        self.env.cr.execute(
            """
            SELECT plan_id, period_start, seller_id, team_id, sum(basis)
              FROM isof_commission_entry
             WHERE is_tiered AND ((plan_id, seller_id, period_start) IN %s
                                  OR (plan_id, team_id, period_start) IN %s)
             GROUP BY 1, 2, 3, 4
            """,
            [tuple(sellers), tuple(teams) or ((None, None, None),)],
        )
        for version_id, first, seller_id, team_id, basis in self.env.cr.fetchall():
            for plan_id in rating[version_id, first]:
                totals[plan_id, first, "seller", seller_id] += to_decimal(basis)
                totals[plan_id, first, "team", team_id] += to_decimal(basis)
        return totals

    @api.model
    def _get_period_moves(self, plan, seller_id, first):
        self.env.cr.execute(
            "SELECT DISTINCT move_id FROM isof_commission_entry WHERE plan_id = ANY(%s)"
            " AND seller_id = %s AND period_start = %s AND move_id IS NOT NULL",
            [[version.id for version in self._get_versions(plan)], seller_id, first],
        )
        return [id_ for (id_,) in self.env.cr.fetchall()]

    @api.model
    def _get_minimum(self, plan, seller_id, first):
        """Return what the ledger has already that the minimum of a period adds."""
        self.env.cr.execute(
            "SELECT sum(accrued) FROM isof_commission_entry WHERE plan_id = ANY(%s)"
            " AND seller_id = %s AND period_start = %s AND kind = 'minimum'",
            [[version.id for version in self._get_versions(plan)], seller_id, first],
        )
        return to_decimal(self.env.cr.fetchone()[0])
