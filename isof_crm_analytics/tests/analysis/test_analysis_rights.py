import importlib.util

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.modules.module import get_module_path
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tests.common import HttpCase
from odoo.tools import mute_logger

from .analysis_common import AnalysisCommon


@tagged("post_install", "-at_install")
class TestAnalysisRights(AnalysisCommon):
    """Who may see which analyses, and which figures in them, on every path."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shared = cls._create_analysis("sold_net", "margin", "margin_rate", comparison="none")
        cls.private = cls._create_analysis(
            "sold_net", sharing="private", name="Test secret", company_id=cls.company.id
        )
        cls.env.flush_all()

    def _call(self, user, records, method, *args, **kwargs):
        self.env.invalidate_all()
        return call_kw(
            self.env["isof.analysis"].with_user(user), method, [records.ids, *args], kwargs
        )

    def test_measures_stay_out_of_analyses_of_others(self):
        """What one may only read gets no measure, by moving one of one's own there either."""
        measures = self.env["isof.analysis.measure"].with_user(self.salesperson_a)
        own = self._create_analysis("sold_net", user=self.salesperson_a)
        self.env.flush_all()
        vals = {"analysis_id": self.shared.id, "measure": "sold_quantity"}
        with self.assertRaises(AccessError):
            measures.create(vals)
        with self.assertRaises(AccessError):
            measures.browse(own.measure_ids.ids).write({"analysis_id": self.shared.id})

    def test_each_reader_sees_own_figures(self):
        for user, total in (
            (self.salesperson_a, 880),
            (self.salesperson_b, 80),
            (self.team_leader, 880),
            (self.analyst, 960),
            (self.controller, 960),
        ):
            with self.subTest(user=user.login):
                user.group_ids += self.env.ref("isof_crm_analytics.group_own")
                table = self._call(user, self.shared, "get_table")
                self.assertEqual(table["total"]["values"][0], total)

    def test_margins_are_left_out(self):
        for user, count in ((self.salesperson_a, 1), (self.analyst, 1), (self.controller, 3)):
            with self.subTest(user=user.login):
                table = self._call(user, self.shared, "get_table")
                self.assertEqual(len(table["columns"]), count)
                is_told = "may not see it: Margin, Margin %" in self._get_notes(table)
                self.assertEqual(is_told, count == 1)
                action = self._call(user, self.shared, "action_open_pivot")
                self.assertEqual(len(action["context"]["pivot_measures"]), count)

    def test_margins_alone_leave_nothing(self):
        analysis = self._create_analysis("margin")
        table = self._call(self.analyst, analysis, "get_table")
        self.assertIsNone(table["total"])
        self.assertEqual(table["notes"][0]["type"], "danger")

    def test_dimensions_and_filters_by_costs_are_not_for_everybody(self):
        analysis = self._create_analysis("sold_net", domain="[('cost', '>', 0)]")
        table = self._call(self.analyst, analysis, "get_table")
        self.assertIsNone(table["total"])
        self.assertIn("The filter uses what you may not see", self._get_notes(table))
        table = self._call(self.controller, analysis, "get_table")
        self.assertTrue(table["total"])

    def test_nobody_elses_private_analysis_on_any_path(self):
        paths = {
            "get_table": (),
            "read": (["name"],),
            "web_read": ({"name": {}, "measure_ids": {"fields": {"measure": {}}}},),
            "write": ({"name": "x"},),
            "unlink": (),
            "copy": (),
            "action_open": (),
            "action_open_pivot": (),
            "action_open_rows": ([],),
            "action_export": (),
            "action_duplicate": (),
        }
        for user in (self.salesperson_a, self.analyst):
            for method, args in paths.items():
                with self.subTest(user=user.login, method=method), self.assertRaises(AccessError):
                    self._call(user, self.private, method, *args)
            found = self.env["isof.analysis"].with_user(user).search([("name", "=", "Test secret")])
            self.assertFalse(found)
            measures = self.env["isof.analysis.measure"].with_user(user)
            self.assertFalse(measures.search([("analysis_id", "=", self.private.id)]))
            with self.assertRaises(AccessError):
                measures.browse(self.private.measure_ids.ids).read(["measure"])
        self.assertEqual(
            self._call(self.manager, self.private, "read", ["name"])[0]["name"], "Test secret"
        )

    def test_shared_is_read_and_not_changed(self):
        self.assertFalse(self._call(self.salesperson_a, self.shared, "get_table")["can_write"])
        self.assertTrue(self._call(self.controller, self.shared, "get_table")["can_write"])
        self.assertTrue(self._call(self.manager, self.shared, "get_table")["can_write"])
        for method, args in (
            ("write", ({"name": "x"},)),
            ("write", ({"sharing": "private"},)),
            ("write", ({"measure_ids": [Command.clear()]},)),
            ("unlink", ()),
        ):
            with self.subTest(method=method), self.assertRaises(AccessError):
                self._call(self.salesperson_a, self.shared, method, *args)
        with self.assertRaises(AccessError):
            self.env["isof.analysis.measure"].with_user(self.salesperson_a).browse(
                self.shared.measure_ids.ids
            ).write({"measure": "sold_quantity"})
        with self.assertRaises(AccessError):
            self.env["isof.analysis"].with_user(self.salesperson_a).create(
                {"name": "Test of others", "user_id": self.analyst.id}
            )

    def test_shared_with_users(self):
        self.shared.write(
            {"sharing": "users", "shared_user_ids": [Command.set(self.salesperson_b.ids)]}
        )
        self.assertTrue(self._call(self.salesperson_b, self.shared, "get_table")["total"])
        with self.assertRaises(AccessError):
            self._call(self.salesperson_a, self.shared, "get_table")

    def test_without_a_role_there_is_nothing(self):
        with self.assertRaises(AccessError):
            self._call(self.outsider, self.shared, "get_table")

    def test_other_companies_are_apart(self):
        self.shared.company_id = self.company
        self.foreign_salesperson.group_ids += self.env.ref("isof_crm_analytics.group_own")
        with self.assertRaises(AccessError):
            self._call(self.foreign_salesperson, self.shared, "get_table")
        self.shared.company_id = False
        table = self._call(self.foreign_salesperson, self.shared, "get_table")
        self.assertEqual(table["total"]["values"], [0])

    def test_company_by_default(self):
        analysis = self.env["isof.analysis"].with_user(self.salesperson_a).create({"name": "Mine"})
        self.assertEqual(analysis.company_id, self.company)
        with self.subTest("the ready ones are for all"):
            ready = self.env.ref("isof_crm_analytics.isof_analysis_sale")
            self.assertFalse(ready.company_id)

    def test_managers_of_other_companies(self):
        """They read what is shared for all, and of others only what is of their companies."""
        theirs = self._create_user(
            "manager_there", "isof_crm.group_manager", company=self.other_company
        )
        seller = self.foreign_salesperson
        seller.group_ids += self.env.ref("isof_crm_analytics.group_own")
        here, there, both = (
            self._create_analysis("sold_net", user=user, name=name, **vals)
            for user, name, vals in (
                (
                    *(self.salesperson_a, "Test here"),
                    {"sharing": "private", "company_id": self.company.id},
                ),
                (
                    *(seller, "Test there"),
                    {"sharing": "private", "company_id": self.other_company.id},
                ),
                (seller, "Test both", {"sharing": "private"}),
            )
        )
        several = self._create_analysis(
            *("sold_net",),
            user=seller,
            sharing="users",
            shared_user_ids=self.salesperson_b.ids,
            name="Test several",
        )
        ownerless = both.copy({"name": "Test ownerless"})
        ownerless.sudo().user_id = False
        all_of_them = self.env["isof.analysis"].union(
            here, there, both, several, ownerless, self.shared
        )
        schedules = self.env["isof.analysis.schedule"].create(
            [
                {"analysis_id": analysis.id, "user_id": seller.id, "recipient_ids": seller.ids}
                for analysis in all_of_them
            ]
        )
        self.env.flush_all()
        for user, expected in (
            (self.manager, here | ownerless | self.shared),
            (theirs, there | ownerless | self.shared),
            (seller, there | both | several | self.shared),
            (self.salesperson_b, several | self.shared),
        ):
            self.env.invalidate_all()
            with self.subTest("search", user=user.login):
                found = self.env["isof.analysis"].with_user(user)
                self.assertEqual(found.search([("id", "in", all_of_them.ids)]), expected)
            with self.subTest("measures", user=user.login):
                found = self.env["isof.analysis.measure"].with_user(user)
                found = found.search([("analysis_id", "in", all_of_them.ids)])
                self.assertEqual(found.sudo().analysis_id, expected)
            for analysis in all_of_them:
                for method, args in (("read", [["name"]]), ("get_table", [])):
                    with self.subTest(method, user=user.login, analysis=analysis.name):
                        if analysis in expected:
                            self._call(user, analysis, method, *args)
                        else:
                            with self.assertRaises(AccessError):
                                self._call(user, analysis, method, *args)
        for user, expected in (
            (self.manager, here | ownerless | self.shared),
            (theirs, there | ownerless | self.shared),
        ):
            with self.subTest("schedules", user=user.login):
                found = self.env["isof.analysis.schedule"].with_user(user)
                found = found.search([("id", "in", schedules.ids)])
                self.assertEqual(found.sudo().analysis_id, expected)
                with self.assertRaises(AccessError):
                    self._call(user, both, "write", {"name": "x"})

    def test_migration(self):
        rule = self.env.ref("isof_crm_analytics.isof_analysis_schedule_rule_manager")
        domain, rule.domain_force = rule.domain_force, "[(1, '=', 1)]"
        private, several = (
            self._create_analysis("sold_net", user=user, sharing="private")
            for user in (self.salesperson_a, self.salesperson_b)
        )
        self.salesperson_b.company_ids |= self.other_company
        self.env.flush_all()
        path = f"{get_module_path('isof_crm_analytics')}/migrations/19.0.1.3.0/post-migration.py"
        spec = importlib.util.spec_from_file_location("migration", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.migrate(self.env.cr, "19.0.1.2.0")
        self.assertEqual(private.company_id, self.company)
        self.assertFalse(several.company_id, "its figures would be others")
        self.assertFalse(self.shared.company_id)
        self.assertEqual(rule.domain_force, domain)

    def test_drill_down_shows_what_one_may_read(self):
        action = self._call(self.salesperson_b, self.shared, "action_open_rows", [])
        self.assertEqual(action["res_model"], "isof.trade.line")
        facts = self.facts.with_user(self.salesperson_b).search(
            [*action["domain"], ("move_id", "in", self.moves.ids)]
        )
        self.assertEqual(set(facts.mapped("partner_id.name")), {"Beta Market"})

    def test_read_only_cursor(self):
        """A table is read from a replica: nothing is written."""
        self.env.flush_all()
        self.env.cr.execute("SET TRANSACTION READ ONLY")
        table = self._call(self.controller, self.shared, "get_table", overrides={"period": "all"})
        self.assertEqual(table["total"]["values"][0], 1460)
        for method in ("get_table", "action_export", "action_open_pivot", "action_open_rows"):
            self.assertTrue(getattr(type(self.shared), method)._readonly, method)

    def test_ready_analyses_for_each_role(self):
        Analysis = self.env["isof.analysis"]
        names = {
            user: set(Analysis.with_user(user).search([("user_id", "=", False)]).mapped("name"))
            for user in (self.salesperson_a, self.analyst, self.controller)
        }
        self.assertNotIn("Margins", names[self.salesperson_a])
        self.assertIn("Margins", names[self.controller])
        for title in (
            "Sales Statement",
            "Purchase Statement",
            "Turnover by Contractor Group",
            "Turnover by Team and Salesperson",
            "Goods Turnover",
            "Services Turnover",
            "Assortment Bought by Customers",
            "Ordered Goods (Sales)",
            "Campaign Results",
            "Commissions",
        ):
            self.assertIn(title, names[self.salesperson_a])
        for user in (self.salesperson_a, self.manager):
            for analysis in Analysis.with_user(user).search([("user_id", "=", False)]):
                with self.subTest(user=user.login, analysis=analysis.name):
                    table = self._call(user, analysis, "get_table")
                    self.assertTrue(table["total"], self._get_notes(table))

    def test_keys_from_outside_name_nothing(self):
        """Rows and columns are asked for by ids; those of others' records are not named."""
        segment = self.env["isof.segment"].create({"name": "Quiet segment", "mode": "static"})
        hidden = self.env["res.partner"].create(
            {"name": "Quiet customer", "company_id": self.other_company.id}
        )
        analysis = self._create_analysis(
            "sold_net", row_1="partner_id", row_2="product_id", column="segment_ids"
        )
        for kwargs in (
            {"column_keys": [segment.id]},
            {"path": [self.alfa.id], "column_keys": [segment.id]},
            {"path": [hidden.id], "column_keys": [segment.id]},
        ):
            with self.subTest(**kwargs):
                table = self._call(self.salesperson_a, analysis, "get_table", **kwargs)
                self.assertNotIn("Quiet", repr(table))

    def test_rows_below_a_row_come_without_headers(self):
        """The table that they are for has them, which names what its reader's figures are of."""
        analysis = self._create_analysis(
            "sold_net", row_1="product_id", row_2="user_id", column="partner_id", comparison="none"
        )
        table = self._call(self.salesperson_a, analysis, "get_table")
        self.assertEqual(
            [header["label"] for header in table["headers"]], ["Alfa Hurt", "Gamma Stal", "Total"]
        )
        row = table["rows"][0]
        part = self._call(
            self.salesperson_a,
            analysis,
            "get_table",
            path=row["path"],
            column_keys=table["column_keys"],
        )
        self.assertEqual(part["headers"], [])
        self.assertEqual(part["rows"][0]["values"], row["values"])


@tagged("post_install", "-at_install")
class TestAnalysisDownload(AnalysisCommon, HttpCase):
    """The route of the workbook."""

    def _get(self, user, analysis, query=""):
        self.authenticate(user.login, user.login)
        return self.url_open(f"/isof_crm/workbook/isof.analysis/{analysis.id}.xlsx{query}")

    def test_download(self):
        analysis = self._create_analysis("sold_net")
        response = self._get(self.salesperson_a, analysis, f"?companies={self.company.id}")
        self.assertEqual(response.status_code, 200)
        self.assertIn("spreadsheetml", response.headers["Content-Type"])
        self.assertIn("Test%20analysis", response.headers["Content-Disposition"])

    def test_malformed(self):
        """Whoever changes the address is told so, and no error is logged."""
        analysis = self._create_analysis("sold_net")
        for query in ("?companies=abc", "?companies=1-", "?overrides=x", "?overrides=[1]"):
            with self.subTest(query=query):
                response = self._get(self.salesperson_a, analysis, query)
                self.assertEqual(response.status_code, 400)
                self.assertIn("The address of the workbook is not complete", response.text)
        with mute_logger("odoo.http"):
            overrides = '?overrides={"period": "no such period"}'
            response = self._get(self.salesperson_a, analysis, overrides)
        self.assertIn("There is no such period. Choose one.", response.text)
        self.authenticate(self.salesperson_a.login, self.salesperson_a.login)
        response = self.url_open(f"/isof_crm/workbook/isof.analysis/{2**31}.xlsx")
        self.assertEqual(response.status_code, 404)

    def test_refused(self):
        analysis = self._create_analysis("sold_net", sharing="private")
        shared = self._create_analysis("sold_net")
        with mute_logger("odoo.http"):
            self.assertEqual(self._get(self.salesperson_a, analysis).status_code, 403)
            # without the right to export
            self.assertEqual(self._get(self.salesperson_b, shared).status_code, 403)
            other = f"?companies={self.other_company.id}"
            self.assertEqual(self._get(self.salesperson_a, shared, other).status_code, 403)
            self.assertEqual(self._get(self.outsider, shared).status_code, 403)
