import io

from openpyxl import load_workbook

from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import tagged

from .commission_common import CommissionCommon


@tagged("post_install", "-at_install")
class TestCommissionRights(CommissionCommon):
    """Who may read and do what with commissions, on every path of a client."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls._create_plan()
        cls._create_plan(company_id=cls.other_company.id, name="Czech")
        cls.foreign_salesperson.group_ids += cls.env.ref("isof_crm_analytics.group_own")
        cls.analyst = cls._create_user("analyst", "isof_crm_analytics.group_all")
        cls.move_a = cls._create_invoice(team_id=cls.team.id)
        cls.move_b = cls._create_invoice(invoice_user_id=cls.salesperson_b.id)
        cls.move_foreign = cls._create_invoice(
            company=cls.other_company, invoice_user_id=cls.foreign_salesperson.id
        )
        cls.env.flush_all()
        cls.all_entries = cls.entries.search([])
        cls.all_settlements = cls._settle("2026-03-01", "2026-03-31")
        cls.all_settlements.action_confirm()
        # each with the documents whose commission it may read
        cls.roles = (
            (cls.salesperson_a, cls.move_a),
            (cls.salesperson_b, cls.move_b),
            (cls.team_leader, cls.move_a.browse()),
            (cls.analyst, cls.move_a.browse()),
            (cls.commission_manager, cls.move_a | cls.move_b),
            (cls.manager, cls.move_a | cls.move_b),
            (cls.foreign_salesperson, cls.move_foreign),
        )

    def _call(self, user, model, method, *args, **kwargs):
        self.env.invalidate_all()
        return call_kw(self.env[model].with_user(user), method, list(args), kwargs)

    def _get_paths(self):
        """Return functions that return the documents which a path shows a user."""
        entry = "isof.commission.entry"
        return {
            "search_read": lambda user: {
                row["move_name"]
                for row in self._call(user, entry, "search_read", [], ["move_name"])
            },
            "web_search_read": lambda user: {
                row["move_name"]
                for row in self._call(
                    user,
                    entry,
                    "web_search_read",
                    [],
                    {
                        "move_name": {},
                        "reason": {},
                        "rate": {},
                        "plan_id": {"fields": {"display_name": {}}},
                        "rule_id": {"fields": {"display_name": {}}},
                        "payee_id": {"fields": {"display_name": {}}},
                    },
                )["records"]
            },
            "formatted_read_group": lambda user: {
                row["move_name"]
                for row in self._call(
                    user, entry, "formatted_read_group", [], ["move_name"], ["due:sum"]
                )
            },
            "formatted_read_grouping_sets": lambda user: {
                row["move_name"]
                for row in self._call(
                    user, entry, "formatted_read_grouping_sets", [], [["move_name"]], ["due:sum"]
                )[0]
            },
        }

    def test_each_role_on_each_path(self):
        for path, read in self._get_paths().items():
            for user, moves in self.roles:
                with self.subTest(path=path, user=user.login):
                    self.assertEqual(read(user), set(moves.mapped("name")))

    def test_outsiders(self):
        for path, read in self._get_paths().items():
            with self.subTest(path=path), self.assertRaises(AccessError):
                read(self.outsider)
        for model in ("plan", "rule", "settlement"):
            with self.subTest(model=model), self.assertRaises(AccessError):
                self._call(self.outsider, f"isof.commission.{model}", "search_read", [], ["id"])

    def test_read_by_id(self):
        for user, moves in self.roles:
            for entry in self.all_entries:
                with self.subTest(user=user.login, move=entry.move_name):
                    if entry.move_id in moves:
                        self._call(user, entry._name, "read", entry.ids, ["accrued", "reason"])
                    else:
                        with self.assertRaises(AccessError):
                            self._call(user, entry._name, "read", entry.ids, ["accrued"])

    def test_settlements(self):
        name = "isof.commission.settlement"
        for user, moves in self.roles:
            with self.subTest(user=user.login):
                found = self._call(user, name, "search_read", [], ["payee_id", "amount_payable"])
                expected = (moves - self.move_foreign).invoice_user_id.partner_id
                self.assertEqual({row["payee_id"][0] for row in found}, set(expected.ids))
        mine = self.all_settlements.filtered(
            lambda settlement: settlement.user_id == self.salesperson_a
        )
        self._call(
            self.salesperson_a,
            name,
            "web_read",
            mine.ids,
            {
                "amount_payable": {},
                "entry_ids": {
                    "fields": {"reason": {}, "partner_id": {"fields": {"display_name": {}}}}
                },
                "previous_id": {"fields": {"display_name": {}}},
            },
        )
        for method in ("action_confirm", "action_draft", "action_approve", "action_pay", "unlink"):
            with self.subTest(method=method), self.assertRaises(AccessError):
                self._call(self.salesperson_a, name, method, mine.ids)
        self.all_settlements.action_draft()
        self.assertFalse(self._call(self.salesperson_a, name, "search", []), "drafts are secret")

    def test_nobody_writes_the_ledger(self):
        entry = self.all_entries[0]
        for user in (self.salesperson_a, self.commission_manager, self.manager):
            for method, args in (
                ("create", [{"payee_id": self.agent.id, "accrued": 5}]),
                ("write", [entry.ids, {"settlement_id": False}]),
                ("unlink", [entry.ids]),
            ):
                with self.subTest(user=user.login, method=method), self.assertRaises(AccessError):
                    self._call(user, entry._name, method, *args)

    def test_settlements_are_made_and_changed_by_buttons_only(self):
        name = "isof.commission.settlement"
        vals = {
            "payee_id": self.agent.id,
            "company_id": self.company.id,
            "currency_id": self.pln.id,
            "date_from": "2026-05-01",
            "date_to": "2026-05-31",
        }
        with self.assertRefused(UserError, "Use “Settle Commissions”"):
            self._call(self.commission_manager, name, "create", vals)
        for values in ({"state": "paid"}, {"date_to": "2027-01-01"}, {"entry_ids": [(5,)]}):
            with self.subTest(**values), self.assertRefused(AccessError, "cannot be set by hand"):
                self._call(self.commission_manager, name, "write", self.all_settlements.ids, values)

    def test_plans_and_dialogues_are_for_commission_managers(self):
        for user in (self.salesperson_a, self.team_leader, self.analyst, self.outsider):
            for model, vals in (
                ("plan", {"name": "Mine", "date_from": "2026-01-01"}),
                ("settle", {"date_from": "2026-01-01", "date_to": "2026-01-31"}),
                ("correction", {"payee_id": user.partner_id.id, "amount": 100, "note": "Me"}),
                ("trial", {"plan_id": self.plan.id}),
            ):
                with self.subTest(user=user.login, model=model), self.assertRaises(AccessError):
                    self._call(user, f"isof.commission.{model}", "create", vals)
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._call(user, "isof.commission.plan", "read", self.plan.ids, ["name"])
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._call(user, "isof.commission.plan", "action_approve", self.plan.ids)
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._call(user, "res.partner", "read", self.alfa.ids, ["isof_agent_id"])

    def test_private_methods_are_private(self):
        for method in ("_settle", "_sync", "_insert"):
            for model in ("entry", "settlement"):
                with self.subTest(model=model, method=method), self.assertRaises(AccessError):
                    self._call(self.manager, f"isof.commission.{model}", method, [])

    def test_other_peoples_dialogues(self):
        card = self.env["isof.commission.card"].with_user(self.salesperson_b).create({})
        with self.assertRaises(AccessError):
            self._call(self.salesperson_a, card._name, "read", card.ids, ["earned"])

    def test_an_accountant_without_a_role_posts(self):
        accountant = self._create_user("accountant", "account.group_account_invoice")
        move = self._create_invoice(post=False)
        move.with_user(accountant).action_post()
        self.env.flush_all()
        self.assertEarned(move, 8)

    def _open(self, model, user=None, **vals):
        """Return a dialogue of a user with values that the dialogue itself would refuse."""
        dialogue = self.env[model].with_user(user or self.commission_manager)
        return dialogue.sudo().create(vals).sudo(False)

    def test_ledger_of_another_company_gets_no_correction(self):
        before = self.entries.search_count([])
        correction = self._open(
            "isof.commission.correction",
            company_id=self.other_company.id,
            payee_id=self.agent.id,
            amount=10,
            note="Mine",
        )
        with self.assertRaisesRegex(AccessError, "that is switched on"):
            correction.action_book()
        self.assertEqual(self.entries.search_count([]), before)

    def test_correction_is_about_what_one_may_read(self):
        vals = {"company_id": self.company.id, "amount": 10, "note": "Mine"}
        hidden = self.env["res.partner"].create(
            {"name": "Quiet agent", "company_id": self.other_company.id}
        )
        for name, record, secret in (
            ("payee_id", hidden, "Quiet"),
            ("other_payee_id", hidden, "Quiet"),
            ("move_id", self.move_foreign, self.move_foreign.name),
        ):
            with self.subTest(field=name):
                correction = self._open(
                    "isof.commission.correction",
                    **{"payee_id": self.agent.id, **vals, name: record.id},
                )
                self.env.invalidate_all()
                with self.assertRaisesRegex(AccessError, "records") as caught:
                    correction.action_book()
                self.assertNotIn(secret, str(caught.exception))

    def test_correction_is_about_a_document_of_its_company(self):
        self.commission_manager.company_ids += self.other_company
        self.commission_manager.group_ids += self.env.ref("account.group_account_invoice")
        correction = self._open(
            "isof.commission.correction",
            company_id=self.company.id,
            payee_id=self.agent.id,
            amount=10,
            note="Both",
            move_id=self.move_foreign.id,
        ).with_context(allowed_company_ids=(self.company + self.other_company).ids)
        with self.assertRaisesRegex(UserError, "is not a document of"):
            correction.action_book()
        correction.company_id = self.other_company
        correction.action_book()
        booked = self.entries.search([("kind", "=", "correction")])
        self.assertEqual(booked.company_id, self.other_company)

    def test_nothing_is_settled_for_another_company(self):
        self._create_invoice(
            company=self.other_company, invoice_user_id=self.foreign_salesperson.id
        )
        before = self.settlements.search_count([])
        settle = self._open(
            "isof.commission.settle",
            company_id=self.other_company.id,
            approver_id=self.commission_manager.id,
            date_from="2026-03-01",
            date_to="2026-03-31",
        )
        with self.assertRaisesRegex(AccessError, "that is switched on"):
            settle.action_settle()
        self.assertEqual(self.settlements.search_count([]), before)


@tagged("post_install", "-at_install")
class TestMarginPlanRights(CommissionCommon):
    """The basis of a plan on margins is a margin: for who sees margins, on every path.

    Who is paid by it knows rate and amount, and not whose part it is of.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # 10 bolts for 80 that cost 50
        cls._create_plan(
            basis="margin",
            name="Margins",
            splits=[
                {"kind": "salesperson", "percent": 60},
                {"kind": "person", "percent": 40, "partner_id": cls.agent.id},
            ],
        )
        cls._create_plan(name="Sales")
        cls.seller_with_margins = cls._create_user(
            "seller_with_margins", "isof_crm_analytics.group_margin"
        )
        cls.payees = cls.salesperson_a | cls.seller_with_margins
        cls.env.ref("base.group_allow_export").user_ids |= cls.payees
        for user in cls.payees:
            cls._create_invoice(invoice_user_id=user.id)
        cls.env.flush_all()
        cls.settled = cls._settle("2026-03-01", "2026-03-31")
        cls.settled.action_confirm()

    def _call(self, user, method, *args, **kwargs):
        self.env.invalidate_all()
        return call_kw(self.env["isof.commission.entry"].with_user(user), method, args, kwargs)

    def _get_own(self, user):
        """Return the entries of the plan on margins and of that on net sales."""
        entries = self.entries.search([("payee_id", "=", user.partner_id.id)], order="plan_id")
        self.assertEqual(entries.plan_id.mapped("name"), ["Margins", "Sales"])
        return entries

    def test_what_a_payee_reads(self):
        names = ["rate", "accrued", "due", "shown_basis", "shown_percent", "reason"]
        for user, basis, percent, reason in (
            (self.salesperson_a, False, False, "Sale · Margins · All sales"),
            (self.seller_with_margins, 18, 60, "Sale · Margins · All sales · 60 % of it"),
        ):
            ids = self._get_own(user).ids
            expected = [
                (10, 1.8, 1.8, basis, percent, reason),
                (10, 8, 8, 80, 100, "Sale · Sales · All sales"),
            ]
            with self.subTest("read", user=user.login):
                found = self._call(user, "read", ids, names)
                self.assertEqual([tuple(row[name] for name in names) for row in found], expected)
            with self.subTest("web_search_read", user=user.login):
                specification = {name: {} for name in names}
                found = self._call(user, "web_search_read", [], specification, order="plan_id")[
                    "records"
                ]
                self.assertEqual([tuple(row[name] for name in names) for row in found], expected)
            with self.subTest("export", user=user.login):
                found = self._call(user, "export_data", ids, ["shown_basis", "shown_percent"])
                self.assertEqual(
                    found["datas"],
                    [["" if value is False else value for value in (basis, percent)], [80, 100]],
                )

    def test_what_is_stored_is_refused(self):
        own = self._get_own(self.salesperson_a)
        paths = {
            "read": ("read", own.ids, ["{name}"]),
            "search": ("search_count", [("{name}", ">", 17)]),
            "sort": ("search", [], 0, None, "{name}"),
            "sum": ("formatted_read_group", [], [], ["{name}:sum"]),
            "largest": ("formatted_read_group", [], ["plan_id"], ["{name}:max"]),
            "having": (
                "formatted_read_group",
                *([], ["plan_id"], ["__count"]),
                *([("{name}:sum", ">", 17)],),
            ),
            "grouping sets": ("formatted_read_grouping_sets", [], [["plan_id"]], ["{name}:sum"]),
            "export": ("export_data", own.ids, ["{name}"]),
        }

        def fill(args, name):
            if isinstance(args, str):
                return args.format(name=name)
            if isinstance(args, (list, tuple)):
                return type(args)(fill(arg, name) for arg in args)
            return args

        for name in ("basis", "percent"):
            self.assertNotIn(name, self._call(self.salesperson_a, "fields_get"))
            self.assertIn(name, self._call(self.seller_with_margins, "fields_get"))
            for path, (method, *args) in paths.items():
                with self.subTest(path, name=name), self.assertRaises(AccessError):
                    self._call(self.salesperson_a, method, *fill(args, name))
        for name in ("shown_basis", "shown_percent"):
            for user in self.payees:
                with self.subTest(name=name), self.assertRaises(ValueError):
                    self._call(user, "search_count", [(name, ">", 17)])

    def test_what_was_read_for_one_is_not_shown_to_another(self):
        """Both in one transaction, and after the superuser has read them."""
        entries = self._get_own(self.salesperson_a)
        self.assertEqual(entries.mapped("shown_basis"), [18, 80])
        self.assertIn("60 % of it", entries[0].reason)
        own = entries.with_user(self.salesperson_a)
        self.assertEqual(own.mapped("shown_basis"), [False, 80])
        self.assertNotIn("%", own[0].reason)
        self.assertEqual(entries.with_user(self.commission_manager).mapped("shown_basis"), [18, 80])

    def test_statements(self):
        report = "isof_crm_analytics.report_commission_statement"
        for user, basis in ((self.salesperson_a, None), (self.seller_with_margins, 18)):
            settlement = self.settled.filtered(lambda one, user=user: one.user_id == user)
            with self.subTest("printed", user=user.login):
                self.env.invalidate_all()
                reports = self.env["ir.actions.report"].with_user(user)
                page = reports._render_qweb_html(report, settlement.ids)[0].decode()
                self.assertIn("80.00", page)
                self.assertEqual("18.00" in page, basis is not None)
                self.assertEqual("60 % of it" in page, basis is not None)
            with self.subTest("workbook", user=user.login):
                export = (
                    self.env["isof.commission.export"]
                    .with_user(user)
                    .create({"form": "statement", "settlement_ids": settlement.ids})
                )
                output = io.BytesIO()
                export._write_workbook(output)
                rows = load_workbook(output).active.iter_rows(values_only=True)
                # basis, rate, part, earned, due
                self.assertCountEqual(
                    [row[5:] for row in rows if row[6] == 10],
                    [(basis, 10, basis and 60, 1.8, 1.8), (80, 10, 100, 8, 8)],
                )
