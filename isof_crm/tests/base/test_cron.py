from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestCron(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cron = cls.env["ir.cron"]

    def _patch_progress(self, steps=None):
        """Have the time be up after a number of steps, and return what is reported of them."""
        reported = []

        def report(_cron, processed=0, *, remaining=None):
            reported.append(("remaining", remaining) if remaining is not None else processed)
            return 0 if steps and sum(type(each) is int for each in reported) >= steps else 60

        self.enterContext(patch.object(self.registry["ir.cron"], "_commit_progress", report))
        return reported

    def test_items_are_taken_one_by_one(self):
        reported = self._patch_progress()
        self.assertEqual(list(self.cron._isof_take("abc")), ["a", "b", "c"])
        self.assertEqual(reported, [("remaining", 3), 1, 1, 1])

    def test_no_item_is_taken_when_the_time_is_up(self):
        reported = self._patch_progress(steps=2)
        self.assertEqual(list(self.cron._isof_take("abc")), ["a", "b"])
        self.assertEqual(reported, [("remaining", 3), 1, 1])

    def test_what_is_deleted_meanwhile_is_left_out(self):
        reported = self._patch_progress()
        tags = self.env["res.partner.category"].create([{"name": f"Test {n}"} for n in range(3)])
        taken = []
        for tag in self.cron._isof_take(tags):
            taken.append(tag)
            tags[1].unlink()
        self.assertEqual(taken, [tags[0], tags[2]])
        self.assertEqual(reported, [("remaining", 3), 1, 1, 1])

    def test_a_step_is_repeated_until_nothing_is_left(self):
        reported = self._patch_progress()
        steps = iter([5, 2, None])
        self.assertTrue(self.cron._isof_repeat(lambda: next(steps)))
        self.assertEqual(reported, [5, 2])

    def test_a_step_is_not_repeated_when_the_time_is_up(self):
        reported = self._patch_progress(steps=1)
        steps = iter([5, 2, None])
        self.assertFalse(self.cron._isof_repeat(lambda: next(steps)))
        self.assertEqual(reported, [5])

    def test_a_step_that_met_somebody_is_done_once_more(self):
        reported = self._patch_progress()
        outcomes = iter([SerializationFailure(), 2, None])

        def step():
            outcome = next(outcomes)
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        with patch.object(self.env.cr, "rollback") as rollback:
            self.assertTrue(self.cron._isof_repeat(step))
        rollback.assert_called_once_with()
        self.assertEqual(reported, [0, 2])

    def test_another_error_is_raised(self):
        self._patch_progress()
        with self.assertRaisesRegex(ZeroDivisionError, "division"):
            self.cron._isof_repeat(lambda: 1 / 0)
