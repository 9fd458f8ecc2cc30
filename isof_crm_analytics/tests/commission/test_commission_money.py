from datetime import date

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .commission_common import MoneyCommon


@tagged("post_install", "-at_install")
class TestCommissionMoney(MoneyCommon):
    """Due is the part of what a sale earns that the money for it is of its total."""

    def _create_discount_terms(self):
        """Return payment terms: 2 % less within 10 days."""
        self.company.account_journal_early_pay_discount_loss_account_id = self.loss
        return self.env["account.payment.term"].create(
            {
                "name": "2/10",
                "company_id": self.company.id,
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
                "early_pay_discount_computation": "included",
                "line_ids": [
                    Command.clear(),
                    Command.create({"value": "percent", "value_amount": 100, "nb_days": 30}),
                ],
            }
        )

    # What is received

    def test_a_write_off_is_no_money_however_it_is_entered(self):
        """600 of 1000 come in and 400 are written off: 60 of 100 is due."""
        self._create_plan(due="paid")
        by_wizard, by_statement, by_entry = self._sell(), self._sell(), self._sell()
        self._pay(
            by_wizard,
            600,
            payment_difference_handling="reconcile",
            writeoff_account_id=self.loss.id,
        )
        day = date(2026, 3, 20)
        self._match(by_statement, self._bring(600, day, (None, -1000), (self.loss, 400)))
        bank_account = self.bank.default_account_id
        entry = self._enter(self.bank, day, (None, -1000), (bank_account, 600), (self.loss, 400))
        self._match(by_entry, entry)
        for move in (by_wizard, by_statement, by_entry):
            self.assertEqual(move.amount_residual, 0)
            self.assertEarned(move, 100, 60)
        self.assertLedgerInStep()

    def test_a_write_off_of_a_statement_is_of_all_that_it_pays(self):
        self._create_plan(due="paid")
        first, second = self._sell(1000), self._sell(500)
        brought = self._bring(
            1200, date(2026, 3, 20), (None, -1000), (None, -500), (self.loss, 300)
        )
        self._match(first | second, brought)
        self.assertEarned(first, 100, 80)
        self.assertEarned(second, 50, 40)
        self.assertLedgerInStep()

    def test_money_is_counted_once_that_a_payment_announced(self):
        """An instalment without a journal entry, and then the bank statement that brings it."""
        self._create_plan(due="paid")
        move = self._sell()
        payment = self._announce(move, 400)
        self.assertEarned(move, 100, 40)
        self._match(move, self._bring(400, date(2026, 4, 2), (None, -400)))
        self.assertEarned(move, 100, 40)
        self.assertEqual(len(self._get_entries(move)), 2, "nothing new is to be written")
        self._match(move, self._bring(600, date(2026, 5, 2), (None, -600)))
        self.assertEarned(move, 100)
        self.assertLedgerInStep()
        payment.action_cancel()
        self.assertEarned(move, 100)
        self.assertLedgerInStep()

    def test_what_the_bank_brought_before_was_not_announced(self):
        self._create_plan(due="paid")
        move = self._sell()
        self._match(move, self._bring(300, date(2026, 3, 11), (None, -300)))
        self._announce(move, 400, date(2026, 3, 12))
        self.assertEarned(move, 100, 70)
        self.assertLedgerInStep()

    def test_a_discount_of_a_group_is_of_its_invoice(self):
        """1980 pay two invoices of 1000, one of which allows 2 % for early payment."""
        self._create_plan(due="paid")
        terms = self._create_discount_terms()
        for pay in (self._pay, self._announce):
            with self.subTest(pay.__name__):
                first = self._sell(invoice_payment_term_id=terms.id)
                second = self._sell(
                    invoice_payment_term_id=False, invoice_user_id=self.salesperson_b.id
                )
                payment = pay(first | second, day=date(2026, 3, 12), group_payment=True)
                self.assertEqual(payment.amount, 1980)
                self.assertEarned(first, 100, 98)
                self.assertEarned(second, 100, 100)
        self.assertLedgerInStep()

    def test_netting_counts_where_the_plan_says_so(self):
        """300 of the invoice are set against what we owe the customer, and 100 are written off."""
        self._create_plan(due="paid", user_ids=self.salesperson_a.ids)
        self._create_plan(due="paid", user_ids=self.salesperson_b.ids, counts_netting=True)
        general = self.company.currency_exchange_journal_id
        for seller, due in ((self.salesperson_a, 0), (self.salesperson_b, 30)):
            with self.subTest(seller=seller.login):
                move = self._sell(invoice_user_id=seller.id)
                day = date(2026, 3, 20)
                self._match(move, self._enter(general, day, (None, -300), (self.payable, 300)))
                self._match(move, self._enter(general, day, (None, -100), (self.loss, 100)))
                self.assertEqual(move.amount_residual, 600)
                self.assertEarned(move, 100, due)
                self._pay(move, 600, date(2026, 3, 25))
                self.assertEarned(move, 100, due + 60)
        self.assertLedgerInStep()

    # What is one sale

    def test_a_down_payment_and_its_invoice_are_one_sale(self):
        self._create_plan(due="paid")
        for percent, pays_advance, pays_rest, due in (
            (100, False, False, 0),
            (30, False, True, 70),
            (90, True, False, 90),
            (30, True, True, 100),
        ):
            with self.subTest(percent=percent, pays_advance=pays_advance, pays_rest=pays_rest):
                order = self._create_sale({"product_uom_qty": 10, "price_unit": 100}, delivered=10)
                advance = self._advance(order, "percentage", amount=percent)
                invoice = self._advance(order)
                if pays_advance:
                    self._pay(advance)
                if pays_rest:
                    self._pay(invoice)
                self.assertEarned(invoice, 100, due)
                self.assertEarned(advance, 0)
        self.assertLedgerInStep()

    def test_a_down_payment_that_is_paid_before_the_invoice(self):
        """What was paid before is due on the day of the invoice, and not any more without it."""
        self._create_plan(due="paid")
        order = self._create_sale({"product_uom_qty": 10, "price_unit": 100}, delivered=10)
        advance = self._advance(order, "percentage", amount=40)
        self._pay(advance, day=date(2026, 3, 10))
        invoice = self._advance(order, day=date(2026, 4, 3))
        self.assertRecordValues(
            self._get_entries(invoice), [{"date": date(2026, 4, 3), "accrued": 100, "due": 40}]
        )
        advance.button_draft()
        self.assertEarned(invoice, 100, 0)
        advance.action_post()
        self.assertLedgerInStep()

    def test_a_sale_without_its_credited_line_is_due_in_full(self):
        """Of two lines of 1000 one is credited, and the rest is paid: 20 of 20 is due."""
        self._create_plan({"rate": 2}, due="paid")
        for credited_first in (True, False):
            with self.subTest(credited_first=credited_first):
                move = self._sell(1000, 1000)
                refund = self._create_credit_note(
                    move, post=False, invoice_date=date(2026, 3, 12 if credited_first else 20)
                )
                refund.invoice_line_ids[1:].unlink()
                refund.action_post()
                self._pay(move, 1000, date(2026, 3, 15))
                self.assertEarned(move | refund, 20)
                paid_line = move.invoice_line_ids[1]
                entries = self._get_entries(move, move_line_id=paid_line.id)
                self.assertEqual(sum(entries.mapped("due")), 20)
        self.assertLedgerInStep()

    def test_lines_add_up_to_the_sale(self):
        """Half of 20 lines of 50.50 is paid: half of 20 times 1.01 is due."""
        self._create_plan({"rate": 2}, due="paid")
        move = self._sell(*[50.5] * 20)
        self._pay(move, 505)
        self.assertEarned(move, 20.2, 10.1)
        dues = {
            round(sum(entries.mapped("due")), 2)
            for entries in self._get_entries(move).grouped("move_line_id").values()
        }
        self.assertEqual(dues, {0.5, 0.51})
        self._pay(move, 505)
        self.assertEarned(move, 20.2)
        self.assertLedgerInStep()

    def test_a_split_sale_adds_up(self):
        self._create_plan(
            {"rate": 2},
            due="paid",
            splits=[
                {"kind": "salesperson", "percent": 50},
                {"kind": "person", "percent": 50, "partner_id": self.agent.id},
            ],
        )
        move = self._sell(50.5, 50.5, 50.5)
        self._pay(move, 50.5)
        # a third of 3.03
        self.assertEarned(move, 3.03, 1.01)
        self._pay(move, 101)
        self.assertEarned(move, 3.03)
        self.assertLedgerInStep()

    def test_a_repayment_of_what_was_credited(self):
        self._create_plan(due="paid")
        move = self._sell()
        self._pay(move, day=date(2026, 3, 15))
        with freeze_time("2026-04-05 09:00:00"):
            refund = self._create_credit_note(move, price_unit=250, invoice_date=date(2026, 4, 5))
            self._pay(refund, day=date(2026, 4, 5))
            self.assertEarned(move, 100)
            self.assertEarned(refund, -25)
        self.assertLedgerInStep()

    def test_of_a_sale_below_nothing_all_is_due_at_once(self):
        """Otherwise 8 would be due of 3.20 earned until the customer gets the money back."""
        self.bolt.invoice_policy = "delivery"
        self._create_plan(due="paid")
        order = self._create_sale({}, delivered=10)
        invoice = self._advance(order)
        self._pay(invoice)
        order.order_line.qty_delivered = 4
        back = order._create_invoices(final=True)
        back.invoice_date = date(2026, 4, 10)
        back.action_post()
        self.assertFalse(back.reversed_entry_id)
        self.assertEarned(invoice, 8)
        self.assertEarned(back, -4.8)
        self._pay(back, day=date(2026, 4, 21))
        self.assertEarned(back, -4.8)
        # one that pays another sale is received there, and given here
        bonus = self._create_invoice(
            {"quantity": 1, "price_unit": 400},
            move_type="out_refund",
            invoice_date=date(2026, 4, 2),
        )
        other = self._sell(invoice_date=date(2026, 4, 1))
        self.assertEarned(other, 100, 0)
        self.assertEarned(bonus, -40)
        self._match(other, bonus)
        self.assertEarned(other, 100, 40)
        self.assertEarned(bonus, -40)
        self._pay(other, 600, date(2026, 4, 22))
        self.assertEarned(other, 100)
        self.assertLedgerInStep()

    # What credits what

    def test_a_credit_note_takes_back_at_the_rate_of_exchange_of_the_sale(self):
        """80 EUR are sold at 4 and credited at 5: 32 is taken back, whatever the euro does."""
        plans = self._create_plan(due="paid"), self._create_plan(name="Margin", basis="margin")
        self.env["res.currency.rate"].create(
            {
                "name": "2026-03-14",
                "currency_id": self.eur.id,
                "company_id": self.company.id,
                "rate": 0.2,
            }
        )
        euro = {"currency_id": self.eur.id}
        for parts in (None,), (3, 7):
            with self.subTest(parts):
                move = self._create_invoice({"price_unit": 80 / 10}, {"price_unit": 33.37}, **euro)
                refunds = self.env["account.move"]
                for quantity in parts:
                    refund = self._create_credit_note(
                        move, post=False, invoice_date=date(2026, 3, 20)
                    )
                    if quantity:
                        refund.invoice_line_ids.quantity = quantity
                    refund.action_post()
                    refunds |= refund
                sold = sum(self._get_facts(move | refunds).mapped("sold_net"))
                self.assertAlmostEqual(sold, -413.7)
                for plan in plans:
                    self.assertEarned(move | refunds, 0, plan_id=plan.id)
        # 413.70 EUR at 4, less 2 x 10 that cost 5 each
        self.assertEarned(move, 155.48, plan_id=plans[1].id)
        bonus = self._create_bonus(
            self._create_invoice({"price_unit": 10}, **euro), 50, invoice_date=date(2026, 3, 20)
        )
        self.assertEarned(bonus, -20, plan_id=plans[1].id)
        self.assertLedgerInStep()

    def test_what_comes_back_to_an_order_is_taken_back_from_who_earned_it(self):
        """10 were sold at 10 %; 4 come back when the plan pays 5 % and somebody else sells."""
        self.bolt.invoice_policy = self.transport.invoice_policy = "delivery"
        plan = self._create_plan()
        orders = []
        for _number in range(2):
            order = self._create_sale(
                {}, {"product_id": self.transport.id, "price_unit": 8}, delivered=0
            )
            order.order_line[0].qty_delivered = 10
            orders.append((order, self._advance(order)))
        version = self.env["isof.commission.plan"].browse(plan.action_new_version()["res_id"])
        version.date_from = date(2026, 4, 1)
        version.rule_ids.rate = 5
        version.action_approve()
        for (order, invoice), move_type in zip(orders, ("out_refund", "out_invoice"), strict=True):
            with self.subTest(move_type):
                order.order_line[0].qty_delivered = 6
                order.order_line[1].qty_delivered = 0 if move_type == "out_refund" else 10
                order._create_invoices(final=True)
                back = order.invoice_ids - invoice
                self.assertEqual(back.move_type, move_type)
                back.write(
                    {"invoice_date": date(2026, 4, 10), "invoice_user_id": self.salesperson_b.id}
                )
                back.action_post()
                line = back.invoice_line_ids.filtered(lambda line: line.product_id == self.bolt)
                entries = self._get_entries(back, move_line_id=line.id)
                self.assertRecordValues(
                    entries,
                    [
                        {
                            "payee_id": self.salesperson_a.partner_id.id,
                            "kind": "credit",
                            "rate": 10,
                            "accrued": -3.2,
                            "plan_id": plan.id,
                        }
                    ],
                )
                if move_type == "out_invoice":
                    other = self._get_entries(back) - entries
                    self.assertRecordValues(
                        other,
                        [{"payee_id": self.salesperson_b.partner_id.id, "rate": 5, "accrued": 4}],
                    )
        self.assertLedgerInStep()

    def test_what_comes_back_lowers_what_is_due(self):
        """A reset of what credits an order gives back what it took, although its facts are gone."""
        self.bolt.invoice_policy = "delivery"
        self._create_plan(due="paid")
        order = self._create_sale({}, delivered=10)
        invoice = self._advance(order)
        self._pay(invoice, 40)
        self.assertEarned(invoice, 8, 4)
        order.order_line.qty_delivered = 5
        back = order._create_invoices(final=True)
        back.invoice_date = date(2026, 4, 10)
        back.action_post()
        self.assertEarned(invoice | back, 4)
        self._pay(invoice, 40, date(2026, 4, 20))
        self._pay(back, 40, date(2026, 4, 21))
        self.assertEarned(invoice | back, 4)
        back.button_draft()
        self.assertEarned(invoice, 8)
        self.assertLedgerInStep()

    def test_a_bank_entry_that_pays_less_for_a_credit_note(self):
        """One transfer of 950 pays an invoice of 1000 less a credit note of 50."""
        self._create_plan(due="paid")
        move, other = self._sell(), self._sell(100)
        self._pay(other, day=date(2026, 3, 11))
        refund = self._create_credit_note(other, price_unit=50, invoice_date=date(2026, 3, 12))
        brought = self._bring(950, date(2026, 3, 20), (None, -1000), (None, 50))
        lines = self._get_open_lines(brought)
        (lines.filtered("credit") | self._get_open_lines(move)).reconcile()
        (lines.filtered("debit") | self._get_open_lines(refund)).reconcile()
        self.assertEarned(move, 100)
        self.assertEarned(other | refund, 5)
        self.assertLedgerInStep()

    def test_money_is_received_whichever_journal_it_was_entered_in(self):
        self._create_plan(due="paid")
        cash, claim = (
            self._create_account(code, kind)
            for code, kind in (("ISCASH", "asset_cash"), ("ISCLAIM", "asset_current"))
        )
        claim.reconcile = True
        general, day = self.company.currency_exchange_journal_id, date(2026, 3, 20)
        move = self._sell()
        self._match(move, self._enter(general, day, (None, -1000), (cash, 600), (self.loss, 400)))
        self.assertEarned(move, 100, 60)
        move = self._sell()
        self._match(move, self._enter(self.bank, day, (None, -1000), (cash, 600), (claim, 400)))
        self.assertEarned(move, 100, 60)

    def test_money_on_its_way_is_received(self):
        self._create_plan(due="paid")
        move = self._sell()
        transit = self._create_account("ISTRA", "asset_current")
        transit.reconcile = True
        self.company.transfer_account_id = transit
        entry = self._enter(self.bank, date(2026, 3, 20), (None, -1000), (transit, 1000))
        self._match(move, entry)
        self.assertEarned(move, 100)
