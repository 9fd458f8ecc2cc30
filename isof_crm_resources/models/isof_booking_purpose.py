from odoo import api, fields, models
from odoo.fields import Domain


class IsofBooking(models.Model):
    """What a booking is for, which not everybody sees.

    It is seen by those who may change the booking or read the activity. A right to a field
    cannot differ from record to record, so it is stored in ``held_activity_id`` and ``title``,
    which nobody reaches: neither reading, searching, grouping, sorting nor exporting. Only the
    computes and searches of ``activity_id`` and ``name`` do, and look at the reader's rights.
    """

    _inherit = "isof.booking"

    activity_id = fields.Many2one(
        "isof.activity",
        string="Activity",
        compute="_compute_activity_id",
        inverse="_inverse_activity_id",
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
        inverse="_inverse_name",
        search="_search_name",
        help="What the resource is needed for, if you may see it.",
    )
    title = fields.Char(
        string="Own Purpose", groups=fields.NO_ACCESS, export_string_translation=False
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
        links = self.sudo()
        readable = links.held_activity_id.sudo(False)._filtered_access("read")
        for booking, link in zip(self, links, strict=True):
            booking.activity_id = link.held_activity_id.sudo(False) & readable

    def _inverse_activity_id(self):
        for booking in self:
            booking.activity_id.check_access("write")
            # sudo: the stored link, see _compute_activity_id()
            booking.sudo().held_activity_id = booking.activity_id

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
        # sudo: the purpose, which is shown only to those who may see it
        for booking, stored in zip(self, self.sudo(), strict=True):
            if stored.held_activity_id and not booking.activity_id:
                booking.name = False
            elif booking.may_change:
                booking.name = stored.title or booking.activity_id.display_name
            else:
                booking.name = booking.activity_id.display_name

    def _inverse_name(self):
        for booking in self:
            # sudo: the stored purpose, see _compute_name()
            booking.sudo().title = booking.name

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

    @api.depends("user_id", "resource_id.user_id", "resource_id.approver_ids", "activity_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_may_change(self):
        for booking in self:
            booking.may_change = (
                booking.user_id == self.env.user
                or booking.resource_id._is_in_care()
                # whoever may read an activity may change it
                or bool(booking.activity_id)
            )

    @api.model
    def _search_may_change(self, operator, value):
        if operator != "in" or list(value) != [True]:
            return NotImplemented
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
        for booking in self:
            booking.display_name = booking.name or self.env._("Reserved")
