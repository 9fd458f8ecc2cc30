import itertools
from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests.common import BaseCase, tagged

from ...tools.commission_overlap import Trees, find_overlapping
from ...tools.commission_plan import Rule, example_line, example_plan
from .commission_common import CommissionCommon

# Two trees of three nodes each; of the products 11 and 12 are of category 2, 13 is of 4.
PATHS = {1: "1/", 2: "1/2/", 3: "1/2/3/", 4: "4/", 5: "4/5/", 6: "4/6/"}
PRODUCTS = {11: 2, 12: 2, 13: 4}
TREES = Trees(PATHS, PATHS, {product: PATHS[category] for product, category in PRODUCTS.items()})


def few(values):
    return st.just(frozenset()) | st.frozensets(st.sampled_from(sorted(values)), max_size=2)


@st.composite
def rules(draw):
    return Rule(
        id=1,
        method=draw(st.sampled_from(["rate", "tiers", "excluded"])),
        rate=Decimal("0.1"),
        product_ids=draw(few(PRODUCTS)),
        category_ids=draw(few(PATHS)),
        group_ids=draw(few(PATHS)),
        segment_ids=draw(few([21, 22])),
        margin_from=draw(st.sampled_from([None, Decimal(0), Decimal("0.5")])),
        margin_to=draw(st.sampled_from([None, Decimal("0.5"), Decimal(1)])),
    )


@st.composite
def plans(draw, number):
    first = draw(st.sampled_from([date(2026, 1, 1), date(2026, 3, 1)]))
    return example_plan(
        id=number,
        root_id=number,
        first=first,
        last=draw(st.sampled_from([None, first, date(2026, 3, 1)])),
        partner_ids=draw(few([31, 32])),
        team_ids=draw(few([41, 42])),
        rules=tuple(draw(st.lists(rules(), min_size=1, max_size=3))),
    )


# Whatever can be sold in this small world.
SALES = [
    example_line(
        day=day,
        product_id=product,
        category_path=PATHS[PRODUCTS[product]],
        group_path=group_path,
        segment_ids=frozenset(segments),
        margin_rate=margin and Decimal(margin),
        team_id=team,
        user_partner_id=seller,
    )
    for day, product, group_path, segments, margin, team, seller in itertools.product(
        (date(2026, 1, 1), date(2026, 3, 1)),
        PRODUCTS,
        (None, "1/2/3/", "4/5/", "4/6/"),
        ((), (21,), (21, 22)),
        (None, "0.2", "0.7"),
        (None, 41),
        (31, 32),
    )
]


@tagged("post_install", "-at_install")
class TestCommissionOverlapTools(BaseCase):
    @given(plans(1), plans(2))
    @settings(deadline=None, max_examples=100)
    def test_plans_that_both_pay_for_a_sale_overlap(self, plan, other):
        found = find_overlapping(plan, [other], TREES)
        self.assertEqual(bool(found), bool(find_overlapping(other, [plan], TREES)))
        if not found:
            both = (
                sale
                for sale in SALES
                if all(each.applies(sale) and each.find_rule(sale) for each in (plan, other))
            )
            self.assertIsNone(next(both, None))


