from odoo import fields, models

from odoo.addons.isof_crm.tools import bounds

from .isof_resource import CLOSED_POLICIES


class ResCompany(models.Model):
    _inherit = "res.company"

    isof_closed_policy = fields.Selection(
        CLOSED_POLICIES,
        string="Outside Working Hours",
        required=True,
        default="warn",
        groups="base.group_user",
        help="Proposed for new resources: what happens to a booking outside the working hours or "
        "during a closure.",
    )
    isof_request_hours = fields.Integer(
        highest=bounds.MAX_HOURS,
        string="Requests Lapse After (Hours)",
        default=48,
        groups="base.group_user",
        help="Proposed for new resources: a request that nobody answers within this time, or "
        "before it starts, is cancelled. 0: only when it starts.",
    )

    _isof_request_hours_not_negative = models.Constraint(
        "CHECK(isof_request_hours >= 0)",
        "The hours after which requests lapse cannot be negative.",
    )
