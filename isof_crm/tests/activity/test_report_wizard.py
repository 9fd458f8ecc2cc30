import io
from datetime import date, datetime

import openpyxl

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form
from odoo.tests.common import freeze_time, tagged, users

from ...reports.export import isof_export
from ...wizards.activity import isof_activity_report_wizard
from ..common import ActivityCommon


@tagged("post_install", "-at_install")
class TestReportWizard(ActivityCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesperson_a.group_ids += cls.env.ref("base.group_allow_export")
        cls.Wizard = cls.env["isof.activity.report.wizard"]
        cls.late = cls._create_activity(
            name="Late", start=datetime(2026, 3, 2, 9), status_id=cls.status_planned.id
        )
        cls.today = cls._create_activity(name="Today", start=datetime(2026, 3, 11, 12))
        cls.tomorrow = cls._create_activity(
            name="Tomorrow", partner_id=cls.beta.id, type_id=cls.type_meeting.id
        )
        cls.of_b = cls._create_activity(
            name="Of B",
            partner_id=cls.gamma.id,
            user_id=cls.salesperson_b.id,
            campaign_id=cls.campaign.id,
            start=datetime(2026, 3, 20, 9),
        )
        cls.february = cls._create_activity(name="February", start=datetime(2026, 2, 10, 9))
        cls.mine = cls.late | cls.today | cls.tomorrow | cls.of_b | cls.february

    def _wizard(self, *, by=None, **vals):
        return self.Wizard.with_user(by or self.manager).create(vals)

    def _found(self, **vals):
        """Return which of the test's activities the criteria find."""
        wizard = self._wizard(**vals)
        found = self.env["isof.activity"].search(wizard.get_activity_domain()) & self.mine
        return set(found.mapped("name"))

    def test_archived_criterion_is_still_one(self):
        """Also one that is proposed again from the last time."""
        self.late.tag_ids = tag = self.env["isof.activity.tag"].create({"name": "Test tag"})
        march = {"period": "custom", "date_from": "2026-03-01", "date_to": "2026-03-31"}
        for name, record in (
            ("user_ids", self.salesperson_b),
            ("campaign_ids", self.campaign),
            ("tag_ids", tag),
        ):
            with self.subTest(name):
                criteria = {**march, name: [Command.set(record.ids)]}
                expected = self._found(**criteria)
                self.assertEqual(len(expected), 1)
                wizard = self._wizard(**criteria)
                wizard.action_open_list()
                record.action_archive()
                self.env.invalidate_all()
                self.assertEqual(wizard[name], record)
                self.assertEqual(self._found(**criteria), expected)
                again = Form(self.Wizard.with_user(self.manager).with_context(isof_propose_last=1))
                self.assertEqual(again.save()[name], record)

    def test_presets(self):
        expected = {
            "today": ("2026-03-11", "2026-03-11"),
            "this_week": ("2026-03-08", "2026-03-14"),  # en_US: weeks begin on Sunday
            "next_week": ("2026-03-15", "2026-03-21"),
            "next_14_days": ("2026-03-11", "2026-03-25"),
            "this_month": ("2026-03-01", "2026-03-31"),
            "last_month": ("2026-02-01", "2026-02-28"),
            "this_quarter": ("2026-01-01", "2026-03-31"),
            "this_year": ("2026-01-01", "2026-12-31"),
        }
        for period, days in expected.items():
            with self.subTest(period):
                wizard = self._wizard(period=period)
                self.assertEqual((str(wizard.date_from), str(wizard.date_to)), days)
        self.assertEqual(
            set(expected) | {"custom"},
            set(dict(self.Wizard._fields["period"].selection)),
        )

    def test_proposals(self):
        with Form(self.Wizard.with_user(self.manager)) as form:
            self.assertEqual((form.form, form.period), ("register", "this_month"))
            form.form = "action_plan"
            self.assertEqual(form.period, "next_14_days")
            self.assertEqual(form.date_to, date(2026, 3, 25))
            form.form = "register"
            form.period = "last_month"
            self.assertEqual(form.date_from, date(2026, 2, 1))
            self.assertEqual(form.activity_count, 1)
            form.date_from = date(2026, 1, 15)
            self.assertEqual(form.period, "custom")
            self.assertEqual((form.date_from, form.date_to), (date(2026, 1, 15), date(2026, 2, 28)))

    def test_today_is_the_users_day(self):
        # 22:00 in Auckland, a day later from 12:00 in Warsaw on
        self.manager.tz = "Pacific/Auckland"
        with freeze_time("2026-03-11 12:00:00"):
            self.assertEqual(self._wizard(period="today").date_from, date(2026, 3, 12))

    def test_period_is_inclusive_on_the_users_clock(self):
        self.mine = self._create_activity(name="First minute", start=datetime(2026, 5, 31, 22, 0))
        self.mine |= self._create_activity(name="Last minute", start=datetime(2026, 6, 1, 21, 59))
        self.mine |= self._create_activity(name="Before", start=datetime(2026, 5, 31, 21, 59))
        self.mine |= self._create_activity(name="After", start=datetime(2026, 6, 1, 22, 0))
        vals = {"period": "custom", "date_from": "2026-06-01", "date_to": "2026-06-01"}
        self.assertEqual(self._found(**vals), {"First minute", "Last minute"})

    def test_allday_counts_on_its_day_everywhere(self):
        self.mine = self._create_activity(
            name="Fair", allday=True, start_date="2026-06-01", stop_date="2026-06-02"
        )
        for tz in ("Europe/Warsaw", "Pacific/Honolulu", "Pacific/Auckland"):
            self.manager.tz = tz
            for day, expected in (("05-31", set()), ("06-01", {"Fair"}), ("06-02", set())):
                with self.subTest(tz=tz, day=day):
                    day = f"2026-{day}"
                    vals = {"period": "custom", "date_from": day, "date_to": day}
                    self.assertEqual(self._found(**vals), expected)

    def test_action_plan_is_what_is_open(self):
        self.assertEqual(self._found(form="action_plan"), {"Late", "Today", "Tomorrow", "Of B"})
        self.today.action_done()
        self.tomorrow.action_cancel()
        self.assertEqual(
            self._found(form="action_plan", period="custom", date_to="2026-03-19"), {"Late"}
        )

    def test_criteria(self):
        march = {"Late", "Today", "Tomorrow", "Of B"}
        self.today.write(
            {
                "author_id": self.salesperson_b.id,
                "tag_ids": [Command.create({"name": "Test tag"})],
                "status_id": self.status_in_progress.id,
                "contact_id": self.alfa_anna.id,
                "partner_id": self.alfa_adam.id,
            }
        )
        presentation = self._create_activity(
            name="Presentation",
            type_id=self.type_presentation.id,
            partner_id=self.beta.id,
            contact_id=self.beta_barbara.id,
        )
        self.mine |= presentation
        march |= {"Presentation"}
        cases = [
            ({}, march),
            ({"user_ids": self.salesperson_b}, {"Of B"}),
            ({"user_ids": self.salesperson_a | self.salesperson_b}, march),
            # the whole company, whichever of its contacts is chosen
            ({"partner_ids": self.alfa}, {"Late", "Today"}),
            ({"partner_ids": self.alfa_anna}, {"Late", "Today"}),
            ({"partner_ids": self.alfa | self.gamma}, {"Late", "Today", "Of B"}),
            ({"type_ids": self.type_meeting}, {"Tomorrow"}),
            ({"kind_sales": True}, {"Presentation"}),
            ({"kind_sales": True, "kind_contact": True, "kind_marketing": True}, march),
            ({"author_ids": self.salesperson_b}, {"Today"}),
            ({"status_ids": self.status_in_progress}, {"Today"}),
            ({"campaign_ids": self.campaign}, {"Of B"}),
            ({"region_ids": self.region_pomerania}, {"Tomorrow", "Presentation"}),
            (
                {"region_ids": self.region_poland},
                {"Late", "Today", "Tomorrow", "Presentation"},
            ),
            ({"department_ids": self.department_inside}, {"Of B"}),
            ({"department_ids": self.department_sales}, march),
            ({"tag_ids": self.today.tag_ids}, {"Today"}),
            ({"region_ids": self.region_poland, "type_ids": self.type_meeting}, {"Tomorrow"}),
        ]
        for criteria, expected in cases:
            with self.subTest(criteria):
                vals = {
                    name: value if value is True else [Command.set(value.ids)]
                    for name, value in criteria.items()
                }
                self.assertEqual(self._found(**vals), expected)

    def test_count_follows_the_kinds(self):
        wizard = self._wizard()
        self.assertGreater(wizard.activity_count, 0)
        wizard.kind_marketing = True  # all of them are calls
        self.assertEqual(wizard.activity_count, 0)

    def test_scope(self):
        def found(user, scope):
            wizard = self._wizard(by=user, scope=scope)
            return set(
                self.env["isof.activity"]
                .with_user(user)
                .search(wizard.get_activity_domain())
                .mapped("name")
            )

        self.assertEqual(found(self.salesperson_b, "mine"), {"Of B"})
        self.assertEqual(found(self.team_leader, "mine"), set())
        self.assertEqual(found(self.team_leader, "team"), {"Late", "Today", "Tomorrow"})
        self.assertEqual(
            found(self.department_manager, "team"), {"Late", "Today", "Tomorrow", "Of B"}
        )

    def test_bad_period(self):
        with self.assertRaisesRegex(
            ValidationError, "starts on 03/12/2026, after it ends on 03/11/2026. Choose"
        ):
            self._wizard(period="custom", date_from="2026-03-12", date_to="2026-03-11")
        with self.assertRaisesRegex(ValidationError, "Choose the first and the last day"):
            self._wizard(period="custom", date_from="2026-03-01").date_to = False
        # of no meaning to an action plan
        self._wizard(
            form="action_plan", period="custom", date_from="2026-03-12", date_to="2026-03-11"
        )

    def test_filter_lines(self):
        wizard = self._wizard(
            user_ids=self.salesperson_a.ids,
            region_ids=self.region_poland.ids,
            kind_sales=True,
            scope="team",
        )
        self.assertEqual(
            wizard.get_filter_lines(),
            [
                "Period: 03/01/2026 – 03/31/2026",
                "Whose: My team's",
                "Kind: Sales",
                "Employees: Salesperson A",
                "Regions: Test Poland",
            ],
        )
        self.assertEqual(
            self._wizard(form="action_plan").get_filter_lines(), ["Open, up to: 03/25/2026"]
        )
        customers = self.env["res.partner"].create([{"name": f"C{i}"} for i in range(10)])
        self.assertEqual(
            self._wizard(partner_ids=customers.ids).get_filter_lines()[1],
            "Customers: C0, C1, C2, C3, C4, C5, C6, C7 and 2 more",
        )

    def test_companies(self):
        self._create_activity(
            name="Abroad",
            company_id=self.other_company.id,
            user_id=self.foreign_salesperson.id,
        )
        self.manager.write(
            {
                "company_ids": [Command.link(self.other_company.id)],
                "group_ids": [Command.link(self.env.ref("base.group_multi_company").id)],
            }
        )
        for companies in (self.company, self.other_company, self.company | self.other_company):
            wizard = (
                self.Wizard.with_user(self.manager)
                .with_context(allowed_company_ids=companies.ids)
                .create({})
            )
            # a download is asked for without saying which companies are switched on
            activities = wizard.with_context(allowed_company_ids=None)._get_activities()
            self.assertEqual(activities.company_id, companies)
            self.assertIn(
                f"Companies: {', '.join(companies.mapped('name'))}", wizard.get_filter_lines()
            )

    # ------------------------------------------------------------
    # Remembered
    # ------------------------------------------------------------

    @users("isof_salesperson_a")
    def test_remembered(self):
        wizards = self.env["isof.activity.report.wizard"].with_context(isof_propose_last=True)
        gone = self.env["res.partner"].create({"name": "Gone"})
        with Form(wizards) as form:
            form.period = "this_quarter"
            form.scope = "mine"
            form.kind_sales = True
            form.campaign_ids.add(self.campaign)
            form.partner_ids.add(self.alfa)
            form.partner_ids.add(gone)
        form.record.action_open_list()
        gone.unlink()
        again = Form(wizards).save()
        self.assertRecordValues(
            again,
            [
                {
                    "period": "this_quarter",
                    "scope": "mine",
                    "kind_sales": True,
                    "kind_contact": False,
                    "campaign_ids": self.campaign.ids,
                    "partner_ids": self.alfa.ids,
                    "date_from": date(2026, 1, 1),
                }
            ],
        )
        self.assertEqual(
            Form(wizards.with_user(self.salesperson_b)).period, "this_month", "each his own"
        )
        self.assertEqual(wizards.with_context({}).create({}).scope, "all", "not for scripts")
        plan = Form(wizards.with_context(default_form="action_plan"))
        self.assertEqual((plan.period, plan.scope), ("next_14_days", "all"), "each form its own")
        plan.scope = "team"
        plan.save().action_open_list()
        register = Form(wizards.with_context(default_form="register"))
        self.assertEqual((register.period, register.scope), ("this_quarter", "mine"))
        self.assertEqual(Form(wizards.with_context(default_form="action_plan")).scope, "team")

    @users("isof_salesperson_a")
    def test_remembered_custom_period(self):
        wizards = self.env["isof.activity.report.wizard"].with_context(isof_propose_last=True)
        wizards.create(
            {"period": "custom", "date_from": "2025-12-24", "date_to": "2026-01-06"}
        ).action_open_pivot()
        form = Form(wizards)
        self.assertEqual(
            (form.period, form.date_from, form.date_to),
            ("custom", date(2025, 12, 24), date(2026, 1, 6)),
        )

    def test_a_selection_is_not_remembered(self):
        wizard = self._wizard(by=self.salesperson_a, chosen_ids=self.today.ids, scope="mine")
        wizard.action_export()
        self.assertFalse(self.salesperson_a.res_users_settings_ids.isof_activity_report)

    # ------------------------------------------------------------
    # Views
    # ------------------------------------------------------------

    def test_open_views(self):
        wizard = self._wizard(period="last_month")
        for method, mode in (
            ("action_open_list", "list"),
            ("action_open_calendar", "calendar"),
            ("action_open_pivot", "pivot"),
        ):
            action = getattr(wizard, method)()
            self.assertEqual(action["views"][0][1], mode)
            self.assertEqual(action["name"], "Register 02/01/2026 – 02/28/2026")
            self.assertEqual(
                self.env["isof.activity"].search(action["domain"]) & self.mine, self.february
            )
            # midnight in Warsaw
            self.assertEqual(action["context"]["initial_date"], "2026-01-31 23:00:00")
        self.assertNotIn(
            "initial_date", self._wizard(period="this_month").action_open_calendar()["context"]
        )

    def test_open_action_plan(self):
        action = self._wizard(form="action_plan").action_open_list()
        self.assertEqual(action["name"], "Action Plan up to 03/25/2026")
        self.assertEqual(
            action["views"][0],
            (self.env.ref("isof_crm.isof_activity_view_list_action_plan").id, "list"),
        )

    # ------------------------------------------------------------
    # Export
    # ------------------------------------------------------------

    def _export(self, wizard):
        output = io.BytesIO()
        wizard._write_workbook(output)
        return openpyxl.load_workbook(output).worksheets[0]

    def _read_rows(self, sheet):
        """Return the rows of a sheet as dicts by the header's labels, the totals too."""
        header = int(sheet.auto_filter.ref.split(":")[0][1:])
        labels = [cell.value for cell in sheet[header]]
        return [
            dict(zip(labels, row, strict=True))
            for row in sheet.iter_rows(min_row=header + 1, values_only=True)
        ]

    def test_export_register(self):
        self.today.write(
            {
                "name": "=cmd()",
                "contact_id": self.alfa_anna.id,
                "participant_ids": (self.manager | self.team_leader).ids,
                "note": "Bring\nsamples",
            }
        )
        self._create_activity(
            name="Fair", allday=True, start_date="2026-03-30", stop_date="2026-03-31"
        )
        self.env.flush_all()  # a download comes in a transaction of its own
        sheet = self._export(self._wizard(by=self.salesperson_a))
        self.assertEqual(sheet["A1"].value, "Register 03/01/2026 – 03/31/2026")
        self.assertEqual(sheet["A2"].value, "Period: 03/01/2026 – 03/31/2026")
        self.assertEqual(sheet["A3"].value, "Activities: 4")
        self.assertEqual(sheet.title, "Register")
        self.assertEqual(sheet.freeze_panes, "A6")
        *rows, total = self._read_rows(sheet)
        self.assertEqual([row["Subject"] for row in rows], ["Late", "=cmd()", "Tomorrow", "Fair"])
        today = rows[1]
        self.assertEqual(today["Start"], datetime(2026, 3, 11, 13), "on the user's clock")
        self.assertEqual(today["Hours"], 0.25)
        self.assertEqual(today["Customer"], "Alfa Hurt")
        self.assertEqual(today["Contact Person"], "Anna Alfowska")
        self.assertEqual(today["Participants"], "Manager, Team Leader")
        self.assertEqual(today["Employee"], "Salesperson A")
        self.assertEqual(today["Region"], "Test Poland / Test Mazovia")
        self.assertEqual(today["Kind"], "Contact")
        self.assertEqual(today["Note"], "Bring\nsamples")
        self.assertEqual(sheet["F7"].data_type, "s")
        fair = rows[3]
        self.assertEqual(
            (fair["Start"], fair["Stop"]), (datetime(2026, 3, 30), datetime(2026, 3, 31))
        )
        self.assertEqual((total["Start"], total["Hours"]), ("Total", "=SUBTOTAL(109,C6:C9)"))
        self.assertNotIn("Company", today)

    def test_export_action_plan(self):
        rows = self._read_rows(self._export(self._wizard(form="action_plan")))[:-1]
        self.assertEqual(
            [(row["Employee"], row["Due"], row["Subject"]) for row in rows],
            [
                ("Salesperson A", "Overdue", "Late"),
                ("Salesperson A", "Today", "Today"),
                ("Salesperson A", "Coming", "Tomorrow"),
                ("Salesperson B", "Coming", "Of B"),
            ],
        )

    def test_export_of_chosen_activities(self):
        chosen = (self.today | self.february).with_user(self.salesperson_a)
        action = chosen.action_export_register()
        self.assertEqual(action["type"], "ir.actions.act_url")
        wizard = self.Wizard.with_user(self.salesperson_a).search([], order="id desc", limit=1)
        sheet = self._export(wizard)
        self.assertEqual(sheet["A2"].value, "Chosen activities: 2")
        self.assertEqual(
            [row["Subject"] for row in self._read_rows(sheet)[:-1]], ["February", "Today"]
        )

    def test_export_holds_what_the_user_may_read(self):
        for user, expected in (
            (self.salesperson_a, {"Late", "Today", "Tomorrow"}),
            (self.salesperson_b, {"Of B"}),
            (self.team_leader, {"Late", "Today", "Tomorrow"}),
            (self.manager, {"Late", "Today", "Tomorrow", "Of B"}),
        ):
            with self.subTest(user.login):
                rows = self._read_rows(self._export(self._wizard(by=user)))[:-1]
                self.assertEqual({row["Subject"] for row in rows}, expected)
        wizard = self._wizard(by=self.salesperson_a, chosen_ids=self.mine.ids)
        self.assertNotIn("Of B", wizard._get_activities().mapped("name"))

    def test_export_queries_do_not_grow(self):
        """One query for each model a batch shows, however many rows there are."""

        def count(month):
            wizard = self._wizard(
                period="custom", date_from=f"2027-{month}-01", date_to=f"2027-{month}-28"
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            wizard._write_workbook(io.BytesIO())
            return self.env.cr.sql_log_count - before

        for month, amount in ((1, 2), (2, 60)):
            partners = self.env["res.partner"].create(
                [{"name": f"Customer {i}"} for i in range(amount)]
            )
            self.env["isof.activity"].create(
                [
                    self._prepare_activity(
                        partner_id=partner.id,
                        participant_ids=self.manager.ids,
                        campaign_id=self.campaign.id,
                        start=datetime(2027, month, 10, 9),
                    )
                    for partner in partners
                ]
            )
        count("01")  # what is cached once and for all
        few, many = count("01"), count("02")
        self.assertEqual(few, many)
        self.assertLess(many, 60)

    def test_export_in_batches(self):
        self.patch(isof_export, "BATCH_SIZE", 2)
        rows = self._read_rows(self._export(self._wizard()))[:-1]
        self.assertEqual([row["Subject"] for row in rows], ["Late", "Today", "Tomorrow", "Of B"])

    # ------------------------------------------------------------
    # Rights and limits
    # ------------------------------------------------------------

    def test_another_users_wizard(self):
        wizard = self._wizard(by=self.manager)
        for method in ("get_activity_domain", "get_filter_lines", "action_export"):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(wizard.with_user(self.salesperson_a), method)()
        with self.assertRaises(AccessError):
            wizard.with_user(self.salesperson_a).read(["form"])

    def test_outsider(self):
        with self.assertRaises(AccessError):
            self._wizard(by=self.outsider)

    def test_print_limits(self):
        with self.assertRaisesRegex(UserError, "There are no such activities"):
            self._wizard(
                period="custom", date_from="2020-01-01", date_to="2020-01-01"
            ).action_print()
        self.today.action_done()
        with self.assertRaisesRegex(UserError, "None of the chosen activities is open"):
            self.today.action_print_action_plan()
        self.patch(isof_activity_report_wizard, "PRINT_LIMIT", 2)
        with self.assertRaisesRegex(UserError, "4 activities are too many to print.*limit is 2"):
            self._wizard().action_print()
