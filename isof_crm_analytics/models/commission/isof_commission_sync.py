import csv
import io
from collections import defaultdict

from odoo import api, fields, models, tools
from odoo.tools import SQL, split_every

from ...tools.commission import ZERO, tier_rate, to_decimal
from ...tools.commission_ledger import Balance, Earnings, get_differences
from ...tools.commission_plan import Line, find_deciding, find_rating
from ...tools.kept_plan import IDS, fetch_kept, get_text

# So many documents are compared at a time.
BATCH_SIZE = 2000
# What an entry repeats of the one before it, beside its figures.
TERMS = (
    *("company_id", "company_currency_id", "payee_id", "seller_id", "team_id", "department_id"),
    *("move_id", "move_line_id", "move_name", "partner_id", "product_id", "product_category_id"),
    *("plan_id", "rule_id", "is_tiered", "is_own_split", "period_start", "factor", "percent"),
)
FIGURES = ("basis", "accrued", "due")
COLUMNS = (*TERMS, *FIGURES, "kind", "date", "payment_key", "note")
DECIMALS = (*FIGURES, "factor", "percent")
BALANCE_TERMS = (*TERMS, *FIGURES, "payment_key")
BALANCE_COLUMNS = ("id", "root_id", *BALANCE_TERMS)
SALE_TYPES = ("out_invoice", "out_refund", "out_receipt")


