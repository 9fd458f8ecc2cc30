from datetime import date

from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time

from .commission_common import CommissionCommon


@tagged("post_install", "-at_install")
class TestCommissionPeriod(CommissionCommon):
    """Minimum, cap, tiers and targets are of the period, through all versions of a plan."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls.salesperson_a.partner_id

    @classmethod
    def _create_version(cls, plan, day, **vals):
        """Return the next version of a plan, approved, from a day on."""
        version = cls.env["isof.commission.plan"].browse(plan.action_new_version()["res_id"])
        version.write({"date_from": day, **vals})
        version.action_approve()
        return version

    def _sell(self, day, number=75, **vals):
        return self._create_invoice({"quantity": number}, invoice_date=day, **vals)

    def _get_total(self, plan):
        entries = self._get_entries()
        of_plan = entries.filtered(lambda entry: entry.plan_id.root_id == plan)
        return round(sum(of_plan.mapped("accrued")), 2)

    def test_a_version_does_not_cut_its_period_in_two(self):
        """600 on the 5th, 600 on the 20th, and a version from the 15th of March on."""
        minimum = self._create_plan({"rate": 1}, minimum=100)
        cap = self._create_plan({"rate": 50}, cap=50)
        tiers = self._create_plan(tiers=[(0, 1), (1000, 10)])
        self._sell(date(2026, 3, 5))
        for plan in (minimum, cap, tiers):
            self._create_version(plan, date(2026, 3, 15))
        self._sell(date(2026, 3, 20))
        for _number in range(2):
            self.entries._settle_periods(
                [(plan.id, self.seller.id, date(2026, 3, 1)) for plan in (minimum, cap, tiers)]
            )
            self.assertEqual(self._get_total(minimum), 100)
            self.assertEqual(self._get_total(cap), 50)
            self.assertEqual(self._get_total(tiers), 120, "1200 in the month at 10 %")
        self.assertLedgerInStep()

    def test_the_version_of_the_last_day_decides(self):
        plan = self._create_plan({"rate": 1}, minimum=100)
        self._sell(date(2026, 3, 5))
        self._sell(date(2026, 4, 5))
        self._create_version(plan, date(2026, 4, 15), minimum=30)
        # nothing is sold any more by it
        self._settle("2026-03-01", "2026-04-30")
        minimum = self.entries.search([("kind", "=", "minimum")], order="period_start")
        self.assertRecordValues(
            minimum,
            [
                {"period_start": date(2026, 3, 1), "accrued": 94},
                {"period_start": date(2026, 4, 1), "accrued": 24},
            ],
        )

    def test_a_sale_is_rated_by_what_all_versions_sold(self):
        """Already when it is posted, and by the tiers that the period ends with."""
        plan = self._create_plan(tiers=[(0, 1), (1000, 10)])
        first = self._sell(date(2026, 3, 5))
        self.assertEarned(first, 6)
        version = self._create_version(plan, date(2026, 3, 15))
        self.assertEarned(self._sell(date(2026, 3, 20)), 60)
        with self.subTest("tiers of the second version"):
            self._create_version(version, date(2026, 3, 25), tier_ids=[(5,), (0, 0, {"rate": 3})])
            self.assertEarned(self._sell(date(2026, 3, 6)), 18)

    def test_versions_by_another_basis(self):
        """Sales that tiers of another basis rated keep their rate; the cap is of all."""
        plan = self._create_plan(tiers=[(0, 10)], cap=100)
        first = self._sell(date(2026, 3, 5))
        self._create_version(plan, date(2026, 3, 15), basis="margin", cap=90)
        second = self._sell(date(2026, 3, 20))
        keys = [(plan.id, self.seller.id, date(2026, 3, 1))]
        self.assertEarned(first, 60)
        self.assertEarned(second, 22.5)
        self.entries._settle_periods(keys)
        self.assertEarned(first | second, 82.5)
        third = self._sell(date(2026, 3, 21))
        self.entries._settle_periods(keys)
        self.assertEarned(first | second | third, 90)
        self.assertLedgerInStep()

    def test_versions_with_other_periods_count_apart(self):
        plan = self._create_plan({"rate": 1}, minimum=100)
        self._sell(date(2026, 3, 5))
        self._create_version(plan, date(2026, 3, 15), period="quarter", minimum=40)
        self._sell(date(2026, 3, 20))
        self._settle("2026-03-01", "2026-03-31")
        self.assertEqual(self._get_total(plan), 100 + 40)

    def test_the_minimum_is_for_who_earned_something(self):
        """Not for who sold what earns nothing, or gave it all back in the period."""
        self._create_plan(minimum=100)
        move = self._sell(date(2026, 3, 5))
        free = self._create_invoice(
            {"price_unit": 0}, invoice_date=date(2026, 3, 6), invoice_user_id=self.salesperson_b.id
        )
        self.assertEarned(free, 0)
        keys = [(self._get_entries(move).plan_id.id, self.seller.id, date(2026, 3, 1))]
        self.entries._settle_periods(keys)
        self.assertEqual(sum(self.entries.search([]).mapped("accrued")), 100)
        self._create_credit_note(move, invoice_date=date(2026, 3, 30))
        self.entries._settle_periods(keys)
        self.assertEqual(sum(self.entries.search([]).mapped("accrued")), 0)
        self.assertFalse(self.entries.search([("user_id", "=", self.salesperson_b.id)]))

    @freeze_time("2026-05-12 09:00:00")
    def test_a_version_is_proposed_for_the_next_period(self):
        for period, day in (
            ("month", date(2026, 6, 1)),
            ("quarter", date(2026, 7, 1)),
            ("year", date(2027, 1, 1)),
        ):
            plan = self._create_plan(period=period)
            version = self.env["isof.commission.plan"].browse(plan.action_new_version()["res_id"])
            self.assertEqual(version.date_from, day)
            self.assertFalse(version.period_hint)
            with Form(version) as form:
                form.date_from = date(2026, 8, 20)
                if period == "month":
                    self.assertIn("08/01/2026 – 08/31/2026 stays one period", form.period_hint)
                form.period = "quarter" if period == "month" else "month"
                self.assertIn("have another length", form.period_hint)
        self.assertFalse(self._create_plan(date_from=date(2026, 5, 10)).period_hint)

    def test_a_plan_that_is_approved_meanwhile(self):
        """A long job keeps the plans that it began with; the ledger names one more."""
        self._create_plan(name="First")
        move = self._sell(date(2026, 3, 5))
        plans = self.registry["isof.commission.plan"]
        origin, kept = plans._get_specs, self.env["isof.commission.plan"]._get_specs()
        self._create_plan(name="Approved meanwhile")
        self.assertEarned(move, 120)
        is_kept = [True]
        clear = self.registry.clear_cache

        def get_specs(model):
            return kept if is_kept else origin(model)

        def clear_cache(*names):
            is_kept.clear()
            return clear(*names)

        self.patch(plans, "_get_specs", get_specs)
        self.patch(self.registry, "clear_cache", clear_cache)
        self.env["isof.trade.line"]._sync_everything()
        self.assertFalse(is_kept, "the plans were not read again")
        self.assertEarned(move, 120)
