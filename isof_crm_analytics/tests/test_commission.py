from datetime import date

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
