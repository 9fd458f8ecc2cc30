from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools import bounds
from ...tools.searching import search_true
from .isof_activity_status import ACTIVITY_STATES, DROPPED_STATES, OPEN_STATES

# Documents an activity may refer to, each where its add-on is installed.
REFERENCE_MODELS = (
    "crm.lead",
    "sale.order",
    "purchase.order",
    "account.move",
    "project.task",
    "helpdesk.ticket",
)
# They tell of the customer as it was when it was chosen.
FROZEN_FIELDS = ("commercial_partner_id", "region_id")


class IsofActivity(models.Model):
    """One event with a customer: planned, held or dropped, and linked to what came before.

    When it is, with the rules for whole days, is in ``isof_activity_time.py``; the chain of
    follow-ups in ``isof_activity_chain.py``, the event in the Odoo calendar in
    ``isof_activity_mirror.py``.
    """

    _name = "isof.activity"
    _description = "Activity"
    _inherit = ["mail.thread", "mail.activity.mixin", "utm.mixin", "isof.guard.mixin"]
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
        "res.partner",
        string="Commercial Entity",
        compute="_compute_commercial_partner_id",
        store=True,
        precompute=True,
        ondelete="restrict",
        help="The company at which it takes place: that of the customer when the customer was "
        "chosen. It stays when a person goes on to another employer.",
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
    # sudo: who may read the activity may call for whom it is
    contact_phone = fields.Char(compute="_compute_contact_phone", compute_sudo=True)
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

    # How it is looked at
    is_open = fields.Boolean(
        string="Open", compute="_compute_state_meaning", search="_search_is_open"
    )
    is_striked = fields.Boolean(
        compute="_compute_state_meaning",
        search="_search_is_striked",
        export_string_translation=False,
    )
    is_hatched = fields.Boolean(compute="_compute_state_meaning", export_string_translation=False)
    state_color = fields.Char(compute="_compute_state_meaning", export_string_translation=False)
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
    _open_idx = models.Index(f"(user_id, stop) WHERE state IN {OPEN_STATES}")

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

    @api.depends("start", "stop", "allday", "company_id")
    def _compute_status_id(self):
        """Propose 'planned', or 'done' for what started in the past; a choice stays.

        What lasts several days is done when they are over.
        """
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
            activity.status_id = done if activity._is_over(now, today) else planned

    def _is_over(self, now, today):
        """Return whether it began before, and it is not one of several days that still runs."""
        self.ensure_one()
        if not self.start:
            return False
        stop = self.stop or self.start
        if self.allday:
            return stop.date() < today
        return self.start < now and (stop <= now or stop - self.start < timedelta(days=1))

    @api.depends("contact_id")
    def _compute_partner_id(self):
        """A contact person chosen first brings the company along."""
        for activity in self:
            if activity.contact_id and not activity.partner_id:
                activity.partner_id = activity.contact_id.commercial_partner_id

    @api.depends("partner_id")
    def _compute_commercial_partner_id(self):
        """Not by what the partner belongs to later: what happened stays where it happened."""
        for activity in self:
            activity.commercial_partner_id = activity.partner_id.commercial_partner_id

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
        "partner_id.commercial_partner_id",
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
                | activity._get_salespersons()
            )
            activities_by_users[users] = activities_by_users.get(users, self.browse()) | activity
        # each assignment of a many2many is a query
        for users, activities in activities_by_users.items():
            activities.access_user_ids = users

    @api.model
    def _get_merged_fields(self):
        """Return the stored fields to compute anew where contacts were merged, which is by SQL."""
        return ["access_user_ids"]

    def _get_salespersons(self):
        """Return the ``res.users`` whose customer it is: theirs who left for another is not."""
        self.ensure_one()
        company = self.commercial_partner_id
        salespersons = company.user_id
        if self.partner_id.commercial_partner_id == company:
            salespersons |= self.partner_id.user_id
        return salespersons

    @api.model
    def _search(self, domain, *args, **kwargs):
        # The record rules read it, and the ORM does not compute a many2many that waits.
        self._recompute_model(["access_user_ids"])
        return super()._search(domain, *args, **kwargs)

    @api.depends("state")
    def _compute_state_meaning(self):
        for activity in self:
            state = ACTIVITY_STATES.get(activity.state)
            activity.is_open = state and state.is_open
            activity.is_striked = state and not state.is_open and not state.is_on
            activity.is_hatched = state and state.is_open and not state.is_on
            activity.state_color = state and state.color

    @search_true
    def _search_is_open(self):
        return Domain("state", "in", OPEN_STATES)

    @search_true
    def _search_is_striked(self):
        return Domain("state", "in", DROPPED_STATES)

    @api.depends_context("uid")
    @api.depends("access_user_ids", "department_id")
    def _compute_is_my_team(self):
        users, departments = self.env.user._get_isof_led()
        # of who has left, too
        for activity in self.with_context(active_test=False):
            activity.is_my_team = (
                bool(activity.sudo().access_user_ids & users)
                or activity.department_id in departments
            )

    @api.model
    @search_true
    def _search_is_my_team(self):
        users, departments = self.env.user._get_isof_led()
        # What access_user_ids is made of: whom one leads have a large part of all activities
        # between them, and to collect that part from the relation takes longer than to look
        # at the columns of the rows that are shown.
        return (
            Domain("department_id", "in", departments.ids)
            | Domain.OR(
                Domain(path, "in", users.ids)
                for path in (
                    "user_id",
                    "author_id",
                    "participant_ids",
                    "commercial_partner_id.user_id",
                )
            )
            | Domain.custom(
                to_sql=lambda model, alias, query: model._is_customer_of(alias, query, users)
            )
        )

    @api.model
    def _is_customer_of(self, alias, query, users):
        """Return the SQL condition that the customer is looked after by some of the users.

        Beside ``commercial_partner_id.user_id`` the other part of ``_get_salespersons``; as a row
        it is one hashed list for PostgreSQL, as two conditions a look at each customer.
        """
        return SQL(
            """(%s, %s) IN (SELECT id, commercial_partner_id
                              FROM res_partner WHERE user_id = ANY(%s))""",
            self._field_to_sql(alias, "partner_id", query),
            self._field_to_sql(alias, "commercial_partner_id", query),
            users.ids,
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

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model
    def _has_field_access(self, field, operation):
        """A manager says who registered an activity, for example by an import."""
        if operation == "write" and field.name == "author_id":
            return self.env.su or self.env.user.has_group("isof_crm.group_manager")
        return super()._has_field_access(field, operation)

    @api.model_create_multi
    def create(self, vals_list):
        may_name_author = self._has_field_access(self._fields["author_id"], "write")
        # An empty value, as of an empty cell of an imported file, means what is proposed.
        proposed = {"name", "status_id"}
        if self.env.context.get("import_file"):
            proposed |= {"region_id", "department_id"}
        prepared = []
        for vals in vals_list:
            vals = {name: value for name, value in vals.items() if value or name not in proposed}
            if vals.get("contact_id") and not vals.get("partner_id"):
                vals.pop("partner_id", None)
            if not may_name_author:
                # an imported file names whoever registered what it was exported of
                vals.pop("author_id", None)
            prepared.append(vals)
        return super().create(prepared)

    def write(self, vals):
        frozen = [self._fields[name] for name in FROZEN_FIELDS]
        with self.env.protecting(frozen, self._filter_rewritten_partner(vals)):
            return super().write(vals)

    def _filter_rewritten_partner(self, vals):
        """Return the activities whose customer is only written once more: it is not chosen anew."""
        if "partner_id" not in vals:
            return self.browse()
        return self.filtered(lambda activity: activity.partner_id.id == vals["partner_id"])

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
        self.check_access("write")
        self.filtered(lambda activity: activity.state in OPEN_STATES)._set_state("done")

    def action_cancel(self):
        """Cancel: kept in the register, struck through, gone from the Odoo calendar."""
        self.check_access("write")
        self._set_state("cancelled")

    def action_reopen(self):
        """Put back to planned."""
        self.check_access("write")
        self._set_state("planned")

    def action_open_form(self):
        """Return the action that opens the activity in its form."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

    # ------------------------------------------------------------
    # Business methods
    # ------------------------------------------------------------

    def _set_state(self, state, vals=None):
        """Give the activities their company's first status of a state.

        :param dict vals: what else is written along with the status
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
            activities.write({"status_id": status.id} | (vals or {}))

    @api.model
    @api.readonly
    def get_unusual_days(self, date_from, date_to=None):
        """Return which days the calendar greys: those on which the user does not work.

        :param str date_from: first moment, as the calendar view sends it
        :param str date_to: last moment
        :return: dict of days (``YYYY-MM-DD``), true where unusual
        :raises ValidationError: if that is longer than any calendar shows
        """
        self._check_bounds({"start": date_from, "stop": date_to})
        first, last = map(fields.Datetime.to_datetime, (date_from, date_to or date_from))
        if last - first > bounds.MAX_LENGTH:
            raise ValidationError(
                self.env._("Look at %(days)s days at a time or fewer.", days=bounds.MAX_LENGTH.days)
            )
        return self.env.user.employee_id._get_unusual_days(date_from, date_to)
