import io
from datetime import date
from unittest.mock import patch

from lxml import html
from openpyxl import load_workbook

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time

from .commission_common import CommissionCommon


@tagged("post_install", "-at_install")
class TestCommissionSettlement(CommissionCommon):
    """How what is due is paid out."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_plan()
        cls.seller = cls.salesperson_a.partner_id
        cls.commission_group = cls.env.ref("isof_crm_analytics.group_commission_manager")

    def test_from_draft_to_paid(self):
        move = self._create_invoice()
        wizard = (
            self.env["isof.commission.settle"]
            .with_user(self.commission_manager)
            .create(
                {
                    "date_from": "2026-03-01",
                    "date_to": "2026-03-31",
                    "approver_id": self.manager.id,
                }
            )
        )
        settlement = self.settlements.search(wizard.action_settle()["domain"])
        self.assertRecordValues(
            settlement,
            [
                {
                    "payee_id": self.seller.id,
                    "user_id": self.salesperson_a.id,
                    "is_external": False,
                    "state": "draft",
                    "currency_id": self.pln.id,
                    "entry_count": 1,
                    "amount_due": 8,
                    "amount_carried": 0,
                    "amount_payable": 8,
                }
            ],
        )
        entry = self._get_entries(move)
        self.assertRecordValues(entry, [{"state": "settled", "settlement_id": settlement.id}])
        settlement = settlement.with_user(self.commission_manager)
        with self.assertRefused(UserError, "is: Draft. Choose only settlements that are: Conf"):
            settlement.action_approve()
        settlement.action_confirm()
        self.assertEqual(settlement.activity_ids.user_id, self.manager)
        settlement.with_user(self.manager).action_approve()
        self.assertFalse(settlement.activity_ids)
        self.assertFalse(settlement.bill_id, "an employee is paid with the salary")
        with self.assertRefused(UserError, "Only drafts"):
            settlement.unlink()
        settlement.action_pay()
        self.assertEqual((settlement.state, entry.state), ("paid", "paid"))
        with self.assertRefused(UserError, "Nothing is due until"):
            wizard.action_settle()

    def test_a_draft_gives_its_entries_back(self):
        move = self._create_invoice()
        settlement = self._settle("2026-03-01", "2026-03-31").with_user(self.commission_manager)
        settlement.action_confirm()
        settlement.action_draft()
        self.assertFalse(settlement.activity_ids)
        settlement.unlink()
        self.assertRecordValues(
            self._get_entries(move), [{"state": "open", "settlement_id": False}]
        )
        self.assertTrue(self._settle("2026-03-01", "2026-03-31"))

    def test_days_are_settled_once(self):
        self._create_invoice()
        self._settle("2026-03-01", "2026-03-31")
        self._create_invoice()
        with self.assertRefused(
            UserError,
            r"^Some of these days are settled already:\nSalesperson A, 03/01/2026 – 03/31/2026\n",
        ):
            self._settle("2026-03-15", "2026-04-15")
        late = self._settle("2026-04-01", "2026-04-30")
        self.assertEqual(late.amount_due, 8, "what came late is in the next one")

    def test_the_database_settles_days_once(self):
        """Also for two people at the same moment, of whom neither sees the other's settlement."""
        self._create_invoice()
        self._settle("2026-03-01", "2026-03-31")
        self._create_invoice()
        with (
            patch.object(self.registry["isof.commission.settlement"], "_check_not_settled"),
            self.assertDatabaseRefuses("These days are settled already"),
        ):
            self._settle("2026-03-15", "2026-04-15")

    # ------------------------------------------------------------
    # The dialogue
    # ------------------------------------------------------------

    def _open_dialogue(self, user=None, **vals):
        dialogue = Form(
            self.env["isof.commission.settle"].with_user(user or self.commission_manager)
        )
        for name, value in vals.items():
            setattr(dialogue, name, value)
        return dialogue

    def _get_days(self, dialogue):
        return str(dialogue.date_from), str(dialogue.date_to)

    def test_first_unsettled_day_is_proposed_for_each_company(self):
        self.commission_manager.company_ids += self.other_company
        self._create_invoice(invoice_date=date(2026, 1, 20))
        self._create_invoice()
        dialogue = self._open_dialogue()
        # nothing is settled yet: from the month in which something became due
        self.assertEqual(self._get_days(dialogue), ("2026-01-01", "2026-02-28"))
        self._settle("2026-01-01", "2026-01-31")
        dialogue = self._open_dialogue()
        self.assertEqual(self._get_days(dialogue), ("2026-02-01", "2026-02-28"))
        self._settle("2026-02-01", "2026-03-11")
        dialogue = self._open_dialogue()
        self.assertEqual(self._get_days(dialogue), ("2026-03-12", "2026-03-31"))
        # of the other company nothing is known
        dialogue.company_id = self.other_company
        self.assertEqual(self._get_days(dialogue), ("2026-02-01", "2026-02-28"))

    def test_each_persons_sum_is_seen_before_it_is_settled(self):
        """With what the total of the period makes of it, and what is carried over."""
        self._create_plan(tiers=[(0, 1), (100, 5)], name="Tiers", user_ids=self.salesperson_b.ids)
        by_b = {"invoice_user_id": self.salesperson_b.id}
        self._create_invoice(**by_b)
        self._create_invoice(**by_b)
        move = self._create_invoice()
        self._settle("2026-03-01", "2026-03-10", payees=self.seller)
        self._create_credit_note(move, quantity=5)
        entries = self._get_entries()
        dialogue = self._open_dialogue(approver_id=self.manager).save()
        dialogue.date_to = date(2026, 3, 31)
        action = dialogue.action_preview()
        self.assertEqual(action["res_id"], dialogue.id)
        self.assertRecordValues(
            dialogue.line_ids,
            [
                {
                    "payee_id": self.salesperson_b.partner_id.id,
                    "settled_until": False,
                    "amount_due": 24,  # 10 % by one plan and, by the total, 5 % by the other
                    "amount_payable": 24,
                },
                {
                    "payee_id": self.seller.id,
                    "settled_until": date(2026, 3, 10),
                    "amount_due": -4,
                    "amount_payable": 0,
                },
            ],
        )
        self.assertEqual(self.settlements.search_count([]), 1, "it is only shown")
        self.assertEqual(self._get_entries(), entries)
        dialogue.action_back()
        self.assertFalse(dialogue.line_ids)
        dialogue.action_preview()
        made = self.settlements.search(dialogue.action_settle()["domain"])
        self.assertEqual(
            set(made.mapped(lambda one: (one.payee_id, one.amount_payable))),
            set(dialogue.line_ids.mapped(lambda line: (line.payee_id, line.amount_payable))),
        )

    def test_what_is_settled_already_is_said(self):
        self._create_invoice()
        self._settle("2026-03-01", "2026-03-31")
        dialogue = self._open_dialogue(approver_id=self.manager)
        self.assertEqual(dialogue.settled, "Salesperson A: until 03/31/2026")
        dialogue.payee_ids = self.agent
        self.assertFalse(dialogue.settled)
        dialogue.payee_ids = self.env["res.partner"]
        with self.assertRefused(
            UserError,
            r"^Nothing is due until 04/30/2026 that is not settled already\.\n"
            r"Salesperson A: until 03/31/2026$",
        ):
            dialogue.save().action_settle()

    def test_who_makes_a_settlement_is_not_proposed_to_approve_it(self):
        maker, other = (
            self._create_user(login, "isof_crm_analytics.group_commission_manager")
            for login in ("maker", "other")
        )
        self.assertNotIn(self._open_dialogue(maker).approver_id, (maker, self.env["res.users"]))
        self._create_invoice()
        self._settle("2026-03-01", "2026-03-31", approver=other)
        self.assertEqual(self._open_dialogue(maker).approver_id, other, "asked the last time")
        self.assertNotEqual(self._open_dialogue(other).approver_id, other)
        self.assertFalse(self._open_dialogue(maker).is_alone)

    def test_who_alone_may_approve_is_told(self):
        others = self.env["res.users"].search(
            [
                ("all_group_ids", "in", self.commission_group.ids),
                ("id", "!=", self.commission_manager.id),
            ]
        )
        for user in others:
            user.write({"company_ids": self.other_company.ids, "company_id": self.other_company.id})
        self._create_invoice()
        dialogue = self._open_dialogue()
        self.assertFalse(dialogue.approver_id)
        self.assertTrue(dialogue.is_alone)
        settlement = self.settlements.with_user(self.commission_manager)._settle(
            self.company, date(2026, 3, 1), date(2026, 3, 31)
        )
        settlement.action_confirm()
        self.assertFalse(settlement.activity_ids)
        self.assertIn("Nobody is asked to approve it", settlement.message_ids[0].body)

    def test_a_negative_balance_is_carried_over(self):
        move = self._create_invoice({"quantity": 100})
        march = self._settle("2026-03-01", "2026-03-31")
        march.action_confirm()
        self._create_credit_note(move, quantity=60, invoice_date=date(2026, 4, 2))
        self._create_invoice({"quantity": 20}, invoice_date=date(2026, 4, 3))
        april = self._settle("2026-04-01", "2026-04-30")
        self._create_invoice({"quantity": 50}, invoice_date=date(2026, 5, 3))
        may = self._settle("2026-05-01", "2026-05-31")
        self.assertRecordValues(
            march | april | may,
            [
                {"amount_due": due, "amount_carried": carried, "amount_payable": payable}
                for due, carried, payable in ((80, 0, 80), (-32, 0, 0), (40, -32, 8))
            ],
        )
        with self.assertRefused(UserError, "The settlement before it is a draft"):
            may.action_confirm()
        with self.assertRefused(UserError, "There is a later settlement"):
            april.unlink()
        april.action_confirm()
        may.action_confirm()
        with self.assertRefused(UserError, "There is a later settlement"):
            april.action_draft()

    def test_settled_entries_stay(self):
        move = self._create_invoice()
        march = self._settle("2026-03-01", "2026-03-31")
        with freeze_time("2026-04-10 09:00:00"):
            move.button_draft()
            self.env.flush_all()
            move.invoice_line_ids.quantity = 20
            move.action_post()
            april = self._settle("2026-04-01", "2026-04-30")
        self.assertEqual(march.amount_due, 8)
        self.assertEqual(april.amount_due, 8, "16 less the 8 that are settled")

    def test_the_total_of_the_period_counts(self):
        self._create_plan(tiers=[(0, 1), (1000, 5)], name="Tiers", user_ids=self.salesperson_b.ids)
        for day in (10, 20, 30):
            self._create_invoice(
                {"quantity": 50},
                invoice_user_id=self.salesperson_b.id,
                invoice_date=date(2026, 3, day),
            )
        with freeze_time("2026-04-05 09:00:00"):
            settlement = self._settle(
                "2026-03-01", "2026-03-31", payees=self.salesperson_b.partner_id
            )
        # 10 % by the plan for all, and 5 % for 1200 is above the tier
        self.assertEqual(settlement.amount_due, 120 + 60)
        self.assertLedgerInStep()

    def test_external_agents_get_a_bill(self):
        self._create_plan(earner="agent", name="Agents")
        self.alfa.isof_agent_id = self.agent
        self._create_invoice()
        settlement = self._settle("2026-03-01", "2026-03-31", payees=self.agent)
        self.assertTrue(settlement.is_external)
        settlement = settlement.with_user(self.commission_manager)
        settlement.action_confirm()
        settlement.action_approve()
        self.assertRecordValues(
            settlement.sudo().bill_id,
            [
                {
                    "state": "draft",
                    "move_type": "in_invoice",
                    "partner_id": self.agent.id,
                    "amount_untaxed": 8,
                    "currency_id": self.pln.id,
                }
            ],
        )

    def test_who_has_left_is_paid_with_the_salary(self):
        """A salesperson is archived before the month is settled: no vendor bill."""
        self._create_invoice()
        self.env.flush_all()
        self.salesperson_a.active = False
        settlement = self._settle("2026-03-01", "2026-03-31")
        self.assertRecordValues(
            settlement,
            [{"is_external": False, "user_id": self.salesperson_a.id, "amount_payable": 8}],
        )
        settlement.action_confirm()
        settlement.action_approve()
        self.assertFalse(settlement.bill_id)
        self.assertTrue(settlement.action_export_payroll())
        late = self._create_invoice(invoice_date=date(2026, 4, 2))
        self.assertEqual(self._get_entries(late).user_id, self.salesperson_a)

    def test_of_several_users_of_a_person_the_active_one_is_the_employee(self):
        first = self.salesperson_a
        first.active = False
        again = first.copy({"login": "again", "partner_id": self.seller.id, "active": True})
        self.assertEqual(again.partner_id, self.seller)
        self.assertEqual(self.entries._get_users(self.seller.ids), {self.seller.id: again.id})

    def test_companies_are_settled_apart(self):
        self._create_plan(company_id=self.other_company.id, name="Czech", team_ids=[])
        self._create_invoice()
        self._create_invoice(company=self.other_company)
        here = self._settle("2026-03-01", "2026-03-31")
        there = self.settlements._settle(self.other_company, date(2026, 3, 1), date(2026, 3, 31))
        self.assertEqual(here.currency_id, self.pln)
        self.assertEqual(there.currency_id, self.czk)
        self.assertEqual((here.entry_count, there.entry_count), (1, 1))
        self.commission_manager.group_ids += self.env.ref("base.group_allow_export")
        self.commission_manager.company_ids |= self.other_company
        (sheet,) = self._read_workbook(self.commission_manager, here | there, "payroll")
        names = [row[0].value for row in sheet.iter_rows()]
        self.assertEqual(names[-2:], [self.salesperson_a.name] * 2, "two currencies, no total")

    def test_statement(self):
        move = self._create_invoice()
        settlement = self._settle("2026-03-01", "2026-03-31")
        settlement.action_confirm()
        own = settlement.with_user(self.salesperson_a)
        action = own.action_print_statement()
        self.assertEqual(action["report_name"], "isof_crm_analytics.report_commission_statement")
        content, kind = (
            self.env["ir.actions.report"]
            .with_user(self.salesperson_a)
            ._render_qweb_html(action["report_name"], own.ids)
        )
        self.assertEqual(kind, "html")
        for text in (move.name, "Alfa Hurt", "Test bolt", "Sale · Test plan · All sales", "8.00"):
            self.assertIn(text, content.decode())

    def test_statement_has_the_letterhead_of_its_company(self):
        self.company.write({"street": "Portowa 12", "vat": "PL5260001246"})
        self.other_company.street = "Hlavní 5"
        self._create_invoice()
        settlement = self._settle("2026-03-01", "2026-03-31")
        page = html.fromstring(
            self.env["ir.actions.report"]
            .with_company(self.other_company)
            ._render_qweb_html("isof_crm_analytics.report_commission_statement", settlement.ids)[0]
        )
        [header] = page.xpath("//div[contains(@class, 'header')]")
        self.assertIn("Portowa 12", header.text_content())
        self.assertNotIn("Hlavní 5", page.text_content())

    def test_statement_has_sums_of_each_plan(self):
        """All versions of a plan are one; what no plan gives is a correction."""
        plan = self.env["isof.commission.plan"].search([("name", "=", "Test plan")])
        self._create_plan({"rate": 5}, name="Bonus")
        self._create_invoice()
        version = plan.browse(plan.action_new_version()["res_id"])
        version.date_from = date(2026, 3, 11)
        version.action_approve()
        self._create_invoice(invoice_date=date(2026, 3, 11))
        self.env["isof.commission.correction"].create(
            {
                "payee_id": self.seller.id,
                "amount": 7,
                "date": "2026-03-11",
                "note": "Thanks",
                "company_id": self.company.id,
            }
        ).action_book()
        settlement = self._settle("2026-03-01", "2026-03-31")
        expected = [("Bonus", 8, 8), ("Corrections", 7, 7), ("Test plan", 16, 16)]
        self.assertEqual(settlement._get_statement_plans(), expected)
        settlement.action_confirm()
        own = settlement.with_user(self.salesperson_a)
        self.assertEqual(own._get_statement_plans(), expected)
        page = html.fromstring(
            self.env["ir.actions.report"]
            .with_user(self.salesperson_a)
            ._render_qweb_html("isof_crm_analytics.report_commission_statement", own.ids)[0]
        )
        rows = page.xpath("//table[@name='plans']/tbody/tr")
        self.assertEqual(
            [[" ".join(cell.text_content().split()) for cell in row] for row in rows],
            [[name, f"{earned:.2f} zł", f"{due:.2f} zł"] for name, earned, due in expected],
        )

    def _read_workbook(self, user, settlements, form):
        export = (
            self.env["isof.commission.export"]
            .with_user(user)
            .create({"form": form, "settlement_ids": [Command.set(settlements.ids)]})
        )
        output = io.BytesIO()
        export._write_workbook(output)
        return load_workbook(output).worksheets

    def test_workbooks(self):
        self._create_plan(earner="agent", name="Agents")
        self.alfa.isof_agent_id = self.agent
        move = self._create_invoice()
        settlements = self._settle("2026-03-01", "2026-03-31")
        settlements.action_confirm()
        with self.assertRaises(AccessError):
            self._read_workbook(self.salesperson_a, settlements, "statement")
        own = settlements.filtered("user_id")
        (sheet,) = self._read_workbook(self.salesperson_a, own, "statement")
        rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        self.assertEqual(rows[1][0], "Status: Confirmed")
        entry = next(row for row in rows if row[1] == move.name)
        self.assertEqual(entry[5:], [80, 10, 100, 8, 8])
        self.commission_manager.group_ids += self.env.ref("base.group_allow_export")
        self.assertEqual(
            len(self._read_workbook(self.commission_manager, settlements, "statement")), 2
        )
        with self.assertRefused(UserError, "None of these settlements is an employee's"):
            settlements.action_export_payroll()
        settlements.action_approve()
        settlements.action_export_payroll()
        (sheet,) = self._read_workbook(self.commission_manager, settlements, "payroll")
        names = [row[0].value for row in sheet.iter_rows()]
        self.assertIn(self.salesperson_a.name, names)
        self.assertNotIn(self.agent.name, names)
        self.assertEqual(names[1:3], ["Period: 03/01/2026 – 03/31/2026", "Settlements: 1"])
        self.assertEqual(names[-1], "Total")
        *_rows, header, row, total = ([cell.value for cell in line] for line in sheet.iter_rows())
        payable = header.index("To Pay")
        self.assertEqual(row[payable], 8)
        self.assertRegex(total[payable], r"^=SUBTOTAL\(109,[A-Z]\d+:[A-Z]\d+\)$")

    def test_this_month_so_far(self):
        self._create_plan(tiers=[(0, 1), (1000, 5)], name="Tiers")
        self._create_invoice({"quantity": 20}, invoice_date=date(2026, 2, 5))
        self._create_invoice({"quantity": 40}, invoice_date=date(2026, 2, 25))
        self._create_invoice({"quantity": 100}, invoice_date=date(2026, 3, 2))
        self._create_invoice({"quantity": 50}, invoice_date=date(2026, 3, 10))
        self._create_invoice({"quantity": 50}, invoice_user_id=self.salesperson_b.id)
        cards = self.env["isof.commission.card"].with_user(self.salesperson_a)
        card = cards.browse(cards.action_open()["res_id"])
        # 10 % of 1200, and for now 1 % of 800 and 5 % of 400; at the end 5 % of 1200
        self.assertRecordValues(
            card,
            [
                {
                    "earned": 120 + 28,
                    "estimate": 120 + 60,
                    "earned_before": 16 + 1.6,
                    "due": 148,
                    "open_due": 148 + 48 + 4.8,
                    "to_come": 0,
                }
            ],
        )

    def test_exported_list_of_two_currencies(self):
        """Amounts are summed where all are in one currency; each row says in which."""
        euro, zloty = self.env.ref("base.EUR"), self.env.ref("base.PLN")
        (euro | zloty).active = True
        settlements = self.settlements.create(
            [
                {
                    "payee_id": self.salesperson_a.partner_id.id,
                    "company_id": self.company.id,
                    "currency_id": currency.id,
                    "date_from": day,
                    "date_to": day,
                }
                for currency, day in ((euro, "2026-01-01"), (euro, "2026-01-02"))
            ]
        )
        self.assertEqual(self._export_list(settlements)[-1], ("Total", "=SUBTOTAL(9,B5:B6)", None))
        settlements[0].currency_id = zloty
        self.assertEqual(
            {row[2] for row in self._export_list(settlements)[1:]}, {"EUR", "PLN", None}
        )
        self.assertEqual(self._export_list(settlements)[-1], ("Total", None, None))

    def _export_list(self, settlements):
        """Return the rows of the exported list of settlements, from its header on."""
        view = self.env["ir.ui.view"].create(
            {
                "name": "test",
                "model": settlements._name,
                "arch": '<list><field name="payee_id" /><field name="amount_due" sum="Due" />'
                "</list>",
            }
        )
        export = self.env["isof.list.export"].create(
            {
                "name": "Settlements",
                "res_model": settlements._name,
                "list_domain": [("id", "in", settlements.ids)],
                "list_view_id": view.id,
                "list_columns": ["payee_id", "amount_due"],
            }
        )
        output = io.BytesIO()
        export._write_workbook(output)
        return list(load_workbook(output).active.iter_rows(min_row=3, values_only=True))[1:]


