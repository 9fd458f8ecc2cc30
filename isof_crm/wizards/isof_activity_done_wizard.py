from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.isof_activity_status import DROPPED_STATES
from ..tools import activity_time


class IsofActivityDoneWizard(models.TransientModel):
    """Done and plan next: the result of one activity and the next link of its chain.

    Nothing is computed in sudo mode: the dialogue must tell only what the user may read.
    """

    _name = "isof.activity.done.wizard"
    _description = "Done and Plan Next"
    _inherit = ["isof.guard.mixin"]

    activity_id = fields.Many2one("isof.activity", required=True, readonly=True, ondelete="cascade")
    type_id = fields.Many2one(
        related="activity_id.type_id", related_sudo=False, string="Type of the Activity"
    )
    company_id = fields.Many2one(related="activity_id.company_id", related_sudo=False)
    commercial_partner_id = fields.Many2one(
        related="activity_id.commercial_partner_id", related_sudo=False
    )
    outcome = fields.Selection(
        [("done", "It took place"), ("not_held", "It did not take place")],
        required=True,
        default="done",
    )
    result = fields.Text(compute="_compute_result", compute_sudo=False, store=True, readonly=False)
    plan_next = fields.Boolean(string="Plan the Next Activity", default=True)
    suggestion_id = fields.Many2one(
        "isof.activity.type.suggestion",
        string="Suggestion",
        domain="[('type_id', '=', type_id)]",
        compute="_compute_suggestion_id",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    has_suggestions = fields.Boolean(compute="_compute_has_suggestions")
    next_type_id = fields.Many2one(
        "isof.activity.type",
        string="Next Type",
        domain="[('company_id', 'in', (company_id, False))]",
        compute="_compute_next",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    next_name = fields.Char(
        string="Next Subject",
        compute="_compute_next_name",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    next_start = fields.Datetime(
        string="Next Start", compute="_compute_next", compute_sudo=False, store=True, readonly=False
    )
    next_user_id = fields.Many2one(
        "res.users",
        string="Next Employee",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        compute="_compute_next_user_id",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    next_contact_id = fields.Many2one(
        "res.partner",
        string="Next Contact Person",
        domain="['|', ('commercial_partner_id', '=', commercial_partner_id), "
        "('isof_affiliation_ids', 'any', [('organization_id', '=', commercial_partner_id), "
        "('is_current', '=', True)])]",
        compute="_compute_next_user_id",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    next_note = fields.Text(string="Next Note")

    @api.constrains("activity_id")
    def _check_activity_id(self):
        # constraints run in sudo mode
        self.activity_id.sudo(False).check_access("write")

    @api.depends("activity_id")
    def _compute_result(self):
        for wizard in self:
            wizard.result = wizard.activity_id.result

    @api.depends("type_id")
    def _compute_suggestion_id(self):
        for wizard in self:
            wizard.suggestion_id = wizard.type_id.suggestion_ids[:1]

    @api.depends("type_id")
    def _compute_has_suggestions(self):
        for wizard in self:
            wizard.has_suggestions = bool(wizard.type_id.suggestion_ids)

    @api.depends("suggestion_id", "activity_id")
    def _compute_next(self):
        for wizard in self:
            suggestion = wizard.suggestion_id
            wizard.next_type_id = suggestion.next_type_id or wizard.type_id
            wizard.next_start = wizard._get_suggested_start(
                suggestion.delay if suggestion else 7,
                suggestion.delay_unit if suggestion else "days",
            )

    @api.depends("next_type_id")
    def _compute_next_name(self):
        for wizard in self:
            wizard.next_name = wizard.next_type_id.name

    @api.depends("activity_id")
    def _compute_next_user_id(self):
        for wizard in self:
            activity = wizard.activity_id
            wizard.next_user_id = activity._get_next_user() if activity else self.env.user
            wizard.next_contact_id = activity._get_next_contact() if activity else False

    def _get_suggested_start(self, delay, unit):
        """Return when the next activity is proposed; never in the past.

        The delay counts from today. The time of day is that of this activity, or nine o'clock
        where it was all-day.
        """
        activity = self.activity_id
        if not activity.start:
            return False
        user = activity._get_next_user()
        tz = activity._get_tz()
        today = activity_time.local_day(fields.Datetime.now(), tz)
        clock = activity_time.to_local(activity.start, tz)
        wall_time = fields.Datetime.to_datetime(today).replace(
            hour=9 if activity.allday else clock.hour,
            minute=0 if activity.allday else clock.minute,
        )
        starts = user._get_isof_starts(
            activity_time.to_utc(wall_time, tz), [(delay, unit)], activity.company_id
        )
        return max(starts[user.id][0], activity._default_start())

    def action_confirm(self):
        """Record the result, and plan the next activity where one is wanted.

        :return: the action that shows the next activity, or closes the dialogue
        :raises UserError: if the activity was dropped meanwhile, or the next one lacks a type
            or a start
        """
        self.ensure_one()
        activity = self.activity_id
        if activity.state in DROPPED_STATES:
            raise UserError(
                self.env._(
                    "“%(activity)s” was cancelled in the meantime. Re-open it first.",
                    activity=activity.display_name,
                )
            )
        activity.result = self.result
        # a status of the company's own that means the same stays
        if activity.state != self.outcome:
            activity._set_state(self.outcome)
        if not self.plan_next:
            return {"type": "ir.actions.act_window_close"}
        if not (self.next_type_id and self.next_start):
            raise UserError(
                self.env._("Choose the type and the start of the next activity, or plan none.")
            )
        vals = activity._prepare_follow_up_vals(self.next_type_id, self.next_start)
        follow_up = activity.create(
            vals
            | {
                "name": self.next_name or vals["name"],
                "user_id": self.next_user_id.id or vals["user_id"],
                "contact_id": self.next_contact_id.id,
                "note": self.next_note,
            }
        )
        if self.env.context.get("isof_stay_on_page"):
            # a timeline asked, and shows the next activity itself
            return {"type": "ir.actions.act_window_close"}
        return follow_up.action_open_form()
