import ast

from lxml import etree

from odoo.fields import Domain
from odoo.tests import Form, tagged

from ...models.base.isof_tree_mixin import widen_trees
from ..segment.test_segment import SegmentCommon

# Of Odoo's own, in which what is above does not stand for what is below.
NO_TREES = {"res.company", "uom.uom"}


@tagged("post_install", "-at_install")
class TestTree(SegmentCommon):
    """A node of a tree means itself and everything below it, wherever it is chosen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.group, cls.other_group = cls.env["isof.partner.group"].create(
            [{"name": "Test Trade"}, {"name": "Test Industry"}]
        )
        cls.group_retail = cls.env["isof.partner.group"].create(
            {"name": "Test Retail", "parent_id": cls.group.id}
        )
        cls.alfa.isof_group_id = cls.group
        cls.beta.isof_group_id = cls.group_retail
        cls.gamma.isof_group_id = cls.other_group

    # ------------------------------------------------------------
    # Everywhere
    # ------------------------------------------------------------

    def _is_tree(self, field):
        return field.relational and getattr(self.env[field.comodel_name], "_is_isof_tree", False)

    def _iter_search_arches(self):
        """Yield each search view of the suite, combined: its model and its root."""
        ours = self.env["ir.ui.view"].search([("type", "=", "search"), ("mode", "=", "primary")])
        for view in ours:
            model = self.env.get(view.model)
            if model is None:
                continue
            is_of_partner = view == self.env.ref("base.view_res_partner_filter")
            if is_of_partner or view.get_external_id()[view.id].startswith("isof_crm"):
                yield view, model, etree.fromstring(model.get_view(view.id, "search")["arch"])

    def test_declared(self):
        """Every relation of the suite to what is stored as a tree is to a declared one."""
        found = {
            field.comodel_name
            for model in self.env.values()
            for field in model._fields.values()
            if field.relational
            and (model._name.startswith("isof.") or field.name.startswith("isof_"))
            and self.env[field.comodel_name]._parent_store
        }
        self.assertLess({"isof.region", "isof.partner.group", "hr.department"}, found)
        declared = {name for name in found if hasattr(self.env[name], "_is_isof_tree")}
        self.assertLessEqual(found - declared, NO_TREES)

    def test_search_views(self):
        """Fields say child of, and panels show the tree, which asks the same."""
        number = 0
        for view, model, arch in self._iter_search_arches():
            for node in arch.iter("field"):
                field = model._fields.get(node.get("name"))
                if not (field and self._is_tree(field)):
                    continue
                number += 1
                with self.subTest(view=view.name, field=field.name):
                    if node.getparent().tag == "searchpanel":
                        self.assertEqual(node.get("select", "one"), "one")
                        self.assertNotEqual(node.get("hierarchize"), "0")
                    elif node.get("filter_domain"):
                        self.assertIn("child_of", node.get("filter_domain"))
                    else:
                        self.assertEqual(node.get("operator"), "child_of")
        self.assertGreater(number, 10)

    def test_filters_of_search_views(self):
        """Their domains name nodes by child of, or ask for none at all."""
        for view, model, arch in self._iter_search_arches():
            for node in arch.iter("filter"):
                try:
                    domain = Domain(ast.literal_eval(node.get("domain") or "[]"))
                except ValueError:
                    continue  # by the user or the day
                for condition in domain.iter_conditions():
                    field = model._fields.get(condition.field_expr)
                    if field and self._is_tree(field) and condition.value is not False:
                        with self.subTest(view=view.name, filter=node.get("name")):
                            self.assertEqual(condition.operator, "child_of")

    # ------------------------------------------------------------
    # Each place
    # ------------------------------------------------------------

    def test_panel(self):
        """The search panel of the register gets the tree, with short names."""
        activity = self._create_activity(by=self.salesperson_a)
        Activity = self.env["isof.activity"].with_user(self.salesperson_a)
        options = {"expand": True, "hierarchize": True, "limit": 200}
        for field, parent, child in (
            ("region_id", self.region_poland, self.region_mazovia),
            ("department_id", self.department_sales, self.department_field),
        ):
            with self.subTest(field):
                found = Activity.search_panel_select_range(field, **options)
                self.assertEqual(found["parent_field"], "parent_id")
                values = {value["id"]: value for value in found["values"]}
                self.assertEqual(values[child.id]["parent_id"], parent.id)
                self.assertEqual(values[child.id]["display_name"], child.name)
        self.assertEqual(activity.region_id, self.region_mazovia)
        self.assertIn(activity, Activity.search([("region_id", "child_of", self.region_poland.id)]))

    def test_counters(self):
        """What a form counts is what its button shows."""
        for nodes, expected in (
            (self.region_poland | self.region_mazovia, [2, 1]),
            (self.group | self.group_retail | self.other_group, [2, 1, 1]),
        ):
            nodes = nodes.with_user(self.salesperson_a)
            with self.subTest(nodes._name):
                self.assertEqual(nodes.mapped("partner_count"), expected)
                for node in nodes:
                    domain = node.action_open_partners()["domain"]
                    count = (
                        self.env["res.partner"].with_user(self.salesperson_a).search_count(domain)
                    )
                    self.assertEqual(count, node.partner_count)

    def test_counters_count_what_the_reader_sees(self):
        self.beta.company_id = self.other_company
        self.env.invalidate_all()
        self.assertEqual(self.group.with_user(self.salesperson_a).partner_count, 1)
        with self.assertQueryCount(3):
            (self.group | self.group_retail | self.other_group).mapped("partner_count")

    def test_rules_of_segments(self):
        both = self.alfa | self.beta
        group, retail = self.group.id, self.group_retail.id
        for condition, members in (
            (("isof_group_id", "=", group), both),
            (("isof_group_id", "in", [group]), both),
            (("isof_group_id", "in", [retail]), self.beta),
            (("isof_group_id", "!=", group), self.gamma),
            (("isof_group_id", "not in", [group]), self.gamma),
            (("isof_region_id", "=", self.region_poland.id), both),
            (("isof_region_id", "in", [self.region_poland.id, False]), self.companies),
            (("isof_region_id", "=", False), self.gamma),
            (("child_ids", "any", [("parent_id.isof_group_id", "=", group)]), both),
            (("isof_group_id", "=", "Test Trade"), self.alfa),
        ):
            with self.subTest(condition):
                segment = self._create_segment([condition])
                self.assertFalse(segment.error)
                self.assertEqual(segment.member_ids, members)

    def test_archived_below(self):
        self.group_retail.active = False
        segment = self._create_segment([("isof_group_id", "=", self.group.id)])
        self.assertEqual(segment.member_ids, self.alfa | self.beta)

    def test_editor_of_rules_shows_what_counts(self):
        form = Form(self.Segment)
        form.name = "Test"
        form.domain = repr([("isof_group_id", "in", [self.group.id])])
        self.assertEqual(form.domain, repr([("isof_group_id", "child_of", [self.group.id])]))
        form.domain = "[('isof_group_id', 'in', [])]"
        self.assertEqual(form.domain, "[('isof_group_id', 'in', [])]", "still to be chosen")
        form.domain = "[('isof_group_id', '='"
        self.assertIn("cannot be read", form.preview_error)

    def test_other_relations_stay(self):
        Partner = self.env["res.partner"]
        for condition in (
            ("parent_id", "=", self.alfa.id),
            ("company_id", "in", self.company.ids),
            ("id", "in", self.alfa.ids),
            ("no_such_field", "=", 1),
            ("isof_group_id", "child_of", self.group.ids),
        ):
            with self.subTest(condition):
                domain = Domain([condition])
                self.assertEqual(widen_trees(Partner, domain), domain)
