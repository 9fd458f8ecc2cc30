from odoo import api, models
from odoo.tools import SQL

from ...tools.commission import ZERO
from ...tools.commission_ledger import get_differences
from ...tools.commission_simulation import simulate


class IsofCommissionEntry(models.Model):
    """What would be earned, if: nothing is written."""

    _inherit = "isof.commission.entry"

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
        return simulate(spec, self._prepare_lines(self.env.cr.fetchall()))

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
