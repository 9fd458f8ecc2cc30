from datetime import date
from unittest import SkipTest

from odoo.fields import Command

from .order.test_order_report import OrderReportCommon


class TradeCommon(OrderReportCommon):
    """The companies of ``OrderReportCommon`` with books, and two products with a cost.

    A bolt is sold for 8 and costs 5, a transport is sold for 100 and costs 40, both by unit.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.facts = cls.env["isof.trade.line"]
        for company in (cls.company, cls.other_company):
            cls._set_up_books(company)
            cls.bolt.with_company(company).standard_price = 5
            cls.transport.with_company(company).standard_price = 40
        cls.bolt.list_price, cls.transport.list_price = 8, 100

    @classmethod
    def _skip_without(cls, names, runner):
        """Skip the class where add-ons that ours do not need are not installed.

        :param names: list of the names of the add-ons
        :param str runner: the file that installs them and runs the tests
        """
        installed = cls.env["ir.module.module"].search_count(
            [("name", "in", names), ("state", "=", "installed")]
        )
        if installed < len(names):
            raise SkipTest(f"run by {runner}: needs " + ", ".join(names))

    @classmethod
    def _work_in_company(cls):
        """Have the test's own user work in the company of the books, and in no other."""
        cls.env.user.company_id = cls.company
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": cls.company.ids})

    @classmethod
    def _set_up_books(cls, company):
        accounts = {
            kind: cls.env["account.account"].create(
                {
                    "name": f"Test {kind}",
                    "code": f"ISOF{number}{company.id}",
                    "account_type": kind,
                    "company_ids": [Command.set(company.ids)],
                }
            )
            for number, kind in enumerate(
                ("income", "expense", "asset_receivable", "liability_payable")
            )
        }
        for name, kind in (
            ("property_account_receivable_id", "asset_receivable"),
            ("property_account_payable_id", "liability_payable"),
        ):
            cls.env["ir.default"].set("res.partner", name, accounts[kind].id, company_id=company.id)
        journals = cls.env["account.journal"].create(
            [
                {
                    "name": f"Test {kind}",
                    "code": f"IS{kind[0].upper()}",
                    "type": kind,
                    "company_id": company.id,
                    "default_account_id": accounts[account].id,
                }
                for kind, account in (
                    ("sale", "income"),
                    ("purchase", "expense"),
                    ("general", "expense"),
                )
            ]
        )
        company.write(
            {
                "currency_exchange_journal_id": journals[-1].id,
                "income_currency_exchange_account_id": accounts["income"].id,
                "expense_currency_exchange_account_id": accounts["expense"].id,
            }
        )

    @classmethod
    def _set_up_analysts(cls):
        """Create who sees all figures, without and with costs; both may export."""
        group_all = "isof_crm_analytics.group_all,base.group_allow_export"
        cls.analyst = cls._create_user("analyst", group_all)
        cls.controller = cls._create_user(
            "controller", f"{group_all},isof_crm_analytics.group_margin"
        )

    @classmethod
    def _create_invoice(cls, *lines, post=True, **vals):
        """Return a posted customer invoice of salesperson A for Alfa: 10 bolts for 8 each.

        :param lines: dicts of values, each of a line
        """
        company = vals.pop("company", cls.company)
        move = (
            cls.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": cls.alfa.id,
                    "invoice_user_id": cls.salesperson_a.id,
                    "team_id": False,
                    "company_id": company.id,
                    "invoice_date": date(2026, 3, 10),
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "product_id": cls.bolt.id,
                                "quantity": 10,
                                "price_unit": 8,
                                "tax_ids": [Command.clear()],
                                **line,
                            }
                        )
                        for line in lines or ({},)
                    ],
                    **vals,
                }
            )
        )
        if post:
            move.action_post()
        return move

    @classmethod
    def _create_bill(cls, *lines, move_type="in_invoice", **vals):
        return cls._create_invoice(*lines, move_type=move_type, invoice_user_id=False, **vals)

    @classmethod
    def _create_credit_note(cls, move, *, quantity=None, price_unit=None, post=True, **vals):
        """Return the credit note of a document, of everything or of what is given."""
        refund = move._reverse_moves([{"invoice_date": date(2026, 3, 11), **vals}])
        for name, value in (("quantity", quantity), ("price_unit", price_unit)):
            if value is not None:
                refund.invoice_line_ids[name] = value
        if post:
            refund.action_post()
        return refund

    @classmethod
    def _advance(cls, order, method="delivered", day=date(2026, 3, 10), **vals):
        """Return an invoice of an order, or of a down payment; posted."""
        wizard = (
            cls.env["sale.advance.payment.inv"]
            .with_context(active_model="sale.order", active_ids=order.ids)
            .create({"advance_payment_method": method, **vals})
        )
        before = order.invoice_ids
        wizard.create_invoices()
        invoice = order.invoice_ids - before
        invoice.invoice_date = day
        invoice.action_post()
        return invoice

    @classmethod
    def _create_bonus(cls, move, amount=100, product=None, **vals):
        """Return the credit note of a document that gives back an amount, and none of its lines."""
        refund = cls._create_credit_note(move, post=False, **vals)
        refund.invoice_line_ids[1:].unlink()
        refund.invoice_line_ids.write(
            {
                "product_id": product.id if product else False,
                "name": "Bonus",
                "quantity": 1,
                "price_unit": amount,
            }
        )
        refund.action_post()
        return refund

    @classmethod
    def _debit(cls, move):
        """Return the debit note of a document, of all its lines, as a draft."""
        wizard = (
            cls.env["account.debit.note"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"reason": "Test", "copy_lines": True})
        )
        before = move.debit_note_ids
        wizard.create_debit()
        return move.debit_note_ids - before

    def _get_facts(self, moves):
        return self.facts.search([("move_id", "in", moves.ids)], order="move_line_id")

    def assertFacts(self, moves, expected):  # noqa: N802
        """Check the facts of documents, in the order of their lines."""
        self.assertRecordValues(self._get_facts(moves), expected)

    def assertInStep(self):  # noqa: N802
        """Check that a comparison with the ledger finds nothing."""
        self.env.flush_all()
        self.assertEqual(self.facts._sync_everything(), 0, "facts differ from the ledger")

    def assertNothingLeft(self, moves):  # noqa: N802
        """Check that documents and their credit notes bring every measure to exactly 0."""
        names = [
            name
            for name, field in self.facts._fields.items()
            if field.store and field.type == "float" and field.aggregator == "sum"
        ]
        self.assertIn("margin", names)
        self.env["account.move"].flush_model()
        columns = ", ".join(f"sum({name})" for name in names)
        self.env.cr.execute(
            f"SELECT {columns} FROM isof_trade_line WHERE move_id = ANY(%s)",  # noqa: S608
            [moves.ids],
        )
        totals = dict(zip(names, self.env.cr.fetchone(), strict=True))
        # a measure that is unknown everywhere has no sum
        self.assertFalse({name: total for name, total in totals.items() if total})
