import logging

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import formatLang

_logger = logging.getLogger(__name__)

# A workbook of more rows is written in the background: it takes longer than people want to wait.
ROWS_AT_ONCE = 20_000
# How often one is begun: whatever ended the process may have had another reason.
MAX_ATTEMPTS = 2


class IsofExportJob(models.TransientModel):
    """A workbook that is written in the background, and its file until it is cleaned up.

    Of any record that has ``_write_workbook(output)`` and ``_get_file_name()``.
    """

    _name = "isof.export.job"
    _description = "Workbook Written in the Background"
    _transient_max_hours = 72.0  # how long the file can be downloaded

    res_model = fields.Char(string="Model of the Record", required=True)
    res_id = fields.Many2oneReference(
        string="Record", model_field="res_model", required=True, index=True
    )
    context = fields.Json(help="What the record needs to know beside the user's language and zone.")
    attempts = fields.Integer()
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
    def _start(self, record, **context):
        """Have the workbook of a record written in the background.

        :param record: what has a workbook, as its class says
        :param context: what to add to the context meanwhile
        :return: the action that says so
        """
        # sudo: jobs are made here alone; the creator stays the user, with whose rights it is done
        self.sudo().create({"res_model": record._name, "res_id": record.id, "context": context})
        self.env.ref("isof_crm.ir_cron_export")._trigger()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "The workbook has more than %(rows)s rows and is written in the background. "
                    "You can go on working: you will be told here, and by a message, when it can "
                    "be downloaded.",
                    rows=formatLang(self.env, ROWS_AT_ONCE, digits=0),
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    @api.model
    def _cron_write(self):
        """Write the workbooks that wait, one after the other, and tell who asked for each."""
        cron = self.env["ir.cron"]
        jobs = self.search([("state", "in", ("waiting", "writing"))], order="attempts, id")
        for job in cron._isof_take(jobs):
            if not job.create_uid.active:
                job.state = "failed"  # there is nobody to tell
            elif job.attempts >= MAX_ATTEMPTS:
                job._fail(job._get_asker_env()._("It was interrupted. Export fewer rows at once."))
            else:
                job.write({"state": "writing", "attempts": job.attempts + 1})
                cron._commit_progress()
                job._write_file()

    def _write_file(self):
        """Write the workbook with the rights of who asked for it, and tell how it ended."""
        env = self._get_asker_env()
        try:
            name, content = self._read_workbook()
        except UserError as error:
            self._fail(str(error))
        except Exception:
            _logger.exception("%s(%s) could not be written", self.res_model, self.res_id)
            self._fail(env._("Ask an administrator to look into the server's log."))
        else:
            self._finish(name, content)

    def _read_workbook(self):
        """Return the name and the content of the file; it is read from a replica if there is one.

        :raises UserError: if it cannot be written for the user
        """
        # a replica may not have the record of a moment ago
        for readonly in (True, False):
            with self.env.registry.cursor(readonly=readonly) as cr:
                env = self._get_asker_env()
                env = env(cr=cr, context={**env.context, **(self.context or {})})
                record = env[self.res_model].browse(self.res_id).exists()
                if record:
                    name, output = env["isof.export"]._write_file(record)
                    with output:
                        output.seek(0)
                        return name, output.read()
        raise UserError(env._("What was to be exported is not there any more. Export it again."))

    def _finish(self, name, content):
        """Keep the file, and tell who asked for it where it is."""
        self.state = "done"
        file = self.env["ir.attachment"].create(
            {"name": name, "raw": content, "res_model": self._name, "res_id": self.id}
        )
        env, url = self._get_asker_env(), f"/web/content/{file.id}?download=true"
        env.user._bus_send("isof_crm.export_ready", {"name": name, "url": url})
        self._notify(
            env._("Your workbook is ready: %s", name),
            Markup('<p><a href="%s">%s</a></p><p>%s</p>')
            % (url, name, env._("It can be downloaded for three days.")),
        )

    def _fail(self, reason):
        """Tell who asked for the workbook why there is none."""
        self.state = "failed"
        env = self._get_asker_env()
        title = env._("A workbook could not be written")
        notice = {"title": title, "message": reason, "type": "danger", "sticky": True}
        env.user._bus_send("simple_notification", notice)
        self._notify(title, reason)

    def _notify(self, subject, body):
        """Send who asked for the workbook a message."""
        self.env["mail.thread"].message_notify(
            partner_ids=self.create_uid.partner_id.ids, subject=subject, body=body
        )

    def _get_asker_env(self):
        """Return an environment of who asked for the workbook, in the user's language and zone."""
        env = self.env(user=self.create_uid)
        return env(context=env.user.context_get())
