import io
from datetime import datetime
from unittest.mock import patch

import openpyxl

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tests.common import freeze_time
from odoo.tools import mute_logger

from ...models.analysis.isof_analysis_workbook import AnalysisSheet
from .analysis_common import AnalysisCommon

LOGGER = "odoo.addons.isof_crm_analytics.models.analysis.isof_analysis_schedule"


@tagged("post_install", "-at_install")
class TestAnalysisSchedule(AnalysisCommon):
    """Analyses sent by e-mail: to each with the own rights."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("pl_PL")
        cls.salesperson_a.lang = "pl_PL"
        cls.analysis = cls._create_analysis("sold_net", "margin", comparison="none")
        cls.schedule = (
            cls.env["isof.analysis.schedule"]
            .with_user(cls.controller)
            .create(
                {
                    "analysis_id": cls.analysis.id,
                    "recipient_ids": [Command.set((cls.controller | cls.salesperson_a).ids)],
                    "weekday": "3",
                }
            )
        )
        cls.env.flush_all()

    def _run_cron(self):
        """Run the scheduled action at a time when the schedule is due; return the mails."""
        before = self.env["mail.mail"].search([])
        self.env.flush_all()
        with freeze_time("2026-03-12 06:05:00"), self.enter_registry_test_mode():
            self.env.ref("isof_crm_analytics.ir_cron_analysis").method_direct_trigger()
        self.env.invalidate_all()
        return self.env["mail.mail"].search([]) - before

    def _read_total(self, mail):
        [attachment] = mail.attachment_ids
        book = openpyxl.load_workbook(io.BytesIO(attachment.raw), data_only=True)
        rows = list(book.worksheets[0].iter_rows(values_only=True))
        return rows[-1][2]

    def test_next_time(self):
        # Thursdays at 7 in Warsaw, seen from Wednesday
        self.assertEqual(self.schedule.next_run, datetime(2026, 3, 12, 6, 0))
        self.schedule.frequency = "daily"
        self.assertEqual(self.schedule.next_run, datetime(2026, 3, 12, 6, 0))
        self.schedule.write({"frequency": "monthly", "month_day": 31})
        # summer time by then
        self.assertEqual(self.schedule.next_run, datetime(2026, 3, 31, 5, 0))

    def test_nothing_is_sent_before_its_time(self):
        self.schedule.hour = 8
        self.assertFalse(self._run_cron())

    def test_each_gets_own_figures(self):
        mails = self._run_cron()
        by_partner = {mail.recipient_ids: mail for mail in mails}
        self.assertEqual(
            set(by_partner), {self.controller.partner_id, self.salesperson_a.partner_id}
        )
        mine, theirs = (
            by_partner[user.partner_id] for user in (self.controller, self.salesperson_a)
        )
        self.assertEqual(self._read_total(mine), 960)
        self.assertEqual(self._read_total(theirs), 880)
        self.assertIn("03/12/2026", mine.subject)
        self.assertIn("12.03.2026", theirs.subject, "in the recipient's language")
        self.assertEqual(self.schedule.next_run, datetime(2026, 3, 19, 6, 0))
        self.assertEqual(self.schedule.last_run, datetime(2026, 3, 12, 6, 5))
        self.assertFalse(self.schedule.error)

    def test_without_the_right_to_export_there_is_no_workbook(self):
        self.schedule.recipient_ids = self.salesperson_b
        [mail] = self._run_cron()
        self.assertFalse(mail.attachment_ids)
        self.assertIn("may not export data", mail.body_html)

    @mute_logger(LOGGER)
    def test_nobody_gets_what_one_may_no_longer_open(self):
        self.analysis.sharing = "private"
        mails = self._run_cron()
        self.assertEqual(mails.filtered("attachment_ids").recipient_ids, self.controller.partner_id)
        self.assertIn("May not open this analysis any more", self.schedule.error)
        self.assertIn(self.salesperson_a.name, self.schedule.error)

    @mute_logger(LOGGER)
    def test_gone_users_get_nothing(self):
        self.salesperson_a.active = False
        mails = self._run_cron()
        self.assertNotIn(self.salesperson_a.partner_id, mails.recipient_ids)

    @mute_logger(LOGGER)
    def test_one_that_fails_does_not_stop_the_others(self):
        other = self._create_analysis("sold_net", name="Test other", comparison="none")
        second = self.schedule.copy({"analysis_id": other.id})
        self.assertEqual(second.next_run, self.schedule.next_run)
        add_to = AnalysisSheet.add_to

        def fail(sheet, *args):
            if sheet.analysis.name == "Test analysis":
                raise ValueError("Test failure")
            return add_to(sheet, *args)

        with patch.object(AnalysisSheet, "add_to", fail):
            mails = self._run_cron()
        self.assertEqual(len(mails.filtered("attachment_ids")), 2)
        self.assertIn("Test failure", self.schedule.error)
        self.assertFalse(second.error)
        # told to who set it up, and tried again the next time
        self.assertEqual(self.schedule.next_run, datetime(2026, 3, 19, 6, 0))
        notice = self.env["mail.message"].search(
            [("subject", "=like", "An analysis could not be sent%")], limit=1
        )
        self.assertEqual(notice.notified_partner_ids, self.controller.partner_id)

    def test_unsubscribe(self):
        schedule = self.schedule.with_user(self.salesperson_a)
        self.assertTrue(schedule.is_recipient)
        self.assertFalse(schedule.can_write)
        with self.assertRaises(AccessError):
            schedule.write({"recipient_ids": [Command.clear()]})
        with self.assertRaises(AccessError):
            schedule.action_send_now()
        schedule.action_unsubscribe()
        self.assertEqual(self.schedule.recipient_ids, self.controller)
        with self.assertRaises(AccessError):
            schedule.action_unsubscribe()
        self.schedule.recipient_ids = self.salesperson_b
        with self.assertRaisesRegex(UserError, "do not get this analysis"):
            self.schedule.action_unsubscribe()

    def test_nobody_schedules_what_one_may_not_see(self):
        self.analysis.sharing = "private"
        self.env.flush_all()
        Schedule = self.env["isof.analysis.schedule"].with_user(self.salesperson_b)
        with self.assertRaises(AccessError):
            Schedule.create({"analysis_id": self.analysis.id})
        self.assertFalse(Schedule.search([]))

    def test_send_now(self):
        due = self.schedule.next_run
        action = self.schedule.action_send_now()
        self.assertEqual(action["params"]["type"], "success")
        self.assertEqual(self.schedule.next_run, due)
        self.assertTrue(self.schedule.last_run)
