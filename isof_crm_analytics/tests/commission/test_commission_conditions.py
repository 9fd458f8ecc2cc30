from odoo.fields import Command
from odoo.tests import tagged

from .commission_common import CommissionCommon


@tagged("post_install", "-at_install")
class TestCommissionConditions(CommissionCommon):
    """What a plan or a rule names and is archived is still a condition: nobody else passes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nut = cls.env["product.product"].create({"name": "Test nut", "type": "consu"})
        cls.other_agent = cls.env["res.partner"].create({"name": "Agent Brown"})
        cls.alfa.with_company(cls.company).isof_agent_id = cls.agent
        cls.crew = cls.env["crm.team"].create({"name": "Test crew", "company_id": cls.company.id})
        cls.key_accounts = cls.env["isof.segment"].create(
            {"name": "Key accounts", "domain": f"[('id', '=', {cls.alfa.id})]"}
        )
        cls.no_accounts = cls.env["isof.segment"].create(
            {"name": "No accounts", "domain": "[('id', '=', 0)]"}
        )
        cls.wholesale = cls.env["isof.partner.group"].create({"name": "Test wholesale"})

    def _archive(self, *records):
        """Archive records, as at the end of a request."""
        for record in records:
            record.active = False
        self.env.flush_all()
        self.env.invalidate_all()
        self.env.registry.clear_cache()

    def test_archived_condition_of_a_plan_lets_nobody_else_in(self):
        plans = {
            name: self._create_plan(name=name, **{name: [Command.set(record.ids)]}, **vals)
            for name, record, vals in (
                ("user_ids", self.salesperson_b, {}),
                ("agent_ids", self.other_agent, {"earner": "agent"}),
                ("team_ids", self.crew, {}),
            )
        }
        self._archive(self.salesperson_b, self.other_agent, self.crew)
        move = self._create_invoice()
        for name, plan in plans.items():
            with self.subTest(name):
                self.assertTrue(plan[name])
                self.assertEarned(move, 0, plan_id=plan.id)

    def test_archived_condition_of_a_rule_lets_nothing_else_pass(self):
        plans = [
            self._create_plan({"rate": 50, name: [Command.set(record.ids)]}, {"rate": 10})
            for name, record in (
                ("product_ids", self.nut),
                ("group_ids", self.wholesale),
                ("segment_ids", self.no_accounts),
            )
        ]
        self._archive(self.nut, self.wholesale, self.no_accounts)
        move = self._create_invoice()
        for plan in plans:
            with self.subTest(plan.rule_ids[0]):
                self.assertEarned(move, 8, plan_id=plan.id)

    def test_archived_exclusion_leaves_out_what_it_did_and_nothing_else(self):
        for name, record, expected in (
            ("product_ids", self.nut, 8),
            ("segment_ids", self.key_accounts, 0),
        ):
            with self.subTest(name):
                plan = self._create_plan(
                    {"method": "excluded", name: [Command.set(record.ids)]}, {"rate": 10}
                )
                self._archive(record)
                move = self._create_invoice()
                self.assertEarned(move, expected, plan_id=plan.id)

    def test_who_is_archived_goes_on_to_earn_alone(self):
        """What is paid after somebody left is due to whom it was, and to nobody else."""
        self._create_plan(user_ids=[Command.set(self.salesperson_a.ids)], due="paid")
        own = self._create_invoice()
        other = self._create_invoice(invoice_user_id=self.salesperson_b.id)
        self._archive(self.salesperson_a)
        self._archive(self.salesperson_a.partner_id)
        self._pay(own)
        self._pay(other)
        self.assertEarned(own, 8)
        self.assertEarned(other, 0)

    def test_new_version_has_the_archived_conditions(self):
        plan = self._create_plan(user_ids=[Command.set(self.salesperson_b.ids)])
        self._archive(self.salesperson_b)
        version = self.env["isof.commission.plan"].browse(plan.action_new_version()["res_id"])
        self.assertEqual(version.user_ids, self.salesperson_b)

    def test_settling_with_who_is_archived_settles_with_nobody_else(self):
        self._create_plan()
        self._create_invoice()
        self._create_invoice(invoice_user_id=self.salesperson_b.id)
        wizard = self.env["isof.commission.settle"].create(
            {
                "company_id": self.company.id,
                "date_from": "2026-03-01",
                "date_to": "2026-03-31",
                "payee_ids": [Command.set(self.salesperson_b.partner_id.ids)],
            }
        )
        self._archive(self.salesperson_b)
        self._archive(self.salesperson_b.partner_id)
        wizard.action_settle()
        self.assertEqual(
            self.settlements.search([("company_id", "=", self.company.id)]).payee_id,
            self.salesperson_b.partner_id,
        )
