import io
from datetime import datetime

import openpyxl
from lxml import html

from odoo.exceptions import AccessError
from odoo.tests.common import HttpCase, tagged

from ..common import ActivityCommon


@tagged("post_install", "-at_install")
class TestReports(ActivityCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in (cls.salesperson_a, cls.salesperson_b, cls.team_leader, cls.manager):
            user.group_ids += cls.env.ref("base.group_allow_export")
        cls.late = cls._create_activity(
            name="Late", start=datetime(2026, 3, 2, 9), status_id=cls.status_planned.id
        )
        cls.today = cls._create_activity(
            name="Today",
            start=datetime(2026, 3, 11, 12),
            contact_id=cls.alfa_anna.id,
            note="Bring <samples>",
        )
        cls.tomorrow = cls._create_activity(name="Tomorrow", partner_id=cls.beta.id)
        cls.of_b = cls._create_activity(
            name="Of B",
            partner_id=cls.gamma.id,
            user_id=cls.salesperson_b.id,
            start=datetime(2026, 3, 20, 9),
        )

    def _wizard(self, *, by=None, **vals):
        return self.env["isof.activity.report.wizard"].with_user(by or self.manager).create(vals)

    def _render(self, wizard):
        """Return the parsed page that printing leads to."""
        action = wizard.action_print()
        report = self.env["ir.actions.report"].with_user(wizard.env.user)
        return html.fromstring(
            report._render_qweb_html(action["report_name"], action["context"]["active_ids"])[0]
        )

    def _texts(self, page, path):
        return [" ".join(node.text_content().split()) for node in page.xpath(path)]

    def test_action_plan(self):
        page = self._render(self._wizard(form="action_plan"))
        self.assertEqual(
            self._texts(page, "//h3"), ["Action Plan up to 03/25/2026"] * 2, "on each page"
        )
        self.assertEqual(
            self._texts(page, "//h4"),
            [
                "Salesperson A Activities: 3 · Hours: 00:45",
                "Salesperson B Activities: 1 · Hours: 00:15",
            ],
        )
        self.assertEqual(
            self._texts(page, "//th"),
            [
                "Overdue",
                "Monday, 2 March 2026",
                "Today",
                "Wednesday, 11 March 2026",
                "Coming",
                "Thursday, 12 March 2026",
                "Coming",
                "Friday, 20 March 2026",
            ],
        )
        self.assertEqual(
            self._texts(page, "//tr[td]/td[1]")[1],
            "01:00 PM – 01:15 PM",
        )
        row = self._texts(page, "//tr[td]")[1]
        for part in ("Test call", "Alfa Hurt", "Anna Alfowska", "+48 600 111 111", "Planned"):
            self.assertIn(part, row)
        self.assertIn("Bring <samples>", row, "escaped")
        pages = page.xpath("//div[contains(concat(' ', @class, ' '), ' page ')]/@style")
        self.assertEqual(pages, ["", "page-break-before: always;"])

    def test_action_plan_of_nobody(self):
        self.tomorrow.user_id = False
        page = self._render(self._wizard(form="action_plan"))
        self.assertIn("Without an employee", self._texts(page, "//h4")[-1], "comes last")

    def test_register(self):
        self.of_b.action_cancel()
        page = self._render(self._wizard())
        self.assertEqual(self._texts(page, "//h3"), ["Register 03/01/2026 – 03/31/2026"])
        self.assertIn("Period: 03/01/2026 – 03/31/2026", self._texts(page, "//p")[0])
        self.assertEqual(
            [text.split()[0] for text in self._texts(page, "//tbody//td[4]")],
            ["Late", "Today", "Tomorrow", "Of"],
        )
        self.assertEqual(self._texts(page, "//tfoot//td")[:2], ["Total: 4", "01:00"])
        struck = page.xpath("//tr[contains(@style, 'line-through')]")
        self.assertEqual(len(struck), 1)
        self.assertIn("Of B", struck[0].text_content())

    def test_chosen(self):
        action = (self.late | self.of_b).with_user(self.manager).action_print_register()
        page = html.fromstring(
            self.env["ir.actions.report"]
            .with_user(self.manager)
            ._render_qweb_html(action["report_name"], action["context"]["active_ids"])[0]
        )
        self.assertEqual(self._texts(page, "//p"), ["Chosen activities: 2"])
        self.assertEqual(self._texts(page, "//tbody//td[4]"), ["Late", "Of B"])

    def test_prints_what_the_user_may_read(self):
        for form, row in (("register", "//tbody//td[4]"), ("action_plan", "//tr[td]/td[3]")):
            page = self._render(self._wizard(by=self.salesperson_b, form=form))
            self.assertEqual(self._texts(page, row), ["Of B"])

    def test_another_users_report(self):
        action = self._wizard(by=self.manager).action_print()
        with self.assertRaises(AccessError):
            self.env["ir.actions.report"].with_user(self.salesperson_a)._render_qweb_html(
                action["report_name"], action["context"]["active_ids"]
            )

    def test_print_queries_do_not_grow(self):
        def count(month):
            wizard = self._wizard(
                period="custom", date_from=f"2027-{month}-01", date_to=f"2027-{month}-28"
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._render(wizard)
            return self.env.cr.sql_log_count - before

        for month, amount in ((1, 2), (2, 30)):
            partners = self.env["res.partner"].create(
                [{"name": f"Customer {i}"} for i in range(amount)]
            )
            self.env["isof.activity"].create(
                [
                    self._prepare_activity(
                        partner_id=partner.id, start=datetime(2027, month, 10, 9)
                    )
                    for partner in partners
                ]
            )
        count("01")  # what is cached once and for all
        self.assertEqual(count("01"), count("02"))

    # ------------------------------------------------------------
    # Over HTTP
    # ------------------------------------------------------------

    def test_download(self):
        wizard = self._wizard(by=self.salesperson_a)
        self.authenticate("isof_salesperson_a", "isof_salesperson_a")
        response = self.url_open(wizard.action_export()["url"])
        self.assertEqual(response.status_code, 200)
        self.assertEqual(
            response.headers["Content-Type"],
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
        self.assertIn(
            "Register%202026-03-01%20-%202026-03-31.xlsx",
            response.headers["Content-Disposition"],
        )
        self.assertEqual(int(response.headers["Content-Length"]), len(response.content))
        sheet = openpyxl.load_workbook(io.BytesIO(response.content)).worksheets[0]
        self.assertEqual(
            [sheet.cell(row, 6).value for row in range(6, 9)], ["Late", "Today", "Tomorrow"]
        )

    def test_download_refused(self):
        url = self._wizard(by=self.manager).action_export()["url"]
        for login in ("isof_salesperson_a", "isof_outsider"):
            with self.subTest(login):
                self.authenticate(login, login)
                with self.assertLogs("odoo.http", "WARNING"):
                    response = self.url_open(url)
                self.assertEqual(response.status_code, 403)
        self.authenticate("isof_manager", "isof_manager")
        self.assertEqual(self.url_open(url).status_code, 200)

    def test_download_needs_the_right_to_export(self):
        wizard = self._wizard(by=self.salesperson_a)
        url = wizard.action_export()["url"]
        self.salesperson_a.group_ids -= self.env.ref("base.group_allow_export")
        with self.assertRaises(AccessError):
            wizard.action_export()
        self.authenticate("isof_salesperson_a", "isof_salesperson_a")
        with self.assertLogs("odoo.http", "WARNING"):
            self.assertEqual(self.url_open(url).status_code, 403)

    def test_no_download_without_the_right_to_export(self):
        """Whatever it is: the right is asked for before anything is looked for."""
        self.salesperson_a.group_ids -= self.env.ref("base.group_allow_export")
        self.authenticate("isof_salesperson_a", "isof_salesperson_a")
        workbook = self.env.registry["isof.workbook"]
        models = [name for name in self.env if isinstance(self.env[name], workbook)]
        self.assertIn("isof.list.export", models)
        for name in [*models, "res.partner"]:
            with self.subTest(name), self.assertLogs("odoo.http", "WARNING") as logs:
                url = f"/isof_crm/workbook/{name}/0.xlsx"
                self.assertEqual(self.url_open(url).status_code, 403)
            self.assertIn("You may not export data", "".join(logs.output))

    def test_no_download_of_what_is_no_workbook(self):
        self.authenticate("isof_salesperson_a", "isof_salesperson_a")
        for name in ("res.partner", "isof.activity", "no.model", "__class__"):
            with self.subTest(name):
                url = f"/isof_crm/workbook/{name}/{self.alfa.id}.xlsx"
                self.assertEqual(self.url_open(url).status_code, 404)

    def test_download_of_what_is_gone(self):
        wizard = self._wizard(by=self.salesperson_a)
        url = wizard.action_export()["url"]
        wizard.sudo().unlink()
        self.authenticate("isof_salesperson_a", "isof_salesperson_a")
        self.assertEqual(self.url_open(url).status_code, 404)

    def test_download_needs_a_login(self):
        url = self._wizard(by=self.manager).action_export()["url"]
        response = self.url_open(url, allow_redirects=False)
        self.assertEqual(response.status_code, 303)
        self.assertIn("/web/login", response.headers["Location"])
