from datetime import date

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import TradeCommon

REVENUE = ("revenue", "explained_revenue", "unexplained_revenue")
COST = ("cost", "explained_cost", "unexplained_cost")


@tagged("post_install", "-at_install")
class TestLedgerReport(TradeCommon):
    """What the ledger has of revenue and cost, and what of it no document explains."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_analysts()
        cls.report = cls.env["isof.ledger.report"]
        cls.accounts = {
            (company, kind): cls.env["account.account"].create(
                {
                    "name": f"Ledger {kind}",
                    "code": f"LEDG{number}{company.id}",
                    "account_type": kind,
                    "company_ids": [Command.set(company.ids)],
                }
            )
            for company in (cls.company, cls.other_company)
            for number, kind in enumerate(
                ("income", "income_other", "expense_direct_cost", "expense", "asset_current")
            )
        }

    @classmethod
    def _create_entry(cls, kind, amount, day, *, company=None, post=True):
        """Return an entry on an account of a kind; an amount above 0 is revenue, or cost."""
        company = company or cls.company
        journal = cls.env["account.journal"].search(
            [("type", "=", "general"), ("company_id", "=", company.id)], limit=1
        )
        balance = amount if kind.startswith("expense") else -amount
        entry = cls.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": journal.id,
                "date": day,
                "line_ids": [
                    Command.create({"account_id": account.id, "name": "Closing", "balance": value})
                    for account, value in (
                        (cls.accounts[company, kind], balance),
                        (cls.accounts[company, "asset_current"], -balance),
                    )
                ],
            }
        )
        if post:
            entry.action_post()
        return entry

    def _read(self, names, groupby=("date:month",), user=None):
        """Return the sums by month, and what else they are grouped by, as a list of rows."""
        report = self.report.with_user(user or self.controller).with_context(
            allowed_company_ids=(user or self.controller).company_ids.ids
        )
        rows = report._read_group([], groupby, [f"{name}:sum" for name in names])
        return [
            tuple(value.month if isinstance(value, date) else value for value in row)
            for row in rows
        ]

    def test_revenue_by_month(self):
        """March has 80 less 8 on documents, and 500 and 20 in the ledger only."""
        invoice = self._create_invoice()
        self._create_credit_note(invoice, quantity=1)
        self._create_invoice(post=False)
        self._create_entry("income", 500, date(2026, 3, 31))
        self._create_entry("income_other", 20, date(2026, 3, 31))
        self._create_entry("income", 1000, date(2026, 3, 31), post=False)
        self._create_entry("expense", 9, date(2026, 3, 31))  # no cost of what was sold
        self._create_entry("income", -7.5, date(2026, 4, 1))
        self.assertEqual(self._read(REVENUE), [(3, 592, 72, 520), (4, -7.5, 0, -7.5)])

    def test_cost(self):
        """A purchase on an account of costs, what an invoice has as its cost, and an opening."""
        direct, stock = (
            self.accounts[self.company, kind] for kind in ("expense_direct_cost", "asset_current")
        )
        self._create_bill({"quantity": 11, "price_unit": 5, "account_id": direct.id})
        invoice = self._create_invoice(post=False)
        invoice.line_ids = [
            Command.create(
                {"name": "Cost", "display_type": "cogs", "account_id": account, "balance": balance}
            )
            for account, balance in ((direct.id, 50), (stock.id, -50))
        ]
        invoice.action_post()
        self._create_entry("expense_direct_cost", 300, date(2026, 3, 1))
        self.assertEqual(self._read(COST), [(3, 405, 105, 300)])
        self.assertEqual(
            self._read(("unexplained_cost", "unexplained_revenue"), ["kind"]),
            [("cost", 300, 0), ("revenue", 0, 0)],
        )

    def test_it_follows_at_once(self):
        invoice = self._create_invoice()
        self.assertEqual(self._read(REVENUE), [(3, 80, 80, 0)])
        invoice.button_draft()
        self.assertEqual(self._read(REVENUE), [])

    def test_currencies_are_never_summed(self):
        self.controller.company_ids += self.other_company
        for company, amount in ((self.company, 500), (self.other_company, 30)):
            self._create_entry("income", amount, date(2026, 3, 31), company=company)
        self.assertEqual(self._read(REVENUE), [(3, False, False, False)])
        self.assertCountEqual(
            self._read(REVENUE, ["company_id"]),
            [(self.company, 500, 0, 500), (self.other_company, 30, 0, 30)],
        )

    def test_one_opens_the_entry(self):
        entry = self._create_entry("income", 500, date(2026, 3, 31))
        [item] = self.report.with_user(self.controller).search([("is_explained", "=", False)])
        self.assertEqual((item.move_id, item.name), (entry, "Closing"))
        with self.assertRaisesRegex(AccessError, "not open what they are made of"):
            item.action_open_entry()
        self.controller.group_ids += self.env.ref("account.group_account_readonly")
        action = item.action_open_entry()
        self.assertEqual((action["res_model"], action["res_id"]), ("account.move", entry.id))

    def test_rights(self):
        self._create_entry("income", 500, date(2026, 3, 31))
        self._create_entry("expense_direct_cost", 300, date(2026, 3, 31))
        self._create_entry("income", 30, date(2026, 3, 31), company=self.other_company)
        for user in (self.outsider, self.salesperson_a, self.team_leader):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.report.with_user(user).search([])
        self.assertEqual(self._read(REVENUE, user=self.analyst), [(3, 500, 0, 500)])
        self.assertEqual(self.report.with_user(self.analyst).search([]).mapped("kind"), ["revenue"])
        for name in COST:
            with self.subTest(name), self.assertRaises(AccessError):
                self._read([name], user=self.analyst)
        with self.assertRaises(AccessError):
            self.report.with_user(self.controller).search([]).write({"name": "x"})

    def test_queries(self):
        for _number in range(5):
            self._create_invoice()
            self._create_entry("income", 500, date(2026, 3, 31))
        report = self.report.with_user(self.controller)
        self.env.flush_all()
        self._read(REVENUE)
        self.env.invalidate_all()
        with self.assertQueryCount(8):
            report.web_search_read([], {name: {} for name in ("date", "name", *REVENUE)})
