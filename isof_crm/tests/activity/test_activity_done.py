from datetime import date, datetime, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time

from ..common import NOW, ActivityCommon

TOMORROW = NOW + timedelta(days=1)
DAY = timedelta(days=1)


class DoneCommon(ActivityCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(user=cls.salesperson_a)
        cls.late = cls._create_activity(
            name="Late", start=NOW - DAY, status_id=cls.status_planned.id
        )
        cls.ahead = cls._create_activity(name="Ahead", start=NOW + 30 * DAY)

    def _open(self, activity):
        action = activity.action_done_and_plan_next()
        return Form(self.env[action["res_model"]].with_context(action["context"]))


@tagged("post_install", "-at_install")
class TestDone(DoneCommon):
    """Done says when: nothing in the future has taken place, or counts as contact."""

    def test_now_is_proposed_for_what_was_planned_for_later(self):
        with freeze_time(NOW + timedelta(minutes=13, seconds=20)):
            form = self._open(self.ahead)
            self.assertTrue(form.asks_when)
            self.assertEqual(form.held_at, NOW + timedelta(minutes=10))
            form.plan_next = False
            form.save().action_confirm()
            self.assertRecordValues(
                self.ahead,
                [{"state": "done", "start": NOW + timedelta(minutes=10), "duration": 0.25}],
            )
            self.assertEqual(self.alfa.sudo().isof_last_activity_date, self.ahead.start)
        with freeze_time(NOW + 20 * DAY):
            due = self.env["res.partner"].search([("isof_days_without_contact", ">=", 19)])
            self.assertIn(self.alfa, due)

    def test_the_planned_time_is_proposed_for_what_is_over(self):
        form = self._open(self.late)
        self.assertEqual(form.held_at, NOW - DAY)
        form.held_at = NOW - timedelta(hours=2)
        form.save().action_confirm()
        self.assertEqual(self.late.start, NOW - timedelta(hours=2))

    def test_all_day(self):
        fair = self._create_activity(
            allday=True, start_date=date(2026, 4, 1), stop_date="2026-04-03"
        )
        form = self._open(fair)
        self.assertEqual(form.held_day, date(2026, 3, 11))
        form.save().action_confirm()
        self.assertRecordValues(
            fair, [{"start_date": date(2026, 3, 11), "stop_date": date(2026, 3, 13)}]
        )
        self.assertEqual(self.alfa.sudo().isof_days_without_contact, 0)

    def test_the_future_is_refused(self):
        form = self._open(self.ahead)
        form.held_at = NOW + timedelta(minutes=1)
        wizard = form.save()
        with self.assertRefused(UserError, "Nothing has taken place in the future"):
            wizard.action_confirm()

    def test_what_did_not_take_place_keeps_its_time(self):
        form = self._open(self.ahead)
        form.outcome = "not_held"
        self.assertFalse(form.asks_when)
        form.save().action_confirm()
        self.assertEqual(self.ahead.start, NOW + 30 * DAY)

    def test_a_status_that_is_clicked_means_now(self):
        """By the status bar, a card that is dropped or a list, which ask nothing: it is told."""
        self.ahead.web_save({"status_id": self.status_done.id}, {})
        self.assertRecordValues(self.ahead, [{"state": "done", "start": NOW}])
        with self.subTest("with a time"):
            self.late.write({"status_id": self.status_done.id, "start": TOMORROW})
            self.assertEqual(self.late.start, TOMORROW, "as it was given")

    def test_many_at_once(self):
        allday = self._create_activity(allday=True, start_date=date(2026, 4, 1))
        (self.late | self.ahead | allday).action_done()
        self.assertEqual(self.late.start, NOW - DAY)
        self.assertEqual(self.ahead.start, NOW)
        self.assertEqual(allday.start_date, date(2026, 3, 11))

    def test_what_is_to_come_counts_when_its_time_has_come(self):
        self.late.action_done()
        self._create_activity(start=TOMORROW, status_id=self.status_done.id)
        alfa = self.alfa.sudo()
        self.assertEqual(alfa.isof_last_activity_date, self.late.start)
        with freeze_time(TOMORROW + timedelta(hours=1)):
            self.env["isof.activity"].sudo()._cron_count_contacts()
            self.assertEqual(alfa.isof_last_activity_date, TOMORROW)

    def test_all_day_counts_on_its_day(self):
        with freeze_time(datetime(2026, 3, 11, 6)):
            self._create_activity(
                allday=True, start_date=date(2026, 3, 11), status_id=self.status_done.id
            )
            self.assertTrue(self.alfa.sudo().isof_last_activity_date)
            self.assertEqual(self.alfa.sudo().isof_days_without_contact, 0)


@tagged("post_install", "-at_install")
class TestMarkDone(DoneCommon):
    """Marking many as done asks once, tells what it did, and is taken back."""

    def _ask(self, activities):
        action = activities.action_mark_done()
        return self.env[action["res_model"]].with_context(action["context"]).create({})

    def test_one_that_is_over_is_not_asked_about(self):
        self.assertFalse(self.late.action_mark_done())
        self.assertEqual(self.late.state, "done")

    def test_asks_and_tells(self):
        cancelled = self._create_activity(status_id=self.status_cancelled.id)
        wizard = self._ask(self.late | self.ahead | cancelled)
        self.assertRecordValues(
            wizard, [{"open_count": 2, "ahead_count": 1, "closed_count": 1, "held_at": NOW}]
        )
        wizard.held_at = NOW - timedelta(hours=1)
        action = wizard.action_confirm()
        self.assertEqual((action["res_model"], action["res_id"]), (wizard._name, wizard.id))
        self.assertRecordValues(wizard, [{"done_count": 2, "moved_count": 1}])
        self.assertRecordValues(
            self.late | self.ahead | cancelled,
            [
                {"state": "done", "start": NOW - DAY},
                {"state": "done", "start": NOW - timedelta(hours=1)},
                {"state": "cancelled", "start": cancelled.start},
            ],
        )
        with self.assertRefused(UserError, "None of these activities is open any more"):
            wizard.action_confirm()

    def test_undo(self):
        self.late.status_id = self.status_in_progress
        allday = self._create_activity(
            allday=True, start_date=date(2026, 4, 1), stop_date=date(2026, 4, 2)
        )
        changed = self._create_activity(start=TOMORROW)
        activities = self.late | self.ahead | allday
        before = [(a.status_id, a.start, a.stop, a.allday) for a in activities]
        wizard = self._ask(activities | changed)
        wizard.action_confirm()
        self.assertEqual(set(activities.mapped("state")), {"done"})
        changed.start = NOW - 3 * DAY
        notice = wizard.action_undo()["params"]["message"]
        self.assertEqual(
            notice,
            "Activities as they were before: 3. Left, as they or what they need has changed "
            "since: 1.",
        )
        self.assertEqual([(a.status_id, a.start, a.stop, a.allday) for a in activities], before)
        self.assertRecordValues(changed, [{"state": "done", "start": NOW - 3 * DAY}])

    def test_undo_from_the_list_within_a_day(self):
        """The dialogue is closed: what one has marked oneself is put back, a single one too."""
        self._ask(self.late | self.ahead).action_confirm()
        single = self._create_activity(start=NOW - 2 * DAY, status_id=self.status_planned.id)
        single.action_mark_done()
        activities = self.late | self.ahead | single
        self.late.participant_ids = [Command.link(self.salesperson_b.id)]
        with self.assertRefused(UserError, "None of these activities was marked as done by you"):
            self.late.with_user(self.salesperson_b).action_undo_done()
        with freeze_time(NOW + timedelta(hours=23)):
            action = self.env.ref("isof_crm.isof_activity_action_undo_done").sudo(False)
            context = {"active_model": "isof.activity", "active_ids": activities.ids}
            notice = action.with_context(context).run()["params"]["message"]
        self.assertEqual(notice, "Activities as they were before: 3")
        self.assertEqual(set(activities.mapped("state")), {"planned"})
        self.assertEqual(self.ahead.start, NOW + 30 * DAY)
        with self.subTest("once"), self.assertRefused(UserError, "within a day"):
            activities.action_undo_done()

    def test_undo_after_a_day(self):
        self._ask(self.late | self.ahead).action_confirm()
        with freeze_time(NOW + timedelta(hours=25)), self.assertRefused(UserError, "within a day"):
            (self.late | self.ahead).action_undo_done()

    def test_undo_keeps_what_was_planned_next(self):
        self._ask(self.late | self.ahead).action_confirm()
        following = self._create_activity(previous_id=self.late.id)
        self.late.action_undo_done()
        self.assertRecordValues(following, [{"state": "planned", "previous_id": self.late.id}])

    def test_undo_where_the_status_is_gone(self):
        status = self.env["isof.activity.status"].sudo().create({"name": "Own", "state": "planned"})
        self.late.status_id = status
        self._ask(self.late | self.ahead).action_confirm()
        status.unlink()
        notice = (self.late | self.ahead).action_undo_done()["params"]["message"]
        self.assertIn("Left, as they or what they need has changed since: 1.", notice)
        self.assertEqual(self.late.state, "done")

    def test_undo_leaves_what_was_changed_since(self):
        """Another status that means done, or a longer time, was entered on purpose."""
        longer = self._create_activity(start=NOW - DAY, status_id=self.status_planned.id)
        won = self.status_done.copy({"name": "Won", "sequence": 99})
        activities = self.late | self.ahead | longer
        self._ask(activities).action_confirm()
        self.late.status_id = won
        longer.stop = stop = longer.stop + timedelta(minutes=20)
        notice = activities.action_undo_done()["params"]["message"]
        self.assertIn("Activities as they were before: 1. Left", notice)
        self.assertRecordValues(self.late | longer, [{"state": "done"}] * 2)
        self.assertEqual((self.late.status_id, longer.stop), (won, stop))

    def test_undo_where_the_status_means_something_else(self):
        status = self.env["isof.activity.status"].sudo().create({"name": "Own", "state": "planned"})
        self.late.status_id = status
        self._ask(self.late | self.ahead).action_confirm()
        status.state = "cancelled"
        (self.late | self.ahead).action_undo_done()
        self.assertEqual(self.late.state, "done")

    def test_no_query_per_activity(self):
        counts = []
        for number in (2, 12):
            activities = self.env["isof.activity"].union(
                *(
                    self._create_activity(start=NOW - n * DAY, status_id=self.status_planned.id)
                    for n in range(1, number + 1)
                )
            )
            wizard = self._ask(activities)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            wizard.action_confirm()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])
        with self.subTest("which of them are as they were marked"):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(activities._filter_as_marked(), activities)
            self.assertLessEqual(self.env.cr.sql_log_count - before, 3)

    def test_nobody_forges_what_is_undone(self):
        """What was there before is told by the server only."""
        forged = {"user_id": self.env.uid, "moment": "2099-01-01", "before": {}, "start": ""}
        with self.assertRefused(AccessError, "cannot be set by hand"):
            self.late.marked_done = forged
        wizard = self._ask(self.late | self.ahead)
        wizard.marked_ids = self.late
        with self.assertRefused(UserError, "None of these activities was marked as done by you"):
            wizard.action_undo()

    def test_undo_tells_of_nothing_left_where_nothing_is(self):
        wizard = self._ask(self.late | self.ahead)
        wizard.action_confirm()
        notice = wizard.action_undo()["params"]["message"]
        self.assertEqual(notice, "Activities as they were before: 2")

    def test_one_is_not_counted(self):
        action = self._ask(self.ahead).action_confirm()
        self.assertEqual(action, {"type": "ir.actions.act_window_close"})
        self.assertRecordValues(self.ahead, [{"state": "done", "start": NOW}])

    def test_the_future_is_refused(self):
        wizard = self._ask(self.ahead)
        wizard.held_at = TOMORROW
        with self.assertRefused(UserError, "Nothing has taken place in the future"):
            wizard.action_confirm()


