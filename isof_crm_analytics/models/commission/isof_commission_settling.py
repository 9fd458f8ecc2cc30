from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import format_date

from ...tools.periods import last_month

# People named in a message; the rest is counted.
NAMES_SHOWN = 12


class IsofCommissionSettlement(models.Model):
    """Makes settlements: for a company and some days, of everybody to whom something is due."""

    _inherit = "isof.commission.settlement"

    @api.model
    def _settle(self, company, first, last, payees=None, approver=None):
        """Make the settlements of a period, a draft for each person to whom something is due.

        :param company: ``res.company``
        :param first: first day of the period
        :param last: last day; what was due until then and is not settled counts
        :param payees: ``res.partner`` to settle with; everybody if not given
        :param approver: ``res.users`` who is to approve them; see ``_propose_approver``
        :return: the settlements
        :raises AccessError: if the user may not act for the company
        :raises UserError: with whom some of the days are settled already
        """
        self.check_access("create")
        company._check_isof_switched_on()
        # sudo: whoever may make settlements may have the ledger complemented
        entries = self.env["isof.commission.entry"].sudo()
        is_open = Domain("company_id", "=", company.id) & Domain("settlement_id", "=", False)
        is_open &= Domain("date", "<=", last)
        if payees:
            is_open &= Domain("payee_id", "in", payees.ids)
        self._settle_periods(entries, is_open, last)
        is_due = is_open & Domain("due", "!=", 0)
        due_payees = [payee for (payee,) in entries._read_group(is_due, ["payee_id"])]
        self._check_not_settled(company, first, last, due_payees)
        approver = approver or self._propose_approver(company)
        # sudo: see create()
        settlements = self.sudo().create(
            [self._prepare_vals(payee, company, first, last, approver) for payee in due_payees]
        )
        by_payee = {settlement.payee_id: settlement for settlement in settlements}
        for payee, found in entries.search(is_due).grouped("payee_id").items():
            found.settlement_id = by_payee[payee]
        settlements.flush_recordset()
        return settlements.with_env(self.env)

    @api.model
    def _settle_periods(self, entries, is_open, last):
        """Have the totals of periods decide what is settled of them."""
        groups = entries._read_group(
            is_open & Domain("plan_id", "!=", False) & Domain("period_start", "!=", False),
            ["plan_id", "seller_id", "period_start:day"],
        )
        keys = sorted((plan.id, seller.id, first) for plan, seller, first in groups)
        periods = entries._get_periods(keys)
        if not periods:
            return
        # Two who settle at the same time: the second one starts again when the first is done.
        self.env.cr.execute(
            SQL(
                "UPDATE isof_commission_plan SET settled_at = now() WHERE root_id IN %s",
                tuple({plan.root_id for plan, _seller, _first in periods}),
            )
        )
        entries._settle_periods(keys)

    @api.model
    def _check_not_settled(self, company, first, last, payees):
        """Refuse days that are settled with some of the people already, and say which."""
        # sudo: of the company, for which the user may make settlements
        found = self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("payee_id", "in", [payee.id for payee in payees]),
                ("date_from", "<=", last),
                ("date_to", ">=", first),
            ],
            order="date_to desc, payee_id, id",
        )
        if found:
            raise UserError(
                self.env._(
                    "Some of these days are settled already:\n%(settlements)s\nChoose a first day "
                    "after them, or settle with others only.",
                    settlements="\n".join(found[:NAMES_SHOWN].mapped("display_name")),
                )
            )

    @api.model
    def _describe_settled(self, company, payees=None):
        """Return with whom a company has settled until when, a line each (str)."""
        domain = Domain("company_id", "=", company.id)
        if payees:
            domain &= Domain("payee_id", "in", payees.ids)
        # sudo: the names of those with whom the user may settle
        groups = self.sudo()._read_group(
            domain, ["payee_id"], ["date_to:max"], order="date_to:max desc, payee_id"
        )
        lines = [
            self.env._(
                "%(person)s: until %(day)s", person=payee.name, day=format_date(self.env, day)
            )
            for payee, day in groups[:NAMES_SHOWN]
        ]
        if (rest := len(groups) - NAMES_SHOWN) > 0:
            lines.append(self.env._("and %(count)s more", count=rest))
        return "\n".join(lines)

    @api.model
    def _get_first_open_day(self, company):
        """Return the day after the last one that a company has settled with anybody.

        Where it never has, the first day of the month in which something became due, or of last
        month.
        """
        # sudo: days only
        settled = self.sudo().search([("company_id", "=", company.id)], limit=1)
        if settled:
            return settled.date_to + timedelta(days=1)
        # sudo: days only
        entries = self.env["isof.commission.entry"].sudo()
        is_open = [("company_id", "=", company.id), ("settlement_id", "=", False), ("due", "!=", 0)]
        earliest = entries.search(is_open, order="date", limit=1).date
        first = last_month(fields.Date.context_today(self))[0]
        return min(first, earliest.replace(day=1)) if earliest else first

    @api.model
    def _propose_approver(self, company):
        """Return who may approve settlements of a company and does not make them.

        That is who was asked the last time, or somebody else who may; nobody where nobody may.
        """
        group = self.env.ref("isof_crm_analytics.group_commission_manager")
        # sudo: who has the role
        able = (
            self.env["res.users"]
            .sudo()
            .search(
                [
                    ("all_group_ids", "in", group.ids),
                    ("company_ids", "in", company.ids),
                    ("id", "!=", self.env.uid),
                ],
                order="name, id",
            )
        )
        asked = self.sudo().search(
            [("company_id", "=", company.id), ("approver_id", "in", able.ids)], limit=1
        )
        return (asked.approver_id or able[:1]).with_env(self.env)

    @api.model
    def _prepare_vals(self, payee, company, first, last, approver):
        user_id = self.env["isof.commission.entry"]._get_users(payee.ids).get(payee.id)
        previous = self.sudo().search(
            [
                ("payee_id", "=", payee.id),
                ("company_id", "=", company.id),
                ("date_to", "<", first),
            ],
            limit=1,
        )
        return {
            "payee_id": payee.id,
            "user_id": user_id,
            "is_external": not user_id,
            "company_id": company.id,
            "currency_id": company.currency_id.id,
            "date_from": first,
            "date_to": last,
            "previous_id": previous.id,
            "approver_id": approver.id,
        }