class IsofCommissionEntry(models.Model):
    """Keeps the ledger of commissions in step with the facts and with payments.

    ``_sync`` is the one path: it reads the facts of some documents, what was paid of them and
    what the ledger has, has ``tools/commission_ledger.py`` compare, and writes the differences.
    It takes a fixed number of queries for however many documents. A document brings with it
    those that are one sale with it, and those that its credit notes paid.
    """

    _inherit = "isof.commission.entry"

    @api.model
    def _sync(self, move_ids, *, day=None, fixed=None):
        """Add what the ledger lacks of some documents.

        :param move_ids: ids of ``account.move``, in whatever state
        :param day: the day of what corrects entries that are there; today if not given
        :param fixed: see ``Earnings``
        :return: number of entries that were added
        """
        if not move_ids or not self.env["isof.commission.plan"]._get_specs():
            return 0
        earnings, balances = self._compute_earnings(move_ids, fixed, is_noted=True)
        today = day or fields.Date.context_today(self)
        rows = list(get_differences(earnings, balances, today))
        self._insert(rows)
        return len(rows)

    @api.model
    def _sync_since(self, company, day):
        """Add what the ledger lacks of a company's documents of a day and later."""
        self.env.cr.execute(
            "SELECT DISTINCT move_id FROM isof_trade_line"
            " WHERE company_id = %s AND flow = 'sale' AND invoice_date >= %s ORDER BY move_id",
            [company.id, day],
        )
        for ids in split_every(BATCH_SIZE, [id_ for (id_,) in self.env.cr.fetchall()]):
            self._sync(ids)

    @api.model
    def _sync_unposted_payments(self, companies):
        """Follow the setting of companies whether payments without a journal entry count."""
        payments = self.env["account.payment"].search(
            [("company_id", "in", companies.ids), ("move_id", "=", False)]
        )
        for ids in split_every(BATCH_SIZE, payments.invoice_ids.ids):
            self._sync(ids)

    @api.model
    def _compute_earnings(self, move_ids, fixed=None, *, is_noted=False):
        """Return what documents ought to have earned, and the balances of the ledger.

        :param is_noted: whether to leave a note for who changes what this follows meanwhile
        """
        self._flush_sources()
        plans = self.env["isof.commission.plan"]._get_specs()
        family_ids, balances = self._get_family_balances(plans, move_ids, is_noted=is_noted)
        if not self._get_named_plans(balances) <= {plan.id for plan in plans}:
            # one was approved in another transaction since a long job has kept the plans
            self.env.registry.clear_cache()
            plans = self.env["isof.commission.plan"]._get_specs()
            family_ids, balances = self._get_family_balances(plans, move_ids)
        lines = self._get_lines(family_ids)
        earnings = Earnings(plans, lines, balances, self._get_rates, fixed)
        payments = []
        if any(earning.terms.plan.due == "paid" for earning in earnings):
            payments = self._get_payments(list({line.move_id for line in earnings.lines}))
        earnings.add_dues(payments)
        return earnings, balances

    @api.model
    def _get_family_balances(self, plans, move_ids, *, is_noted=False):
        family_ids = self._get_families(plans, move_ids, is_noted=is_noted)
        return family_ids, self._get_balances(family_ids)

    @api.model
    def _get_named_plans(self, balances):
        """Return the ids of the plans that decide about what the ledger has."""
        return {
            balance.last["plan_id"]
            for by_root in balances.values()
            for by_payee in by_root.values()
            for balance in by_payee.values()
        }

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
    # Reading
    # ------------------------------------------------------------

    @api.model
    def _get_lines(self, move_ids):
        """Return the facts of the sales of documents, as ``Line``."""
        rows = fetch_kept(self.env.cr, self._get_lines_text(), move_ids)
        return [self._prepare_line(row) for row in rows]

    @api.model
    @tools.ormcache()
    def _get_lines_text(self):
        return get_text(self.env.cr, self._get_lines_query(SQL("fact.move_id = ANY(%s)", IDS)))

    @api.model
    def _get_lines_query(self, condition):
        """Return the query of the facts of sales that fulfil a condition, as for ``Line``."""
        return SQL(
            """
            SELECT fact.move_line_id, fact.move_id, move.name, fact.move_type,
                   fact.origin_line_id, COALESCE(origin.move_id, move.reversed_entry_id),
                   fact.invoice_date,
                   fact.company_id, fact.company_currency_id, fact.partner_id,
                   fact.product_id, fact.product_category_id, category.parent_path,
                   partner_group.parent_path, segments.ids, fact.team_id,
                   fact.department_id, fact.user_id, seller.partner_id, leader.partner_id,
                   partner.isof_agent_id, sold.order_id, fact.role = 'down_payment',
                   move.currency_id, memory.id IS NOT NULL,
                   fact.sold_net, fact.margin, fact.sold_quantity,
                   fact.margin / NULLIF(fact.costed_net, 0), move.amount_total,
                   abs(move.amount_total_signed), -line.amount_currency,
                   shares.partner_ids, shares.percents
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
            condition=condition,
            segments=self._get_segments(),
        )

    @api.model
    def _prepare_line(self, row):
        *row, partner_ids, percents = row
        *plain, net, margin, quantity, margin_rate, total, company_total, amount = row
        line = Line(
            *plain,
            net=to_decimal(net),
            margin=to_decimal(margin),
            quantity=to_decimal(quantity),
            margin_rate=None if margin_rate is None else to_decimal(margin_rate),
            total=to_decimal(total),
            company_total=to_decimal(company_total),
            amount=None if amount is None else to_decimal(amount),
            shares=tuple(zip(partner_ids or (), map(to_decimal, percents or ()), strict=True)),
        )
        return line._replace(segment_ids=frozenset(line.segment_ids or ()))

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

    @api.model
    def _get_balances(self, move_ids):
        """Return what the ledger has of documents, see ``Earnings``.

        What is of a line that was deleted goes by the first of its entries.
        """
        balances = {}
        for values in fetch_kept(self.env.cr, self._get_balances_text(), move_ids):
            row = dict(zip(BALANCE_COLUMNS, values, strict=True))
            row.update((name, to_decimal(row[name])) for name in DECIMALS)
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

    # ------------------------------------------------------------
    # Totals of periods
    # ------------------------------------------------------------

    @api.model
    def _get_rates(self, added):
        """Return what tiers give for now; the settlement of the period has the last word.

        :param added: what is sold in addition to the ledger, see ``Earnings``
        """
        totals = self._get_totals(added)
        rates = {}
        for key in added:
            plan, seller_id, first, team_id = key
            target = plan.get_target(seller_id, [team_id], first)
            own, team = (plan.id, first, "seller", seller_id), (plan.id, first, "team", team_id)
            measured = team if target and target.team_id else own
            total = totals[measured] + sum(
                amount
                for (other, other_seller, other_first, other_team), amount in added.items()
                if (other.id, other_first) == (plan.id, first)
                and (other_team == team_id if measured is team else other_seller == seller_id)
            )
            rates[key] = tier_rate(total, plan.get_tiers(target), plan.progressive)
        return rates

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
    def _get_versions(self, plan):
        """Return the versions that make one period with a plan, itself with them."""
        specs = self.env["isof.commission.plan"]._get_specs()
        return [other for other in specs if other.series == plan.series] or [plan]

    @api.model
    def _settle_periods(self, keys):
        """Have the totals of periods decide what their sales earned.

        :param keys: iterable of tuples of the id of a version of a plan, a seller's and the first
            day
        """
        for plan, seller_id, first in self._get_periods(keys):
            day = min(plan.get_period(first)[1], fields.Date.context_today(self))
            fixed, minimum = self._get_period_result(plan, seller_id, first)
            if fixed:
                self._sync(self._get_period_moves(plan, seller_id, first), day=day, fixed=fixed)
            self._sync_minimum(plan, seller_id, first, minimum, day)

    @api.model
    def _get_periods(self, keys):
        """Return periods once, whichever versions name them, where their totals decide.

        :param keys: see ``_settle_periods``
        :return: list of tuples of the version that decides, a seller's id and the first day
        """
        specs = self.env["isof.commission.plan"]._get_specs()
        plans = {plan.id: plan for plan in specs}
        periods = {
            (find_deciding(specs, plans[plan_id], first), seller_id, first): None
            for plan_id, seller_id, first in keys
            if plan_id in plans
            and any(version.is_by_period for version in self._get_versions(plans[plan_id]))
        }
        return list(periods)

    @api.model
    def _get_period_moves(self, plan, seller_id, first):
        self.env.cr.execute(
            "SELECT DISTINCT move_id FROM isof_commission_entry WHERE plan_id = ANY(%s)"
            " AND seller_id = %s AND period_start = %s AND move_id IS NOT NULL",
            [[version.id for version in self._get_versions(plan)], seller_id, first],
        )
        return [id_ for (id_,) in self.env.cr.fetchall()]

    @api.model
    def _get_period_result(self, plan, seller_id, first):
        """Return what the total of a period decides.

        :return: tuple of a dict as ``fixed`` of ``Earnings``, and what the minimum adds
        """
        move_ids = self._get_period_moves(plan, seller_id, first)
        if not move_ids:
            return {}, ZERO
        earnings, _balances = self._compute_earnings(move_ids)
        rating = find_rating(earnings.plans.values(), plan, first)

        def get_team_total(team_id):
            totals = self._get_totals([(rating, seller_id, first, team_id)])
            return totals[rating.id, first, "team", team_id]

        return earnings.decide(plan, seller_id, first, get_team_total)

    @api.model
    def _try(self, plan, first, last):
        """Return what a plan would have paid for some days, without writing anything.

        :param plan: ``isof.commission.plan``, a draft or not
        :return: tuple of a list of ``Earning``, and a list of tuples of a seller, the first day
            of a period and what the minimum adds
        """
        spec = plan._prepare_spec()._replace(first=first, last=last)
        self.env["account.move"].flush_model(["isof_trade_line_count"])
        self._flush_sources()
        self.env.cr.execute(
            self._get_lines_query(
                SQL(
                    "fact.company_id = %s AND fact.invoice_date BETWEEN %s AND %s",
                    spec.company_id,
                    first,
                    last,
                )
            )
        )
        lines = [self._prepare_line(row) for row in self.env.cr.fetchall()]

        def compute(fixed=None):
            # the rates follow from the totals, below
            return Earnings((spec,), lines, {}, lambda keys: dict.fromkeys(keys, ZERO), fixed)

        earnings = compute()
        by_team, keys = defaultdict(lambda: ZERO), set()
        for earning in earnings:
            terms = earning.terms
            if terms.period_start:
                keys.add((terms.seller_id, terms.period_start))
                if terms.is_tiered:
                    by_team[earning.line.team_id, terms.period_start] += earning.basis
        fixed, minimums = {}, []
        for seller_id, start in sorted(keys):
            decided, minimum = earnings.decide(
                spec, seller_id, start, lambda team_id, start=start: by_team[team_id, start]
            )
            fixed |= decided
            if minimum:
                minimums.append((seller_id, start, minimum))
        return list(compute(fixed)), minimums

    @api.model
    def _estimate(self, payee, company, day):
        """Return what the totals of the periods around a day would still change for a payee."""
        self.env.cr.execute(
            "SELECT DISTINCT plan_id, seller_id, period_start FROM isof_commission_entry"
            " WHERE payee_id = %s AND company_id = %s AND period_start <= %s",
            [payee.id, company.id, day],
        )
        change = ZERO
        for plan, seller_id, first in self._get_periods(self.env.cr.fetchall()):
            if plan.get_period(first)[1] < day:
                continue
            fixed, minimum = self._get_period_result(plan, seller_id, first)
            move_ids = self._get_period_moves(plan, seller_id, first)
            earnings, balances = self._compute_earnings(move_ids, fixed)
            change += sum(
                row["accrued"]
                for row in get_differences(earnings, balances, day)
                if row["payee_id"] == payee.id
            )
            if seller_id == payee.id:
                change += minimum - self._get_minimum(plan, seller_id, first)
        return change

    @api.model
    def _sync_minimum(self, plan, seller_id, first, minimum, day):
        """Add what makes the minimum of a period complete, or what is too much of it."""
        missing = minimum - self._get_minimum(plan, seller_id, first)
        if missing:
            company = self.env["res.company"].browse(plan.company_id)
            self._insert(
                [
                    {
                        "kind": "minimum",
                        "date": day,
                        "plan_id": plan.id,
                        "payee_id": seller_id,
                        "seller_id": seller_id,
                        "period_start": first,
                        "company_id": company.id,
                        "company_currency_id": company.currency_id.id,
                        "basis": ZERO,
                        "accrued": missing,
                        "due": missing,
                    }
                ]
            )

    @api.model
    def _get_minimum(self, plan, seller_id, first):
        """Return what the ledger has already that the minimum of a period adds."""
        self.env.cr.execute(
            "SELECT sum(accrued) FROM isof_commission_entry WHERE plan_id = ANY(%s)"
            " AND seller_id = %s AND period_start = %s AND kind = 'minimum'",
            [[version.id for version in self._get_versions(plan)], seller_id, first],
        )
        return to_decimal(self.env.cr.fetchone()[0])

    @api.model
    def _get_counts(self, move_ids):
        """Return how many entries documents have: dict of id to number, without those of none."""
        self.env.cr.execute(
            "SELECT move_id, count(*) FROM isof_commission_entry WHERE move_id = ANY(%s)"
            " GROUP BY 1",
            [list(move_ids)],
        )
        return dict(self.env.cr.fetchall())

    # ------------------------------------------------------------
    # Writing
    # ------------------------------------------------------------

    @api.model
    def _insert(self, rows):
        """Add entries, dicts of columns; copied in, for they are as many as lines of documents."""
        if not rows:
            return
        users = self._get_users({row["payee_id"] for row in rows})
        output = io.StringIO()
        write = csv.writer(output).writerow
        extra = ("open", self.env.uid, fields.Datetime.now())
        for row in rows:
            write([*map(row.get, COLUMNS), users.get(row["payee_id"]), *extra])
        output.seek(0)
        names = ", ".join((*COLUMNS, "user_id", "state", "create_uid", "create_date"))
        self.env.cr.copy_expert(
            f"COPY isof_commission_entry ({names}) FROM STDIN WITH (FORMAT csv)", output
        )
        self.invalidate_model()

    @api.model
    def _get_users(self, partner_ids):
        """Return the employee that each payee is: dict of partner to user, both ids.

        Who has left still is one, with what was earned before. Of several users of one person an
        active one counts.
        """
        self.env["res.users"].flush_model(["active", "partner_id", "share"])
        self.env.cr.execute(
            "SELECT DISTINCT ON (partner_id) partner_id, id FROM res_users"
            " WHERE partner_id = ANY(%s) AND NOT share ORDER BY partner_id, active DESC, id",
            [list(partner_ids)],
        )
        return dict(self.env.cr.fetchall())
