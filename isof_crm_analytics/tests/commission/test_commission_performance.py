from odoo.tests import tagged

from .commission_common import CommissionCommon


@tagged("post_install", "-at_install")
class TestCommissionPerformance(CommissionCommon):
    """Commissions cost a fixed number of queries, for however many documents and lines.

    A prepared statement counts twice: it puts the settings of the connection back.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_plan(name="Net")
        cls._create_plan(name="Paid", due="paid")
        cls._create_plan(name="Tiers", tiers=[(0, 1), (1000, 5)])

    def _post(self, number):
        lines = [{"quantity": quantity} for quantity in range(1, 6)]
        moves = self.env["account.move"]
        for _number in range(number):
            moves |= self._create_invoice(*lines)
        return moves

    def _count(self, moves):
        """Return the number of queries of a sync of documents that have no entries yet."""
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM isof_commission_entry")
        self.entries._sync(moves.ids)
        self.env.cr.execute("DELETE FROM isof_commission_entry")
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.entries._sync(moves.ids)
        return self.env.cr.sql_log_count - before

    def test_queries_of_a_sync(self):
        few, many = self._post(2), self._post(12)
        self.assertLessEqual(self._count(few), 9)
        self.assertEqual(len(self._get_entries(few)), 2 * 5 * 3)
        self.assertLessEqual(self._count(many), 9)
        self.assertEqual(len(self._get_entries(many)), 12 * 5 * 3)

    def test_nothing_to_do_writes_nothing(self):
        moves = self._post(3)
        self.env.flush_all()
        with self.assertQueryCount(7):
            self.assertEqual(self.entries._sync(moves.ids), 0)

    def test_one_sync_a_transaction(self):
        calls = []
        origin = type(self.entries)._sync
        self.patch(
            self.registry["isof.commission.entry"],
            "_sync",
            lambda entries, ids, **kwargs: calls.append(len(ids)) or origin(entries, ids, **kwargs),
        )
        moves = self.env["account.move"]
        for _number in range(5):
            moves |= self._create_invoice(post=False)
        self.env.flush_all()
        self.assertEqual(sum(calls), 0, "drafts that were never posted earn nothing")
        calls.clear()
        moves.action_post()
        self.env.flush_all()
        self.assertLessEqual(len(calls), 2)
        self.assertEqual(calls[0], 5)
        self.assertEqual(len(self._get_entries(moves)), 15)

    def test_without_a_plan_there_are_no_queries(self):
        self.env["isof.commission.plan"].search([]).sudo().state = "draft"
        moves = self._post(2)
        self.env.flush_all()
        self.assertFalse(self.env["isof.commission.plan"]._get_specs())
        with self.assertQueryCount(0):
            self.entries._sync(moves.ids)
