from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.isof_crm.models.base.condition_many2many import ConditionMany2many
from odoo.addons.isof_crm.tools import bounds

# Each unit is a lane of its own, and a week before or after a booking is no preparation.
MAX_UNITS = 1000
MAX_BUFFER = 7 * 24 * 60
CLOSED_POLICIES = [("warn", "Warn"), ("refuse", "Refuse")]


class IsofResource(models.Model):
    """A room, a device or a vehicle that people share: what it is and who may book it when.

    What is booked of it, and when it is free, is in the rooms above.
    """

    _name = "isof.resource"
    _description = "Resource"
    _inherit = ["resource.mixin", "image.mixin", "isof.guard.mixin"]
    _order = "kind_sequence, kind_id, sequence, name, id"
    _check_company_auto = True

    # What and where
    name = fields.Char(
        related="resource_id.name", store=True, readonly=False, required=True, index="trigram"
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(related="resource_id.active", default=True, store=True, readonly=False)
    kind_id = fields.Many2one(
        "isof.resource.kind",
        string="Kind",
        required=True,
        default=lambda self: self.env["isof.resource.kind"].search([], limit=1),
        index=True,
        ondelete="restrict",
    )
    kind_sequence = fields.Integer(
        related="kind_id.sequence",
        string="Order of the Kind",
        store=True,
        export_string_translation=False,
    )
    color = fields.Integer(related="kind_id.color", export_string_translation=False)
    icon = fields.Selection(related="kind_id.icon", export_string_translation=False)
    place_id = fields.Many2one(
        "isof.resource.place",
        string="Place",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    location = fields.Char(
        help="How to find it, for example the number on the door or the shelf it lies on."
    )
    description = fields.Text(help="What everybody who books it should know.")
    seats = fields.Integer(help="How many people it is for; 0 where that does not matter.")
    feature_ids = fields.Many2many("isof.resource.feature", string="Features")
    company_id = fields.Many2one(
        default=lambda self: self.env.company,
        help="Leave empty to share the resource among companies.",
    )

    # How many, and what bookings block
    quantity = fields.Integer(
        highest=MAX_UNITS,
        default=1,
        required=True,
        help="How many interchangeable units there are, for example 5 equal notebooks.",
    )
    allow_overlap = fields.Boolean(
        string="Bookings May Overlap",
        help="Bookings do not exclude each other, for example of a canteen or a parking lot.",
    )
    buffer_before = fields.Integer(
        highest=MAX_BUFFER,
        string="Preparation (Minutes)",
        help="How long the resource is also kept free before each booking.",
    )
    buffer_after = fields.Integer(
        highest=MAX_BUFFER,
        string="Clearing Up (Minutes)",
        help="How long the resource is also kept free after each booking.",
    )

    # Who and when
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        domain="[('share', '=', False)]",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="Changes and approves bookings of this resource.",
    )
    needs_approval = fields.Boolean(
        string="Needs Approval",
        help="A booking is a request, which holds the time, until somebody confirms it.",
    )
    approver_ids = fields.Many2many(
        "res.users",
        "isof_resource_approver_rel",
        "resource_id",
        "user_id",
        string="Approved By",
        domain="[('share', '=', False)]",
        check_company=True,
        help="They are asked to approve. Without anybody here the responsible is asked, and "
        "without one, or when all have left, resource managers, who can always do it.",
    )
    request_hours = fields.Integer(
        highest=bounds.MAX_HOURS,
        string="Requests Lapse After (Hours)",
        default=lambda self: self.env.company.isof_request_hours,
        help="A request that nobody answers within this time, or before it starts, is cancelled. "
        "0: only when it starts.",
    )
    booker_ids = ConditionMany2many(
        "res.users",
        "isof_resource_booker_rel",
        "resource_id",
        "user_id",
        string="May Be Booked By",
        domain="[('share', '=', False)]",
        check_company=True,
        help="Without any people and departments here everybody may book.",
    )
    department_ids = ConditionMany2many(
        "hr.department",
        "isof_resource_department_rel",
        "resource_id",
        "department_id",
        string="May Be Booked by Departments",
        check_company=True,
        help="With all departments below them.",
    )
    max_duration = fields.Float(
        highest=bounds.MAX_HOURS,
        string="Longest Booking (Hours)",
        help="0: a booking may be as long as one likes.",
    )
    max_days_ahead = fields.Integer(
        highest=bounds.MAX_DAYS,
        string="Bookable Ahead (Days)",
        help="0: a booking may be as far ahead as one likes.",
    )
    closed_policy = fields.Selection(
        CLOSED_POLICIES,
        string="Outside Working Hours",
        required=True,
        default=lambda self: self.env.company.isof_closed_policy,
        help="What happens to a booking outside the working hours or during a closure.",
    )

    _quantity_positive = models.Constraint(
        "CHECK(quantity >= 1)", "There has to be at least one unit of a resource."
    )
    _limits_not_negative = models.Constraint(
        "CHECK(buffer_before >= 0 AND buffer_after >= 0 AND seats >= 0"
        " AND max_duration >= 0 AND max_days_ahead >= 0 AND request_hours >= 0)",
        "Seats, times and limits of a resource cannot be negative.",
    )

    # ------------------------------------------------------------
    # Checks
    # ------------------------------------------------------------

    @api.constrains("resource_id")
    def _check_material(self):
        for resource in self:
            if resource.resource_id.resource_type != "material":
                raise ValidationError(
                    self.env._(
                        "“%(resource)s” is a person, and not shared like a room or a device.",
                        resource=resource.resource_id.name,
                    )
                )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for vals in vals_list:
            # Odoo has copied what the name comes from
            copied = self.env["resource.resource"].browse(vals["resource_id"])
            vals.setdefault("name", copied.name)
        return vals_list

    def unlink(self):
        resources = self.resource_id
        result = super().unlink()
        resources.unlink()
        return result

    # ------------------------------------------------------------
    # Business methods
    # ------------------------------------------------------------

    def _prepare_resource_values(self, vals, tz):
        """Make it material, and without a company or working hours where none are wanted."""
        resource_vals = super()._prepare_resource_values(vals, tz)
        resource_vals["resource_type"] = "material"
        for name, target in (("company_id", "company_id"), ("resource_calendar_id", "calendar_id")):
            if name in vals:
                resource_vals[target] = vals[name]
        return resource_vals
