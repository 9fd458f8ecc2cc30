from datetime import date
from unittest.mock import patch

from odoo import fields
from odoo.fields import Command

from ..common import TradeCommon


class CommissionCommon(TradeCommon):
    """The trade of ``TradeCommon``, money to pay with, and plans to earn by."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.entries = cls.env["isof.commission.entry"]
        cls.settlements = cls.env["isof.commission.settlement"]
        cls.commission_manager = cls._create_user(
            "commission_manager", "isof_crm_analytics.group_commission_manager"
        )
        cls.bank = cls.env["account.journal"].create(
            {"name": "Test bank", "code": "ISBK", "type": "bank", "company_id": cls.company.id}
        )
        cls.outstanding = cls.env["account.account"].create(
            {
                "name": "Test outstanding",
                "code": "ISOUT",
                "account_type": "asset_current",
                "reconcile": True,
                "company_ids": [Command.set(cls.company.ids)],
            }
        )
        lines = cls.bank.inbound_payment_method_line_ids | cls.bank.outbound_payment_method_line_ids
        lines.payment_account_id = cls.outstanding
        cls.agent = cls.env["res.partner"].create({"name": "Agent Smith"})

    @classmethod
    def _create_plan(cls, *rules, approve=True, tiers=(), splits=(), targets=(), **vals):
        """Return a plan of 10 % of net sales when they are invoiced, from January 2026 on.

        :param rules: dicts of values; 10 % on everything if there are none
        :param tiers: tuples of threshold and rate; the rule is by tiers then
        """
        default = {"name": "All sales", "rate": 10, "method": "tiers" if tiers else "rate"}
        plan = cls.env["isof.commission.plan"].create(
            {
                "name": "Test plan",
                "company_id": cls.company.id,
                "date_from": date(2026, 1, 1),
                "rule_ids": [
                    Command.create({"sequence": number, **default, **rule})
                    for number, rule in enumerate(rules or ({},))
                ],
                "tier_ids": [
                    Command.create({"threshold": threshold, "rate": rate})
                    for threshold, rate in tiers
                ],
                "split_ids": [Command.create(split) for split in splits],
                "target_ids": [Command.create(target) for target in targets],
                **vals,
            }
        )
        if approve:
            plan.action_approve()
        return plan

    @classmethod
    def _create_targets(cls, *targets, **vals):
        """Return an approved plan with targets: tuples of the owner, the amount and the days."""
        return cls._create_plan(
            targets=[
                {
                    "user_id" if owner._name == "res.users" else "team_id": owner.id,
                    "amount": amount,
                    "date_from": first,
                    "date_to": last,
                }
                for owner, amount, first, last in targets
            ],
            **vals,
        )

    @classmethod
    def _pay(cls, moves, amount=None, day=date(2026, 3, 15), **vals):
        """Pay documents in the currency that they are in; all of them if no amount is given."""
        wizard = (
            cls.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=moves.ids)
            .create(
                {
                    "journal_id": cls.bank.id,
                    "payment_date": day,
                    **({} if amount is None else {"amount": amount}),
                    **vals,
                }
            )
        )
        return wizard._create_payments()

    @classmethod
    def _settle(cls, first, last, **kwargs):
        return cls.settlements._settle(
            cls.company, fields.Date.to_date(first), fields.Date.to_date(last), **kwargs
        )

    def _get_entries(self, moves=None, **conditions):
        domain = [("move_id", "in", moves.ids)] if moves is not None else []
        domain += [(name, "=", value) for name, value in conditions.items()]
        self.env.flush_all()
        return self.entries.search(domain, order="id")

    def assertEarned(self, moves, accrued, due=None, **conditions):  # noqa: N802
        """Check what documents have earned, and what of it is due; all of it if not given."""
        entries = self._get_entries(moves, **conditions)
        self.assertEqual(
            (round(sum(entries.mapped("accrued")), 4), round(sum(entries.mapped("due")), 4)),
            (accrued, accrued if due is None else due),
        )

    def assertLedgerInStep(self):  # noqa: N802
        """Check that comparing all documents again adds nothing."""
        self.env.flush_all()
        moves = self.env["account.move"].search([("company_id", "=", self.company.id)])
        self.assertEqual(self.entries._sync(moves.ids), 0, "the ledger lacks entries")


class MoneyCommon(CommissionCommon):
    """The ways by which money comes in, and by which it does not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.loss = cls.company.expense_currency_exchange_account_id
        cls.bank.suspense_account_id = cls._create_account("ISSUS", "asset_current")
        partner = cls.alfa.with_company(cls.company)
        cls.receivable = partner.property_account_receivable_id
        cls.payable = partner.property_account_payable_id

    @classmethod
    def _create_account(cls, code, kind):
        return cls.env["account.account"].create(
            {
                "name": f"Test {code}",
                "code": code,
                "account_type": kind,
                "company_ids": [Command.set(cls.company.ids)],
            }
        )

    @classmethod
    def _sell(cls, *prices, **vals):
        lines = [{"quantity": 1, "price_unit": price} for price in prices or (1000,)]
        return cls._create_invoice(*lines, **vals)

    @classmethod
    def _get_open_lines(cls, moves):
        return moves.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )

    def _enter(self, journal, day, *amounts):
        """Post an entry: tuples of an account and a balance; for the customer if it has none."""
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": journal.id,
                "date": day,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": (account or self.receivable).id,
                            "partner_id": self.alfa.id,
                            "balance": balance,
                        }
                    )
                    for account, balance in amounts
                ],
            }
        )
        entry.action_post()
        return entry

    def _bring(self, amount, day, *amounts):
        """Have a bank statement bring money, with the counterparts that somebody chose."""
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.bank.id,
                "date": day,
                "payment_ref": "Transfer",
                "partner_id": self.alfa.id,
                "amount": amount,
            }
        )
        suspense = line._seek_for_lines()[1]
        line.move_id.with_context(force_delete=True, skip_readonly_check=True).write(
            {
                "line_ids": [
                    Command.delete(suspense.id),
                    *(
                        Command.create(
                            {
                                "account_id": (account or self.receivable).id,
                                "partner_id": self.alfa.id,
                                "name": "Counterpart",
                                "balance": balance,
                                "amount_currency": balance,
                                "currency_id": self.pln.id,
                            }
                        )
                        for account, balance in amounts
                    ),
                ]
            }
        )
        return line.move_id

    def _match(self, *moves):
        self._get_open_lines(self.env["account.move"].union(*moves)).reconcile()

    def _announce(self, moves, amount=None, day=date(2026, 3, 12), **vals):
        """Register a payment without a journal entry, as Odoo's accounting add-on does."""
        self.bank.inbound_payment_method_line_ids.payment_account_id = False
        with patch.object(
            self.registry["account.move"],
            "_get_invoice_in_payment_state",
            lambda _self: "in_payment",
        ):
            payment = self._pay(moves, amount, day, **vals)
        self.assertFalse(payment.move_id, "this is to be a payment without journal entry")
        return payment