@tagged("post_install", "-at_install")
class TestCommissionOverlap(CommissionCommon):
    """Plans that overlap are seen before they pay twice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.screws, cls.tools = cls.env["product.category"].create(
            [{"name": "Test screws"}, {"name": "Test tools"}]
        )
        cls.bolt.categ_id = cls.screws
        cls.approved = cls._create_plan(name="All of it")

    def _create_draft(self, *rules, **vals):
        plan = self._create_plan(*rules, approve=False, **{"name": "Bolts", **vals})
        return plan.with_user(self.commission_manager)

    def _get_dialogue(self, plan):
        action = plan.action_compare_and_approve()
        self.assertEqual(action["res_model"], "isof.commission.approval")
        return plan.env[action["res_model"]].browse(action["res_id"])

    def test_who_would_be_paid_twice_is_seen_before(self):
        """With what both plans would have paid last month for what both are about."""
        february = {"invoice_date": date(2026, 2, 10)}
        self._create_invoice({}, {"product_id": self.transport.id, "price_unit": 10}, **february)
        self._create_invoice(invoice_user_id=self.salesperson_b.id, **february)
        self._create_invoice({"quantity": 1000})  # this month
        plan = self._create_draft({"product_ids": [Command.set(self.bolt.ids)], "rate": 5})
        dialogue = self._get_dialogue(plan)
        self.assertEqual(
            (dialogue.date_from, dialogue.date_to), (date(2026, 2, 1), date(2026, 2, 28))
        )
        self.assertRecordValues(
            dialogue.line_ids.sorted("payee_id"),
            [
                {
                    "other_id": self.approved.id,
                    "payee_id": user.partner_id.id,
                    "other_amount": 8,
                    "amount": 4,
                }
                for user in self.salesperson_a | self.salesperson_b
            ],
        )
        self.assertEqual(plan.state, "draft", "nothing has happened yet")
        self.assertFalse(self._get_entries(plan_id=plan.id))
        dialogue.action_approve()
        self.assertEqual(plan.state, "approved")

    def test_an_overlap_without_sales_is_seen_too(self):
        plan = self._create_draft({"category_ids": [Command.set(self.screws.ids)]})
        dialogue = self._get_dialogue(plan)
        self.assertRecordValues(
            dialogue.line_ids,
            [{"other_id": self.approved.id, "payee_id": False, "amount": 0, "other_amount": 0}],
        )

    def test_what_does_not_overlap_is_approved_at_once(self):
        self.approved.date_to = date(2026, 3, 31)
        tools_only = {"category_ids": [Command.set(self.tools.ids)]}
        self._create_plan(
            {"method": "excluded", "product_ids": [Command.set(self.bolt.ids)]},
            {"category_ids": [Command.set(self.screws.ids)]},
            name="April, screws but bolts",
            date_from=date(2026, 4, 1),
            date_to=date(2026, 4, 30),
            user_ids=[Command.set(self.salesperson_a.ids)],
        )
        bolts = {"product_ids": [Command.set(self.bolt.ids)]}
        april = {"date_from": date(2026, 4, 1), "date_to": date(2026, 4, 30)}
        for reason, rule, vals in (
            ("other products", tools_only, april),
            ("excluded there", bolts, april),
            ("other people", {}, {**april, "user_ids": [Command.set(self.salesperson_b.ids)]}),
            ("another time", {}, {"date_from": date(2026, 5, 1)}),
        ):
            with self.subTest(reason):
                plan = self._create_draft(rule, **vals)
                if reason == "other people":
                    # of those above, which are everybody's
                    plan.search(
                        [("name", "=", "Bolts"), ("state", "=", "approved")]
                    ).date_to = april["date_from"]
                    plan.date_from = date(2026, 4, 2)
                self.assertFalse(plan.action_compare_and_approve())
                self.assertEqual(plan.state, "approved")

    def test_agents_are_paid_beside_salespeople(self):
        plan = self._create_draft(earner="agent")
        self.assertFalse(plan.action_compare_and_approve())
        self.assertEqual(plan.state, "approved")

    def test_next_version_takes_the_place_of_the_one_before(self):
        plan = self.env["isof.commission.plan"].browse(
            self.approved.with_user(self.commission_manager).action_new_version()["res_id"]
        )
        self.assertFalse(plan.with_user(self.commission_manager).action_compare_and_approve())
        self.assertEqual(plan.state, "approved")

    def test_the_second_who_approves_reads_who_has_done_it(self):
        plan = self._create_draft().with_context(tracking_disable=False, mail_notrack=False)
        dialogue = self._get_dialogue(plan)
        # what is tracked is told at the end of a transaction
        self.env.flush_all()
        self.env.cr.precommit.run()
        plan.action_approve()
        self.env.flush_all()
        self.env.cr.precommit.run()
        for approve in (dialogue.action_approve, plan.action_compare_and_approve):
            with self.assertRefused(
                UserError, r"Bolts is approved\.\nCommission Manager has approved it already, "
            ):
                approve()

    def test_incomplete_plan_is_refused_before_it_is_compared(self):
        plan = self._create_draft({"method": "excluded"})
        with self.assertRefused(UserError, "has no rule by which anything is earned"):
            plan.action_compare_and_approve()

    def test_only_who_makes_plans_compares_them(self):
        plan = self._create_draft().with_user(self.salesperson_a)
        with self.assertRefused(AccessError, "not allowed"):
            plan.action_compare_and_approve()
