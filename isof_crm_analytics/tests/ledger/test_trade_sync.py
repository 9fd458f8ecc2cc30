from datetime import date

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ...models.ledger import isof_trade_line_comparison
from ..common import TradeCommon

LEDGER = """
    SELECT move.company_id, to_char(move.invoice_date, 'YYYY-MM'), move.move_type,
           sum(-line.balance)
      FROM account_move_line AS line
      JOIN account_move AS move ON move.id = line.move_id
     WHERE line.parent_state = 'posted' AND line.display_type = 'product'
       AND move.move_type ~ '^(out|in)_(invoice|refund|receipt)$'
     GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
FACTS = """
    SELECT company_id, to_char(invoice_date, 'YYYY-MM'), move_type,
           sum(invoiced_net - billed_net)
      FROM isof_trade_line GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""


@tagged("post_install", "-at_install")
class TestTradeSync(TradeCommon):
    """The facts follow whatever happens to the ledger, in the same transaction."""

    def _fetch(self, sql):
        self.env.flush_all()
        self.env.cr.execute(sql)
        return self.env.cr.fetchall()

    # Life of a document

    def test_draft_has_no_facts(self):
        self.assertFalse(self._get_facts(self._create_invoice(post=False)))

    def test_post_and_reset_and_cancel(self):
        invoice = self._create_invoice({}, {"product_id": self.transport.id})
        self.assertEqual(len(self._get_facts(invoice)), 2)
        self.assertEqual(invoice.isof_trade_line_count, 2)
        invoice.button_draft()
        self.assertFalse(self._get_facts(invoice))
        self.assertEqual(invoice.isof_trade_line_count, 0)
        invoice.action_post()
        self.assertEqual(len(self._get_facts(invoice)), 2)
        invoice.button_draft()
        invoice.button_cancel()
        self.assertFalse(self._get_facts(invoice))
        self.assertInStep()

    def test_delete(self):
        invoice = self._create_invoice()
        facts = self._get_facts(invoice)
        self.assertTrue(facts)
        invoice.with_context(force_delete=True).unlink()
        self.env.flush_all()
        self.assertFalse(facts.exists())
        self.assertInStep()

    def test_delete_past_odoo_leaves_no_fact(self):
        facts = self._get_facts(self._create_invoice())
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM account_move WHERE id = %s", [facts.move_id.id])
        self.env.invalidate_all()
        self.assertFalse(facts.exists())

    def test_facts_are_there_before_the_commit(self):
        invoice = self._create_invoice()
        self.env.flush_all()
        self.env.cr.execute("SELECT count(*) FROM isof_trade_line WHERE move_id = %s", [invoice.id])
        self.assertEqual(self.env.cr.fetchone(), (1,))

    def test_sections_notes_and_entries_are_no_facts(self):
        invoice = self._create_invoice(
            {},
            *(
                {"display_type": kind, "name": kind, "product_id": False, "quantity": 0}
                for kind in ("line_section", "line_note")
            ),
        )
        self.assertEqual(self._get_facts(invoice).product_id, self.bolt)
        self.assertEqual(len(self._get_facts(invoice)), 1)

    # Writes on a posted document

    def test_each_write_is_followed(self):
        source = self.env["utm.source"].create({"name": "Test leaflet"})
        invoice = self._create_invoice()
        for record, vals, expected in (
            (invoice, {"invoice_user_id": self.salesperson_b.id}, {"user_id": self.salesperson_b}),
            (invoice, {"team_id": self.team.id}, {"team_id": self.team}),
            (invoice, {"campaign_id": self.campaign.id}, {"campaign_id": self.campaign}),
            (invoice, {"source_id": source.id}, {"source_id": source}),
            (invoice, {"invoice_date": date(2026, 2, 5)}, {"invoice_date": date(2026, 2, 5)}),
            (invoice, {"date": date(2026, 2, 6)}, {"date": date(2026, 2, 6)}),
            (
                invoice.invoice_line_ids,
                {"product_id": self.transport.id},
                {"product_id": self.transport, "role": "service"},
            ),
            (invoice.invoice_line_ids, {"partner_id": self.beta.id}, {"partner_id": self.beta}),
        ):
            with self.subTest(**vals):
                record.with_context(skip_readonly_check=True).write(vals)
                fact = self._get_facts(invoice)
                self.assertEqual({name: fact[name] for name in expected}, expected)
        self.assertInStep()

    def test_country_of_the_contractor(self):
        invoice = self._create_invoice()
        self.alfa.country_id = self.env.ref("base.cz")
        self.assertEqual(self._get_facts(invoice).country_id, self.env.ref("base.cz"))
        self.assertInStep()

    def test_write_by_rpc(self):
        self.outsider.group_ids += self.env.ref("account.group_account_invoice")
        invoice = self._create_invoice()
        call_kw(
            self.env["account.move"].with_user(self.outsider),
            "write",
            [invoice.ids, {"campaign_id": self.campaign.id}],
            {},
        )
        self.assertEqual(self._get_facts(invoice).campaign_id, self.campaign)

    def test_create_and_post_by_rpc(self):
        self.outsider.group_ids += self.env.ref("account.group_account_invoice")
        moves = self.env["account.move"].with_user(self.outsider)
        vals = {
            "move_type": "out_invoice",
            "partner_id": self.alfa.id,
            "invoice_date": "2026-03-10",
            "invoice_line_ids": [
                [0, 0, {"product_id": self.bolt.id, "quantity": 2, "price_unit": 8}]
            ],
        }
        ids = call_kw(moves, "create", [[vals]], {})
        call_kw(moves, "action_post", [ids], {})
        self.assertFacts(moves.browse(ids).sudo(), [{"sold_quantity": 2, "sold_net": 16}])

    def test_import(self):
        invoice = self._create_invoice()
        self.env.flush_all()
        result = self.env["account.move"].load(
            [".id", "invoice_user_id/.id"], [[str(invoice.id), str(self.salesperson_b.id)]]
        )
        self.assertFalse(result["messages"])
        self.assertEqual(self._get_facts(invoice).user_id, self.salesperson_b)

    def test_salesperson_of_an_order_written_later_on_a_grouped_invoice(self):
        orders = self._create_sale({}, delivered=10) | self._create_sale({}, delivered=10)
        invoice = orders._create_invoices()
        invoice.action_post()
        orders[0].write({"user_id": self.salesperson_b.id, "campaign_id": self.campaign.id})
        self.assertFacts(
            invoice,
            [
                {"user_id": self.salesperson_b.id, "campaign_id": self.campaign.id},
                {"user_id": self.salesperson_a.id, "campaign_id": False},
            ],
        )
        self.assertInStep()

    def test_correction_on_the_form_of_a_credit_note(self):
        user = self._create_user(
            "bookkeeper", "isof_crm_analytics.group_own,account.group_account_invoice"
        )
        refund = self._create_credit_note(self._create_invoice(), post=False)
        with Form(refund.with_user(user)) as form:
            form.isof_correction = "price"
        refund.action_post()
        self.assertFacts(refund, [{"is_price_correction": True, "sold_quantity": 0}])
        arch = self.env["account.move"].with_user(user).get_view(view_type="form")["arch"]
        self.assertIn('name="isof_correction"', arch)
        user.group_ids -= self.env.ref("isof_crm_analytics.group_own")
        arch = self.env["account.move"].with_user(user).get_view(view_type="form")["arch"]
        self.assertNotIn('name="isof_correction"', arch)

    # Against the ledger

    def _create_all_sorts(self):
        invoice = self._create_invoice(
            {"quantity": 3, "price_unit": 3.335, "discount": 7},
            {"product_id": False, "name": "Packing", "quantity": 1, "price_unit": 0.05},
        )
        euro = self._create_invoice(
            {"quantity": 7, "price_unit": 1.11}, currency_id=self.eur.id, invoice_currency_rate=0.23
        )
        bill = self._create_bill({"quantity": 11, "price_unit": 3.333})
        foreign = self._create_invoice(
            company=self.other_company,
            invoice_user_id=self.foreign_salesperson.id,
            invoice_date=date(2026, 1, 31),
        )
        receipts = self._create_invoice(move_type="out_receipt") | self._create_bill(
            move_type="in_receipt"
        )
        credit_notes = self._create_credit_note(invoice, quantity=1) | self._create_credit_note(
            bill, price_unit=1
        )
        self._create_invoice(post=False)
        return invoice | euro | bill | foreign | receipts | credit_notes

    def test_totals_tie_to_the_ledger(self):
        self._create_all_sorts()
        ledger = self._fetch(LEDGER)
        self.assertGreaterEqual(len(ledger), 7)
        self.assertEqual(self._fetch(FACTS), ledger)

    def test_rebuild_from_nothing(self):
        moves = self._create_all_sorts()
        before = self._fetch("SELECT count(*), sum(sold_net), sum(cost) FROM isof_trade_line")
        self._fetch("DELETE FROM isof_trade_line RETURNING id")
        batches = []
        changed = self.facts._sync_everything(progress=lambda *batch: batches.append(batch))
        self.assertEqual(changed, before[0][0])
        self.assertEqual([changed], [wrong for _count, wrong in batches])
        self.assertGreaterEqual(batches[0][0], len(moves))
        self.assertEqual(
            self._fetch("SELECT count(*), sum(sold_net), sum(cost) FROM isof_trade_line"), before
        )

    def test_nothing_to_do_on_a_clean_database(self):
        self._create_all_sorts()
        self.assertInStep()

    @mute_logger("odoo.addons.isof_crm_analytics.models.ledger.isof_trade_line_comparison")
    def test_comparison_heals_and_tells_the_managers(self):
        self._create_user("second_manager", "isof_crm.group_manager")
        invoice = self._create_invoice()
        fact = self._get_facts(invoice)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move_line SET balance = -81 WHERE id = %s", [fact.move_line_id.id]
        )
        self.env.invalidate_all()
        self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda *args, **kwargs: 0)
        subject = [("subject", "ilike", "differed from the ledger")]
        messages = self.env["mail.message"]
        self.assertFalse(messages.search(subject))
        self.facts._cron_compare()
        self.assertEqual(fact.sold_net, 81)
        told = messages.search(subject)
        self.assertLessEqual(self.manager.partner_id, told.notified_partner_ids)
        self.assertEqual(len(told), len(told.notified_partner_ids), "each manager once")
        self.assertIn("1 lines", told[0].body)
        self.facts._cron_compare()
        self.assertEqual(messages.search(subject), told)

    def test_action_compare(self):
        fact = self._get_facts(self._create_invoice())
        self.env.flush_all()
        self.env.cr.execute("UPDATE isof_trade_line SET sold_net = 1 WHERE id = %s", [fact.id])
        for user in (self.outsider, self.salesperson_a, self.team_leader):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.facts.with_user(user).action_compare()
        action = self.facts.with_user(self.manager).action_compare()
        self.assertEqual(action["params"]["type"], "warning")
        self.assertIn("1 lines differed", action["params"]["message"])
        self.env.invalidate_all()
        self.assertEqual(fact.sold_net, 80)
        action = self.facts.with_user(self.manager).action_compare()
        self.assertEqual(action["params"]["type"], "success")

    def test_comparison_of_very_many_documents_goes_on_in_the_background(self):
        fact = self._get_facts(self._create_invoice())
        self.env.flush_all()
        self.env.cr.execute("UPDATE isof_trade_line SET sold_net = 1 WHERE id = %s", [fact.id])
        self.patch(isof_trade_line_comparison, "BATCH_SIZE", 0)
        cron = self.env.ref("isof_crm_analytics.ir_cron_compare")
        triggers = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        action = self.facts.with_user(self.manager).action_compare()
        self.assertEqual(
            self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)]), triggers + 1
        )
        self.assertEqual(action["params"]["type"], "info")
        self.patch(isof_trade_line_comparison, "BATCH_SIZE", 5000)
        self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda *args, **kwargs: 0)
        sent = []
        self.patch(
            type(self.env["res.users"]),
            "_bus_send",
            lambda user, kind, message, **kwargs: sent.append((user, kind, message["message"])),
        )
        with mute_logger("odoo.addons.isof_crm_analytics.models.ledger.isof_trade_line_comparison"):
            self.facts._cron_compare()
        told = (self.manager, "simple_notification", "1 lines differed from the ledger")
        self.assertEqual([(*one[:2], one[2][: len(told[2])]) for one in sent], [told])
        self.facts._cron_compare()
        self.assertEqual(len(sent), 1, "told again without having asked")

    # What it costs

    def _count_queries(self, function):
        """Return how many queries there were, and the SQL of those about the facts."""
        queries = []
        execute = type(self.env.cr).execute

        def spy(cr, query, *args, **kwargs):
            queries.append(query.code if hasattr(query, "code") else query)
            return execute(cr, query, *args, **kwargs)

        self.patch(type(self.env.cr), "execute", spy)
        function()
        self.env.flush_all()
        self.patch(type(self.env.cr), "execute", execute)
        return len(queries), [query for query in queries if "isof_trade_line" in query]

    def _get_fact_queries(self, function):
        """Return the queries about the table of the facts itself."""
        queries = self._count_queries(function)[1]
        return [
            query.split()
            for query in queries
            if "isof_trade_line " in query or "FROM isof" in query
        ]

    def test_drafts_cost_nothing(self):
        created = []
        queries = self._get_fact_queries(
            lambda: created.append(self._create_invoice({}, {}, post=False))
        )
        self.assertLessEqual([query[0] for query in queries], ["WITH"])
        queries = self._get_fact_queries(
            lambda: created[0].invoice_line_ids[0].write({"quantity": 3})
        )
        self.assertLessEqual([query[0] for query in queries], ["WITH"])

    def test_posting_costs_a_few_queries_however_many_lines(self):
        budgets = []
        for lines in (1, 20):
            invoice = self._create_invoice(*[{}] * lines, post=False)
            self.env.flush_all()
            self.env.cr.cache.clear()  # as in a transaction of its own, where no plan is kept yet
            queries = self._get_fact_queries(invoice.action_post)
            self.assertEqual(len(self._get_facts(invoice)), lines)
            budgets.append(len(queries))
        # stale ones, those of the lines, how many
        self.assertEqual(budgets[0], budgets[1])
        self.assertIn(budgets[1], range(1, 5))

    def test_entries_cost_nothing(self):
        account = self.company.income_currency_exchange_account_id
        queries = self._get_fact_queries(
            lambda: (
                self.env["account.move"]
                .create(
                    {
                        "move_type": "entry",
                        "journal_id": self.company.currency_exchange_journal_id.id,
                        "line_ids": [
                            Command.create(
                                {
                                    "account_id": account.id,
                                    "debit": debit,
                                    "credit": 5 - debit,
                                }
                            )
                            for debit in (0, 5)
                        ],
                    }
                )
                .action_post()
            )
        )
        self.assertFalse(queries)
