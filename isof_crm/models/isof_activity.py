from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, frozendict

from ..tools import activity_time
from .isof_activity_status import DROPPED_STATES, OPEN_STATES

# One all-day activity counts as so many hours where the company keeps no working hours.
HOURS_PER_DAY = 8.0
# Documents an activity may refer to, each where its add-on is installed.
REFERENCE_MODELS = (
    "crm.lead",
    "sale.order",
    "purchase.order",
    "account.move",
    "project.task",
    "helpdesk.ticket",
)
TIME_FIELDS = {"start", "stop", "allday", "duration", "start_date", "stop_date"}
# Being put in charge is seen in the action plan; mail goes out only on request. Followers are
# added in one go, see _subscribe_in_charge().
CREATE_CONTEXT = {
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_auto_subscribe_no_notify": True,
    "isof_subscribe_later": True,
}
# They are stored but follow from other fields; the ORM would let a caller overwrite them.
DERIVED_FIELDS = {"state", "kind", "commercial_partner_id", "access_user_ids", "root_id"}
NO_DEFAULT_FIELDS = DERIVED_FIELDS | {"calendar_event_id", "plan_run_id"}


class IsofActivity(models.Model):
    """One event with a customer: planned, held or dropped, and linked to what came before.

    The chain of follow-ups is in ``isof_activity_chain.py``, the event in the Odoo calendar
    in ``isof_activity_mirror.py``.
    """

    _name = "isof.activity"
    _description = "Activity"
    _inherit = ["mail.thread", "mail.activity.mixin", "utm.mixin"]
    _order = "start desc, id desc"
    _rec_names_search = ["name", "partner_id"]
    _check_company_auto = True
    _mail_post_access = "read"

    # What
    name = fields.Char(
        string="Subject",
        required=True,
        compute="_compute_name",
        store=True,
        readonly=False,
        precompute=True,
        index="trigram",
        tracking=True,
    )
    type_id = fields.Many2one(
        "isof.activity.type",
        string="Type",
        required=True,
        default=lambda self: self.env["isof.activity.type"]._get_default(),
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    kind = fields.Selection(related="type_id.kind", store=True, precompute=True)
    color = fields.Integer(related="type_id.color", export_string_translation=False)
    icon = fields.Selection(
        related="type_id.icon", string="Type Icon", export_string_translation=False
    )
    status_id = fields.Many2one(
        "isof.activity.status",
        string="Status",
        required=True,
        compute="_compute_status_id",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        ondelete="restrict",
        check_company=True,
        tracking=True,
        group_expand="_group_expand_status_id",
    )
    state = fields.Selection(related="status_id.state", store=True, precompute=True, string="State")
    note = fields.Text(help="Short note: what it is about, what to prepare.")
    result = fields.Text(copy=False, help="What came of it.")
    priority = fields.Selection(
        [("0", "Normal"), ("1", "Important"), ("2", "Very important")], default="0"
    )
    direction = fields.Selection(
        [("in", "Incoming"), ("out", "Outgoing")],
        help="Who started it: the customer (incoming) or we (outgoing).",
    )
    location = fields.Char()
    tag_ids = fields.Many2many("isof.activity.tag", string="Tags")
    reference = fields.Reference(
        selection="_selection_reference",
        string="Document",
        index="btree_not_null",
        help="The quotation, order, invoice or task the activity is about.",
    )
    active = fields.Boolean(default=True)

    # With whom
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id",
        store=True,
        precompute=True,
        string="Commercial Entity",
    )
    contact_id = fields.Many2one(
        "res.partner",
        string="Contact Person",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="Choose the contact person first, and the customer is filled in.",
    )
    contact_ids = fields.Many2many(
        "res.partner",
        "isof_activity_contact_rel",
        "activity_id",
        "partner_id",
        string="Further Contact Persons",
        check_company=True,
    )
    contact_phone = fields.Char(compute="_compute_contact_phone")
    region_id = fields.Many2one(
        "isof.region",
        string="Region",
        compute="_compute_region_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
        check_company=True,
        help="The customer's region when the activity was registered.",
    )

    # Who
    user_id = fields.Many2one(
        "res.users",
        string="Employee",
        default=lambda self: self.env.user,
        ondelete="restrict",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        check_company=True,
        tracking=True,
        help="The employee in charge.",
    )
    participant_ids = fields.Many2many(
        "res.users",
        "isof_activity_participant_rel",
        "activity_id",
        "user_id",
        string="Participants",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        check_company=True,
        help="Colleagues who take part.",
    )
    author_id = fields.Many2one(
        "res.users",
        string="Author",
        default=lambda self: self.env.user,
        required=True,
        readonly=True,
        copy=False,
        index=True,
        ondelete="restrict",
        help="Who registered the activity.",
    )
    department_id = fields.Many2one(
        "hr.department",
        string="Department",
        compute="_compute_department_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
        check_company=True,
        help="The employee's department on the day of the activity.",
    )
    # The one relation that the record rules look at: a single indexed semi-join instead of
    # an OR over four columns, which PostgreSQL answers with a scan of the whole table.
    access_user_ids = fields.Many2many(
        "res.users",
        "isof_activity_access_rel",
        "activity_id",
        "user_id",
        string="Own Activity Of",
        compute="_compute_access_user_ids",
        store=True,
        compute_sudo=True,
        copy=False,
        export_string_translation=False,
        help="In charge, participants, author and the customer's salesperson.",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        ondelete="restrict",
    )

    # When
    start = fields.Datetime(
        required=True,
        default=lambda self: self._default_start(),
        tracking=True,
    )
    stop = fields.Datetime(
        required=True,
        compute="_compute_stop",
        store=True,
        readonly=False,
        precompute=True,
    )
    allday = fields.Boolean(string="All Day")
    start_date = fields.Date(
        string="First Day",
        compute="_compute_allday_dates",
        readonly=False,
        help="First day of an all-day activity.",
    )
    stop_date = fields.Date(
        string="Last Day",
        compute="_compute_allday_dates",
        readonly=False,
        help="Last day of an all-day activity.",
    )
    duration = fields.Float(
        string="Hours",
        compute="_compute_duration",
        store=True,
        readonly=False,
        precompute=True,
        help="Length in hours. An all-day activity counts the company's hours of a working "
        "day for each of its days.",
    )
    timeframe = fields.Selection(
        # Groups are sorted by these keys, so their alphabetical order is the order on screen.
        [("late", "Overdue"), ("now", "Today"), ("upcoming", "Coming")],
        string="Due",
        compute="_compute_timeframe",
        search="_search_timeframe",
        help="Overdue: still open although its time is over. Today and coming: open, by the "
        "clock of the reader.",
    )

    # How it is looked at
    is_striked = fields.Boolean(compute="_compute_is_striked", export_string_translation=False)
    is_hatched = fields.Boolean(compute="_compute_is_striked", export_string_translation=False)
    is_my_team = fields.Boolean(
        string="My Team's",
        compute="_compute_is_my_team",
        search="_search_is_my_team",
        help="Of the members of the sales teams that I lead and the departments that I manage.",
    )
    days_without_contact = fields.Integer(
        string="Customer Not Contacted for (Days)",
        compute="_compute_days_without_contact",
        compute_sudo=True,
        search="_search_days_without_contact",
    )

    _stop_after_start = models.Constraint(
        "CHECK(stop >= start)", "An activity cannot end before it starts."
    )
    # Measured at a million rows by tests/bench.
    # The register in its order with the criteria of few values, so that lists, counts and
    # analyses over them read this index instead of the table and instead of one each.
    _register_idx = models.Index(
        "(start DESC, id DESC, company_id, type_id, status_id, user_id, region_id, department_id,"
        " commercial_partner_id, duration) WHERE active IS TRUE"
    )
    # The calendar of one employee, the history of one customer.
    _user_start_idx = models.Index("(user_id, start, stop)")
    _commercial_partner_start_idx = models.Index("(commercial_partner_id, start)")
    # The action plan and 'overdue': the few activities that are still open.
    _open_idx = models.Index(
        "(user_id, stop) WHERE state IN ('planned', 'in_progress', 'postponed')"
    )

    @api.model
    def _default_start(self):
        """Return the next full half hour."""
        # Always ahead of now: what starts in the past would be proposed as done.
        now = fields.Datetime.now().replace(second=0)
        return now + timedelta(minutes=30 - now.minute % 30)

    @api.model
    def _selection_reference(self):
        return [
            (model, self.env["ir.model"]._get(model).name)
            for model in REFERENCE_MODELS
            if model in self.env
        ]

    # ------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------

    @api.depends("type_id")
    def _compute_name(self):
        self.env["isof.activity.type"]._propose_names(self)

    @api.depends("start", "company_id")
    def _compute_status_id(self):
        """Propose 'planned', or 'done' for what started in the past; a choice stays."""
        registering = self.filtered(lambda activity: not (activity._origin and activity.status_id))
        if not registering:
            return
        now = fields.Datetime.now()
        today = fields.Date.context_today(self)
        statuses = self.env["isof.activity.status"]
        proposals = {
            company: (statuses._get_first("planned", company), statuses._get_first("done", company))
            for company in registering.company_id or self.env.company
        }
        for activity in registering:
            planned, done = proposals[activity.company_id or self.env.company]
            if activity.status_id and activity.status_id not in planned | done:
                continue
            is_past = activity.start and (
                activity.start.date() < today if activity.allday else activity.start < now
            )
            activity.status_id = done if is_past else planned

    @api.depends("contact_id")
    def _compute_partner_id(self):
        """A contact person chosen first brings the company along."""
        for activity in self:
            if activity.contact_id and not activity.partner_id:
                activity.partner_id = activity.contact_id.commercial_partner_id

    @api.depends("contact_id.phone", "partner_id.phone")
    def _compute_contact_phone(self):
        for activity in self:
            activity.contact_phone = activity.contact_id.phone or activity.partner_id.phone

    @api.depends("partner_id")
    def _compute_region_id(self):
        for activity in self:
            partner = activity.partner_id
            activity.region_id = (
                partner.isof_region_id or partner.commercial_partner_id.isof_region_id
            )

    @api.depends("user_id", "company_id", "start")
    def _compute_department_id(self):
        departments = self.user_id._get_isof_departments(self.company_id)
        for activity in self:
            if activity.department_id and not activity.user_id:
                continue
            to_day = activity._get_to_day(activity.allday)
            activity.department_id = departments(
                activity.user_id, activity.company_id, activity.start and to_day(activity.start)
            )

    @api.depends(
        "user_id",
        "participant_ids",
        "author_id",
        "partner_id.user_id",
        "commercial_partner_id.user_id",
    )
    def _compute_access_user_ids(self):
        activities_by_users = {}
        # an archived participant sees the activity again once back
        for activity in self.with_context(active_test=False):
            users = (
                activity.user_id
                | activity.participant_ids
                | activity.author_id
                | activity.partner_id.user_id
                | activity.commercial_partner_id.user_id
            )
            activities_by_users[users] = activities_by_users.get(users, self.browse()) | activity
        # each assignment of a many2many is a query
        for users, activities in activities_by_users.items():
            activities.access_user_ids = users

    @api.depends("start", "duration")
    def _compute_stop(self):
        # Start and length give the end, start and end give the length. Whichever of the two
        # was not given follows the other, so the length must not be recomputed here.
        self.env.remove_to_compute(self._fields["duration"], self)
        for activity in self:
            if activity.allday and activity.stop:
                continue
            hours = activity.duration
            if not hours and not activity._origin:
                hours = activity.type_id.default_duration or 1.0
            activity.stop = activity.start and activity.start + timedelta(minutes=round(hours * 60))

    @api.depends("start", "stop", "allday")
    def _compute_duration(self):
        for activity in self:
            if not (activity.start and activity.stop):
                activity.duration = activity.type_id.default_duration
            elif activity.allday:
                # sudo: a number of hours; the calendar itself is not shown
                hours = activity.company_id.sudo().resource_calendar_id.hours_per_day
                days = (activity.stop.date() - activity.start.date()).days + 1
                activity.duration = days * (hours or HOURS_PER_DAY)
            else:
                activity.duration = (activity.stop - activity.start).total_seconds() / 3600

    @api.depends("start", "stop", "allday")
    @api.depends_context("tz", "uid")
    def _compute_allday_dates(self):
        for activity in self:
            # what is ticked only now in a form has moments still
            to_day = activity._get_to_day(activity._was_allday())
            activity.start_date = activity.start and to_day(activity.start)
            activity.stop_date = activity.stop and to_day(activity.stop)

    @api.depends("start", "stop", "allday", "state")
    @api.depends_context("tz", "uid")
    def _compute_timeframe(self):
        bounds = self._get_timeframe_bounds()
        for activity in self:
            late_before, upcoming_from = bounds[bool(activity.allday)]
            if activity.state not in OPEN_STATES or not activity.stop:
                activity.timeframe = False
            elif activity.stop < late_before:
                activity.timeframe = "late"
            elif activity.start < upcoming_from:
                activity.timeframe = "now"
            else:
                activity.timeframe = "upcoming"

    @api.model
    def _search_timeframe(self, operator, value):
        if operator != "in":
            return NotImplemented
        is_open = Domain("state", "in", OPEN_STATES)
        domains = {"late": Domain.FALSE, "now": Domain.FALSE, "upcoming": Domain.FALSE}
        for allday, (late_before, upcoming_from) in self._get_timeframe_bounds().items():
            is_so = is_open & Domain("allday", "=", allday)
            is_waiting = is_so & Domain("stop", ">=", late_before)
            domains["late"] |= is_so & Domain("stop", "<", late_before)
            domains["now"] |= is_waiting & Domain("start", "<", upcoming_from)
            domains["upcoming"] |= is_waiting & Domain("start", ">=", upcoming_from)
        domains[False] = ~is_open
        return Domain.OR(domains[key] for key in value if key in domains)

    @api.model
    def _get_merged_fields(self):
        """Return the stored fields to compute anew where contacts were merged, which is by SQL."""
        return ["commercial_partner_id", "access_user_ids"]

    @api.model
    def _search(self, domain, *args, **kwargs):
        # The record rules read it, and the ORM does not compute a many2many that waits.
        self._recompute_model(["access_user_ids"])
        return super()._search(domain, *args, **kwargs)

    def _read_group_groupby(self, alias, groupby_spec, query):
        if groupby_spec != "timeframe":
            return super()._read_group_groupby(alias, groupby_spec, query)
        bounds = self._get_timeframe_bounds()
        is_allday = self._field_to_sql(alias, "allday", query)
        late_before, upcoming_from = (
            SQL("CASE WHEN %s THEN %s ELSE %s END", is_allday, by_day, by_clock)
            for by_day, by_clock in zip(bounds[True], bounds[False], strict=True)
        )
        return SQL(
            """CASE WHEN %(state)s NOT IN %(open)s THEN NULL
                    WHEN %(stop)s < %(late_before)s THEN 'late'
                    WHEN %(start)s < %(upcoming_from)s THEN 'now'
                    ELSE 'upcoming' END""",
            state=self._field_to_sql(alias, "state", query),
            start=self._field_to_sql(alias, "start", query),
            stop=self._field_to_sql(alias, "stop", query),
            open=OPEN_STATES,
            late_before=late_before,
            upcoming_from=upcoming_from,
        )

    @api.depends("state")
    def _compute_is_striked(self):
        for activity in self:
            activity.is_striked = activity.state in DROPPED_STATES
            activity.is_hatched = activity.state == "postponed"

    @api.depends_context("uid")
    @api.depends("access_user_ids", "department_id")
    def _compute_is_my_team(self):
        users, departments = self.env.user._get_isof_led()
        for activity in self:
            activity.is_my_team = (
                bool(activity.sudo().access_user_ids & users)
                or activity.department_id in departments
            )

    @api.model
    def _search_is_my_team(self, operator, value):
        if operator != "in" or list(value) != [True]:
            return NotImplemented
        users, departments = self.env.user._get_isof_led()
        # What access_user_ids is made of: whom one leads have a large part of all activities
        # between them, and to collect that part from the relation takes longer than to look
        # at the columns of the rows that are shown.
        return Domain("department_id", "in", departments.ids) | Domain.OR(
            Domain(path, "in", users.ids)
            for path in (
                "user_id",
                "author_id",
                "participant_ids",
                "partner_id.user_id",
                "commercial_partner_id.user_id",
            )
        )

    @api.depends("name", "partner_id.name")
    def _compute_display_name(self):
        # sudo: who may read the activity may read for whom it is
        for activity, readable in zip(self, self.sudo(), strict=True):
            customer = readable.partner_id.name
            activity.display_name = " – ".join(filter(None, (activity.name, customer)))

    @api.depends("commercial_partner_id.isof_days_without_contact")
    def _compute_days_without_contact(self):
        for activity in self:
            activity.days_without_contact = activity.commercial_partner_id.isof_days_without_contact

    @api.model
    def _search_days_without_contact(self, operator, value):
        # As a related field it would go up to the commercial entity twice.
        found = self.env["res.partner"]._search_isof_days_without_contact(operator, value)
        if found is NotImplemented:
            return found
        return Domain("commercial_partner_id", "!=", False) & found

    @api.model
    def _search_display_name(self, operator, value):
        if operator not in ("ilike", "like") or not value:
            return super()._search_display_name(operator, value)
        # The customers first: PostgreSQL finds the activities of known customers by an index,
        # those of customers it has yet to find only by reading all of them.
        # sudo: who may read the activity may read for whom it is
        customers = self.env["res.partner"].sudo().with_context(active_test=False)
        found = customers._search([("display_name", operator, value)]).get_result_ids()
        return Domain("name", operator, value) | Domain("partner_id", "in", found)

    # ------------------------------------------------------------
    # Checks
    # ------------------------------------------------------------

    @api.constrains("type_id", "partner_id", "contact_id")
    def _check_needed_partners(self):
        for activity in self:
            if activity.type_id.needs_partner and not activity.partner_id:
                raise ValidationError(
                    self.env._(
                        "“%(activity)s”: choose the customer; an activity of type "
                        "“%(type)s” needs one.",
                        activity=activity.name,
                        type=activity.type_id.name,
                    )
                )
            if activity.type_id.needs_contact and not activity.contact_id:
                raise ValidationError(
                    self.env._(
                        "“%(activity)s”: choose the contact person; an activity of type "
                        "“%(type)s” needs one.",
                        activity=activity.name,
                        type=activity.type_id.name,
                    )
                )

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        """Drop contact persons of another company; the list offers those of the new one."""
        company = self.partner_id.commercial_partner_id
        if not company:
            return
        self.contact_id = self.contact_id._filter_isof_contacts_of(company)
        self.contact_ids = self.contact_ids._filter_isof_contacts_of(company)

    @api.onchange("type_id")
    def _onchange_type_id(self):
        """Propose the length of the type, unless it was chosen: by hand, by drag or earlier."""
        if self._origin or {"default_stop", "default_duration"} & self.env.context.keys():
            return
        types = self.env["isof.activity.type"]._get_all()
        if self.duration in types.mapped("default_duration"):
            self.duration = self.type_id.default_duration

    @api.onchange("allday")
    def _onchange_allday(self):
        """Show at once the time that an all-day activity gets when it is one no more."""
        if self._was_allday() and not self.allday and self.start_date:
            self.update(self._prepare_timed_vals(self.start_date))

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model
    def default_get(self, fields):
        """The calendar proposes date-only strings for all-day activities: make them days.

        What follows from other fields has no default: the context or a default of the user's
        own would set what ``_check_not_derived`` refuses.
        """
        values = super().default_get([name for name in fields if name not in NO_DEFAULT_FIELDS])
        if values.get("allday") and values.get("start"):
            values.update(self._prepare_allday_vals(self._get_default_times()))
        return values

    @api.model_create_multi
    def create(self, vals_list):
        may_name_author = self.env.su or self.env.user.has_group("isof_crm.group_manager")
        defaults = self._get_default_times()
        # An empty value, as of an empty cell of an imported file, means what is proposed.
        proposed = {"name", "status_id", "stop", "duration"}
        if self.env.context.get("import_file"):
            proposed |= {"region_id", "department_id"}
        prepared = []
        for vals in vals_list:
            self._check_not_derived(vals)
            vals = {name: value for name, value in vals.items() if value or name not in proposed}
            if vals.get("contact_id") and not vals.get("partner_id"):
                vals.pop("partner_id", None)
            is_missing_start = not (vals.get("start_date") or vals.get("start", True))
            if vals.get("allday", defaults["allday"]) and not is_missing_start:
                vals.update(self._prepare_allday_vals(defaults | vals))
            if vals.get("stop"):
                # the end is what was meant; a length that came along is derived from it
                vals.pop("duration", None)
            vals.pop("start_date", None)
            vals.pop("stop_date", None)
            if not may_name_author:
                vals["author_id"] = self.env.uid
            prepared.append(vals)
        activities = super(IsofActivity, self.with_context(**CREATE_CONTEXT)).create(prepared)
        activities = activities.with_env(self.env)
        activities._subscribe_in_charge()
        return activities

    def write(self, vals):
        self._check_not_derived(vals)
        if "author_id" in vals and not (
            self.env.su or self.env.user.has_group("isof_crm.group_manager")
        ):
            raise AccessError(self.env._("The author of an activity cannot be changed."))
        silent = self.with_context(mail_auto_subscribe_no_notify=True)
        if not TIME_FIELDS & vals.keys():
            return super(IsofActivity, silent).write(vals)
        by_vals = {}
        for activity in silent:
            time_vals = frozendict(activity._prepare_time_vals(vals))
            by_vals[time_vals] = by_vals.get(time_vals, silent.browse()) | activity
        other_vals = {name: value for name, value in vals.items() if name not in TIME_FIELDS}
        for time_vals, activities in by_vals.items():
            super(IsofActivity, activities).write(other_vals | time_vals)
        return True

    @api.ondelete(at_uninstall=False)
    def _unlink_except_live(self):
        """History is cancelled, not deleted; what is deleted leaves no chain in two pieces."""
        live = self.filtered(lambda activity: activity.state != "cancelled")
        if live:
            raise UserError(
                self.env._(
                    "Cancel an activity instead of deleting it. Only cancelled ones can be "
                    "deleted, and these are not:\n%(activities)s",
                    activities="\n".join(live[:10].mapped("display_name")),
                )
            )
        # sudo: a follow-up that the user may not see holds the activity all the same
        every = self.sudo().with_context(active_test=False)
        if followed := every.filtered(lambda activity: activity.next_ids - every):
            raise UserError(
                self.env._(
                    "These activities have follow-ups; delete or re-link those first:\n"
                    "%(activities)s",
                    activities="\n".join(followed[:10].mapped("display_name")),
                )
            )

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_done(self):
        """Mark what is still open as held; what is closed stays as it is."""
        self.filtered(lambda activity: activity.state in OPEN_STATES)._set_state("done")

    def action_cancel(self):
        """Cancel: kept in the register, struck through, gone from the Odoo calendar."""
        self._set_state("cancelled")

    def action_reopen(self):
        """Put back to planned."""
        self._set_state("planned")

    def action_open_form(self):
        """Return the action that opens the activity in its form."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

    # ------------------------------------------------------------
    # Business methods
    # ------------------------------------------------------------

    def _set_state(self, state):
        """Give the activities their company's first status of a state.

        :raises UserError: when a company has no status of that state
        """
        for company, activities in self.grouped("company_id").items():
            status = self.env["isof.activity.status"]._get_first(state, company)
            if not status:
                raise UserError(
                    self.env._(
                        "There is no activity status that means “%(state)s” in company "
                        "%(company)s. Ask a manager to add one under Configuration.",
                        state=dict(self._fields["state"]._description_selection(self.env))[state],
                        company=company.name,
                    )
                )
            activities.status_id = status

    @api.model
    def _group_expand_status_id(self, statuses, domain):
        """Show every status as a column of the kanban view, used or not."""
        return statuses.search([("company_id", "in", (*self.env.companies.ids, False))])

    @api.model
    def _check_not_derived(self, vals):
        """Refuse values of fields that follow from others.

        :raises UserError: when ``vals`` has any
        """
        if names := DERIVED_FIELDS & vals.keys():
            raise UserError(
                self.env._(
                    "These fields follow from others and cannot be set: %(fields)s. The state, for "
                    "one, follows from the status.",
                    fields=", ".join(sorted(self._fields[name].string for name in names)),
                )
            )

    def _subscribe_in_charge(self):
        """Let those in charge and the author follow, as the chatter would one by one."""
        if self.env.context.get("mail_create_nosubscribe") or self.env.context.get(
            "tracking_disable"
        ):
            return
        # sudo: the partners of users, to subscribe them
        for users, activities in (
            self.sudo().grouped(lambda activity: activity.user_id | activity.author_id).items()
        ):
            followers = users.filtered(lambda user: user.active and not user.share).partner_id
            self.env["mail.followers"]._insert_followers(
                self._name, activities.ids, followers.ids, customer_ids=[], check_existing=False
            )

    def _message_auto_subscribe_followers(self, updated_values, default_subtype_ids):
        if self.env.context.get("isof_subscribe_later"):
            return []
        return super()._message_auto_subscribe_followers(updated_values, default_subtype_ids)

    def _open_groups(self, *, auto_unfold, **kwargs):
        # Odoo unfolds the first level only; the action plan shows due dates and activities.
        auto_unfold = auto_unfold or self.env.context.get("isof_unfold_groups", False)
        return super()._open_groups(auto_unfold=auto_unfold, **kwargs)

    @api.model
    @api.readonly
    def get_unusual_days(self, date_from, date_to=None):
        """Return which days the calendar greys: those on which the user does not work.

        :param str date_from: first moment, as the calendar view sends it
        :param str date_to: last moment
        :return: dict of days (``YYYY-MM-DD``), true where unusual
        """
        return self.env.user.employee_id._get_unusual_days(date_from, date_to)

    def _message_track(self, fields_iter, initial_values_dict):
        """Log the changes of all activities at once, which Odoo logs one by one."""
        logs = []
        tracking = super(IsofActivity, self.with_context(isof_logs=logs))._message_track(
            fields_iter, initial_values_dict
        )
        value_vals = []
        for author_id in {log["author_id"] for log in logs}:
            by_id = {log["id"]: log for log in logs if log["author_id"] == author_id}
            messages = self.browse(by_id)._message_log_batch(
                {id_: log["body"] for id_, log in by_id.items()}, author_id=author_id
            )
            value_vals += [
                vals | {"mail_message_id": message.id}
                for message in messages
                for _command, _id, vals in by_id[message.res_id]["tracking_value_ids"]
            ]
        # sudo: like Odoo, which keeps these from everybody who may not read the field
        self.env["mail.tracking.value"].sudo().create(value_vals)
        return tracking

    def _message_log(self, **kwargs):
        logs = self.env.context.get("isof_logs")
        if logs is None or not kwargs.get("tracking_value_ids"):
            return super()._message_log(**kwargs)
        logs.append({"id": self.id, **kwargs})
        return self.env["mail.message"]

    @api.model
    def _get_tz(self):
        """Return the name of the time zone that the user reads times in."""
        return self.env.tz.zone

    def _was_allday(self):
        """Return whether an activity is stored as all-day, or was proposed as one."""
        if self._origin:
            return self._origin.allday
        return self.env.context.get("default_allday", False)

    @api.model
    def _get_to_day(self, allday):
        """Return the function that tells on which day a bound of an activity falls."""
        tz = self._get_tz()
        to_day = activity_time.allday_date if allday else activity_time.local_day
        return lambda moment: to_day(moment, tz)

    @api.model
    def _get_timeframe_bounds(self):
        """Return until when activities are overdue and from when they are still to come.

        :return: dict of ``allday`` to a tuple of two naive datetimes: what stopped before the
            first is overdue, what starts at or after the second is coming. Both are UTC for
            timed activities; all-day ones last as long as their day does on the user's clock.
        """
        now = fields.Datetime.now()
        tz = self._get_tz()
        today = activity_time.local_day(now, tz)
        midnight = fields.Datetime.to_datetime(today)
        return {
            False: (now, activity_time.day_bounds(today, tz)[1]),
            True: (midnight, midnight + timedelta(days=1)),
        }

    @api.model
    def _get_default_times(self):
        """Return the times that the context proposes, such as those chosen in a calendar."""
        return {
            name: self.env.context.get(f"default_{name}") for name in ("start", "stop", "allday")
        }

    @api.model
    def _get_given_day(self, vals, bound):
        """Return the day that ``vals`` give for a bound, ``start`` or ``stop``; None if none."""
        if day := vals.get(f"{bound}_date"):
            return fields.Date.to_date(day)
        if not (moment := fields.Datetime.to_datetime(vals.get(bound) or None)):
            return None
        if self.env.context.get("import_file"):
            # the import has put the clock of the user on everything, days included
            return activity_time.local_day(moment, self._get_tz())
        return activity_time.allday_date(moment, self._get_tz())

    @api.model
    def _prepare_allday_vals(self, vals):
        """Return start and stop of an all-day activity from the days or moments in ``vals``.

        ``start_date`` and ``stop_date`` count before ``start`` and ``stop``; a first day that is
        not given is today, a last day that is not given is the first one.
        """
        first = self._get_given_day(vals, "start") or fields.Date.context_today(self)
        last = self._get_given_day(vals, "stop") or first
        start, stop = activity_time.allday_bounds(first, last)
        return {"start": start, "stop": stop}

    def _prepare_timed_vals(self, day):
        """Return start and stop of an activity that lasted all day: at 9 on the user's clock."""
        nine = fields.Datetime.to_datetime(day).replace(hour=9)
        start = activity_time.to_utc(nine, self._get_tz())
        return {"start": start, "stop": start + timedelta(hours=self.type_id.default_duration)}

    def _prepare_time_vals(self, vals):
        """Return the time fields to write on one activity for the ones a caller gave.

        Moving only the start keeps the length, changing only the first day keeps the last;
        all-day activities are put on whole days.
        """
        self.ensure_one()
        given = {name: vals[name] for name in TIME_FIELDS & vals.keys()}
        if given.get("allday", self.allday):
            first = self._get_given_day(given, "start") or self.start_date
            last = self._get_given_day(given, "stop")
            if not last and (given.get("start_date") or not given.get("start")):
                last = self.stop_date
            if not last or (first > last and not {"stop", "stop_date"} & given.keys()):
                last = first + (self.stop_date - self.start_date)
            start, stop = activity_time.allday_bounds(first, last)
            return {"allday": True, "start": start, "stop": stop}
        if self.allday:
            timed = self._prepare_timed_vals(given.get("start_date") or self.start_date)
            length = (
                timedelta(hours=given["duration"])
                if given.get("duration")
                else timed["stop"] - timed["start"]
            )
            start = fields.Datetime.to_datetime(given.get("start") or timed["start"])
            given = {"start": start, "stop": start + length} | given
        if given.get("stop"):
            given.pop("duration", None)
        elif given.get("start") or given.get("duration") is not None:
            # written along: computed later, a flush in between would find the end before the start
            hours = given.get("duration", self.duration)
            start = fields.Datetime.to_datetime(given.get("start") or self.start)
            given["stop"] = start + timedelta(minutes=round(hours * 60))
        return {name: value for name, value in given.items() if not name.endswith("_date")}
