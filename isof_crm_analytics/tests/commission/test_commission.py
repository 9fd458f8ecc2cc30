from datetime import date
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .commission_common import CommissionCommon


@tagged("post_install", "-at_install")
class TestCommission(CommissionCommon):
    """What documents earn, and when it is due."""

    def test_posting_earns(self):
        plan = self._create_plan()
        move = self._create_invoice({}, {"product_id": self.transport.id, "price_unit": 12.35})
        self.assertRecordValues(
            self._get_entries(move),
            [
                {
                    "kind": "sale",
                    "date": date(2026, 3, 10),
                    "payee_id": self.salesperson_a.partner_id.id,
                    "user_id": self.salesperson_a.id,
                    "plan_id": plan.id,
                    "rule_id": plan.rule_ids.id,
                    "rate": 10,
                    "basis": basis,
                    "accrued": accrued,
                    "due": accrued,
                    "product_id": product.id,
                    "state": "open",
                }
                for product, basis, accrued in ((self.bolt, 80, 8), (self.transport, 123.5, 12.35))
            ],
        )
        self.assertLedgerInStep()

    def test_reset_takes_back(self):
        self._create_plan()
        move = self._create_invoice()
        self.assertEarned(move, 8)
        move.button_draft()
        self.assertEarned(move, 0)
        move.invoice_line_ids.price_unit = 9
        move.action_post()
        self.assertEarned(move, 9)
        self.assertEqual(
            self._get_entries(move).mapped("accrued"), [8, -8, 9], "it is not append-only"
        )
        self.assertLedgerInStep()

    def test_due_as_it_is_paid(self):
        self._create_plan(due="paid")
        move = self._create_invoice({"quantity": 1, "price_unit": 100.01})
        self.assertEarned(move, 10, 0)
        payment = self._pay(move, 33, date(2026, 3, 15))
        self.assertEarned(move, 10, 3.3)
        self._pay(move, 33, date(2026, 4, 15))
        self._pay(move, 34.01, date(2026, 5, 15))
        self.assertEarned(move, 10)
        self.assertRecordValues(
            self._get_entries(move, kind="payment"),
            [
                {"date": date(2026, 3, 15), "due": 3.3},
                {"date": date(2026, 4, 15), "due": 3.3},
                {"date": date(2026, 5, 15), "due": 3.4},
            ],
        )
        payment.action_draft()
        self.assertEarned(move, 10, 6.7)
        self.assertLedgerInStep()

    def test_a_payment_without_journal_entry(self):
        self._create_plan(due="paid")
        lines = self.bank.inbound_payment_method_line_ids
        lines.payment_account_id = False
        move = self._create_invoice({"quantity": 1, "price_unit": 100})
        # Odoo Enterprise allows them
        with patch.object(
            self.registry["account.move"],
            "_get_invoice_in_payment_state",
            lambda _self: "in_payment",
        ):
            payment = self._pay(move, 50)
        self.assertFalse(payment.move_id, "this is to be a payment without journal entry")
        self.assertEarned(move, 10, 5)
        self.company.isof_commission_on_unposted_payment = False
        self.assertEarned(move, 10, 0)
        self.assertLedgerInStep()

    def test_write_offs_are_no_payments(self):
        self._create_plan(due="paid")
        move = self._create_invoice({"quantity": 1, "price_unit": 100})
        self._pay(
            move,
            90,
            payment_difference_handling="reconcile",
            writeoff_account_id=self.company.expense_currency_exchange_account_id.id,
        )
        self.assertEqual(move.amount_residual, 0)
        self.assertEarned(move, 10, 9)
        self.assertLedgerInStep()

    def test_refunds_are_no_payments(self):
        """100 invoiced, 40 credited, 60 paid: 6 of 6 is due."""
        self._create_plan(due="paid")
        move = self._create_invoice({"quantity": 10, "price_unit": 10})
        refund = self._create_credit_note(move, quantity=4)
        (move | refund).line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        ).reconcile()
        self.assertEqual(move.amount_residual, 60)
        self.assertEarned(move, 10, 0)
        self.assertEarned(refund, -4, 0)
        self._pay(move, 60)
        self.assertEarned(move | refund, 6)
        self.assertLedgerInStep()

    def test_credit_after_payment(self):
        """What was due of a paid invoice is taken back at once, and paid money changes nothing."""
        self._create_plan(due="paid")
        move = self._create_invoice({"quantity": 10, "price_unit": 10})
        self._pay(move)
        self.assertEarned(move, 10)
        refund = self._create_credit_note(move, quantity=4, invoice_date=date(2026, 4, 5))
        self.assertEarned(refund, -4)
        self._pay(refund, day=date(2026, 4, 6))
        self.assertEarned(move | refund, 6)
        self.assertLedgerInStep()

    def test_credit_used_for_another_invoice(self):
        """A, 100, is paid; 40 of it is credited and pays a part of B, of which 60 is paid.

        160 of money came in for 160 that was sold net: 60 for A, 100 for B, and all is due.
        """
        self._create_plan(due="paid")
        first = self._create_invoice({"quantity": 10, "price_unit": 10})
        self._pay(first)
        refund = self._create_credit_note(first, quantity=4)
        second = self._create_invoice({"quantity": 10, "price_unit": 10})
        (second | refund).line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        ).reconcile()
        self.assertEarned(second, 10, 4)
        self._pay(second, 60)
        self.assertEarned(first | refund, 6)
        self.assertEarned(second, 10)
        self.assertLedgerInStep()

    def test_exchange_differences_are_no_payments(self):
        """100 EUR are sold at 4 zloty and paid at 5: 40 is due of 400, not 50."""
        self._create_plan(due="paid")
        self.env["res.currency.rate"].create(
            {
                "name": "2026-03-14",
                "currency_id": self.eur.id,
                "company_id": self.company.id,
                "rate": 0.2,
            }
        )
        move = self._create_invoice({"quantity": 1, "price_unit": 100}, currency_id=self.eur.id)
        self._pay(move, 50, currency_id=self.eur.id)
        self.assertEarned(move, 40, 20)
        self._pay(move, 50, currency_id=self.eur.id)
        self.assertEqual(move.amount_residual, 0)
        self.assertEarned(move, 40)
        self.assertLedgerInStep()

    def test_credit_note_at_the_original_rate(self):
        plan = self._create_plan()
        move = self._create_invoice(
            {"quantity": 3, "price_unit": 33.33}, {"product_id": self.transport.id}
        )
        version = self.env["isof.commission.plan"].browse(plan.action_new_version()["res_id"])
        version.date_from = date(2026, 3, 11)
        version.rule_ids.rate = 50
        version.action_approve()
        first = self._create_credit_note(move, quantity=1)
        second = self._create_credit_note(move, quantity=2)
        self.assertRecordValues(
            self._get_entries(first),
            [
                {"kind": "credit", "rate": 10, "accrued": -3.33, "plan_id": plan.id},
                {"kind": "credit", "rate": 10, "accrued": -0.8, "plan_id": plan.id},
            ],
        )
        self.assertEarned(move, 18)
        self.assertEqual(
            sum(self._get_entries(move | first | second).mapped("accrued")),
            18 - 10 - 2.4,
        )
        self.assertEarned(self._create_invoice(invoice_date=date(2026, 3, 11)), 40)
        self.assertLedgerInStep()

    def test_full_credit_leaves_nothing(self):
        self._create_plan(
            splits=[
                {"kind": "salesperson", "percent": 66.67},
                {"kind": "person", "percent": 33.33, "partner_id": self.agent.id},
            ]
        )
        move = self._create_invoice({"quantity": 7, "price_unit": 14.29})
        refunds = self.env["account.move"]
        for quantity in (1, 2, 4):
            refunds |= self._create_credit_note(move, quantity=quantity)
        for payee in (self.agent, self.salesperson_a.partner_id):
            entries = self._get_entries(move | refunds, payee_id=payee.id)
            self.assertEqual(len(entries), 4)
            for name in ("basis", "accrued", "due"):
                self.assertAlmostEqual(sum(entries.mapped(name)), 0, 6, name)
        self.assertLedgerInStep()

    def test_split_adds_up(self):
        self.team.crm_team_member_ids.unlink()
        self._create_plan(
            splits=[
                {"kind": "salesperson", "percent": 60},
                {"kind": "leader", "percent": 25},
                {"kind": "person", "percent": 15, "partner_id": self.agent.id},
            ]
        )
        move = self._create_invoice({"quantity": 1, "price_unit": 0.37}, team_id=self.team.id)
        self.assertRecordValues(
            self._get_entries(move),
            [
                {"payee_id": payee.id, "basis": basis, "accrued": accrued}
                for payee, basis, accrued in (
                    (self.salesperson_a.partner_id, 0.22, 0.02),
                    (self.team_leader.partner_id, 0.09, 0.01),
                    (self.agent, 0.06, 0.01),
                )
            ],
        )
        without_team = self._create_invoice()
        self.assertRecordValues(
            self._get_entries(without_team),
            [
                {"payee_id": self.salesperson_a.partner_id.id, "percent": 85, "accrued": 6.8},
                {"payee_id": self.agent.id, "percent": 15, "accrued": 1.2},
            ],
        )

    def test_split_has_to_be_complete(self):
        with self.assertRefused(ValidationError, "adds up to 90.*Make it 100"):
            self._create_plan(splits=[{"kind": "salesperson", "percent": 90}])
        plan = self._create_plan(splits=[{"kind": "salesperson", "percent": 100}], approve=False)
        plan.split_ids.percent = 90
        with self.assertRefused(ValidationError, "adds up to 90.*Make it 100"):
            plan.action_approve()

    def test_who_earned_it_keeps_it(self):
        self._create_plan()
        move = self._create_invoice()
        self.env.flush_all()
        move.invoice_user_id = self.salesperson_b
        entries = self._get_entries(move)
        self.assertEqual(entries.payee_id, self.salesperson_a.partner_id)
        self.assertEarned(move, 8)
        self.env["isof.commission.correction"].create(
            {
                "payee_id": self.salesperson_b.partner_id.id,
                "other_payee_id": self.salesperson_a.partner_id.id,
                "amount": 3,
                "move_id": move.id,
                "note": "Won together",
            }
        ).action_book()
        corrections = self.entries.search([("kind", "=", "correction")], order="id")
        self.assertRecordValues(
            corrections,
            [
                {"payee_id": self.salesperson_b.partner_id.id, "accrued": 3, "due": 3},
                {"payee_id": self.salesperson_a.partner_id.id, "accrued": -3, "due": -3},
            ],
        )
        self.assertLedgerInStep()

    def test_rules_by_priority(self):
        steel = self.env["product.category"].create(
            {"name": "Test Stainless", "parent_id": self.category.id}
        )
        self.bolt.categ_id = steel
        group = self.env["isof.partner.group"].create({"name": "Test Wholesale"})
        self.beta.isof_group_id = group
        plan = self._create_plan(
            {"name": "No transport", "method": "excluded", "product_ids": self.transport.ids},
            {"name": "High margin", "rate": 20, "has_margin_band": True, "margin_from": 60},
            {"name": "Wholesale", "rate": 2, "group_ids": group.ids},
            {"name": "Steel", "rate": 5, "category_ids": self.category.ids},
        )
        excluded, margin, wholesale, steel_rule = plan.rule_ids
        other = self.env["product.product"].create({"name": "Test other"})
        for vals, line, rule, accrued in (
            ({}, {"product_id": self.transport.id}, excluded, 0),
            ({}, {"price_unit": 50}, margin, 100),
            ({"partner_id": self.beta.id}, {}, wholesale, 1.6),
            ({}, {}, steel_rule, 4),
            ({}, {"product_id": other.id}, None, 0),
        ):
            with self.subTest(rule=rule and rule.name):
                move = self._create_invoice(line, **vals)
                self.assertEarned(move, accrued)
                if accrued:
                    entry = self._get_entries(move)
                    self.assertEqual(entry.rule_id, rule)
                    self.assertIn(rule.name, entry.reason)
                    self.assertIn(plan.name, entry.reason)

    def test_segments(self):
        segment = self.env["isof.segment"].create(
            {"name": "Test Keys", "domain": repr([("id", "=", self.alfa.id)])}
        )
        self.assertEqual(segment.member_ids, self.alfa)
        self._create_plan({"segment_ids": segment.ids})
        self.assertEarned(self._create_invoice(), 8)
        self.assertEarned(self._create_invoice(partner_id=self.beta.id), 0)

    def test_basis(self):
        """10 bolts for 80 that cost 50: 10 % of the margin, or 10 a piece."""
        self._create_plan(basis="margin")
        self.assertEarned(self._create_invoice(), 3)
        self._create_plan(basis="quantity", name="Pieces", user_ids=self.salesperson_b.ids)
        self.assertEarned(self._create_invoice(invoice_user_id=self.salesperson_b.id), 103)

    def test_agents(self):
        self._create_plan(earner="agent", name="Agents")
        self.alfa.isof_agent_id = self.agent
        move = self._create_invoice(partner_id=self.alfa_anna.id)
        self.assertRecordValues(
            self._get_entries(move),
            [{"payee_id": self.agent.id, "user_id": False, "accrued": 8}],
        )
        self.assertEarned(self._create_invoice(partner_id=self.beta.id), 0)
        self.assertFalse(self.alfa.copy().isof_agent_id)

    def test_tiers_of_a_period(self):
        """Up to 1000 at 1 %, then 5 %, whole: 800 and 400 in March earn 60, whatever came first.

        300 of the first one credited in March leaves 900, below the tier: 9 in all.
        """
        plan = self._create_plan(tiers=[(0, 1), (1000, 5)])
        first = self._create_invoice({"quantity": 100})
        second = self._create_invoice({"quantity": 50}, invoice_date=date(2026, 3, 20))
        april = self._create_invoice(invoice_date=date(2026, 4, 1))
        self.assertEarned(first, 8)
        self.assertEarned(second, 20)
        keys = [(plan.id, self.salesperson_a.partner_id.id, date(2026, 3, 1))]
        self.entries._settle_periods(keys)
        self.assertEarned(first, 40)
        self.assertEarned(second, 20)
        self.assertEarned(april, 0.8)
        self.assertEqual(
            self._get_entries(first)[-1].reason,
            "Change of the document · Test plan · All sales · by tiers",
        )
        self.assertLedgerInStep()
        refund = self._create_credit_note(first, quantity=37.5)
        self.entries._settle_periods(keys)
        self.assertEarned(first | second | refund, 9)
        self.assertLedgerInStep()

    def test_late_credit_note_takes_back_at_the_rate_of_its_period(self):
        plan = self._create_plan(tiers=[(0, 1), (1000, 5)])
        first = self._create_invoice({"quantity": 150})
        self.assertEarned(first, 60)
        refund = self._create_credit_note(first, quantity=75, invoice_date=date(2026, 4, 2))
        seller = self.salesperson_a.partner_id.id
        for month in (3, 4):
            self.entries._settle_periods([(plan.id, seller, date(2026, month, 1))])
        self.assertEarned(first, 60)
        self.assertEarned(refund, -30)
        self.assertFalse(self._get_entries(refund).period_start)

    def test_progressive_tiers_cap_and_minimum(self):
        plan = self._create_plan(
            tiers=[(0, 1), (100, 10)], tier_mode="progressive", cap=50, minimum=5
        )
        seller = self.salesperson_a.partner_id.id
        march = self._create_invoice({"quantity": 100})
        april = self._create_invoice({"quantity": 5}, invoice_date=date(2026, 4, 1))
        may = self._create_invoice({"quantity": 25}, invoice_date=date(2026, 5, 1))
        for month in (3, 4, 5):
            self.entries._settle_periods([(plan.id, seller, date(2026, month, 1))])
        self.assertEarned(march, 50)
        self.assertEarned(april, 0.4)
        self.assertEarned(may, 11)
        minimum = self.entries.search([("kind", "=", "minimum")])
        self.assertRecordValues(
            minimum, [{"accrued": 4.6, "due": 4.6, "period_start": date(2026, 4, 1)}]
        )
        self.entries._settle_periods([(plan.id, seller, date(2026, 4, 1))])
        self.assertEqual(len(self.entries.search([("kind", "=", "minimum")])), 1)

    def test_a_negative_period_without_a_minimum(self):
        """What is taken back more than was earned stays: only a minimum would make up for it."""
        plan = self._create_plan(tiers=[(0, 1)])
        refund = self._create_invoice(move_type="out_refund")
        seller = self.salesperson_a.partner_id.id
        self.entries._settle_periods([(plan.id, seller, date(2026, 3, 1))])
        self.assertEarned(refund, -0.8)
        self.assertFalse(self.entries.search([("kind", "=", "minimum")]))

    def test_targets(self):
        """A's own target is 1000, the team's 2000: 60 % of it is the first tier."""
        targets = [
            {
                "date_from": date(2026, 1, 1),
                "date_to": date(2026, 12, 31),
                "amount": amount,
                **owner,
            }
            for owner, amount in (
                ({"user_id": self.salesperson_a.id}, 1000),
                ({"team_id": self.team.id}, 2000),
            )
        ]
        self._create_plan(tiers=[(60, 5), (100, 10)], tier_unit="target", targets=targets)
        self.assertEarned(self._create_invoice({"quantity": 50}), 0)
        self.assertEarned(self._create_invoice({"quantity": 50}), 20)
        self.assertEarned(self._create_invoice({"quantity": 50}), 40)
        by_b = self._create_invoice(
            {"quantity": 60}, invoice_user_id=self.salesperson_b.id, team_id=self.team.id
        )
        self.assertEarned(by_b, 0)
        nobody = self._create_invoice({"quantity": 1000}, invoice_user_id=self.salesperson_b.id)
        self.assertEarned(nobody, 0)

    def test_approved_plans_stay(self):
        plan = self._create_plan()
        for change in (
            lambda: plan.write({"basis": "margin"}),
            lambda: plan.rule_ids.write({"rate": 11}),
            plan.rule_ids.unlink,
            lambda: plan.write({"rule_ids": [(0, 0, {"name": "More", "rate": 1})]}),
            lambda: self.env["isof.commission.tier"].create({"plan_id": plan.id, "rate": 1}),
            plan.unlink,
        ):
            with self.assertRefused(UserError, "is approved and stays as it is"):
                change()
        draft = self._create_plan(approve=False).with_user(self.commission_manager)
        with self.assertRefused(AccessError, "“State” cannot be set by hand"):
            draft.state = "approved"
        draft.action_approve()
        self.assertEqual(draft.state, "approved")
        with self.assertRefused(UserError, "has no rule by which anything is earned"):
            draft.sudo().create({"name": "Of nothing", "state": "approved"})

    def test_versions(self):
        plan = self._create_plan()
        version = self.env["isof.commission.plan"].browse(plan.action_new_version()["res_id"])
        self.assertRecordValues(
            version, [{"state": "draft", "version": 2, "root_id": plan.id, "previous_id": plan.id}]
        )
        version.date_from = date(2026, 1, 1)
        with self.assertRefused(UserError, "has to begin after"):
            version.action_approve()
        version.date_from = date(2026, 4, 1)
        version.rule_ids.rate = 20
        version.action_approve()
        self.assertEqual(plan.date_to, date(2026, 3, 31))
        self.assertEarned(self._create_invoice(), 8)
        self.assertEarned(self._create_invoice(invoice_date=date(2026, 4, 1)), 16)

    def test_approval_takes_posted_documents(self):
        move = self._create_invoice()
        before = self._create_invoice(invoice_date=date(2025, 12, 31))
        self.assertFalse(self._get_entries(move))
        self._create_plan()
        self.assertEarned(move, 8)
        self.assertEarned(before, 0)

    def test_incomplete_plans(self):
        with self.assertRefused(UserError, "has no rule by which anything is earned"):
            self._create_plan({"method": "excluded"})
        with self.assertRefused(UserError, "has tiers and no rule that uses them"):
            self._create_plan({"method": "tiers"})

    def test_companies_and_currencies(self):
        self._create_plan()
        move = self._create_invoice(currency_id=self.eur.id)
        foreign = self._create_invoice(company=self.other_company)
        self.assertEarned(move, 32)
        self.assertFalse(self._get_entries(foreign))

    def test_deleted_document(self):
        self._create_plan()
        move = self._create_invoice()
        self.env.flush_all()
        name = move.name
        self.assertEqual(self._get_entries(move).mapped("move_name"), [name])
        move.button_draft()
        move.with_context(force_delete=True).unlink()
        entries = self.entries.search([("move_name", "=", name)])
        self.assertEqual(sorted(entries.mapped("accrued")), [-8, 8])

    def test_ledger_is_append_only(self):
        self._create_plan()
        entry = self._get_entries(self._create_invoice())
        with self.assertRefused(UserError, "never changed"):
            entry.accrued = 100
        with self.assertRefused(UserError, "never deleted"):
            entry.unlink()

    def test_trial(self):
        """A draft that is tried on March would have paid what it pays once it is approved."""
        plan = self._create_plan(
            approve=False, tiers=[(0, 1), (500, 7)], tier_mode="progressive", minimum=50
        )
        moves = self._create_invoice({"quantity": 40}) | self._create_invoice({"quantity": 60})
        moves |= self._create_credit_note(moves[0], quantity=10)
        self._create_invoice(invoice_date=date(2026, 4, 1))
        self._create_invoice(invoice_user_id=self.salesperson_b.id)
        trial = (
            self.env["isof.commission.trial"]
            .with_user(self.commission_manager)
            .create({"plan_id": plan.id, "date_from": "2026-03-01", "date_to": "2026-03-31"})
        )
        action = trial.action_try()
        lines = self.env["isof.commission.trial.line"].search(action["domain"])
        self.assertFalse(self._get_entries(moves))
        tried = {
            payee: round(sum(group.mapped("accrued")), 2)
            for payee, group in lines.grouped("payee_id").items()
        }
        self.assertEqual(
            tried, {self.salesperson_a.partner_id: 50, self.salesperson_b.partner_id: 50}
        )
        # of 720: 500 at 1 %, 220 at 7 %
        earned = lines.filtered(
            lambda line: line.payee_id == self.salesperson_a.partner_id and not line.is_minimum
        )
        self.assertAlmostEqual(sum(earned.mapped("accrued")), 20.4)
        plan.action_approve()
        self._settle("2026-03-01", "2026-03-31")
        earned = self.entries.search([("date", "<=", "2026-03-31")])
        self.assertEqual(
            tried,
            {
                payee: round(sum(group.mapped("accrued")), 2)
                for payee, group in earned.grouped("payee_id").items()
            },
        )

    def test_trial_of_nothing(self):
        trial = self.env["isof.commission.trial"].create(
            {
                "plan_id": self._create_plan(approve=False).id,
                "date_from": "2020-01-01",
                "date_to": "2020-12-31",
            }
        )
        with self.assertRefused(UserError, "Nothing was sold in these days"):
            trial.action_try()

    def test_bonus_lowers_all_lines_in_proportion(self):
        """Of a document of 1000, 800 earn 80; what is not earned by is not taken back."""
        self._create_plan({"product_ids": self.bolt.ids})
        lines = {"quantity": 100}, {"product_id": self.transport.id, "quantity": 2}
        move = credited = self._create_invoice(lines[0], {**lines[1], "price_unit": 100})
        for bonus, earned in ((100, 72), (900, 0)):
            credited |= self._create_bonus(move, bonus)
            self.assertEarned(credited, earned)

    def test_bonus_after_a_return_is_of_what_is_left(self):
        self._create_plan({"product_ids": self.transport.ids, "rate": 50}, {})
        move = self._create_invoice(
            {"quantity": 100}, {"product_id": self.transport.id, "quantity": 2, "price_unit": 100}
        )
        self.assertEarned(move, 180)
        refund = self._create_credit_note(move, post=False)
        refund.invoice_line_ids[0].unlink()
        refund.action_post()
        refunds = move | refund
        for earned in (40, 0):
            refunds |= self._create_bonus(move, 400)
            self.assertEarned(refunds, earned)

    def test_terms_stay_when_a_document_is_posted_again(self):
        plan = self._create_plan()
        move = self._create_invoice({}, {"quantity": 5})
        version = plan.browse(plan.action_new_version()["res_id"])
        version.date_from = date(2026, 3, 5)
        version.rule_ids.rate = 5
        version.action_approve()
        move.button_draft()
        self.assertEarned(move, 0)
        move.ref = "typo"
        move.invoice_line_ids[1].quantity = 6
        move.action_post()
        self.assertEarned(move, 8, move_line_id=move.invoice_line_ids[0].id)
        self.assertEarned(move, 2.4, move_line_id=move.invoice_line_ids[1].id)

    def test_what_changes_with_a_reset_in_one_transaction_counts(self):
        self._create_plan()
        move = self._create_invoice()
        move.button_draft()
        move.invoice_user_id = self.salesperson_b
        move.action_post()
        self.assertEarned(move, 8, payee_id=self.salesperson_b.partner_id.id)
