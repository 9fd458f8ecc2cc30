from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ...tools import availability, intervals
from .isof_resource_availability import DAYS_AHEAD

# How many resources, and how long a time, the planner shows at most.
MAX_ROWS = 100
MAX_SPAN = timedelta(days=124)
# What rows, and when they are closed, follow from.
ROW_FIELDS = [
    *("name", "kind_id", "place_id", "seats", "quantity", "needs_approval"),
    *("company_id", "resource_calendar_id", "resource_id"),
]


class IsofResource(models.Model):
    """The planner: a row for each resource, and when it is closed."""

    _inherit = "isof.resource"

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_book(self):
        """Return the action that books the resource for the next hour in which it is free."""
        self.ensure_one()
        self.check_access("read")
        now = fields.Datetime.now()
        horizon = now + timedelta(days=DAYS_AHEAD)
        start = availability.next_free(
            self._get_bookables(now, horizon)[self.id],
            now,
            horizon,
            availability.HOUR,
            tz=self.env["isof.activity"]._get_tz(),
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Book “%(resource)s”", resource=self.name),
            "res_model": "isof.booking",
            "views": [[False, "form"]],
            "target": "new",
            "context": {
                "default_resource_id": self.id,
                "default_start": start,
                "default_stop": start and start + availability.HOUR,
            },
        }

    # ------------------------------------------------------------
    # Business methods
    # ------------------------------------------------------------

    @api.model
    @api.readonly
    def get_planner(self, domain, start, stop):
        """Return the rows of the planner.

        :param domain: domain of bookings; what it says of resources, kinds and places holds for
            the rows, which are shown without bookings as well
        :param str start: naive UTC start of the time that is shown
        :param str stop: its end
        :return: dict: ``rows`` (list of dicts, in order), ``count`` (of all resources there
            are), ``has_resources`` (whether the user sees any at all)
        """
        self.env["isof.booking"]._check_bounds({"start": start, "stop": stop})
        start, stop = map(fields.Datetime.to_datetime, (start, stop))
        stop = min(stop, start + MAX_SPAN)
        found = self._get_planner_domain(domain)
        resources = self.search_fetch(found, ROW_FIELDS, limit=MAX_ROWS)
        count = len(resources)
        if count == MAX_ROWS:
            count = self.search_count(found)
        opening = resources._get_opening(start, stop)
        return {
            "rows": [
                resource._prepare_planner_row()
                | {
                    "closed": [
                        # as Odoo writes them, in a tenth of the time
                        [moment.isoformat(" ", "seconds") for moment in times]
                        for times in intervals.difference([(start, stop)], opening[resource.id])
                    ]
                }
                for resource in resources
            ],
            "count": count,
            "has_resources": bool(count or self.search_count([], limit=1)),
        }

    def _prepare_planner_row(self):
        """Return what the planner tells of a resource."""
        self.ensure_one()
        return {
            "id": self.id,
            "name": self.name,
            "kind_id": [self.kind_id.id, self.kind_id.name],
            "place_id": [self.place_id.id, self.place_id.complete_name],
            "icon": self.kind_id.icon,
            "color": self.kind_id.color,
            "seats": self.seats,
            "quantity": self.quantity,
            "needs_approval": self.needs_approval,
        }

    @api.model
    def _get_planner_domain(self, domain):
        """Return the domain of the resources that a search for bookings is about.

        :param domain: domain of bookings
        """

        def of_resource(condition):
            name, _dot, path = condition.field_expr.partition(".")
            operator, value = condition.operator, condition.value
            if name in ("kind_id", "place_id"):
                return condition
            if name != "resource_id":
                return Domain.TRUE
            if path:
                return Domain(path, operator, value)
            if operator in ("any", "not any"):
                return Domain(value) if operator == "any" else ~Domain(value)
            is_text = operator.endswith("like") or isinstance(value, str)
            return Domain("display_name" if is_text else "id", operator, value)

        return Domain(domain).map_conditions(of_resource)
