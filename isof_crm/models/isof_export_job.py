import logging
import tempfile

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.osutil import clean_filename

_logger = logging.getLogger(__name__)


class IsofExportJob(models.TransientModel):
    """A workbook that is written in the background, and its file until it is cleaned up."""

    _name = "isof.export.job"
    _description = "Workbook Written in the Background"
    _transient_max_hours = 72.0  # so long can the file be downloaded

    res_model = fields.Char(string="Model of the Download", required=True)
    res_id = fields.Many2oneReference(
        string="Download", model_field="res_model", required=True, index=True
    )
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("writing", "Being Written"),
            ("done", "Done"),
            ("failed", "Failed"),
        ],
        default="waiting",
        required=True,
    )

    @api.model
    def _start(self, download, rows):
        """Have the workbook of a download written in the background.

        :param download: record of a model with ``isof.download``
        :param int rows: how many rows it will have, about
        :return: the action that says so
        """
        # sudo: jobs are made here alone; the creator stays the user, with whose rights it is done
        self.sudo().create({"res_model": download._name, "res_id": download.id})
        self.env.ref("isof_crm.ir_cron_export")._trigger()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "A workbook of about %(rows)s rows is written in the background. You can go on "
                    "working: you will be told here, and by a message, when it can be downloaded.",
                    rows=rows,
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    @api.model
    def _cron_write(self):
        """Write the workbooks that wait, one after the other, and tell who asked for each."""
        cron = self.env["ir.cron"]
        # what ended with the process that wrote it would most likely end the next one, too
        for job in self.search([("state", "=", "writing")]):
            reason = job._get_asker_env()._("It was interrupted. Export fewer rows at once.")
            job._fail(reason)
        jobs = self.search([("state", "=", "waiting")], order="id")
        cron._commit_progress(remaining=len(jobs))
        for job in jobs:
            job.state = "writing"
            cron._commit_progress()
            job._write_file()
            if not cron._commit_progress(1):
                break

    def _write_file(self):
        """Write the workbook with the rights of who asked for it, and tell how it ended."""
        env = self._get_asker_env()
        download = env[self.res_model].browse(self.res_id)
        try:
            with self.env.cr.savepoint(), tempfile.TemporaryFile() as output:
                if not download.exists():
                    raise UserError(env._("It has waited for too long. Export it again."))
                env["isof.export"]._check_allowed()
                download.check_access("read")
                download._write_workbook(output)
                name = clean_filename(f"{download._get_file_name()}.xlsx")
                output.seek(0)
                content = output.read()
        except UserError as error:
            self._fail(str(error))
        except Exception:
            _logger.exception("%s could not be written for %s", download, env.user)
            self._fail(env._("Ask an administrator to look into the server's log."))
        else:
            self._finish(name, content)

    def _finish(self, name, content):
        """Keep the file, and tell who asked for it where it is."""
        self.state = "done"
        file = self.env["ir.attachment"].create(
            {"name": name, "raw": content, "res_model": self._name, "res_id": self.id}
        )
        env, url = self._get_asker_env(), f"/web/content/{file.id}?download=true"
        env.user._bus_send("isof_crm.export_ready", {"name": name, "url": url})
        self.env["mail.thread"].message_notify(
            partner_ids=env.user.partner_id.ids,
            subject=env._("Your workbook is ready: %s", name),
            body=Markup('<p><a href="%s">%s</a></p><p>%s</p>')
            % (url, name, env._("It can be downloaded for three days.")),
        )

    def _fail(self, reason):
        """Tell who asked for the workbook why there is none."""
        self.state = "failed"
        env = self._get_asker_env()
        notice = {"title": env._("A workbook could not be written"), "message": reason}
        env.user._bus_send("simple_notification", {**notice, "type": "danger", "sticky": True})

    def _get_asker_env(self):
        """Return an environment of who asked for the workbook, in the user's language and zone."""
        user = self.create_uid
        return self.env(user=user, context=user.context_get())
