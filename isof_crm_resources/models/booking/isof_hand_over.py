from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.isof_crm.models.succession.isof_hand_over import HandOverKind

from .isof_booking import LIVE_STATES


class IsofHandOver(models.Model):
    _inherit = "isof.hand.over"

    @api.model
    def _get_hand_over_kinds(self):
        to_come = Domain("state", "in", LIVE_STATES) & Domain("stop", ">", fields.Datetime.now())
        return [
            *super()._get_hand_over_kinds(),
            HandOverKind(
                "booking",
                self.env._("Bookings to come, those of series too"),
                "isof.booking",
                "user_id",
                to_come,
                cancel="action_cancel",
            ),
            HandOverKind(
                "resource", self.env._("Resources looked after"), "isof.resource", "user_id"
            ),
            HandOverKind(
                "resource_approval",
                self.env._("Resources approved"),
                "isof.resource",
                "approver_ids",
            ),
        ]