@tagged("post_install", "-at_install")
class TestDoneTwice(DoneCommon):
    """Two who finish the same activity: one follow-up, and the second is told of the first."""

    def test_one_dialogue_twice(self):
        wizard = self._open(self.late).save()
        first, second = wizard.action_confirm(), wizard.action_confirm()
        self.assertEqual(first["res_id"], self.late.next_ids.id)
        self.assertEqual(second, first)

    def test_the_second_is_told_what_the_first_wrote(self):
        self.late.result = "Called."
        self.late.participant_ids = [Command.link(self.salesperson_b.id)]
        mine = self._open(self.late)
        mine.result = "Called. They want black ones."
        wizard = mine.save()
        colleague = self.late.with_user(self.salesperson_b)
        theirs = self.env["isof.activity.done.wizard"].with_user(self.salesperson_b)
        theirs.create({"activity_id": colleague.id, "result": "Ordered 20."}).action_confirm()
        self.env.flush_all()
        action = wizard.action_confirm()
        self.assertEqual((action["res_model"], action["res_id"]), (wizard._name, wizard.id))
        self.assertEqual(len(self.late.next_ids), 1)
        self.assertEqual(self.late.result, "Ordered 20.")
        self.assertEqual(
            wizard.news.split("\n"),
            [
                "Salesperson B has set it to “Done”.",
                "Salesperson B has written: Ordered 20.",
                "The next activity has been planned already.",
            ],
        )
        self.assertRecordValues(
            wizard, [{"result": "Ordered 20.\nThey want black ones.", "plan_next": False}]
        )
        with self.subTest("confirmed once more"):
            wizard.action_confirm()
            self.assertEqual(self.late.result, "Ordered 20.\nThey want black ones.")
            self.assertEqual(len(self.late.next_ids), 1)

    def test_next_one_planned_twice(self):
        self.late.action_done()
        first, second = self._open(self.late).save(), self._open(self.late).save()
        first.action_confirm()
        second.action_confirm()
        self.assertEqual(len(self.late.next_ids), 1)
        self.assertEqual(second.news, "The next activity has been planned already.")
