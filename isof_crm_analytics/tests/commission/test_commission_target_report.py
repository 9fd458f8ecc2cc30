from datetime import date

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .commission_common import CommissionCommon


@tagged("post_install", "-at_install")
class TestCommissionTargetReport(CommissionCommon):
    """Targets beside what was reached, in the first half of 2026."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.report = cls.env["isof.commission.target.report"]
        cls.salesperson_a.group_ids += cls.env.ref("isof_crm_analytics.group_own")
        cls.salesperson_b.group_ids += cls.env.ref("isof_crm_analytics.group_own")
        cls.team_leader.group_ids += cls.env.ref("isof_crm_analytics.group_own")

    def _read(self, user=None, **vals):
        self.env.invalidate_all()
        return [
            (str(row["date"]), row["target"], row["reached"])
            for row in self.report.with_user(user or self.env.user).search_read(
                [("company_id", "=", self.company.id)], ["date", "target", "reached"], order="date"
            )
        ]

    def test_each_period_that_begins_within_the_days(self):
        self._create_targets((self.salesperson_a, 100, "2026-01-01", "2026-03-31"))
        self._create_invoice(invoice_date=date(2026, 1, 31))
        self._create_invoice(invoice_date=date(2026, 2, 1))
        credited = self._create_invoice(invoice_date=date(2026, 2, 2))
        self._create_credit_note(credited, invoice_user_id=self.salesperson_a.id)
        self._create_invoice(invoice_date=date(2026, 4, 1))
        self._create_invoice(invoice_user_id=self.salesperson_b.id)
        self.assertEqual(
            self._read(),
            [("2026-01-01", 100, 80), ("2026-02-01", 100, 160), ("2026-03-01", 100, -80)],
        )

    def test_quarters(self):
        self._create_targets(
            (self.salesperson_a, 300, "2026-01-01", "2026-12-31"), period="quarter"
        )
        self._create_invoice(invoice_date=date(2026, 3, 31))
        self._create_invoice(invoice_date=date(2026, 4, 1))
        self.assertEqual(
            self._read(),
            [
                ("2026-01-01", 300, 80),
                ("2026-04-01", 300, 80),
                ("2026-07-01", 300, 0),
                ("2026-10-01", 300, 0),
            ],
        )

    def test_quantity_and_margin(self):
        days = "2026-03-01", "2026-03-31"
        self._create_invoice()
        self._create_targets((self.salesperson_a, 20, *days), basis="quantity")
        self.assertEqual(self._read(), [("2026-03-01", 20, 10)])
        self._create_targets((self.salesperson_a, 60, *days), basis="margin", name="Margin")
        margin = self.report.search([("basis", "=", "margin")])
        self.assertRecordValues(margin, [{"target": 60, "reached": 30, "reached_rate": 0.5}])

    def test_teams_of_the_plan(self):
        self._create_targets(
            (self.salesperson_a, 100, "2026-03-01", "2026-03-31"),
            team_ids=[Command.set(self.team.ids)],
        )
        self._create_invoice()
        self._create_invoice(team_id=self.team.id)
        self.assertEqual(self._read(), [("2026-03-01", 100, 80)])

    def test_the_latest_version_counts(self):
        plan = self._create_targets((self.salesperson_a, 100, "2026-01-01", "2026-12-31"))
        version = self.env["isof.commission.plan"].browse(plan.action_new_version()["res_id"])
        version.date_from = date(2026, 3, 15)
        version.target_ids.amount = 200
        version.action_approve()
        amounts = [(day, target) for day, target, _reached in self._read()]
        self.assertEqual(
            amounts[:4],
            [("2026-01-01", 100), ("2026-02-01", 100), ("2026-03-01", 200), ("2026-04-01", 200)],
        )
        self.assertEqual(len(amounts), 12)

    def test_a_version_without_a_target_ends_it(self):
        plan = self._create_targets((self.salesperson_a, 100, "2026-01-01", "2026-12-31"))
        version = self.env["isof.commission.plan"].browse(plan.action_new_version()["res_id"])
        version.date_from = date(2026, 3, 15)
        version.target_ids.unlink()
        version.action_approve()
        self.assertEqual(
            [day for day, _target, _reached in self._read()], ["2026-01-01", "2026-02-01"]
        )

    def test_of_overlapping_targets_the_first_counts(self):
        self._create_targets(
            (self.salesperson_a, 200, "2026-02-01", "2026-12-31"),
            (self.salesperson_a, 100, "2026-01-01", "2026-03-31"),
        )
        amounts = [target for _day, target, _reached in self._read()]
        self.assertEqual(amounts, [100] * 3 + [200] * 9)

    def test_a_target_for_ever(self):
        self._create_targets((self.salesperson_a, 100, "2026-01-01", "2199-12-31"), period="year")
        ids = self.report.search([("company_id", "=", self.company.id)]).ids
        self.assertEqual(len(ids), len(set(ids)))
        self.assertLessEqual(len(ids), 100)

    def test_money_and_quantities_are_not_added_up(self):
        days = "2026-03-01", "2026-03-31"
        self._create_targets((self.salesperson_a, 100, *days))
        self._create_targets((self.salesperson_a, 5, *days), basis="quantity", name="Quantity")
        domain = [("company_id", "=", self.company.id)]
        self.assertEqual(
            self.report._read_group(domain, [], ["target:sum", "reached_rate:avg"]),
            [(False, False)],
        )
        self.assertEqual(
            self.report._read_group(domain, ["basis"], ["target:sum"], order="basis"),
            [("net", 100), ("quantity", 5)],
        )

    def test_list_knows_what_it_may_add_up(self):
        arch = self.report.get_view(
            self.env.ref("isof_crm_analytics.isof_commission_target_report_view_list").id, "list"
        )["arch"]
        for name in ("target", "reached", "reached_rate"):
            self.assertRegex(
                arch, rf'<field name="{name}"[^>]* data-unmixed="company_currency_id basis"'
            )

    def test_people_have_the_team_they_belong_to(self):
        self.assertTrue(self.salesperson_a.sale_team_id)
        self._create_targets((self.salesperson_a, 100, "2026-03-01", "2026-03-31"))
        target = self.report.search([("company_id", "=", self.company.id)])
        self.assertEqual(target.team_id, self.salesperson_a.sale_team_id)

    def test_agents_have_none(self):
        self._create_targets((self.salesperson_a, 100, "2026-03-01", "2026-03-31"), earner="agent")
        self.assertEqual(self._read(), [])

    def test_drafts_have_no_targets(self):
        self._create_targets((self.salesperson_a, 100, "2026-01-01", "2026-12-31"), approve=False)
        self.assertEqual(self._read(), [])

    def test_rate_of_a_group_is_of_the_sums(self):
        self._create_targets(
            (self.salesperson_a, 100, "2026-03-01", "2026-03-31"),
            (self.salesperson_b, 300, "2026-03-01", "2026-03-31"),
        )
        self._create_invoice()
        domain = [("company_id", "=", self.company.id)]
        self.assertEqual(self.report._read_group(domain, [], ["reached_rate:avg"]), [(0.2,)])

    def test_rights(self):
        days = "2026-03-01", "2026-03-31"
        self._create_targets(
            (self.salesperson_a, 100, *days),
            (self.salesperson_b, 200, *days),
            (self.team, 400, *days),
        )
        self._create_targets((self.salesperson_a, 50, *days), basis="margin", name="Margin")
        analyst = self._create_user("analyst", "isof_crm_analytics.group_all")
        for user, expected in (
            (self.salesperson_a, {100}),
            (self.salesperson_b, {200}),
            (analyst, {100, 200, 400}),
            (self.commission_manager, {100, 200, 400, 50}),
        ):
            with self.subTest(user=user.name):
                self.assertEqual({target for _day, target, _reached in self._read(user)}, expected)
        led = {400} | {100 for user in self.team.member_ids if user == self.salesperson_a}
        self.assertEqual({target for _day, target, _reached in self._read(self.team_leader)}, led)
        with self.assertRaises(AccessError):
            self.report.with_user(self.team_leader).search([]).write({"plan_name": "Mine"})
        nobody = self._create_user("nobody", "isof_crm.group_user")
        with self.assertRaises(AccessError):
            self._read(nobody)

    def test_another_company_sees_nothing(self):
        self._create_targets((self.salesperson_a, 100, "2026-03-01", "2026-03-31"))
        self.foreign_salesperson.group_ids += self.env.ref("isof_crm_analytics.group_all")
        self.assertFalse(self.report.with_user(self.foreign_salesperson).search([]))
