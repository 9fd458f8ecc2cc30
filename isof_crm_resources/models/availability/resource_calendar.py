from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.isof_crm.tools.searching import search_true

# Who works by a calendar: a field of a model that names it, and of which records.
PEOPLE = (
    ("resource.resource", "calendar_id", Domain("resource_type", "=", "user")),
    ("hr.version", "resource_calendar_id", Domain.TRUE),
    # of everybody new
    ("res.company", "resource_calendar_id", Domain.TRUE),
)
# When a resource is open that has these working hours.
HOURS_FIELDS = {
    *("attendance_ids", "attendance_ids_1st_week", "attendance_ids_2nd_week"),
    *("company_id", "duration_based", "flexible_hours", "schedule_type", "two_weeks_calendar"),
}


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    isof_is_of_people = fields.Boolean(
        string="Working Hours of People",
        compute="_compute_isof_is_of_people",
        search="_search_isof_is_of_people",
        export_string_translation=False,
        help="Somebody works or has worked by it, or it is the one of a company: a resource "
        "manager may not change it.",
    )

    def write(self, vals):
        if HOURS_FIELDS & vals.keys():
            self._watch_isof_hours()
        return super().write(vals)

    def _watch_isof_hours(self):
        """Have those told whose bookings of rooms and devices will be out of these hours."""
        # sudo: resources of every company that have these hours
        resources = self.env["isof.resource"].sudo()
        resources = resources.search([("resource_calendar_id", "in", self.ids)])
        # before one looks at what is booked
        resources._claim()
        self.env["isof.booking"]._watch_hours(resources)

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_isof_is_of_people(self):
        of_people = self.with_context(active_test=False).search(
            [("id", "in", self.ids), ("isof_is_of_people", "=", True)]
        )
        for calendar in self:
            calendar.isof_is_of_people = calendar in of_people

    @api.model
    @search_true
    def _search_isof_is_of_people(self):
        result = Domain.FALSE
        for model, name, domain in PEOPLE:
            # sudo: whether there is anybody, of whatever company, archived or not
            people = self.env[model].sudo().with_context(active_test=False)
            query = people._search(domain & Domain(name, "!=", False))
            calendars = people._field_to_sql(query.table, name, query)
            result |= Domain("id", "in", query.subselect(calendars))
        return result
