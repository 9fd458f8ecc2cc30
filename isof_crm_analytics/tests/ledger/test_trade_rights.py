from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import TradeCommon

MARGIN_RATIOS = ("margin_rate", "cost_coverage")
MARGIN_FIELDS = (
    *("cost", "cost_source", "costed_net", "margin", "current_cost"),
    *MARGIN_RATIOS,
)


@tagged("post_install", "-at_install")
class TestTradeRights(TradeCommon):
    """Who may read which facts, on every path by which a client gets at them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        own, all_, margin = (
            f"isof_crm_analytics.{name}" for name in ("group_own", "group_all", "group_margin")
        )
        export = "base.group_allow_export"
        cls._set_up_analysts()
        cls.foreign_analyst = cls._create_user(
            "foreign_analyst", f"{all_},{export}", company=cls.other_company
        )
        cls.margin_only = cls._create_user("margin_only", f"{margin},{export}")
        cls.foreign_salesperson.group_ids += cls.env.ref(own)
        (cls.manager | cls.foreign_salesperson).group_ids += cls.env.ref(export)
        cls.move_a = cls._create_invoice()
        cls.move_b = cls._create_invoice(invoice_user_id=cls.salesperson_b.id)
        cls.move_foreign = cls._create_invoice(
            company=cls.other_company, invoice_user_id=cls.foreign_salesperson.id
        )
        cls.moves = cls.move_a | cls.move_b | cls.move_foreign
        cls.domain = [("move_id", "in", cls.moves.ids)]
        cls.all_facts = cls.facts.search(cls.domain)
        # each with the documents whose facts it may read
        cls.roles = (
            (cls.salesperson_a, cls.move_a),
            (cls.salesperson_b, cls.move_b),
            (cls.team_leader, cls.move_a),
            (cls.analyst, cls.move_a | cls.move_b),
            (cls.controller, cls.move_a | cls.move_b),
            (cls.manager, cls.move_a | cls.move_b),
            (cls.margin_only, cls.moves.browse()),  # own figures, of which there are none
            (cls.foreign_salesperson, cls.move_foreign),
            (cls.foreign_analyst, cls.move_foreign),
        )
        cls.env.flush_all()

    def _call(self, user, method, *args, **kwargs):
        """Call a method as the client of a user does."""
        self.env.invalidate_all()
        return call_kw(self.facts.with_user(user), method, list(args), kwargs)

    def _get_paths(self):
        """Return functions that count as a user what each path shows of the facts."""
        groupby, count = ["user_id"], ["__count"]
        return {
            "search": lambda user: len(self._call(user, "search", self.domain)),
            "search_count": lambda user: self._call(user, "search_count", self.domain),
            "search_read": lambda user: len(
                self._call(user, "search_read", self.domain, ["sold_net", "move_id"])
            ),
            "web_search_read": lambda user: self._call(
                user,
                "web_search_read",
                self.domain,
                {
                    "sold_net": {},
                    "sold_price": {},
                    "move_id": {"fields": {"display_name": {}}},
                    "partner_id": {"fields": {"display_name": {}}},
                    "product_id": {"fields": {"display_name": {}}},
                    "segment_ids": {"fields": {"display_name": {}}},
                },
            )["length"],
            "web_read_group": lambda user: sum(
                group["__count"]
                for group in self._call(
                    user, "web_read_group", self.domain, groupby, ["sold_net:sum"]
                )["groups"]
            ),
            "formatted_read_group": lambda user: sum(
                group["__count"]
                for group in self._call(
                    user, "formatted_read_group", self.domain, ["move_id"], count
                )
            ),
            "formatted_read_grouping_sets": lambda user: self._call(
                user, "formatted_read_grouping_sets", self.domain, [[], groupby], count
            )[0][0]["__count"],
            "name_search": lambda user: len(self._call(user, "name_search", "", self.domain)),
        }

    def test_names_need_no_right_to_documents(self):
        user = self._create_user("names", "isof_crm_analytics.group_all")
        self.assertFalse(self.env["account.move"].with_user(user).has_access("read"))
        facts = self.facts.with_user(user).search([], limit=5)
        self.assertTrue(all(facts.mapped("display_name")))

    def test_each_role_on_each_path(self):
        for path, count in self._get_paths().items():
            for user, moves in self.roles:
                with self.subTest(path=path, user=user.login):
                    self.assertEqual(count(user), len(moves))

    def test_without_a_role_there_is_no_path(self):
        for path, count in self._get_paths().items():
            with self.subTest(path=path), self.assertRaises(AccessError):
                count(self.outsider)

    def test_read_and_export_by_id(self):
        for user, moves in self.roles:
            for fact in self.all_facts:
                for method, args in (
                    ("read", (["sold_net", "move_id", "sold_price"],)),
                    ("web_read", ({"sold_net": {}},)),
                    ("export_data", (["sold_net", "partner_id/name", "sold_price"],)),
                ):
                    with self.subTest(user=user.login, method=method, fact=fact.user_id.name):
                        if fact.move_id in moves:
                            self.assertTrue(self._call(user, method, fact.ids, *args))
                        else:
                            with self.assertRaises(AccessError):
                                self._call(user, method, fact.ids, *args)

    def test_export_needs_the_right_to_export(self):
        self.salesperson_a.group_ids -= self.env.ref("base.group_allow_export")
        with self.assertRaises(UserError):
            self._call(
                self.salesperson_a, "export_data", self._get_facts(self.move_a).ids, ["sold_net"]
            )

    def test_documents_open_for_who_may_read_them(self):
        fact = self._get_facts(self.move_a)
        with self.assertRaisesRegex(AccessError, "figures, but not open .*: Journal Entry"):
            self._call(self.salesperson_a, "action_open_document", fact.ids)
        sales = self.env.ref("sales_team.group_sale_salesman")
        (self.salesperson_a | self.salesperson_b).group_ids += sales
        action = self._call(self.salesperson_a, "action_open_document", fact.ids)
        self.assertEqual((action["res_model"], action["res_id"]), ("account.move", self.move_a.id))
        with self.assertRaises(AccessError):
            self._call(self.salesperson_b, "action_open_document", fact.ids)

    def test_own_needs_no_right_to_invoices(self):
        with self.assertRaises(AccessError):
            self.move_a.with_user(self.salesperson_a).check_access("write")
        fact = self._get_facts(self.move_a)
        self.assertEqual(
            self._call(self.salesperson_a, "read", fact.ids, ["move_id", "display_name"])[0][
                "move_id"
            ][0],
            self.move_a.id,
        )

    def test_companies_that_are_switched_off(self):
        self.analyst.company_ids |= self.other_company
        facts = self.facts.with_user(self.analyst)
        both = self.company | self.other_company
        for companies, moves in (
            (self.company, self.move_a | self.move_b),
            (self.other_company, self.move_foreign),
            (both, self.moves),
        ):
            found = facts.with_context(allowed_company_ids=companies.ids).search(self.domain)
            self.assertEqual(found.sudo().move_id, moves)

    # Margins

    def _get_margin_paths(self, name):
        """Return how a client may try to get at a field: dict of name to method and arguments."""
        aggregate = f"{name}:count_distinct" if name == "cost_source" else f"{name}:sum"
        if name in MARGIN_RATIOS:
            aggregate = f"{name}:avg"
        ids = self._get_facts(self.move_a).ids
        paths = {
            "read": ("read", ids, [name]),
            "search_read": ("search_read", self.domain, [name]),
            "web_search_read": ("web_search_read", self.domain, {name: {}}),
            "web_read": ("web_read", ids, {name: {}}),
            "export_data": ("export_data", ids, [name]),
            "aggregate": ("formatted_read_group", self.domain, ["user_id"], [aggregate]),
            "grand total": ("formatted_read_grouping_sets", self.domain, [[]], [aggregate]),
            "list of groups": ("web_read_group", self.domain, ["user_id"], [aggregate]),
            "order of groups": (
                "formatted_read_group",
                self.domain,
                ["user_id"],
                ["__count"],
                [],
                0,
                None,
                f"{aggregate} desc",
            ),
            "having": (
                "formatted_read_group",
                self.domain,
                ["user_id"],
                ["__count"],
                [(aggregate, ">", 0)],
            ),
        }
        if name not in MARGIN_RATIOS:
            paths |= {
                "group": ("formatted_read_group", self.domain, [name], ["__count"]),
                "grouping sets": ("formatted_read_grouping_sets", self.domain, [[name]], []),
                "order": ("search", self.domain, 0, None, f"{name} desc"),
            }
        if name not in (*MARGIN_RATIOS, "current_cost"):
            paths["domain"] = ("search", [*self.domain, (name, "!=", False)])
        return paths

    def test_margins_are_hidden_on_each_path(self):
        for name in MARGIN_FIELDS:
            for path, (method, *args) in self._get_margin_paths(name).items():
                for user in (self.salesperson_a, self.team_leader, self.analyst):
                    with (
                        self.subTest(field=name, path=path, user=user.login),
                        self.assertRaises(AccessError),
                    ):
                        self._call(user, method, *args)

    def test_margins_are_shown_on_each_path(self):
        for name in MARGIN_FIELDS:
            for path, (method, *args) in self._get_margin_paths(name).items():
                if name == "current_cost" and path in ("group", "grouping sets", "order"):
                    continue  # not stored
                with self.subTest(field=name, path=path):
                    self.assertTrue(self._call(self.controller, method, *args))

    def test_margins_of_own_sales(self):
        self.salesperson_a.group_ids += self.env.ref("isof_crm_analytics.group_margin")
        self.assertEqual(
            self._call(
                self.salesperson_a,
                "formatted_read_grouping_sets",
                self.domain,
                [[]],
                ["margin:sum"],
            )[0][0]["margin:sum"],
            30,
        )

    def test_margins_are_in_no_description_of_fields(self):
        for user, expected in ((self.analyst, set()), (self.controller, set(MARGIN_FIELDS))):
            fields = self._call(user, "fields_get")
            self.assertEqual(expected, fields.keys() & set(MARGIN_FIELDS))

    def test_ratios_that_are_no_margin_are_everybodys(self):
        fact = self._get_facts(self.move_a)
        self.assertEqual(
            self._call(self.salesperson_a, "read", fact.ids, ["sold_price", "discount_rate"]),
            [{"id": fact.id, "sold_price": 8, "discount_rate": 0}],
        )

    # Nobody writes

    def test_nobody_writes_facts(self):
        admin = self._create_user(
            "admin", "base.group_system,isof_crm.group_manager,account.group_account_manager"
        )
        fact = self._get_facts(self.move_a)
        vals = self.env["isof.trade.line"]._fields["sold_net"].name
        for user in (self.outsider, self.salesperson_a, self.controller, self.manager, admin):
            for method, *args in (
                ("create", [{"move_line_id": self.move_a.invoice_line_ids.id}]),
                ("write", fact.ids, {vals: 1}),
                ("web_save", fact.ids, {vals: 1}, {}),
                ("unlink", fact.ids),
                ("copy", fact.ids),
            ):
                with (
                    self.subTest(user=user.login, method=method),
                    mute_logger("odoo.addons.base.models.ir_model"),
                    self.assertRaises(AccessError),
                ):
                    self._call(user, method, *args)
            with self.subTest(user=user.login, method="load"):
                try:
                    result = self._call(user, "load", [".id", vals], [[str(fact.id), "1"]])
                except AccessError:
                    continue
                self.assertFalse(result["ids"])
        self.env.invalidate_all()
        self.assertEqual(fact.sold_net, 80)

    def test_methods_that_derive_facts_are_private(self):
        for name in dir(type(self.facts)):
            if name.startswith(("sync", "upsert", "delete_facts", "cron_compare")):
                self.fail(f"{name} can be called by RPC")
        for name in ("_sync_everything", "_cron_compare"):
            with self.assertRaises(AccessError):
                self._call(self.manager, name)

    # On a replica

    def test_reading_works_read_only_with_two_currencies(self):
        self.controller.company_ids = [Command.link(self.other_company.id)]
        companies = (self.company | self.other_company).ids
        facts = self.facts.with_user(self.controller).with_context(allowed_company_ids=companies)
        specs = ["sold_net:sum", "margin:sum", "margin_rate:avg", "current_cost:sum", "__count"]
        self.env.flush_all()
        self.env.invalidate_all()
        self.env.cr.execute("SAVEPOINT before; SET TRANSACTION READ ONLY")
        for method, *args in (
            ("formatted_read_grouping_sets", self.domain, [[], ["partner_id"]], specs),
            ("formatted_read_group", self.domain, ["invoice_date:month"], specs),
            ("web_read_group", self.domain, ["product_category_id"], specs[:-1]),
            ("web_search_read", self.domain, {"sold_net": {}, "current_cost": {}}),
            ("search_count", self.domain),
            ("name_search", ""),
        ):
            with self.subTest(method=method):
                self.assertTrue(call_kw(facts, method, args, {}))
        total = facts.formatted_read_grouping_sets(self.domain, [[]], specs)[0][0]
        self.env.cr.execute("ROLLBACK TO SAVEPOINT before")
        self.assertEqual(total["__count"], 3)
        self.assertFalse(total["sold_net:sum"])
        self.assertFalse(total["current_cost:sum"])
