import io
import logging

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ...tools import analysis_schedule
from ...tools.periods import WEEKDAYS

_logger = logging.getLogger(__name__)

# What decides about the next time.
TIME_FIELDS = {"frequency", "weekday", "month_day", "hour", "user_id", "active"}


class IsofAnalysisSchedule(models.Model):
    """When and to whom an analysis is sent by e-mail.

    Each recipient gets the figures that he or she may see, in the own language and time zone,
    and nobody gets what he or she may not open any more.
    """

    _name = "isof.analysis.schedule"
    _description = "Schedule of an Analysis"
    _inherit = ["isof.guard.mixin"]
    _order = "next_run, id"
    _rec_name = "analysis_id"

    analysis_id = fields.Many2one(
        "isof.analysis", string="Analysis", required=True, index=True, ondelete="cascade"
    )
    user_id = fields.Many2one(
        "res.users",
        string="Set up by",
        required=True,
        default=lambda self: self.env.user,
        index=True,
        ondelete="cascade",
        help="Is told if something could not be sent. The time is on this person's clock.",
    )
    active = fields.Boolean(default=True)
    recipient_ids = fields.Many2many(
        "res.users",
        string="Recipients",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        help="Each gets the figures that he or she may see. Recipients can unsubscribe.",
    )
    is_recipient = fields.Boolean(compute="_compute_is_recipient", export_string_translation=False)
    can_write = fields.Boolean(compute="_compute_is_recipient", export_string_translation=False)

    # When
    frequency = fields.Selection(
        [("daily", "Every day"), ("weekly", "Every week"), ("monthly", "Every month")],
        required=True,
        default="weekly",
    )
    weekday = fields.Selection(WEEKDAYS, string="Day of the Week", required=True, default="0")
    month_day = fields.Integer(
        string="Day of the Month",
        default=1,
        help="In a month that has no such day, the last one.",
    )
    hour = fields.Float(string="Time", default=7)
    next_run = fields.Datetime(string="Next Time", readonly=True, copy=False, index=True)
    last_run = fields.Datetime(string="Last Time", readonly=True, copy=False)
    error = fields.Text(string="What Went Wrong", readonly=True, copy=False)

    _times = models.Constraint(
        "CHECK (month_day BETWEEN 1 AND 31 AND hour >= 0 AND hour < 24)",
        "A month has days 1 to 31, and a day has times from 0:00 to 23:59.",
    )

    @api.depends("recipient_ids", "user_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_is_recipient(self):
        writable = self._origin._filtered_access("write")
        for schedule in self:
            schedule.is_recipient = self.env.user in schedule.recipient_ids._origin
            schedule.can_write = not schedule._origin or schedule._origin in writable

    @api.constrains("analysis_id")
    def _check_analysis(self):
        """Nobody gets at an analysis by scheduling it."""
        # checks are run as superuser
        self.analysis_id.with_user(self.env.user).check_access("read")

    @api.model_create_multi
    def create(self, vals_list):
        schedules = super().create(vals_list)
        schedules._plan_next()
        return schedules

    def write(self, vals):
        res = super().write(vals)
        if TIME_FIELDS & vals.keys():
            self._plan_next()
        return res

    def _plan_next(self):
        """Set the next time, which is after now."""
        now = fields.Datetime.now()
        # sudo: what nobody writes by hand
        for schedule in self.sudo():
            schedule.next_run = analysis_schedule.next_run(
                now,
                schedule.user_id.tz or "UTC",
                schedule.frequency,
                int(schedule.weekday),
                schedule.month_day,
                schedule.hour,
            )

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_unsubscribe(self):
        """Take the user off the recipients.

        :raises UserError: for who is none
        """
        self.check_access("read")
        for schedule in self:
            if self.env.user not in schedule.recipient_ids:
                raise UserError(self.env._("You do not get this analysis."))
            # sudo: oneself, and nobody else
            schedule.sudo().recipient_ids = [Command.unlink(self.env.uid)]

    def action_send_now(self):
        """Send the analysis now, without changing the next time."""
        self.check_access("write")
        for schedule in self:
            schedule._send()
        if errors := [error for error in self.mapped("error") if error]:
            message, kind = "\n".join(errors), "warning"
        else:
            message, kind = self.env._("The analysis is on its way to the recipients."), "success"
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"message": message, "type": kind},
        }

    # ------------------------------------------------------------
    # Sending
    # ------------------------------------------------------------

    @api.model
    def _cron_send(self):
        """Send what is due, each kept on its own, as soon as the first fill has ended."""
        if self.env["isof.trade.line"]._is_filling():
            return
        due = self.search([("next_run", "<=", fields.Datetime.now())])
        for schedule in self.env["ir.cron"]._isof_take(due):
            schedule._send()
            schedule._plan_next()
            if schedule.error:
                schedule._tell_owner()

    def _send(self):
        """Send the analysis to each recipient; those who cannot get it are noted in ``error``."""
        self.ensure_one()
        errors = []
        # sudo: whose right to what is sent is checked for each recipient
        for recipient in self.sudo().recipient_ids:
            try:
                with self.env.cr.savepoint():
                    self._send_to(recipient)
            except psycopg2.OperationalError:
                raise  # a conflict with another transaction: for the caller to try again
            except UserError as error:
                _logger.info("Analysis schedule %s, user %s: %s", self.id, recipient.id, error)
                errors.append(f"{recipient.name}: {error}")
            except Exception as error:
                # whatever it is, the others get theirs
                _logger.exception("Analysis schedule %s, user %s", self.id, recipient.id)
                errors.append(f"{recipient.name}: {error}")
        # sudo: what nobody writes by hand
        self.sudo().write({"last_run": fields.Datetime.now(), "error": "\n".join(errors) or False})

    def _send_to(self, recipient):
        """Send the analysis to one recipient, with that one's rights.

        :raises AccessError: if the recipient may not open it any more
        """
        analysis = self.sudo().analysis_id
        company = analysis.company_id or recipient.company_id
        analysis = analysis.with_user(recipient).with_context(
            lang=recipient.lang,
            tz=recipient.tz or self.user_id.tz,
            allowed_company_ids=company.ids,
        )
        if (
            not recipient.active
            or company not in recipient.company_ids
            or not analysis.has_access("read")
        ):
            raise AccessError(self.env._("May not open this analysis any more."))
        attachments = []
        if recipient.has_group("base.group_allow_export"):
            output = io.BytesIO()
            analysis._write_workbook(output)
            attachments = [
                Command.create(
                    {"name": f"{analysis._get_file_name()}.xlsx", "raw": output.getvalue()}
                )
            ]
        # sudo: the template and the mail are nobody's in particular
        template = self.env.ref("isof_crm_analytics.mail_template_analysis").sudo()
        template.with_context(
            lang=recipient.lang,
            isof_recipient=recipient.name,
            isof_period=analysis._get_title(analysis._get_days(), [])["period"],
            isof_has_workbook=bool(attachments),
        ).send_mail(
            self.id,
            email_values={
                "recipient_ids": [Command.set(recipient.partner_id.ids)],
                "attachment_ids": attachments,
            },
            email_layout_xmlid="mail.mail_notification_light",
        )

    def _tell_owner(self):
        """Tell who set it up what could not be sent."""
        name, error = self.analysis_id.name, self.error
        self.env["isof.notifier"]._tell(
            self.user_id,
            self.browse(),
            lambda each: (each.env._("An analysis could not be sent: %s", name), error),
        )
