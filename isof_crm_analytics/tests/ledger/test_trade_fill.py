from contextlib import suppress
from datetime import date

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from ... import post_init_hook
from ...models.ledger import isof_trade_line_fill
from ...models.ledger.isof_trade_line_fill import FILLED
from ..common import TradeCommon

NAMES = ["move_line_id", "sold_net", "bought_net", "cost", "cost_source", "user_id"]


@tagged("post_install", "-at_install")
class TestTradeFill(TradeCommon):
    """What was sold before the add-on was there: at once if it is little, else bit by bit."""

    def setUp(self):
        super().setUp()
        self.cron = self.env.ref("isof_crm_analytics.ir_cron_fill")
        self.done = []
        self.seconds_left = 60

        def keep(_cron, processed=0, **_kwargs):
            self.done += [processed] if processed else []
            return self.seconds_left

        self.patch(type(self.cron), "_commit_progress", keep)

    def _forget_facts(self):
        """Have the database as it is before the add-on is installed."""
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM isof_trade_line")
        self.env.cr.execute("DELETE FROM isof_trade_summary")
        self.env.cr.execute(
            "UPDATE account_move SET isof_is_grouped = NULL, isof_trade_line_count = 0"
        )
        self.env.invalidate_all()

    def _read_facts(self, moves):
        facts = self._get_facts(moves).read(NAMES, load=None)
        return [[fact[name] for name in NAMES] for fact in facts]

    def _install(self, batch_size):
        self.patch(isof_trade_line_fill, "BATCH_SIZE", batch_size)
        post_init_hook(self.env)
        self.env.invalidate_all()

    def test_few_documents_are_filled_in_at_once(self):
        orders = self._create_sale({}, delivered=10) | self._create_sale({}, delivered=10)
        grouped = orders._create_invoices()
        grouped.action_post()
        moves = grouped | self._create_invoice({}, {}) | self._create_bill()
        before = self._read_facts(moves)
        self.assertEqual(len(before), 5)
        self._forget_facts()
        self._install(5000)
        for fact in before:  # the bill has no cost
            if fact[NAMES.index("cost_source")] == "product":
                fact[NAMES.index("cost_source")] = "later"
        self.assertEqual(self._read_facts(moves), before)
        self.assertTrue(grouped.isof_is_grouped)
        self.assertEqual(moves.mapped("isof_trade_line_count"), [2, 2, 1])
        self.assertFalse(self.facts._is_filling())

    def test_what_is_there_is_kept(self):
        """What demo data posted before costs what it cost then."""
        fact = self._get_facts(self._create_invoice())
        self.bolt.standard_price = 9
        self.env.flush_all()
        self.facts._begin_fill()
        self.env.invalidate_all()
        self.assertEqual(fact.cost, 50)

    def test_many_documents_are_filled_in_bit_by_bit(self):
        days = [date(2026, 3, 12), date(2026, 3, 10), date(2026, 3, 11)]
        moves = self.env["account.move"].union(
            *[self._create_invoice({}, invoice_date=day, date=day) for day in days]
        )
        number = self.env["account.move"].search_count([("move_type", "!=", "entry")])
        self._forget_facts()
        triggers = [("cron_id", "=", self.cron.id)]
        before = self.env["ir.cron.trigger"].search_count(triggers)
        self._install(1)
        self.assertFalse(self._get_facts(moves))
        self.assertEqual(self.env["ir.cron.trigger"].search_count(triggers), before + 1)
        reader = self.facts.with_user(self.salesperson_a).with_context(lang="en_US")
        self.assertEqual(reader.get_fill_progress(), {"until": "", "percent": 0})
        exporter = self.env["isof.export"].with_user(self.salesperson_a).with_context(lang="en_US")
        self.assertRegex(exporter._get_as_of_line(), r"^As of: .*\. Not complete: .* being read\.$")

        # what is posted meanwhile is there at once
        credit = self._create_credit_note(moves[0])
        self.assertEqual(self._get_facts(credit).sold_net, -80)
        self.patch(isof_trade_line_fill, "BATCH_SIZE", number - 2)
        self.seconds_left = 0
        self.facts._cron_fill()
        self.assertEqual(self.done, [number - 2])
        self.assertEqual(self._get_facts(moves).move_id, moves[1])
        progress = reader.get_fill_progress()
        self.assertEqual(progress["until"], "03/10/2026")
        self.assertIn(progress["percent"], range(20, 100))
        self.assertRegex(exporter._get_as_of_line(), r"there until 03/10/2026\.$")

        # what was cut off goes on after what was kept
        self.seconds_left = 60
        self.facts._cron_fill()
        self.assertEqual(sum(self.done), number + 1)
        self.assertEqual(self._get_facts(moves).move_id, moves)
        self.assertEqual(self._get_facts(moves[0]).cost_source, "later")
        self.assertEqual(self._get_facts(credit).cost, -self._get_facts(moves[0]).cost)
        self.assertIs(reader.get_fill_progress(), False)
        self.assertNotIn("complete", exporter._get_as_of_line())
        self.assertInStep()
        self.facts._cron_fill()
        self.assertEqual(sum(self.done), number + 1, "filled again")

    def test_a_batch_that_fails_is_done_again(self):
        moves = self._create_invoice() | self._create_invoice()
        self._forget_facts()
        self._install(1)
        sync = type(self.facts)._compare_documents

        def fail(facts, ids):
            if moves[1].id in ids:
                raise ValueError("the machine goes down")
            return sync(facts, ids)

        self.patch(type(self.facts), "_compare_documents", fail)
        # not assertRaises, which takes back what was kept, too
        with suppress(ValueError):
            self.facts._cron_fill()
        self.assertEqual(self._get_facts(moves).move_id, moves[0])
        self.patch(type(self.facts), "_compare_documents", sync)
        self.facts._cron_fill()
        self.assertEqual(self._get_facts(moves).move_id, moves)

    def test_what_waits_for_it(self):
        self._create_invoice()
        self._forget_facts()
        self._install(0)
        with self.subTest("what is missing is no difference"):
            self.facts._cron_compare()
            self.assertFalse(self.facts.search_count([]))
            action = self.facts.with_user(self.manager).action_compare()
            self.assertIn("are still being read", action["params"]["message"])
            self.assertFalse(self.facts.search_count([]))
        with self.subTest("analyses are sent when they are complete"):
            schedule = self.env["isof.analysis.schedule"].create(
                {
                    "analysis_id": self.env["isof.analysis"].create({"name": "Test"}).id,
                    "recipient_ids": [Command.set(self.manager.ids)],
                }
            )
            schedule.next_run = "2026-01-01 07:00:00"
            self.env["isof.analysis.schedule"]._cron_send()
            self.assertFalse(schedule.last_run)
            self.patch(isof_trade_line_fill, "BATCH_SIZE", 5000)
            self.facts._cron_fill()
            self.env["isof.analysis.schedule"]._cron_send()
            self.assertTrue(schedule.last_run)

    def test_who_sees_how_far_it_is(self):
        self._create_invoice()
        self._install(0)
        with self.assertRaises(AccessError):
            self.facts.with_user(self.outsider).get_fill_progress()


@tagged("post_install", "-at_install")
class TestFillNotice(HttpCase, TradeCommon):
    """The client is told that there is a fill, and only whom it concerns."""

    def _get_session(self, user):
        self.authenticate(user.login, user.login)
        return self.make_jsonrpc_request("/web/session/get_session_info", {})

    def test_session(self):
        parameters = self.env["ir.config_parameter"].sudo()
        self.assertNotIn("isof_is_filling", self._get_session(self.salesperson_a))
        parameters.set_param(FILLED, "2026-03-10 1")
        self.assertTrue(self._get_session(self.salesperson_a)["isof_is_filling"])
        self.assertNotIn("isof_is_filling", self._get_session(self.outsider))
