from odoo import fields, models

from ..tools import bounds


class ResCompany(models.Model):
    _inherit = "res.company"

    isof_contact_frequency = fields.Integer(
        highest=bounds.MAX_DAYS,
        string="Contact Customers Every (Days)",
        groups="base.group_user",
        help="How often somebody should be in touch with customers and key customers that have no "
        "number of their own. 0: no target.",
    )

    # not above ten years: a date has to come out
    _isof_contact_frequency_in_bounds = models.Constraint(
        "CHECK(isof_contact_frequency BETWEEN 0 AND 3650)",
        "The number of days between two contacts has to be from 0 to 3650.",
    )
