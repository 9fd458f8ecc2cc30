from datetime import date

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from ..common import TradeCommon

NEEDED = ["point_of_sale"]


@tagged("post_install", "-at_install", "isof_pos")
@freeze_time("2026-03-10 12:00:00")
class TestTradePos(TradeCommon):
    """Orders at a Point of Sale count, once their session is closed.

    It needs an add-on that ours do not need: ``tests/test_pos.py`` installs it and runs this.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._skip_without(NEEDED, "tests/test_pos.py")
        cls._work_in_company()
        receivable, outstanding = cls.env["account.account"].create(
            [
                {
                    "name": f"Test {kind} of the shop",
                    "code": f"ISOFP{number}",
                    "account_type": kind,
                    "reconcile": True,
                    "company_ids": [Command.set(cls.company.ids)],
                }
                for number, kind in enumerate(("asset_receivable", "asset_current"))
            ]
        )
        cls.company.account_default_pos_receivable_account_id = receivable
        journals = cls.env["account.journal"].search([("company_id", "=", cls.company.id)])
        general, sales = (
            journals.filtered(lambda journal, kind=kind: journal.type == kind)[0]
            for kind in ("general", "sale")
        )
        for product in (cls.bolt, cls.transport):
            product.property_account_income_id = sales.default_account_id
        bank = cls.env["account.journal"].create(
            {"name": "Test card", "code": "ISPC", "type": "bank", "company_id": cls.company.id}
        )
        cls.card = cls.env["pos.payment.method"].create(
            {
                "name": "Card",
                "journal_id": bank.id,
                "outstanding_account_id": outstanding.id,
                "company_id": cls.company.id,
            }
        )
        cls.config = cls.env["pos.config"].create(
            {
                "name": "Test shop",
                "company_id": cls.company.id,
                "journal_id": general.id,
                "invoice_journal_id": sales.id,
                "payment_method_ids": [Command.set(cls.card.ids)],
            }
        )

    def setUp(self):
        super().setUp()
        self.session = self._open_session()

    def _open_session(self):
        session = self.env["pos.session"].create({"config_id": self.config.id})
        session.set_opening_control(0, "")
        return session

    def _create_order(self, *lines, **vals):
        """Return an order of Alfa by salesperson A, paid by card: 2 bolts for 8 each."""
        order = self.env["pos.order"].create(
            {
                "session_id": self.session.id,
                "company_id": self.company.id,
                "partner_id": self.alfa.id,
                "user_id": self.salesperson_a.id,
                "amount_tax": 0,
                "amount_total": 0,
                "amount_paid": 0,
                "amount_return": 0,
                "lines": [
                    Command.create(
                        {
                            "product_id": self.bolt.id,
                            "qty": 2,
                            "price_unit": 8,
                            "tax_ids": [Command.clear()],
                            "price_subtotal": 0,
                            "price_subtotal_incl": 0,
                            **line,
                        }
                    )
                    for line in lines or ({},)
                ],
                **vals,
            }
        )
        for line in order.lines:
            line._onchange_amount_line_all()
        order._compute_prices()
        self._pay(order)
        order._compute_total_cost_in_real_time()  # as the till does
        return order

    def _pay(self, order):
        order.add_payment(
            {
                "pos_order_id": order.id,
                "amount": order.amount_total,
                "payment_method_id": self.card.id,
            }
        )
        order.action_pos_order_paid()

    def _refund(self, order):
        refund = self.env["pos.order"].browse(order.refund()["res_id"])
        refund.session_id = self.session
        self._pay(refund)
        refund._compute_total_cost_in_real_time()
        return refund

    def _close(self):
        self.session.action_pos_session_closing_control()
        self.assertEqual(self.session.state, "closed")
        return self.session.move_id

    def test_a_session(self):
        """Bolts are 2 * 8, 4 * 8 less a quarter; a transport, and 5 that were given off."""
        self._create_order({}, {"qty": 4, "discount": 25})
        self._create_order(
            {"product_id": self.transport.id, "qty": 1, "price_unit": 100},
            {"product_id": self.transport.id, "qty": 1, "price_unit": -5},
            partner_id=False,
            user_id=self.salesperson_b.id,
        )
        self.assertFalse(self.facts.search([("move_type", "=", "pos")]), "it is still open")
        move = self._close()
        names = ("role", "sold_quantity", "sold_net", "discount", "cost", "margin", "cost_source")
        self.assertRecordValues(
            self.facts.search([("move_id", "=", move.id)], order="pos_line_id"),
            [
                dict(zip(names, values, strict=True))
                for values in (
                    ("goods", 2, 16, 0, 10, 6, "pos"),
                    ("goods", 4, 24, 8, 20, 4, "pos"),
                    ("service", 1, 100, 0, 40, 60, "pos"),
                    ("discount", 0, -5, 5, 0, -5, "no_cost"),
                )
            ],
        )
        facts = self.facts.search([("move_id", "=", move.id)], order="pos_line_id")
        self.assertEqual(facts.mapped("invoice_date"), [date(2026, 3, 10)] * 4)
        self.assertEqual(
            [(fact.partner_id, fact.user_id) for fact in facts],
            [(self.alfa, self.salesperson_a)] * 2
            + [(self.env["res.partner"], self.salesperson_b)] * 2,
        )
        self.assertEqual(move.isof_trade_line_count, 4)
        self.assertInStep()

    def test_a_refund_brings_all_back_to_nothing(self):
        order = self._create_order({"discount": 25}, {"product_id": self.transport.id})
        self._refund(order)
        self._close()
        domain = [("move_type", "=", "pos")]
        measures = ["sold_net:sum", "sold_quantity:sum", "cost:sum", "margin:sum", "discount:sum"]
        self.assertEqual(
            self.facts._read_group(domain, [], ["__count", *measures]), [(4, 0, 0, 0, 0, 0)]
        )
        self.assertInStep()

    def test_the_sign_is_that_of_quantity_and_price(self):
        """Odoo's till writes what a refund pays back without a sign."""
        order = self._create_order()
        refund = self._refund(order)
        refund.lines.price_subtotal = 16
        facts = self.facts.search([("move_id", "=", self._close().id)], order="pos_line_id")
        self.assertEqual(facts.mapped("sold_net"), [16, -16])

    def test_an_invoiced_order_counts_once(self):
        """By its invoice: also one that is made after the session was closed."""
        self._create_order()
        late = self._create_order({"qty": 3})
        early = self._create_order({"qty": 5})
        early.action_pos_order_invoice()
        self._close()
        sold = [("product_id", "=", self.bolt.id), ("flow", "=", "sale")]
        groups = ["move_type"]
        self.assertEqual(
            self.facts._read_group(sold, groups, ["sold_net:sum"]),
            [("out_invoice", 40), ("pos", 40)],
        )
        late.action_pos_order_invoice()
        self.assertEqual(
            self.facts._read_group(sold, groups, ["sold_net:sum"]),
            [("out_invoice", 64), ("pos", 16)],
        )
        self.assertInStep()

    def test_the_ledger_is_explained(self):
        """By sessions and invoices; what a late invoice takes out of a session is so, too."""
        self._create_order({}, {"price_unit": -1, "qty": 1})
        late = self._create_order({"qty": 3})
        self._create_order({"qty": 5}).action_pos_order_invoice()
        self._close()
        late.action_pos_order_invoice()
        measures = ["revenue:sum", "explained_revenue:sum", "unexplained_revenue:sum"]
        self.assertEqual(
            self.env["isof.ledger.report"]._read_group([], [], measures), [(79, 79, 0)]
        )
        self.assertEqual(self.facts._read_group([], [], ["sold_net:sum"]), [(79,)])

    def test_what_is_written_later_is_followed(self):
        order = self._create_order()
        move = self._close()
        order.user_id = self.salesperson_b
        self.assertEqual(self.facts.search([("move_id", "=", move.id)]).user_id, self.salesperson_b)
        self.bolt.categ_id = self.env["product.category"].create({"name": "Other"})
        self.assertEqual(
            self.facts.search([("move_id", "=", move.id)]).product_category_id, self.bolt.categ_id
        )
        move.button_draft()
        self.assertFalse(self.facts.search([("move_id", "=", move.id)]))
        self.assertInStep()

    def test_a_touch_of_a_campaign(self):
        kind = self.env["isof.activity.type"].create({"name": "Visit"})
        done = self.env["isof.activity.status"].search([("state", "=", "done")], limit=1)
        self.env["isof.activity"].create(
            {
                "name": "Visit",
                "type_id": kind.id,
                "partner_id": self.alfa.id,
                "campaign_id": self.campaign.id,
                "status_id": done.id,
                "start": "2026-03-09 10:00:00",
                "stop": "2026-03-09 11:00:00",
            }
        )
        self._create_order()
        move = self._close()
        fact = self.facts.search([("move_id", "=", move.id)])
        self.assertEqual(fact.attributed_campaign_id, self.campaign)

    def test_no_commission(self):
        self.env["isof.commission.plan"].create(
            {
                "name": "Test plan",
                "company_id": self.company.id,
                "date_from": date(2026, 1, 1),
                "rule_ids": [Command.create({"name": "All", "method": "rate", "rate": 10})],
            }
        ).action_approve()
        self._create_order()
        move = self._close()
        entries = self.env["isof.commission.entry"]
        entries._sync(move.ids)
        self.assertFalse(entries.search([("company_id", "=", self.company.id)]))

    def test_what_is_paid_at_the_till_is_due(self):
        self.env["isof.commission.plan"].create(
            {
                "name": "Test plan",
                "company_id": self.company.id,
                "date_from": date(2026, 1, 1),
                "due": "paid",
                "rule_ids": [Command.create({"name": "All", "method": "rate", "rate": 10})],
            }
        ).action_approve()
        order = self._create_order({"qty": 5})
        order.action_pos_order_invoice()
        self._close()
        domain = [("move_id", "=", order.account_move.id)]
        measures = ["accrued:sum", "due:sum"]
        entries = self.env["isof.commission.entry"]
        self.assertEqual(entries._read_group(domain, [], measures), [(4, 4)])

    def test_what_is_given_away_has_its_discount(self):
        self._create_order({}, {"discount": 100})
        facts = self.facts.search([("move_id", "=", self._close().id)], order="pos_line_id")
        self.assertEqual(facts.mapped("discount"), [0, 16])
        self.assertEqual(facts.mapped("list_net"), [16, 16])

    def test_one_opens_the_order(self):
        order = self._create_order()
        move = self._close()
        action = self.facts.search([("move_id", "=", move.id)]).action_open_document()
        self.assertEqual((action["res_model"], action["res_id"]), ("pos.order", order.id))
