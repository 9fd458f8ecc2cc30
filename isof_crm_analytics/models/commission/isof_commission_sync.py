from datetime import date

from odoo import api, fields, models
from odoo.tools import split_every

from ...tools.commission import ZERO
from ...tools.commission_ledger import Earnings, get_differences, get_rates
from ...tools.commission_plan import find_deciding, find_rating

# Documents compared at a time.
BATCH_SIZE = 2000


class IsofCommissionEntry(models.Model):
    """Keeps the ledger of commissions in step with the facts and with payments.

    ``_sync`` is the one path: it reads the facts of some documents, what was paid of them and
    what the ledger has (``isof_commission_source.py``), has ``tools/commission_ledger.py``
    compare, and adds the differences. It takes a fixed number of queries for however many
    documents. A document brings with it those that are one sale with it, and those that its
    credit notes paid.
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
    def _find_earning(self, move_ids):
        """Return those of some documents that may earn, or have: not what was before all plans."""
        firsts = [plan.first for plan in self.env["isof.commission.plan"]._get_specs()]
        self.env.cr.execute(
            """
            SELECT id FROM account_move WHERE id = ANY(%(ids)s) AND (
                   COALESCE(invoice_date, date) >= %(first)s
                   OR id IN (SELECT move_id FROM isof_commission_entry WHERE move_id = ANY(%(ids)s))
            ) ORDER BY id
            """,
            {"ids": list(move_ids), "first": min(firsts, default=date.max)},
        )
        return [id_ for (id_,) in self.env.cr.fetchall()]

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
    def _get_rates(self, added):
        """Return what tiers give for now; the settlement of the period has the last word.

        :param added: what is sold in addition to the ledger, see ``Earnings``
        """
        return get_rates(added, self._get_totals(added))

    # ------------------------------------------------------------
    # Totals of periods
    # ------------------------------------------------------------

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
    def _get_versions(self, plan):
        """Return the versions that make one period with a plan, itself with them."""
        specs = self.env["isof.commission.plan"]._get_specs()
        return [other for other in specs if other.series == plan.series] or [plan]

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
