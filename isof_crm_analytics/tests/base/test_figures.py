from unittest.mock import patch

from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.isof_crm.models.figures.isof_dimensions_mixin import SECTIONS

from ...models.ledger.isof_trade_mixin import MARGIN_GROUP
from ..common import TradeCommon

KINDS = {"money", "quantity", "number", "days"}
# What is looked at in its own report only.
WITHOUT_DATASET = {
    *("isof.assortment.report", "isof.commission.target.report", "isof.ledger.report"),
}


@tagged("post_install", "-at_install")
class TestFigures(TradeCommon):
    """What fields declare is offered everywhere, and nothing else is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_analysts()
        cls.salesperson_a.group_ids += cls.env.ref("isof_crm_analytics.group_own")
        cls.reader = cls.controller
        cls.reader.group_ids += cls.env.ref("isof_crm_analytics.group_commission_manager")
        cls.reader.group_ids += cls.env.ref("base.group_multi_company")
        mixin = cls.env.registry["isof.figures.mixin"]
        cls.models = [
            model.with_user(cls.reader)
            for name in cls.env.registry
            if isinstance(model := cls.env[name], mixin)
            and not model._abstract
            and model.with_user(cls.reader).has_access("read")
        ]

    def _get_arch(self, model, view_type):
        return etree.fromstring(model.get_view(False, view_type)["arch"])

    def test_models_have_figures(self):
        self.assertLessEqual(
            {"isof.trade.line", "isof.order.report", "isof.campaign.report"},
            {model._name for model in self.models},
        )

    def test_every_number_is_declared(self):
        """An integer that nobody declares would become a dimension of the sums."""
        for model in self.models:
            for name, field in model._fields.items():
                if field.type not in ("integer", "float") or name == "id":
                    continue
                with self.subTest(model=model._name, field=name):
                    self.assertEqual(bool(field.aggregator), model._is_measure(field))

    def test_declarations_are_known(self):
        for model in self.models:
            for name in model._get_dimension_names():
                with self.subTest(model=model._name, dimension=name):
                    self.assertIn(model._fields[name].dimension, SECTIONS)
                    self.assertFalse(model._is_measure(model._fields[name]))
            for name in model._get_measure_names():
                field = model._fields[name]
                said = [getattr(field, key, None) for key in ("figure", "ratio", "counts")]
                with self.subTest(model=model._name, measure=name):
                    self.assertEqual(sum(map(bool, said)), 1)
                    self.assertIn(getattr(field, "figure", "money"), KINDS)
                    self.assertIn(getattr(field, "counts", "id"), model._fields)

    def test_ratios_are_for_those_who_see_their_parts(self):
        for model in self.models:
            for name, parts in model._get_figures().ratios.items():
                groups = set((model._fields[name].groups or "").split(","))
                for part in parts:
                    with self.subTest(model=model._name, ratio=name, part=part):
                        self.assertEqual(model._fields[part].aggregator, "sum")
                        hidden = set((model._fields[part].groups or "").split(",")) - {""}
                        self.assertLessEqual(hidden, groups)

    def test_counts_are_for_those_who_see_them(self):
        facts = self.env["isof.trade.line"].with_user(self.salesperson_a)
        self.assertEqual(facts._read_group([], [], ["move_count:count_distinct"]), [(0,)])
        with (
            patch.object(facts._fields["move_count"], "groups", MARGIN_GROUP),
            self.assertRaisesRegex(AccessError, "move_count"),
        ):
            facts._read_group([], [], ["move_count:count_distinct"])

    def test_counts_are_of_groups_only(self):
        """A row is one document; the id of that is not how many there are."""
        facts = self.env["isof.trade.line"].with_user(self.reader)
        with self.assertRaisesRegex(ValueError, "not stored"):
            facts.search_count([("move_count", ">", 1)])
        with self.assertRaisesRegex(ValueError, "not stored"):
            facts._read_group([], ["move_count"])

    def test_search_views_offer_each_dimension_once(self):
        for model in self.models:
            arch = self._get_arch(model, "search")
            periods = (
                {field.name for field in model._get_isof_period_fields()}
                if isinstance(model, self.env.registry["isof.period.mixin"])
                else set()
            )
            grouped = [name.removeprefix("group_") for name in arch.xpath("./group/filter/@name")]
            shown = [field.name for field in model._get_shown_dimensions()]
            with self.subTest(model=model._name):
                self.assertEqual([name for name in grouped if name not in periods], shown)
                dates = {name for name in shown if model._fields[name].type == "date"}
                self.assertEqual(set(arch.xpath("./filter/@date")), dates)
                found = arch.xpath("./field/@name")
                self.assertEqual(len(found), len(set(found)))

    def test_what_enter_searches(self):
        """The first field is what people look for; a selection would only unfold."""
        for name, expected in (
            ("isof.campaign.report", "campaign_id"),
            ("isof.commission.entry", "payee_id"),
            ("isof.commission.target.report", "user_id"),
            ("isof.ledger.report", "name"),
            ("isof.order.report", "name"),
        ):
            with self.subTest(model=name):
                arch = self._get_arch(self.env[name].with_user(self.reader), "search")
                self.assertEqual(arch.find("field").get("name"), expected)

    def test_company_is_offered_to_who_works_in_several(self):
        facts = self.env["isof.trade.line"].with_user(self.salesperson_a)
        self.assertNotIn("company_id", [field.name for field in facts._get_shown_dimensions()])
        self.salesperson_a.group_ids += self.env.ref("base.group_multi_company")
        self.assertIn("company_id", [field.name for field in facts._get_shown_dimensions()])

    def test_what_may_not_be_read_is_not_offered(self):
        facts = self.env["isof.trade.line"].with_user(self.salesperson_a)
        arch = self._get_arch(facts, "search")
        self.assertFalse(arch.xpath("//filter[@name='group_cost_source']"))
        self.assertTrue(arch.xpath("//filter[@name='group_role']"))
        arch = self._get_arch(facts.with_user(self.reader), "search")
        self.assertTrue(arch.xpath("//filter[@name='group_cost_source']"))

    def test_trees_are_found_with_all_below(self):
        facts = self.env["isof.trade.line"].with_user(self.reader)
        arch = self._get_arch(facts, "search")
        operators = {node.get("name"): node.get("operator") for node in arch.iterfind("field")}
        self.assertEqual(operators["product_category_id"], "child_of")
        self.assertEqual(operators["region_id"], "child_of")
        self.assertIsNone(operators["team_id"])
        entries = self.env["isof.commission.entry"].with_user(self.reader)
        arch = self._get_arch(entries, "search")
        operators = {node.get("name"): node.get("operator") for node in arch.iterfind("field")}
        self.assertEqual(operators["partner_id"], "child_of", "companies have companies")
        self.assertIsNone(operators["payee_id"], "somebody who earns is one person")

    def test_columns_have_totals(self):
        for model in self.models:
            for node in self._get_arch(model, "list").iterfind("field"):
                field = model._fields[node.get("name")]
                with self.subTest(model=model._name, field=field.name):
                    is_sum = bool(getattr(field, "figure", None)) and field.aggregator == "sum"
                    visible = node.get("column_invisible") not in ("1", "True")
                    self.assertEqual(bool(node.get("sum")), is_sum and visible)
                    self.assertEqual(bool(node.get("data-numerator")), bool(node.get("avg")))

    def test_datasets_offer_what_is_declared(self):
        Analysis = self.env["isof.analysis"].with_user(self.reader)
        offered = {}
        for dataset in Analysis._get_datasets().values():
            names = offered.setdefault(dataset.model, set())
            names.update(Analysis._get_dimension_names(dataset))
            names.update(name for name, _label in Analysis._get_measure_choices(dataset))
            names.update(name for name, _operator, _value in dataset.domain)
        without = {model._name for model in self.models} - set(offered)
        self.assertEqual(without, WITHOUT_DATASET)
        for model in self.models:
            if model._name in without:
                continue
            with self.subTest(model=model._name):
                self.assertEqual(
                    offered[model._name] - {"__count"},
                    {*model._get_dimension_names(), *model._get_measure_names()},
                )

    def test_sums_have_each_column_of_the_facts(self):
        summary, facts = self.env["isof.trade.summary"], self.env["isof.trade.line"]
        columns = {name for name, _field in summary._get_facts()}
        self.assertLessEqual(columns, set(facts._get_columns()))
        measures = {name for name in columns if facts._is_measure(facts._fields[name])}
        self.assertEqual(measures, set(summary._get_measures()))
        self.assertEqual(columns - measures, set(summary._get_dimensions()))
        stored = {name for name in facts._get_measure_names() if facts._fields[name].store}
        self.assertEqual(measures, stored)

    def test_what_is_frozen_is_remembered_while_a_document_is_a_draft(self):
        facts, memory = self.env["isof.trade.line"], self.env["isof.trade.memory"]
        frozen = facts._get_figures().frozen
        self.assertLessEqual({"group_id", "region_id", "cost", "cost_source"}, set(frozen))
        self.assertLessEqual(set(frozen), set(memory._get_kept()))
        for name in memory._get_kept():
            with self.subTest(name):
                self.assertEqual(memory._fields[name].column_type, facts._fields[name].column_type)
