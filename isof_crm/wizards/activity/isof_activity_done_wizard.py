from odoo import api, fields, models
from odoo.exceptions import UserError

from ...models.activity.isof_activity_status import DROPPED_STATES, OPEN_STATES
from ...tools import activity_time


class IsofActivityDoneWizard(models.TransientModel):
    """Done and plan next: the result of one activity and the next link of its chain.

    Somebody else may finish the same activity meanwhile, in another window or elsewhere. Then the
    dialogue tells what was written, keeps what was typed, and has to be confirmed once more.

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
    allday = fields.Boolean(related="activity_id.allday", related_sudo=False)
    asks_when = fields.Boolean(compute="_compute_asks_when", compute_sudo=False)
    held_at = fields.Datetime(
        string="Took Place",
        compute="_compute_held",
        compute_sudo=False,
        store=True,
        readonly=False,
        help="When it took place: now, if it was planned for later.",
    )
    held_day = fields.Date(
        string="Took Place on",
        compute="_compute_held",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    result = fields.Text(compute="_compute_result", compute_sudo=False, store=True, readonly=False)
    # what the dialogue was opened on; the browser sends it back
    seen_state = fields.Char(
        compute="_compute_seen",
        compute_sudo=False,
        store=True,
        readonly=False,
        export_string_translation=False,
    )
    seen_result = fields.Text(
        compute="_compute_seen",
        compute_sudo=False,
        store=True,
        readonly=False,
        export_string_translation=False,
    )
    seen_next_count = fields.Integer(
        compute="_compute_seen",
        compute_sudo=False,
        store=True,
        readonly=False,
        export_string_translation=False,
    )
    news = fields.Text(string="Meanwhile")
    is_confirmed = fields.Boolean(export_string_translation=False)
    next_id = fields.Many2one("isof.activity", string="Planned Next", ondelete="set null")
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

    @api.depends("activity_id", "outcome")
    def _compute_asks_when(self):
        for wizard in self:
            wizard.asks_when = wizard.outcome == "done" and wizard.activity_id.state in OPEN_STATES

    @api.depends("activity_id")
    def _compute_held(self):
        for wizard in self:
            activity = wizard.activity_id
            ahead = activity._filter_ahead()
            wizard.held_at = activity._get_last_moment() if ahead else activity.start
            wizard.held_day = fields.Date.context_today(self) if ahead else activity.start_date

    @api.depends("activity_id")
    def _compute_seen(self):
        for wizard in self:
            wizard.seen_state = wizard.activity_id.state
            wizard.seen_result = wizard.activity_id.result
            wizard.seen_next_count = wizard._count_next()

    def _count_next(self):
        # sudo: how many there are, also of those that the user may not see
        return len(self.activity_id.sudo().with_context(active_test=False).next_ids)

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

        Confirmed twice, by a second click or a repeated request, it records and plans once.

        :return: the action that shows the next activity, or closes the dialogue; the dialogue
            itself where somebody has finished the activity meanwhile
        :raises UserError: if the activity was dropped meanwhile, it took place in the future, or
            the next one lacks a type or a start
        """
        self.ensure_one()
        if self.is_confirmed:
            return self._prepare_end_action()
        activity = self.activity_id
        if activity.state in DROPPED_STATES:
            raise UserError(
                self.env._(
                    "“%(activity)s” was cancelled in the meantime. Re-open it first.",
                    activity=activity.display_name,
                )
            )
        if news := self._get_news():
            return self._prepare_news_action(news)
        # Written even if it is the same: of two who confirm at the same moment PostgreSQL has the
        # second begin anew, and that one finds the news.
        activity.result = self.result
        # a status of the company's own that means the same stays
        if activity.state != self.outcome:
            activity._set_state(self.outcome, self._prepare_held_vals())
        self.is_confirmed = True
        if self.plan_next:
            self.next_id = self._create_next()
        return self._prepare_end_action()

    def _prepare_held_vals(self):
        """Return the values of time of the activity, if it took place at another one."""
        activity = self.activity_id
        if not self.asks_when:
            return {}
        if self.allday:
            activity._check_held(self.held_day, fields.Date.context_today(self))
            is_same = not self.held_day or self.held_day == activity.start_date
            return {} if is_same else {"start": fields.Datetime.to_datetime(self.held_day)}
        activity._check_held(self.held_at, fields.Datetime.now())
        is_same = not self.held_at or self.held_at == activity.start
        return {} if is_same else {"start": self.held_at}

    def _get_news(self):
        """Return what somebody else did with the activity since the dialogue was opened, or ""."""
        activity = self.activity_id
        news = []
        # sudo: the name of a colleague
        who = activity.write_uid.sudo().name
        if activity.state != self.seen_state:
            news.append(
                self.env._(
                    "%(user)s has set it to “%(status)s”.",
                    user=who,
                    status=activity.status_id.name,
                )
            )
        if (activity.result or "") != (self.seen_result or ""):
            news.append(
                self.env._(
                    "%(user)s has written: %(result)s", user=who, result=activity.result or "–"
                )
            )
        if self._count_next() > self.seen_next_count:
            news.append(self.env._("The next activity has been planned already."))
        return "\n".join(news)

    def _prepare_news_action(self, news):
        """Return the dialogue once more, with what is new and with what was typed below it."""
        theirs, mine = self.activity_id.result or "", self.result or ""
        # what both had before is not told twice
        added = mine.removeprefix(self.seen_result or "").strip()
        vals = {"news": news}
        if added and added not in theirs and theirs != (self.seen_result or ""):
            vals["result"] = "\n".join(filter(None, (theirs, added)))
        elif not added:
            vals["result"] = theirs
        if self._count_next() > self.seen_next_count:
            vals["plan_next"] = False
        self.write(vals)
        self._compute_seen()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Finished Meanwhile"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
            "context": {"isof_stay_on_page": self.env.context.get("isof_stay_on_page", False)},
        }

    def _create_next(self):
        activity = self.activity_id
        if not (self.next_type_id and self.next_start):
            raise UserError(
                self.env._("Choose the type and the start of the next activity, or plan none.")
            )
        vals = activity._prepare_follow_up_vals(self.next_type_id, self.next_start)
        return activity.create(
            vals
            | {
                "name": self.next_name or vals["name"],
                "user_id": self.next_user_id.id or vals["user_id"],
                "contact_id": self.next_contact_id.id,
                "note": self.next_note,
            }
        )

    def _prepare_end_action(self):
        # a timeline that asked shows the next activity itself
        if not self.next_id or self.env.context.get("isof_stay_on_page"):
            return {"type": "ir.actions.act_window_close"}
        return self.next_id.action_open_form()
