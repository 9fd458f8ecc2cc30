from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.isof_crm.tools.searching import search_true

# What a planner shows of a booking, and what that follows from.
PLANNED_COLUMNS = ("id", "resource_id", "user_id", "state", "start", "stop")
PURPOSE_COLUMNS = ("held_activity_id", "title")
PLANNED_FIELDS = {*PLANNED_COLUMNS, "display_name", "name", "may_change"}
PLANNED_ORDER = "start, id"


class IsofBooking(models.Model):
    """What a booking is for, which not everybody sees.

    It is seen by those who may change the booking or read the activity. A right to a field
    cannot differ from record to record, so it is stored in ``held_activity_id`` and ``title``,
    which nobody reaches: neither reading, searching, grouping, sorting nor exporting. Only the
    computes and searches of ``activity_id`` and ``name`` do, and look at the reader's rights.
    """

    _inherit = "isof.booking"

    # Odoo takes for granted that who reads a record reads what is said about it: here it is
    # searched, and shown, with the reader's rights, see
    # _mail_get_operation_for_mail_message_operation().
    message_ids = fields.One2many(bypass_search_access=False)
    activity_ids = fields.One2many(bypass_search_access=False)
    activity_summary = fields.Char(related_sudo=False)

    activity_id = fields.Many2one(
        "isof.activity",
        string="Activity",
        compute="_compute_activity_id",
        readonly=False,
        search="_search_activity_id",
        help="The activity that needs the resource, if you may see it.",
    )
    held_activity_id = fields.Many2one(
        "isof.activity",
        string="Held for Activity",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        groups=fields.NO_ACCESS,
        export_string_translation=False,
    )
    name = fields.Char(
        string="Purpose",
        compute="_compute_name",
        readonly=False,
        search="_search_name",
        copy=True,
        help="What the resource is needed for, if you may see it.",
    )
    title = fields.Char(
        string="Own Purpose",
        groups=fields.NO_ACCESS,
        copy=False,
        export_string_translation=False,
    )
    may_change = fields.Boolean(
        string="May Be Changed by Me",
        compute="_compute_may_change",
        search="_search_may_change",
        help="I am the holder, look after the resource or may change the activity.",
    )

    @api.depends("held_activity_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_activity_id(self):
        # sudo: the link, which is shown only to those who may read where it leads; whoever
        # works with the bookings in sudo mode looks at held_activity_id
        by_activity = self.sudo().grouped("held_activity_id")
        held = self.env["isof.activity"].sudo(False).concat(*by_activity)
        self.activity_id = False
        for activity in held._filtered_access("read"):
            by_activity[activity].with_env(self.env).activity_id = activity

    @api.model
    def _search_activity_id(self, operator, value):
        if operator not in ("in", "any", "any!"):
            return NotImplemented
        # sudo: the link; the activities themselves are searched with the reader's rights
        links = self.sudo().with_context(active_test=False)
        activities = self.env["isof.activity"].sudo(False).with_context(active_test=False)

        def held_for(domain):
            found = activities._search(domain)
            return Domain("id", "in", links._search([("held_activity_id", "in", found)]))

        if operator != "in":
            return held_for(value)
        result = Domain.FALSE
        ids = [id_ for id_ in value if isinstance(id_, int) and id_ is not False]
        names = [name for name in value if isinstance(name, str)]
        if ids:
            result |= held_for([("id", "in", ids)])
        if names:
            result |= held_for([("display_name", "in", names)])
        if False in value:
            result |= ~held_for([])
        return result

    @api.depends("title", "activity_id.display_name", "may_change")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_name(self):
        self.name = False
        # what one enters oneself one sees, for whomever it is
        mine = self.filtered(lambda booking: booking.may_change or not booking._origin)
        # sudo: the purpose, which is shown only to those who may see it
        for booking, stored in zip(mine, mine.sudo(), strict=True):
            if booking.activity_id or not stored.held_activity_id:
                # in a form the name of an activity would be kept as if it had been typed
                follows = bool(booking.id) and booking.activity_id.display_name
                booking.name = stored.title or follows

    @api.model
    def _search_name(self, operator, value):
        if operator not in ("in", "like", "ilike", "=like", "=ilike"):
            return NotImplemented
        activity, own = Domain("activity_id", "!=", False), Domain("may_change", "=", True)

        def titled(domain):
            # sudo: the purpose; found only where the reader may see it
            return Domain("id", "in", self.sudo().with_context(active_test=False)._search(domain))

        if operator == "in" and False in value:
            # an activity always has a name
            free_standing = own & titled([("title", "!=", False), ("held_activity_id", "=", False)])
            return ~(activity | free_standing) | self._search_name("in", set(value) - {False})
        by_activity = Domain("activity_id", "any", [("display_name", operator, value)])
        by_title = own & titled([("title", operator, value)])
        return by_activity | (by_title & (activity | self._get_free_standing_domain()))

    @api.model
    def _get_free_standing_domain(self):
        """Return the domain of bookings that are for no activity, readable or not."""
        # sudo: whether there is a link
        return Domain("id", "in", self.sudo()._search([("held_activity_id", "=", False)]))

    def _update_cache(self, values, validate=True):
        """Have what is typed in a form where it is stored.

        The form knows the purpose alone, and Odoo computes that anew from what is stored whenever
        something is chosen that it depends on.
        """
        if not self.id and "name" in values:
            values = {"title": values["name"], **values}
        return super()._update_cache(values, validate)

    @api.depends("user_id", "resource_id.user_id", "resource_id.approver_ids", "activity_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_may_change(self):
        # sets and two assignments: a planner shows thousands of bookings at once
        uid, in_care = self.env.uid, self.resource_id._get_in_care_ids()
        mine = self.filtered(
            lambda booking: (
                booking.user_id.id == uid
                or booking.resource_id.id in in_care
                # whoever may read an activity may change it
                or booking.activity_id
            )
        )
        self.may_change = False
        mine.may_change = True
        for booking in self.filtered(lambda booking: not booking.id and booking._origin):
            # whoever changes it in a form may do so until it is saved
            booking.may_change = booking._origin.may_change

    @api.model
    @search_true
    def _search_may_change(self):
        in_care = self.env["isof.resource"]._get_in_care_domain()
        return (
            Domain("user_id", "=", self.env.uid)
            | Domain("resource_id", "any!", in_care)
            # whoever may read an activity may change it
            | Domain("activity_id", "!=", False)
        )

    @api.depends("name")
    @api.depends_context("uid", "allowed_company_ids", "lang")
    def _compute_display_name(self):
        self.display_name = self.env._("Reserved")
        for booking in self.filtered("name"):
            booking.display_name = booking.name

    # ------------------------------------------------------------
    # Business methods
    # ------------------------------------------------------------

    @api.model
    def _prepare_purpose_vals(self, vals):
        """Return values with the purpose where it is stored, see the class.

        :raises AccessError: if the user may not change the activity
        """
        vals = dict(vals)
        if "activity_id" in vals:
            activity = self.env["isof.activity"].browse(vals.pop("activity_id"))
            activity.check_access("write")
            vals["held_activity_id"] = activity.id
        if "name" in vals:
            vals["title"] = vals.pop("name")
        return vals

    @api.model
    @api.readonly
    def search_planned(self, domain, field_names):
        """Return what a planner shows of bookings: what ``search_read`` returns, but faster.

        A week of fifty rooms are two thousand bookings, and the ORM takes its time for each
        value of each. Here the rows are those that the database returns, and what the user may
        see and change is looked up for all their activities and resources at once.

        :param domain: domain of bookings
        :param field_names: fields to read; with others than a planner has, the ORM reads them
        :return: list of dicts
        """
        if not PLANNED_FIELDS.issuperset(field_names):
            return self.search_read(domain, field_names, order=PLANNED_ORDER)
        rows = self._query_planned(domain)

        def names_of(records):
            return {record.id: record.display_name for record in records}

        def ids_of(name):
            return {row[name] for row in rows if row[name]}

        # users and customers have a hundred columns: one field at a time
        env = self.with_context(prefetch_fields=False, active_test=False).env
        activities = env["isof.activity"].sudo(False)
        held = [("id", "in", ids_of("held_activity_id"))]
        purposes = names_of(activities.search_fetch(held, ["display_name"], order="id"))
        resources = env["isof.resource"].browse(ids_of("resource_id"))
        in_care = resources._get_in_care_ids()
        # sudo: whoever may read a booking reads what it refers to, as everywhere in Odoo
        resource_names = names_of(resources.sudo())
        user_names = names_of(env["res.users"].sudo().browse(ids_of("user_id")))
        reserved = self.env._("Reserved")
        for row in rows:
            activity_id, title = (row.pop(name) for name in PURPOSE_COLUMNS)
            # see _compute_may_change() and _compute_name()
            may_change = (
                row["user_id"] == self.env.uid
                or row["resource_id"] in in_care
                or activity_id in purposes
            )
            may_see = may_change and (not activity_id or activity_id in purposes)
            name = may_see and (title or purposes.get(activity_id, False))
            row |= {
                "display_name": name or reserved,
                "name": name,
                "may_change": may_change,
                "resource_id": (row["resource_id"], resource_names[row["resource_id"]]),
                "user_id": (row["user_id"], user_names[row["user_id"]]),
            }
        return rows

    @api.model
    def _query_planned(self, domain):
        """Return the bookings that the user may see as dicts, whatever purpose they have."""
        query = self._search(domain, order=PLANNED_ORDER)
        # sudo: the purpose; the caller takes it out where the user may not see it
        columns = (
            self.sudo()._field_to_sql(self._table, name, query)
            for name in (*PLANNED_COLUMNS, *PURPOSE_COLUMNS)
        )
        return self.env.execute_query_dict(query.select(*columns))

    def _mail_get_operation_for_mail_message_operation(self, message_operation):
        # everybody sees that a resource is taken; what is said about it only who may change it
        operations = super()._mail_get_operation_for_mail_message_operation(message_operation)
        return dict.fromkeys(operations, "write")
