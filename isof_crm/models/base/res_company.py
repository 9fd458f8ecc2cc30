from odoo import fields, models
from odoo.exceptions import AccessError

from ...tools import bounds


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

    def _check_isof_switched_on(self):
        """Refuse companies that the user does not work in, or has switched off.

        Asked before something is written in sudo mode for companies that a client named.

        :raises AccessError: without the names, which the user may not know
        """
        if not self.env.su and self - self.env.companies:
            raise AccessError(
                self.env._("Choose a company that you work in, and that is switched on.")
            )
