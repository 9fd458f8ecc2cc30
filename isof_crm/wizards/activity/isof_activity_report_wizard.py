from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command, Domain
from odoo.tools.misc import format_date

from ...models.activity.isof_activity_status import OPEN_STATES
from ...models.base.condition_many2many import ConditionMany2many
from ...tools import activity_time, report_period, xlsx

# More rows make a print that nobody reads and that takes the server minutes.
PRINT_LIMIT = 3000
# Names shown of a criterion in titles; the rest is counted.
NAMES_SHOWN = 8
KINDS = ("contact", "sales", "marketing")
# Criteria that choose among records: their field here and the condition on activities.
RECORD_CRITERIA = {
    "user_ids": ("user_id", "in"),
    "partner_ids": ("commercial_partner_id", "in"),
    "type_ids": ("type_id", "in"),
    "status_ids": ("status_id", "in"),
    "author_ids": ("author_id", "in"),
    "campaign_ids": ("campaign_id", "in"),
    "region_ids": ("region_id", "child_of"),
    "department_ids": ("department_id", "child_of"),
    "tag_ids": ("tag_ids", "in"),
}


class IsofActivityReportWizard(models.TransientModel):
    """The register of any period, or the action plan up to any day, in the form asked for."""

    _name = "isof.activity.report.wizard"
    _description = "Register for a Period"
    _inherit = ["isof.download", "isof.guard.mixin"]

    form = fields.Selection(
        [("register", "Register"), ("action_plan", "Action Plan")],
        string="Shown As",
        required=True,
        default="register",
        help="Register: everything that starts in the period. Action plan: what is still open "
        "up to a day, the overdue included.",
    )
    period = fields.Selection(
        [
            ("today", "Today"),
            ("this_week", "This Week"),
            ("next_week", "Next Week"),
            ("next_14_days", "Next 14 Days"),
            ("this_month", "This Month"),
            ("last_month", "Last Month"),
            ("this_quarter", "This Quarter"),
            ("this_year", "This Year"),
            ("custom", "Custom"),
        ],
        required=True,
        compute="_compute_period",
        store=True,
        readonly=False,
        precompute=True,
    )
    date_from = fields.Date(
        string="From", compute="_compute_dates", store=True, readonly=False, precompute=True
    )
    date_to = fields.Date(
        string="To", compute="_compute_dates", store=True, readonly=False, precompute=True
    )
    scope = fields.Selection(
        [("all", "Everybody's"), ("mine", "Mine"), ("team", "My team's")],
        string="Whose",
        required=True,
        default="all",
        help="As far as your rights allow. Mine: those that you are in charge of.",
    )
    user_ids = ConditionMany2many(
        "res.users",
        string="Employees",
        domain=[("share", "=", False)],
    )
    partner_ids = ConditionMany2many(
        "res.partner", string="Customers", help="With everybody who belongs to the company."
    )
    type_ids = ConditionMany2many("isof.activity.type", string="Types")
    kind_contact = fields.Boolean(string="Contact")
    kind_sales = fields.Boolean(string="Sales")
    kind_marketing = fields.Boolean(string="Marketing")
    status_ids = ConditionMany2many("isof.activity.status", string="Statuses")
    author_ids = ConditionMany2many(
        "res.users",
        "isof_activity_report_wizard_author_rel",
        string="Authors",
        domain=[("share", "=", False)],
    )
    campaign_ids = ConditionMany2many("utm.campaign", string="Campaigns")
    region_ids = ConditionMany2many(
        "isof.region", string="Regions", help="With everything that lies in them."
    )
    department_ids = ConditionMany2many(
        "hr.department", string="Departments", help="With everything below them."
    )
    tag_ids = ConditionMany2many("isof.activity.tag", string="Tags")
    chosen_ids = fields.Json(
        string="Chosen Activities",
        help="The ids of activities chosen in a list: then they are the only criterion.",
    )
    activity_count = fields.Integer(string="Activities", compute="_compute_activity_count")

    # ------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------

    @api.depends("form")
    def _compute_period(self):
        for wizard in self:
            wizard.period = "next_14_days" if wizard.form == "action_plan" else "this_month"

    @api.depends("period")
    def _compute_dates(self):
        today = self._get_today()
        for wizard in self:
            if wizard.period in (False, "custom"):
                wizard.date_from = wizard.date_from or today
                wizard.date_to = wizard.date_to or today
            else:
                wizard.date_from, wizard.date_to = self._get_period_days(wizard.period)

    @api.depends(
        *("form", "date_from", "date_to", "scope", "chosen_ids"),
        *("kind_contact", "kind_sales", "kind_marketing"),
        *RECORD_CRITERIA,
    )
    @api.depends_context("tz", "uid", "allowed_company_ids")
    def _compute_activity_count(self):
        for wizard in self:
            wizard.activity_count = self.env["isof.activity"].search_count(
                wizard._get_activity_domain()
            )

    @api.onchange("date_from", "date_to")
    def _onchange_dates(self):
        """A day chosen by hand makes the period a custom one."""
        if self.period != "custom" and (self.date_from, self.date_to) != self._get_period_days(
            self.period
        ):
            self.period = "custom"

    @api.constrains("form", "date_from", "date_to")
    def _check_dates(self):
        for wizard in self:
            if not wizard.date_to or (wizard.form == "register" and not wizard.date_from):
                raise ValidationError(
                    self.env._("Choose the first and the last day of the period.")
                )
            if wizard.form == "register" and wizard.date_from > wizard.date_to:
                raise ValidationError(
                    self.env._(
                        "The period starts on %(first)s, after it ends on %(last)s. Choose a "
                        "first day that is not later than the last one.",
                        first=format_date(self.env, wizard.date_from),
                        last=format_date(self.env, wizard.date_to),
                    )
                )

    # ------------------------------------------------------------
    # Criteria that are remembered
    # ------------------------------------------------------------

    @api.model
    def default_get(self, fields):
        """Propose what the user chose the last time, except what the context says.

        Only in the dialogue, whose action asks for it: scripts get what they ask for.
        """
        values = super().default_get(fields)
        if not self.env.context.get("isof_propose_last"):
            return values
        # each form of the report has its own: the period of a register says nothing about a plan
        remembered = (self._get_settings().isof_activity_report or {}).get(
            values.get("form", "register"), {}
        )
        for name, value in remembered.items():
            if name not in fields or f"default_{name}" in self.env.context:
                continue
            if name in RECORD_CRITERIA:
                # what was deleted since, or is out of the user's reach, is no criterion
                field = self._fields[name]
                records = self.env[field.comodel_name].with_context(**field.context)
                value = [Command.set(records.search([("id", "in", value)]).ids)]
            values[name] = value
        return values

    @api.model
    def _get_settings(self):
        return self.env["res.users.settings"]._find_or_create_for_user(self.env.user)

    def _remember(self):
        """Keep the criteria as the user's next proposal."""
        if self.chosen_ids:
            return
        names = ["period", "scope", *(f"kind_{kind}" for kind in KINDS)]
        values = {name: self[name] for name in names}
        values |= {name: self[name].ids for name in RECORD_CRITERIA if self[name]}
        if self.period == "custom":
            values |= {name: fields.Date.to_string(self[name]) for name in ("date_from", "date_to")}
        settings = self._get_settings()
        remembered = settings.isof_activity_report or {}
        if remembered.get(self.form) != values:
            settings.isof_activity_report = remembered | {self.form: values}

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_open_list(self):
        """Return the action that lists the activities."""
        return self._prepare_view_action("list")

    def action_open_calendar(self):
        """Return the action that shows the activities in the calendar, in the period."""
        return self._prepare_view_action("calendar")

    def action_open_pivot(self):
        """Return the action that shows the activities as a pivot table."""
        return self._prepare_view_action("pivot")

    def action_print(self):
        """Return the action that prints the activities.

        :raises UserError: if there are none, or too many for a print
        """
        self.ensure_one()
        self._remember()
        count = self.activity_count
        if not count:
            raise UserError(
                self.env._("None of the chosen activities is open.")
                if self.chosen_ids
                else self.env._(
                    "There are no such activities. Choose another period or fewer criteria."
                )
            )
        if count > PRINT_LIMIT:
            raise UserError(
                self.env._(
                    "%(count)s activities are too many to print, the limit is %(limit)s. "
                    "Choose a shorter period or more criteria, or export them as XLSX.",
                    count=count,
                    limit=PRINT_LIMIT,
                )
            )
        report = self.env.ref(f"isof_crm.isof_activity_report_{self.form}")
        return report.report_action(self, config=False)

    def action_export(self):
        """Return the action that downloads the activities as a workbook.

        :raises UserError: if there are more than a sheet takes
        """
        self.ensure_one()
        self._remember()
        if self.activity_count > xlsx.MAX_ROWS - 100:
            raise UserError(
                self.env._(
                    "%(count)s activities are more than a sheet takes. Choose a shorter period "
                    "or more criteria.",
                    count=self.activity_count,
                )
            )
        return self._prepare_download_action()

    def _prepare_view_action(self, view_mode):
        """Return the action that shows the activities in a view, others at hand."""
        self.ensure_one()
        self._remember()
        is_plan = self.form == "action_plan"
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "isof_crm.isof_activity_action_plan" if is_plan else "isof_crm.isof_activity_action"
        )
        modes = [view_mode, *(m for m in ("list", "calendar", "pivot", "form") if m != view_mode)]
        list_view = self.env.ref("isof_crm.isof_activity_view_list_action_plan")
        today = self._get_today()
        context = (
            {"search_default_group_user": 1, "search_default_group_timeframe": 2}
            if is_plan and view_mode == "list"
            else {}
        )
        if not is_plan and not self.date_from <= today <= self.date_to:
            first, _next = activity_time.day_bounds(self.date_from, self._get_tz())
            context["initial_date"] = fields.Datetime.to_string(first)
        return {
            "type": action["type"],
            "name": self._get_title(),
            "res_model": action["res_model"],
            "views": [
                (list_view.id if is_plan and mode == "list" else False, mode) for mode in modes
            ],
            "domain": self.get_activity_domain(),
            "context": context,
            "help": action["help"] if is_plan else False,
        }

    # ------------------------------------------------------------
    # Business methods
    # ------------------------------------------------------------

    @api.private
    def get_activity_domain(self):
        """Return the domain of the activities that the criteria ask for, as a list.

        The rights of whoever searches with it apply on top.
        """
        self.ensure_one()
        return list(self._get_activity_domain())

    @api.private
    def get_filter_lines(self):
        """Return the criteria as lines of text for titles: list of str, "what: which"."""
        self.ensure_one()
        if self.chosen_ids:
            return [self.env._("Chosen activities: %(count)s", count=self.activity_count)]
        lines = [self._get_period_line()]
        if self.env.user.has_group("base.group_multi_company"):
            lines.append(self._prepare_line("company_ids", self._get_names("company_ids")))
        if self.scope != "all":
            lines.append(self._prepare_line("scope", self._get_label("scope")))
        if kinds := self._get_kinds():
            names = dict(self.env["isof.activity"]._fields["kind"]._description_selection(self.env))
            lines.append(self.env._("Kind: %(kinds)s", kinds=", ".join(names[k] for k in kinds)))
        lines += [
            self._prepare_line(name, self._get_names(name))
            for name in RECORD_CRITERIA
            if self[name]
        ]
        return lines

    def _get_activity_domain(self):
        self.ensure_one()
        domain = Domain("state", "in", OPEN_STATES) if self.form == "action_plan" else Domain.TRUE
        if self.chosen_ids:
            return domain & Domain("id", "in", self.chosen_ids)
        domain &= self._get_period_domain() & Domain("company_id", "in", self.company_ids.ids)
        if self.scope == "mine":
            domain &= Domain("user_id", "=", self.env.uid)
        elif self.scope == "team":
            domain &= Domain("is_my_team", "=", True)
        if kinds := self._get_kinds():
            domain &= Domain("kind", "in", kinds)
        for name, (condition_field, operator) in RECORD_CRITERIA.items():
            if records := self[name]:
                if name == "partner_ids":
                    records = records.commercial_partner_id
                domain &= Domain(condition_field, operator, records.ids)
        return domain

    def _get_period_domain(self):
        """Return what starts in the period on the user's clock; all-day ones by their day."""
        tz = self._get_tz()
        timed, allday = Domain("allday", "=", False), Domain("allday", "=", True)
        if self.form == "register" and self.date_from:
            timed &= Domain("start", ">=", activity_time.day_bounds(self.date_from, tz)[0])
            allday &= Domain("start", ">=", datetime.combine(self.date_from, time.min))
        if self.date_to:
            timed &= Domain("start", "<", activity_time.day_bounds(self.date_to, tz)[1])
            allday &= Domain(
                "start", "<", datetime.combine(self.date_to + timedelta(days=1), time.min)
            )
        return timed | allday

    def _get_kinds(self):
        """Return the kinds asked for; none when all are."""
        kinds = [kind for kind in KINDS if self[f"kind_{kind}"]]
        return kinds if len(kinds) < len(KINDS) else []

    def _get_activities(self):
        """Return the activities in the order in which they are printed and exported."""
        order = "user_id, start, id" if self.form == "action_plan" else "start, id"
        return self.env["isof.activity"].search(self._get_activity_domain(), order=order)

    def _get_title(self):
        """Return what is reported, with its period."""
        self.ensure_one()
        if self.chosen_ids:
            return self._get_label("form")
        if self.form == "action_plan":
            return self.env._(
                "Action Plan up to %(last)s", last=format_date(self.env, self.date_to)
            )
        first, last = (format_date(self.env, day) for day in (self.date_from, self.date_to))
        if first == last:
            return self.env._("Register of %(day)s", day=first)
        return self.env._("Register %(first)s – %(last)s", first=first, last=last)

    def _get_file_name(self):
        """Return the name of a file of the report, without an extension."""
        self.ensure_one()
        label = self._get_label("form")
        if self.chosen_ids:
            return f"{label} {self._get_today()}"
        if self.form == "action_plan":
            return f"{label} {self.date_to}"
        return f"{label} {self.date_from} - {self.date_to}"

    def _count_rows(self):
        return self.activity_count

    def _write_workbook(self, output):
        """Write the activities as a workbook.

        :param output: binary file to write to
        """
        self.ensure_one()
        activities = self._get_activities()
        columns = activities._get_export_columns(self.form)
        lines = [
            *self.get_filter_lines(),
            self.env._("Activities: %(count)s", count=len(activities)),
        ]
        with xlsx.new_workbook(output) as book:
            xlsx.write_sheet(
                book,
                title=self._get_title(),
                columns=columns,
                rows=activities._iter_export_rows(columns),
                lines=lines,
                sheet_name=self._get_label("form"),
                total_label=self.env._("Total"),
            )

    def _get_period_line(self):
        last = format_date(self.env, self.date_to)
        if self.form == "action_plan":
            return self.env._("Open, up to: %(last)s", last=last)
        first = format_date(self.env, self.date_from)
        return self.env._("Period: %(first)s – %(last)s", first=first, last=last)

    def _prepare_line(self, name, value):
        label = self._fields[name]._description_string(self.env)
        return self.env._("%(label)s: %(value)s", label=label, value=value)

    def _get_names(self, name):
        # sudo: the names of what the user chose
        records = self[name].sudo()
        names = ", ".join(records[:NAMES_SHOWN].mapped("display_name"))
        if (rest := len(records) - NAMES_SHOWN) > 0:
            return self.env._("%(names)s and %(count)s more", names=names, count=rest)
        return names

    def _get_label(self, name):
        return dict(self._fields[name]._description_selection(self.env))[self[name]]

    @api.model
    def _get_tz(self):
        return self.env["isof.activity"]._get_tz()

    @api.model
    def _get_today(self):
        """Return today on the user's clock."""
        return activity_time.local_day(fields.Datetime.now(), self._get_tz())

    @api.model
    def _get_period_days(self, period):
        """Return the first and last day of a period; weeks begin as the user's language says."""
        week_start = int(self.env["res.lang"]._get_data(code=self.env.lang or "en_US").week_start)
        return report_period.period_days(period, self._get_today(), week_start - 1)
