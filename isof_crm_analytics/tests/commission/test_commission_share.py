from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time

from .commission_common import CommissionCommon


@tagged("post_install", "-at_install")
class TestCommissionShare(CommissionCommon):
    """Who shares the commission on one document, whatever the plans say."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.commission_manager.group_ids += cls.env.ref("account.group_account_invoice")
        cls.seller_a, cls.seller_b = cls.salesperson_a.partner_id, cls.salesperson_b.partner_id

    def _divide(self, move, shares, user=None):
        """Share the commission on a document, as the dialogue does."""
        division = (
            self.env["isof.commission.division"]
            .with_user(user or self.commission_manager)
            .create(
                {
                    "move_id": move.id,
                    "line_ids": [
                        Command.create({"partner_id": partner.id, "percent": percent})
                        for partner, percent in shares.items()
                    ],
                }
            )
        )
        division.action_divide()
        return division

    def assertShared(self, moves, expected, name="accrued"):  # noqa: N802
        """Check what each person has of documents."""
        found = {
            payee: round(sum(entries.mapped(name)), 2)
            for payee, entries in self._get_entries(moves).grouped("payee_id").items()
        }
        self.assertEqual({payee: amount for payee, amount in found.items() if amount}, expected)

    def test_before_posting(self):
        """The document's shares take the place of the plan's; parts of 0.37 add up to 0.04."""
        self._create_plan(
            splits=[
                {"kind": "salesperson", "percent": 90},
                {"kind": "person", "percent": 10, "partner_id": self.agent.id},
            ]
        )
        move = self._create_invoice({"quantity": 1, "price_unit": 0.37}, post=False)
        self._divide(move, {self.seller_a: 33.3333, self.seller_b: 33.3333, self.agent: 33.3334})
        move.action_post()
        self.assertRecordValues(
            self._get_entries(move),
            [
                {
                    "payee_id": payee.id,
                    "seller_id": self.seller_a.id,
                    "kind": "sale",
                    "percent": percent,
                    "basis": basis,
                    "accrued": accrued,
                    "is_own_split": True,
                }
                for payee, percent, basis, accrued in (
                    (self.seller_a, 33.3333, 0.12, 0.01),
                    (self.seller_b, 33.3333, 0.13, 0.02),
                    (self.agent, 33.3334, 0.12, 0.01),
                )
            ],
        )
        self.assertIn("split of the document", self._get_entries(move)[0].reason)
        self.assertLedgerInStep()

    def test_a_posted_document_is_followed(self):
        self._create_plan()
        move = self._create_invoice()
        self.assertShared(move, {self.seller_a: 8})
        with freeze_time("2026-04-10 09:00:00"):
            self._divide(move, {self.seller_a: 60, self.seller_b: 40})
            self.assertShared(move, {self.seller_a: 4.8, self.seller_b: 3.2})
        self.assertRecordValues(
            self._get_entries(move)[1:],
            [
                {"payee_id": payee.id, "kind": "change", "accrued": accrued, "percent": percent}
                | {"date": date(2026, 4, 10), "seller_id": self.seller_a.id}
                for payee, accrued, percent in (
                    (self.seller_a, -3.2, 60),
                    (self.seller_b, 3.2, 40),
                )
            ],
        )
        self.assertLedgerInStep()
        self._divide(move, {self.agent: 100})
        self.assertShared(move, {self.agent: 8})
        self.assertLedgerInStep()
        self._divide(move, {})
        self.assertShared(move, {self.seller_a: 8})
        self.assertLedgerInStep()

    def test_later_changes_keep_the_shares(self):
        """Neither another salesperson nor another leader changes who earned it."""
        self._create_plan()
        move = self._create_invoice(team_id=self.team.id)
        self._divide(move, {self.seller_b: 50, self.team_leader.partner_id: 50})
        move.invoice_user_id = self.salesperson_b
        self.team.user_id = self.salesperson_a
        self.assertLedgerInStep()
        move.button_draft()
        move.invoice_line_ids.quantity = 20
        move.action_post()
        self.assertShared(move, {self.seller_b: 8, self.team_leader.partner_id: 8})
        self.assertLedgerInStep()

    def test_credit_notes_follow(self):
        """Credited before and after the change: each gives back the part that each one has."""
        self._create_plan()
        move = self._create_invoice({"quantity": 3, "price_unit": 33.33})
        before = self._create_credit_note(move, quantity=1)
        self.assertShared(move | before, {self.seller_a: 6.67})
        self._divide(move, {self.seller_a: 50, self.seller_b: 50})
        self.assertShared(before, {self.seller_a: -1.66, self.seller_b: -1.67})
        self.assertLedgerInStep()
        after = self._create_credit_note(move, quantity=2)
        for payee in (self.seller_a, self.seller_b):
            entries = self._get_entries(move | before | after, payee_id=payee.id)
            for name in ("basis", "accrued", "due"):
                self.assertAlmostEqual(sum(entries.mapped(name)), 0, 6, name)
        with self.assertRefused(UserError, f"Share the commission of {move.name}"):
            self._divide(after, {self.seller_b: 100})
        self.assertLedgerInStep()

    def test_what_comes_back_to_an_order_follows(self):
        """A credit note of an order has no link to the invoice, and is one all the same."""
        self.bolt.invoice_policy = "delivery"
        self._create_plan()
        order = self._create_sale({}, delivered=10)
        move = self._advance(order, day=date(2026, 2, 10))
        self._divide(move, {self.seller_a: 50, self.seller_b: 50})
        order.order_line.qty_delivered = 5
        back = order._create_invoices(final=True)
        back.invoice_date = date(2026, 2, 20)
        back.action_post()
        self.assertFalse(back.reversed_entry_id)
        self.assertShared(move | back, {self.seller_a: 2, self.seller_b: 2})
        self._divide(move, {self.seller_b: 100})
        self.assertShared(move | back, {self.seller_b: 4})
        with self.assertRefused(UserError, f"Share the commission of {move.name}"):
            self._divide(back, {self.seller_a: 100})
        self.assertLedgerInStep()

    def test_what_is_paid_already(self):
        self._create_plan(due="paid")
        move = self._create_invoice({"quantity": 1, "price_unit": 100})
        with freeze_time("2026-03-20 09:00:00"):
            self._pay(move, 40, date(2026, 3, 15))
            self.env.flush_all()
        with freeze_time("2026-04-10 09:00:00"):
            self._divide(move, {self.seller_a: 25, self.seller_b: 75})
            self.env.flush_all()
        self.assertShared(move, {self.seller_a: 2.5, self.seller_b: 7.5})
        self.assertShared(move, {self.seller_a: 1, self.seller_b: 3}, "due")
        taken_over = self._get_entries(move, payee_id=self.seller_b.id, kind="payment")
        self.assertEqual(taken_over.date, date(2026, 4, 10), "March is over")
        self._pay(move, 60, date(2026, 4, 15))
        self.assertShared(move, {self.seller_a: 2.5, self.seller_b: 7.5}, "due")
        self.assertLedgerInStep()

    def test_tiers_are_the_sellers(self):
        plan = self._create_plan(tiers=[(0, 1), (1000, 5)])
        first = self._create_invoice({"quantity": 100})
        self._divide(first, {self.seller_b: 100})
        second = self._create_invoice({"quantity": 50})
        self.entries._settle_periods([(plan.id, self.seller_a.id, date(2026, 3, 1))])
        self.assertShared(first | second, {self.seller_b: 40, self.seller_a: 20})
        self.assertLedgerInStep()

    def test_agents_keep_theirs(self):
        self._create_plan()
        self._create_plan(earner="agent", name="Agents")
        self.alfa.isof_agent_id = self.agent
        move = self._create_invoice()
        self._divide(move, {self.seller_b: 100})
        self.assertShared(move, {self.seller_b: 8, self.agent: 8})
        self._settle("2026-03-01", "2026-12-31", payees=self.agent)
        self._divide(move, {self.seller_a: 100})
        self.assertShared(move, {self.seller_a: 8, self.agent: 8})

    def test_parts_make_100_percent(self):
        self._create_plan()
        move = self._create_invoice()
        for shares, total in (
            ({self.seller_a: 60, self.seller_b: 39.99}, "99.99"),
            ({self.seller_a: 60, self.seller_b: 40.0001}, "100.0001"),
        ):
            with self.assertRefused(ValidationError, f"add up to {total} %. Make it 100 %"):
                self._divide(move, shares)
        with self.assertDatabaseRefuses("more than 0 % and at most 100 %"):
            self._divide(move, {self.seller_a: 110, self.seller_b: -10})
        self.assertShared(move, {self.seller_a: 8})

    def test_what_is_settled_stays(self):
        self._create_plan()
        move = self._create_invoice()
        settlement = self._settle("2026-03-01", "2026-03-31")
        with self.assertRefused(UserError, "is settled already: .*Book a correction"):
            self._divide(move, {self.seller_b: 100})
        settlement.unlink()
        refund = self._create_credit_note(move, quantity=1, invoice_date=date(2026, 2, 1))
        self._settle("2026-02-01", "2026-02-28")
        self.assertTrue(self._get_entries(refund).settlement_id)
        with self.assertRefused(UserError, "is settled already"):
            self._divide(move, {self.seller_b: 100})
        self.assertShared(move, {self.seller_a: 8})

    def test_only_sales(self):
        with self.assertRefused(UserError, "Only documents of sales"):
            self._divide(self._create_bill(), {self.seller_a: 100})

    def test_the_dialogue_begins_with_the_plan(self):
        self._create_plan(
            splits=[{"kind": "salesperson", "percent": 90}, {"kind": "leader", "percent": 10}]
        )
        move = self._create_invoice(team_id=self.team.id).with_user(self.commission_manager)

        def read_dialogue():
            action = move.action_divide_isof_commission()
            form = Form(self.env[action["res_model"]].with_context(**action["context"]))
            return form.save()

        division = read_dialogue()
        leader = self.team_leader.partner_id
        self.assertRecordValues(
            division.line_ids,
            [
                {"partner_id": self.seller_a.id, "percent": 90},
                {"partner_id": leader.id, "percent": 10},
            ],
        )
        division.line_ids[1].partner_id = self.seller_b
        division.action_divide()
        self.assertShared(move, {self.seller_a: 7.2, self.seller_b: 0.8})
        self.assertEqual(read_dialogue().line_ids.partner_id, self.seller_a | self.seller_b)

    def test_a_copy_has_none(self):
        move = self._create_invoice()
        self._divide(move, {self.seller_b: 100})
        self.assertFalse(move.copy().isof_commission_share_ids)

    def test_an_invoice_in_place_of_another_is_shared_like_that(self):
        """*Reverse and Create Invoice*, of two invoices, by who must not know who shares."""
        self._create_plan()
        accountant = self._create_user("reversing", "account.group_account_invoice")
        moves = self._create_invoice({"quantity": 20}) | self._create_invoice()
        self._divide(moves[0], {self.seller_a: 60, self.seller_b: 40})
        self._divide(moves[1], {self.seller_b: 100})
        wizard = (
            self.env["account.move.reversal"]
            .with_user(accountant)
            .with_context(active_model="account.move", active_ids=moves.ids)
            .create({"journal_id": moves.journal_id.id, "date": "2026-03-10"})
        )
        wizard.modify_moves()
        credits = self.env["account.move"].search([("reversed_entry_id", "in", moves.ids)])
        self.assertShared(moves | credits, {})
        for move, shares in zip(
            wizard.new_move_ids.sudo().sorted("id"),
            ({self.seller_a: 9.6, self.seller_b: 6.4}, {self.seller_b: 8}),
            strict=True,
        ):
            self.assertEqual((move.move_type, move.state), ("out_invoice", "draft"))
            move.with_user(accountant).action_post()
            self.assertShared(move, shares)
        self.assertLedgerInStep()

    def test_merged_people_have_both_parts(self):
        self._create_plan()
        move = self._create_invoice()
        twin = self.env["res.partner"].create({"name": "Agent Smyth"})
        self._divide(move, {self.agent: 30, twin: 30, self.seller_a: 40})
        self.env.flush_all()
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.agent | twin).ids, self.agent, extra_checks=False
        )
        self.env.invalidate_all()
        self.assertShared(move, {self.agent: 4.8, self.seller_a: 3.2})
        self.assertLedgerInStep()

    def test_who_may(self):
        self._create_plan()
        move = self._create_invoice()
        self._divide(move, {self.seller_b: 100})
        share = self.env["isof.commission.share"].search([("move_id", "=", move.id)])
        accountant = self._create_user("share_accountant", "account.group_account_manager")
        self.salesperson_a.group_ids += self.env.ref("sales_team.group_sale_manager")
        for user in (self.salesperson_a, self.team_leader, accountant):
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    self._divide(move, {user.partner_id: 100}, user)
                with self.assertRaises(AccessError):
                    self._call(user, "isof.commission.share", "read", share.ids, ["percent"])
                with self.assertRaises(AccessError):
                    self._call(
                        user, "account.move", "read", move.ids, ["isof_commission_share_ids"]
                    )
        for user in (accountant, self.commission_manager, self.manager):
            # not even those who may share commissions, but through the dialogue
            for model, method, args in (
                ("isof.commission.share", "write", [share.ids, {"percent": 50}]),
                ("isof.commission.share", "unlink", [share.ids]),
                (
                    "isof.commission.share",
                    "create",
                    [{"move_id": move.id, "partner_id": self.agent.id, "percent": 50}],
                ),
            ):
                with (
                    self.subTest(user=user.login, method=method),
                    self.assertRaises(AccessError),
                ):
                    self._call(user, model, method, *args)
        self.assertShared(move, {self.seller_b: 8})

    def test_companies(self):
        self._create_plan()
        self._create_plan(company_id=self.other_company.id, name="Czech")
        foreign = self._create_invoice(company=self.other_company)
        with self.assertRaises(AccessError):
            self._divide(foreign, {self.seller_b: 100})
        self._divide(foreign, {self.seller_b: 100}, self.env.user)
        self.assertShared(foreign, {self.seller_b: 8})
        self.assertFalse(
            self.env["isof.commission.share"].with_user(self.commission_manager).search([])
        )

    def _call(self, user, model, method, *args):
        self.env.invalidate_all()
        return call_kw(self.env[model].with_user(user), method, list(args), {})


@tagged("post_install", "-at_install", "isof_stock")
class TestDebitNoteShare(CommissionCommon):
    """Needs an add-on that ours do not need: ``tests/test_stock.py`` installs it and runs this."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._skip_without(["account_debit_note"], "tests/test_stock.py")

    def test_a_debit_note_is_shared_as_its_invoice(self):
        self._create_plan()
        invoice = self._create_invoice(post=False)
        invoice.isof_commission_share_ids = [
            Command.create({"partner_id": payee.id, "percent": percent})
            for payee, percent in ((self.agent, 75), (self.salesperson_b.partner_id, 25))
        ]
        invoice.action_post()
        note = self._debit(invoice)
        note.invoice_line_ids.price_unit = 4
        note.action_post()
        self.assertEarned(note, 3, payee_id=self.agent.id)
        self.assertEarned(note, 1, payee_id=self.salesperson_b.partner_id.id)
        self.assertLedgerInStep()
