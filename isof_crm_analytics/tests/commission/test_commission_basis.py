from datetime import date
from unittest.mock import patch

from odoo.tests import tagged

from ...tools.commission_basis import BASES, Basis
from .commission_common import CommissionCommon

NAME, LABEL = "list", "List prices"
DECLARED = {NAME: Basis(LABEL, ("sold_net", "discount"))}


@tagged("post_install", "-at_install")
class TestCommissionBasis(CommissionCommon):
    """A basis that is declared in one place is followed from the plan to the settlement."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(patch.dict(BASES, DECLARED))
        # what an add-on of its own would do by selection_add
        field = cls.env["isof.commission.plan"]._fields["basis"]
        selection = [*field.selection, (NAME, LABEL)]
        cls.startClassPatcher(patch.object(field, "selection", selection))
        cls.startClassPatcher(patch.object(field, "_selection", dict(selection)))
        # statements that name each basis are kept
        cls.env.registry.clear_all_caches()
        cls.addClassCleanup(cls.env.registry.clear_all_caches)

    def test_from_the_plan_to_the_settlement(self):
        plan = self._create_targets(
            (self.salesperson_a, 1000, "2026-03-01", "2026-03-31"), basis=NAME
        )
        invoice = self._create_invoice({"discount": 20})  # 80 by the list
        entry = self._get_entries(invoice)
        self.assertRecordValues(entry, [{"basis": 80, "accrued": 8, "due": 8}])

        # 3 of 10 come back
        credit = self._create_credit_note(
            invoice, quantity=3, invoice_user_id=self.salesperson_a.id
        )
        self.assertRecordValues(self._get_entries(credit), [{"basis": -24, "accrued": -2.4}])
        self.assertLedgerInStep()

        settlement = self._settle("2026-03-01", "2026-03-31")
        self.assertRecordValues(settlement, [{"amount_total": 5.6}])

        report = self.env["isof.commission.target.report"].search([("plan_name", "=", plan.name)])
        self.assertRecordValues(report, [{"basis": NAME, "target": 1000, "reached": 56}])

    def test_a_credit_note_at_another_rate_of_exchange(self):
        """Of amounts of money the same part comes back as was sold."""
        self._create_plan(basis=NAME)
        self.env["res.currency.rate"].create(
            {
                "name": "2026-03-14",
                "currency_id": self.eur.id,
                "company_id": self.company.id,
                "rate": 0.2,
            }
        )
        invoice = self._create_invoice({"discount": 20}, currency_id=self.eur.id)
        self._create_credit_note(invoice, invoice_date=date(2026, 3, 20))
        entries = self._get_entries()
        self.assertEqual((len(entries), sum(entries.mapped("accrued"))), (2, 0))

    def test_tiers_go_by_it(self):
        self._create_plan(basis=NAME, tiers=[(0, 1), (80, 10)])
        invoice = self._create_invoice({"discount": 20})
        self.assertEqual(self._get_entries(invoice).accrued, 8)

    def test_targets_offer_it(self):
        self.assertLessEqual({"net", "margin", "quantity", NAME}, set(BASES))
        telling = {name for name, basis in BASES.items() if basis.is_less_cost}
        self.assertIn("margin", telling)
        for user, expected in (
            (self.commission_manager, set(BASES)),
            (self.salesperson_a, set(BASES) - telling),
        ):
            report = self.env["isof.commission.target.report"].with_user(user)
            arch = report.get_view(view_type="search")["arch"]
            with self.subTest(user=user.login):
                offered = {name for name in BASES if f'name="{name}"' in arch}
                self.assertEqual(offered, expected)
