from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import TradeCommon

# A transaction that changed something, and one that posted and could not see it, nor be seen.
CHANGE = ("10", "10:10:")
POSTING = ("11", "10:10:")
LATER = ("12", "12:12:")


@tagged("post_install", "-at_install")
class TestTradeNote(TradeCommon):
    """Notes for who posts while something changes; see tests/test_posting_concurrency.py, too."""

    def setUp(self):
        super().setUp()
        self._delete_notes()
        self.notes = self.env["isof.trade.note"]

    def _run_precommit(self):
        self.env.flush_all()
        self.env.cr.precommit.run()

    def _delete_notes(self):
        self._run_precommit()
        self.env.cr.execute("DELETE FROM isof_trade_note")

    def _read_notes(self):
        self._run_precommit()
        self.env.cr.execute(
            "DELETE FROM isof_trade_note WHERE xid = pg_current_xact_id()::text"
            " RETURNING move_ids::int[]"
        )
        return [move_ids for (move_ids,) in self.env.cr.fetchall()]

    def _add_note(self, transaction, moves=None):
        self.env.cr.execute(
            "INSERT INTO isof_trade_note (xid, snapshot, move_ids)"
            " VALUES (%s, %s, %s::int[]::text)",
            [*transaction, moves and moves.ids],
        )

    # Leaving notes

    def test_documents_are_noted_as_their_facts_are_derived(self):
        invoice = self._create_invoice(post=False)
        self.assertEqual(self._read_notes(), [], "a draft has no facts")
        invoice.action_post()
        self.assertEqual(self._read_notes(), [invoice.ids])
        invoice.button_draft()
        self.assertEqual(self._read_notes(), [invoice.ids])

    def test_changes_that_documents_follow_are_noted_once(self):
        employee = self.salesperson_a.employee_ids[0]
        department = self.env["hr.department"].create({"name": "Other"})
        self._read_notes()
        for record, vals in (
            (self.bolt, {"categ_id": self.env["product.category"].create({"name": "Other"}).id}),
            (self.alfa, {"country_id": self.env.ref("base.cz").id}),
            (self.alfa, {"isof_agent_id": self.beta.id}),
            (employee, {"department_id": department.id}),
            (self.env.company, {"isof_touch_days": 7}),
            (self.env.company, {"isof_commission_on_unposted_payment": False}),
        ):
            with self.subTest(**vals):
                record.write(vals)
                record.write(vals)
                self.assertEqual(self._read_notes(), [None])

    def test_other_changes_are_not_noted(self):
        for record, vals in (
            (self.bolt, {"name": "Nut", "list_price": 9}),
            (self.alfa, {"phone": "1"}),
        ):
            with self.subTest(**vals):
                record.write(vals)
                self.assertEqual(self._read_notes(), [])

    def test_activities_are_noted_if_they_touch(self):
        kind = self.env["isof.activity.type"].create({"name": "Visit", "needs_partner": False})
        status = self.env["isof.activity.status"].search([("state", "=", "done")], limit=1)
        activity = self.env["isof.activity"].create(
            {
                "name": "Visit",
                "type_id": kind.id,
                "partner_id": self.alfa.id,
                "start": "2026-03-08 10:00:00",
                "stop": "2026-03-08 11:00:00",
                "status_id": status.id,
            }
        )
        self.assertEqual(self._read_notes(), [])
        for campaign in (self.campaign, self.env["utm.campaign"]):
            activity.campaign_id = campaign
            self.assertEqual(self._read_notes(), [None])

    def test_a_change_starts_the_scheduled_action(self):
        triggers = self.env["ir.cron.trigger"]
        cron = self.env.ref("isof_crm_analytics.ir_cron_mend")
        before = triggers.search_count([("cron_id", "=", cron.id)])
        self.alfa.country_id = self.env.ref("base.cz")
        self._run_precommit()
        self.assertEqual(triggers.search_count([("cron_id", "=", cron.id)]), before + 1)

    # Mending

    def test_who_needs_a_second_look(self):
        invoice, other = self._create_invoice(), self._create_invoice()
        credit_note = self._create_credit_note(invoice)
        for name, notes, expected in (
            ("a change meanwhile", [(CHANGE,), (POSTING, invoice)], invoice),
            ("seen", [(CHANGE,), (LATER, invoice)], []),
            ("looked at since", [(CHANGE,), (POSTING, invoice), (LATER, invoice)], []),
            ("of a family", [(CHANGE, credit_note), (POSTING, invoice)], invoice | credit_note),
            ("of no family", [(CHANGE, other), (POSTING, invoice)], []),
        ):
            with self.subTest(name):
                self._delete_notes()
                for note in notes:
                    self._add_note(*note)
                ids = [move.id for move in expected]
                self.assertEqual(self.notes._find_overlaps(), sorted(ids))

    def _post_beside_a_change(self):
        """Return the fact of an invoice that has the salesperson of before a change."""
        fact = self._get_facts(self._create_invoice())
        self._delete_notes()
        self._add_note(CHANGE)
        self._add_note(POSTING, fact.move_id)
        self.env.cr.execute(
            "UPDATE isof_trade_line SET user_id = %s WHERE id = %s",
            [self.salesperson_b.id, fact.id],
        )
        self.env.invalidate_all()
        self.assertEqual(fact.user_id, self.salesperson_b)
        return fact

    @mute_logger("odoo.addons.isof_crm_analytics.models.ledger.isof_trade_note")
    def test_mending(self):
        fact = self._post_beside_a_change()
        self.assertEqual(self.notes._mend(), 1)
        self.assertEqual(fact.user_id, self.salesperson_a)
        self.assertEqual(self.notes._mend(), 0)

    def test_the_comparison_does_not_take_it_for_a_difference(self):
        fact = self._post_beside_a_change()
        self.assertEqual(self.facts._sync_everything(), 0)
        self.env.invalidate_all()
        self.assertEqual(fact.user_id, self.salesperson_a)
        self.assertEqual(self._read_notes(), [], "it would be one for each document there is")

    # Forgetting

    def test_notes_of_another_server_are_forgotten(self):
        """After a backup was restored the numbers of transactions begin anew."""
        self._add_note((str(2**60), f"{2**60}:{2**60}:"))
        self._add_note(CHANGE)
        self.notes._forget(10)
        self.env.cr.execute("SELECT xid FROM isof_trade_note")
        self.assertEqual(self.env.cr.fetchall(), [("10",)])
        self.notes._forget(11)
        self.env.cr.execute("SELECT xid FROM isof_trade_note")
        self.assertEqual(self.env.cr.fetchall(), [])
