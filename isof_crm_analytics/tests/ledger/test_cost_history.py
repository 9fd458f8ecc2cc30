import importlib.util
import logging
from datetime import date

from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError
from odoo.modules.module import get_module_path
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..common import TradeCommon

LOGGER = "odoo.addons.isof_crm_analytics.models.ledger.isof_trade_line_history"


class CostHistoryCommon(TradeCommon):
    """What is derived anew, as after an installation among documents of years."""

    def _derive_anew(self, moves):
        """Have the facts of documents derived as if they had never been."""
        self.env.flush_all()
        self.env.cr.execute(
            "DELETE FROM isof_trade_line WHERE move_id = ANY(%s)",
            [moves.ids],
        )
        self.facts._sync_everything()
        self.env.invalidate_all()

    def assertCosts(self, moves, *expected):  # noqa: N802
        """Check cost and its source of each line; None where the cost is unknown."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT cost, cost_source FROM isof_trade_line WHERE move_id = ANY(%s)"
            " ORDER BY move_line_id",
            [moves.ids],
        )
        self.assertEqual(self.env.cr.fetchall(), [*expected])


@tagged("post_install", "-at_install")
class TestReconstructedCost(CostHistoryCommon):
    """A cost that was not kept when the document was posted is marked, and for good."""

    def test_cost_at_the_posting_is_not_reconstructed(self):
        invoice = self._create_invoice()
        self.assertCosts(invoice, (50, "product"))
        self.bolt.standard_price = 7
        self.assertInStep()
        self.assertCosts(invoice, (50, "product"))
        invoice.button_draft()
        invoice.action_post()
        self.assertCosts(invoice, (50, "product"))

    def test_cost_of_a_document_that_was_there_before_is_a_later_one(self):
        """And so is that of what gives it back."""
        invoice = self._create_invoice({}, {"product_id": False, "name": "Packing"})
        refund = self._create_credit_note(invoice, quantity=4)
        self.bolt.standard_price = 7
        self._derive_anew(invoice | refund)
        self.assertCosts(invoice, (70, "later"), (None, "unknown"))
        self.assertCosts(refund, (-28, "later"), (None, "unknown"))
        self.assertInStep()
        reconstructed = self.facts.search([("cost_source", "in", ("history", "later"))])
        self.assertEqual(reconstructed.move_id, invoice | refund)

    def test_credit_note_of_a_reconstructed_invoice_takes_its_cost(self):
        invoice = self._create_invoice()
        self._derive_anew(invoice)
        self.bolt.standard_price = 9
        refund = self._create_credit_note(invoice)
        self.assertCosts(refund, (-50, "later"))
        self.assertNothingLeft(invoice | refund)

    def test_cost_taken_later_is_a_later_one(self):
        invoice = self._create_invoice()
        self.bolt.standard_price = 7
        invoice.with_user(self.env.ref("base.user_admin")).sudo().action_take_isof_cost()
        self.assertCosts(invoice, (70, "later"))

    def test_what_is_changed_on_a_posted_document_has_a_later_cost(self):
        invoice = self._create_invoice()
        invoice.invoice_line_ids.product_id = self.transport
        self.assertCosts(invoice, (400, "later"))

    def test_update_marks_what_was_there_before_the_add_on(self):
        old = self._create_invoice()
        refund = self._create_credit_note(old, quantity=4)
        new = self._create_invoice()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move SET create_date = '2020-01-01' WHERE id = %s", [old.id]
        )
        path = get_module_path("isof_crm_analytics")
        path += "/migrations/19.0.1.4.0/post-reconstructed_costs.py"
        spec = importlib.util.spec_from_file_location("migration", path)
        migration = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(migration)
        migration.migrate(self.env.cr, "19.0.1.3.0")
        self.assertCosts(old, (50, "later"))
        self.assertCosts(refund, (-20, "later"))
        self.assertCosts(new, (50, "product"))
        self.env.cr.execute(
            "SELECT cost_source FROM isof_trade_summary WHERE move_id = ANY(%s) ORDER BY move_id",
            [(old | refund | new).ids],
        )
        self.assertEqual(self.env.cr.fetchall(), [("later",), ("later",), ("product",)])
        self.assertInStep()

    def test_clients_cannot_have_costs_reconstructed(self):
        self.env["isof.product.cost"].create(
            {"product_id": self.bolt.id, "date": "2026-01-01", "cost": 1}
        )
        facts = self.facts.with_context(isof_reconstructing=True)
        self.assertFalse(facts._is_reconstructing())


@tagged("post_install", "-at_install")
class TestCostHistory(CostHistoryCommon):
    """A bolt cost 3 from January 2025 on and 4 from February 2026 on, as a shop knows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.costs = cls.env["isof.product.cost"].with_user(cls.manager)
        cls.costs.load(
            ["product_id/.id", "date", "cost"],
            [
                [str(cls.bolt.id), "2025-01-01", "3"],
                [str(cls.bolt.id), "2026-02-01", "4"],
            ],
        )
        cls.other = cls.costs.sudo().create(
            {
                "product_id": cls.bolt.id,
                "date": "2025-01-01",
                "cost": 1,
                "company_id": cls.other_company.id,
            }
        )

    def _take(self, user=None):
        wizard = Form(self.env["isof.product.cost.take"].with_user(user or self.manager)).save()
        preview = (wizard.document_count, wizard.line_count, wizard.unknown_count)
        with self.assertLogs(LOGGER, logging.INFO) as log:
            wizard.action_take()
        self.env.flush_all()
        return preview, log.output[-1]

    def _count_changes(self):
        wizard = Form(self.env["isof.product.cost.take"].with_user(self.manager))
        return wizard.line_count

    def test_imported_by_name_for_the_company(self):
        found = self.costs.search([])
        self.assertRecordValues(
            found,
            [
                {"date": date(2026, 2, 1), "cost": 4, "company_id": self.company.id},
                {"date": date(2025, 1, 1), "cost": 3, "company_id": self.company.id},
            ],
        )
        result = self.costs.load(
            ["product_id", "date", "cost"], [["Test transport", "2025-01-01", "30"]]
        )
        self.assertFalse(result["messages"])
        self.assertEqual(self.costs.browse(result["ids"]).product_id, self.transport)
        with mute_logger("odoo.sql_db"):
            result = self.costs.load(
                ["product_id/.id", "date", "cost"], [[str(self.bolt.id), "2025-01-01", "5"]]
            )
        self.assertIn("has a cost from this day on already", result["messages"][0]["message"])
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.cr.savepoint():
            self.costs.create({"product_id": self.bolt.id, "date": "2024-01-01", "cost": -1})

    def test_facts_take_the_cost_of_their_day(self):
        """Those that were reconstructed or unknown, with what gives them back; not the others."""
        known = self._create_invoice(invoice_date="2025-03-01")
        old = self._create_invoice({}, {"product_id": self.transport.id}, invoice_date="2025-03-01")
        new = self._create_invoice(invoice_date="2026-02-01")
        ancient = self._create_invoice(invoice_date="2024-12-31")
        refund = self._create_credit_note(old, quantity=4)
        foreign = self._create_invoice(company=self.other_company)
        self._derive_anew(old | new | ancient | refund | foreign)
        # derived when the history was there already
        self.assertCosts(new, (40, "history"))
        self.env.cr.execute(
            "UPDATE isof_trade_line SET cost_source = 'later', cost = 5 * sold_quantity,"
            " margin = sold_net - 5 * sold_quantity"
            " WHERE cost_source = 'history'"
        )
        self.bolt.standard_price = 0
        unknown = self._create_invoice(invoice_date="2025-06-01")
        self.bolt.standard_price = 5
        self.assertInStep()
        preview, log = self._take()
        self.assertEqual(preview, (4, 4, 1))
        self.assertIn("4 lines of 4 documents", log)
        self.assertIn(self.manager.login, log)
        self.assertCosts(known, (50, "product"))
        self.assertCosts(old, (30, "history"), (400, "later"))
        self.assertCosts(refund, (-12, "history"), (-160, "later"))
        self.assertCosts(new, (40, "history"))
        self.assertCosts(unknown, (30, "history"))
        self.assertCosts(ancient, (50, "later"))
        self.assertCosts(foreign, (50, "later"))
        self.assertInStep()
        self.assertIn("taken from the cost history", old.message_ids[0].body)
        self.assertNotIn("cost history", " ".join(known.message_ids.mapped("body")))
        self.assertEqual(self._count_changes(), 0, "it is taken once")

    def test_corrected_history_is_taken_again(self):
        self.bolt.standard_price = 0
        invoice = self._create_invoice()
        self.assertEqual(self._take()[0], (1, 1, 1))
        self.assertCosts(invoice, (40, "history"))
        self.costs.search([("cost", "=", 4)]).cost = 4.5
        self.assertEqual(self._take()[0], (1, 1, 0))
        self.assertCosts(invoice, (45, "history"))

    def test_posting_takes_what_the_product_costs_now(self):
        self.assertCosts(self._create_invoice(), (50, "product"))

    def test_margins_and_their_coverage_follow(self):
        self.bolt.standard_price = 0
        invoice = self._create_invoice()
        domain = [("move_id", "=", invoice.id)]
        specs = ["margin:sum", "margin_rate:avg", "cost_coverage:avg"]
        self.assertEqual(self.facts._read_group(domain, [], specs), [(False, False, 0)])
        self._take()
        self.assertEqual(self.facts._read_group(domain, [], specs), [(40, 0.5, 1)])

    def test_by_managers_of_the_company_only(self):
        self._create_invoice()
        for user in (self.salesperson_a, self.department_manager):
            user.group_ids += self.env.ref("isof_crm_analytics.group_margin")
            with self.subTest(user.login):
                for model in ("isof.product.cost", "isof.product.cost.take"):
                    with self.assertRaises(AccessError):
                        self.env[model].with_user(user).create({})
                with self.assertRaises(AccessError):
                    self.env["isof.product.cost"].with_user(user).action_take()
        self.assertNotIn(self.other, self.costs.search([]))
        wizard = self.env["isof.product.cost.take"].with_user(self.manager).create({})
        wizard.sudo().company_id = self.other_company
        self.assertEqual(wizard.line_count, 0)
        with self.assertRaisesRegex(AccessError, "switched on"):
            wizard.action_take()
