import io
from unittest.mock import patch

import openpyxl

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ...models.export import isof_export_job
from ..common import ActivityCommon

JOBS = "odoo.addons.isof_crm.models.export.isof_export_job"


@tagged("post_install", "-at_install")
class TestExportJob(HttpCase, ActivityCommon):
    """A workbook of very many rows is written in the background."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.salesperson_a
        cls.user.group_ids += cls.env.ref("base.group_allow_export")
        cls.user.lang = "en_US"
        cls.user.notification_type = "inbox"
        cls.Job = cls.env["isof.export.job"]
        cls._create_activity(name="Of the month")

    def setUp(self):
        super().setUp()
        limit = patch.object(isof_export_job, "ROWS_AT_ONCE", 0)
        self.startPatcher(limit)

    def _start(self):
        """Have a user export, and return the dialogue, the action and the job."""
        wizard = self.env["isof.activity.report.wizard"].with_user(self.user).create({})
        action = wizard.action_export()
        return wizard, action, self.Job.search([("res_id", "=", wizard.id)])

    def _write(self):
        """Have the jobs run, and return what their users were shown: pairs of kind and content."""
        with (
            self.enter_registry_test_mode(),
            patch.object(type(self.user), "_bus_send", autospec=True) as send,
        ):
            self.env.ref("isof_crm.ir_cron_export").method_direct_trigger()
        self.env.invalidate_all()
        told = [call.args[1:] for call in send.call_args_list]
        return [(kind, content) for kind, content in told if not kind.startswith("mail.")]

    def _get_message(self):
        """Return the last message to the user."""
        to_user = [("partner_ids", "in", self.user.partner_id.ids)]
        return self.env["mail.message"].search(to_user, order="id desc", limit=1)

    def test_is_written_and_downloaded(self):
        wizard, action, job = self._start()
        self.assertEqual(action["tag"], "display_notification")
        self.assertIn("more than 0 rows", action["params"]["message"])
        self.assertEqual(job.create_uid, self.user)
        [(kind, payload)] = self._write()
        self.assertEqual(kind, "isof_crm.export_ready")
        self.assertEqual(payload["name"], f"{wizard._get_file_name()}.xlsx")
        self.assertEqual(job.state, "done")

        self.assertIn(payload["url"], self._get_message().body)
        self.authenticate(self.user.login, self.user.login)
        response = self.url_open(payload["url"])
        self.assertIn("attachment", response.headers["Content-Disposition"])
        [sheet] = openpyxl.load_workbook(io.BytesIO(response.content))
        self.assertIn("Of the month", [cell.value for row in sheet for cell in row])

    def test_is_the_askers_alone(self):
        job = self._start()[2]
        [(_kind, payload)] = self._write()
        with self.assertRaises(AccessError):
            job.with_user(self.manager).read(["state"])
        self.authenticate(self.manager.login, self.manager.login)
        self.assertEqual(self.url_open(payload["url"]).status_code, 404)

    def test_is_written_with_the_rights_of_the_asker(self):
        job = self._start()[2]
        self.user.group_ids -= self.env.ref("base.group_allow_export")
        [(kind, notice)] = self._write()
        self.assertEqual(kind, "simple_notification")
        self.assertIn("You may not export data", notice["message"])
        self.assertIn("You may not export data", self._get_message().body)
        self.assertEqual(job.state, "failed")

    def test_nobody_starts_a_job_past_the_download(self):
        with self.assertRaises(AccessError):
            self.Job.with_user(self.user).create({"res_model": "res.partner", "res_id": 1})

    def test_what_was_cleaned_up_meanwhile(self):
        wizard, _action, job = self._start()
        wizard.sudo().unlink()
        [(_kind, notice)] = self._write()
        self.assertIn("Export it again", notice["message"])
        self.assertEqual(job.state, "failed")

    def test_an_error_ends_one_job_and_not_the_next(self):
        broken, whole = self._start(), self._start()
        write = type(broken[0])._write_workbook

        def write_or_fail(wizard, output):
            if wizard.id == broken[0].id:
                wizard.env.cr.execute("SELECT 1 / 0")
            write(wizard, output)

        with (
            patch.object(type(broken[0]), "_write_workbook", write_or_fail),
            mute_logger("odoo.sql_db"),
            self.assertLogs(JOBS, "ERROR"),
        ):
            told = self._write()
        self.assertEqual(
            [kind for kind, _payload in told], ["simple_notification", "isof_crm.export_ready"]
        )
        self.assertEqual((broken[2].state, whole[2].state), ("failed", "done"))

    def test_an_interrupted_job_is_tried_once_more(self):
        job = self._start()[2]
        job.write({"state": "writing", "attempts": 1})
        [(kind, _payload)] = self._write()
        self.assertEqual(kind, "isof_crm.export_ready")
        job.write({"state": "writing", "attempts": 2})
        [(_kind, notice)] = self._write()
        self.assertIn("Export fewer rows", notice["message"])
        self.assertEqual(job.state, "failed")

    def test_nobody_is_there_to_be_told(self):
        """Neither who was archived nor who was deleted keeps others from their workbooks."""
        archived, deleted = self._start()[2], self._start()[2]
        self.user = self.manager
        self.user.group_ids += self.env.ref("base.group_allow_export")
        whole = self._start()[2]
        archived.create_uid.active = False
        self.env.cr.execute(
            "UPDATE isof_export_job SET create_uid = NULL WHERE id = %s", [deleted.id]
        )
        self.env.invalidate_all()
        [(kind, _payload)] = self._write()
        self.assertEqual(kind, "isof_crm.export_ready")
        self.assertEqual((archived.state, deleted.state, whole.state), ("failed", "failed", "done"))

    def test_files_are_cleaned_up_after_three_days(self):
        job = self._start()[2]
        self._write()
        file = self.env["ir.attachment"].search(
            [("res_model", "=", job._name), ("res_id", "=", job.id)]
        )
        self.assertTrue(file)
        for days, stays in ((2, True), (4, False)):
            self.env.cr.execute(
                "UPDATE isof_export_job SET write_date = now() - make_interval(days => %s)", [days]
            )
            self.Job._transient_vacuum()
            self.assertEqual(bool(job.exists()), stays)
            self.assertEqual(bool(file.exists()), stays)