@tagged("post_install", "-at_install")
class TestCommissionYear(CommissionCommon):
    def test_a_year(self):
        """Half a year of A and B, at 10 % of net sales, due as customers pay.

        All in zloty; a euro is 4, from 20 February on 5.

        ======== ============================================== ======== ======== ========
        Day      What happens                                   Earned   Due      Paid out
        ======== ============================================== ======== ======== ========
        10 Jan   A sells 1000.00                                A 100.00
        20 Jan   333.33 of it paid: 33.333                               A  33.33
        31 Jan   settled                                                          A  33.33
        5 Feb    333.33 more: 66.666 in all                              A  33.34
        10 Feb   A sells 250 EUR, 1000.00                       A 100.00
        25 Feb   100 EUR of 250 paid, for 500 zloty                      A  40.00
        28 Feb   settled                                                          A  73.34
        3 Mar    B takes over the invoice in euro: no change
        10 Mar   150 EUR paid                                            A  60.00
        12 Mar   333.34 paid, the rest                                   A  33.33
        31 Mar   settled                                                          A  93.33
        2 Apr    500.00 of the first invoice credited           A -50.00 A -50.00
        15 Apr   B sells 2000.00                                B 200.00
        30 Apr   settled: -50.00 is carried over                                  A   0.00
        5 May    A sells 300.00, paid at once                   A  30.00 A  30.00
        31 May   settled: 30.00 less 50.00                                        A   0.00
        5 Jun    A sells 900.00, paid at once                   A  90.00 A  90.00
        30 Jun   settled: 90.00 less 20.00                                        A  70.00
        3 Jul    500.00 credited to B's invoice, matched        B -50.00
        8 Jul    1500.00 paid, the rest                                  B 150.00
        31 Jul   settled                                                          B 150.00
        10 Aug   the payment bounces                                     B-150.00
        31 Aug   settled: -150.00 is carried over                                 B   0.00
        9 Sep    1500.00 paid again                                      B 150.00
        30 Sep   settled: 150.00 less 150.00                                      B   0.00
        ======== ============================================== ======== ======== ========
        Total    A                                               270.00   270.00   270.00
                 B                                               150.00   150.00   150.00
        """
        self._create_plan(due="paid")
        self.env["res.currency.rate"].create(
            {
                "name": "2026-02-20",
                "currency_id": self.eur.id,
                "company_id": self.company.id,
                "rate": 0.2,
            }
        )
        seller_a, seller_b = self.salesperson_a.partner_id, self.salesperson_b.partner_id
        paid_out = []

        def settle(month, expected):
            last = date(2026, month + 1, 1)
            with freeze_time(f"2026-{month + 1:02}-01 09:00:00"):
                made = self._settle(date(2026, month, 1), date.fromordinal(last.toordinal() - 1))
                made.action_confirm()
                made.action_approve()
                made.action_pay()
            found = {settlement.payee_id: settlement.amount_payable for settlement in made}
            self.assertEqual(found, expected, f"month {month}")
            paid_out.extend(found.items())

        def sell(amount, day, **vals):
            return self._create_invoice(
                {"quantity": 1, "price_unit": amount}, invoice_date=day, **vals
            )

        first = sell(1000, date(2026, 1, 10))
        self._pay(first, 333.33, date(2026, 1, 20))
        settle(1, {seller_a: 33.33})
        self._pay(first, 333.33, date(2026, 2, 5))
        euro = sell(250, date(2026, 2, 10), currency_id=self.eur.id)
        self._pay(euro, 100, date(2026, 2, 25), currency_id=self.eur.id)
        settle(2, {seller_a: 73.34})
        euro.invoice_user_id = self.salesperson_b
        self._pay(euro, 150, date(2026, 3, 10), currency_id=self.eur.id)
        self._pay(first, 333.34, date(2026, 3, 12))
        settle(3, {seller_a: 93.33})
        self._create_credit_note(first, price_unit=500, invoice_date=date(2026, 4, 2))
        second = sell(2000, date(2026, 4, 15), invoice_user_id=self.salesperson_b.id)
        settle(4, {seller_a: 0})
        self._pay(sell(300, date(2026, 5, 5)), None, date(2026, 5, 5))
        settle(5, {seller_a: 0})
        self._pay(sell(900, date(2026, 6, 5)), None, date(2026, 6, 5))
        settle(6, {seller_a: 70})
        refund = self._create_credit_note(second, price_unit=500, invoice_date=date(2026, 7, 3))
        (second | refund).line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        ).reconcile()
        payment = self._pay(second, 1500, date(2026, 7, 8))
        settle(7, {seller_b: 150})
        with freeze_time("2026-08-10 09:00:00"):
            payment.action_draft()
            payment.action_cancel()
            self.env.flush_all()
        settle(8, {seller_b: 0})
        self._pay(second, 1500, date(2026, 9, 9))
        settle(9, {seller_b: 0})

        for seller, total in ((seller_a, 270), (seller_b, 150)):
            entries = self.entries.search([("payee_id", "=", seller.id)])
            self.assertAlmostEqual(sum(entries.mapped("accrued")), total)
            self.assertAlmostEqual(sum(entries.mapped("due")), total)
            self.assertAlmostEqual(
                sum(amount for payee, amount in paid_out if payee == seller), total
            )
            self.assertEqual(
                set(entries.filtered("due").mapped("state")), {"paid"}, "something is not paid"
            )
        self.assertLedgerInStep()
