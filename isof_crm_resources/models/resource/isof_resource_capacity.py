from odoo import fields, models


class IsofResourceCapacity(models.Model):
    """How long a resource is open on one of its days: what bookings are compared with.

    Days on which it is closed have no row. See ``isof_resource_upkeep.py`` for who writes them.
    """

    _name = "isof.resource.capacity"
    _description = "Available Hours of a Resource"
    _order = "date, id"
    _log_access = False

    resource_id = fields.Many2one(
        "isof.resource", string="Resource", required=True, ondelete="cascade"
    )
    date = fields.Date(string="Day", required=True, help="On the clock of the resource.")
    hours = fields.Float(required=True, help="Of all its units together.")

    _day_unique = models.Constraint(
        "UNIQUE(resource_id, date)", "A resource has its hours of a day once."
    )
    # Utilisation of a period.
    _date_idx = models.Index("(date, resource_id)")
