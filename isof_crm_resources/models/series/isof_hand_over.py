from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.isof_crm.models.succession.isof_hand_over import HandOverKind

from ..booking.isof_booking import LIVE_STATES


class IsofHandOver(models.Model):
    _inherit = "isof.hand.over"

    @api.model
    def _get_hand_over_kinds(self):
        to_come = Domain("state", "in", LIVE_STATES) & Domain("stop", ">", fields.Datetime.now())
        kinds = super()._get_hand_over_kinds()
        # before the bookings, which go with their series
        position = next(n for n, kind in enumerate(kinds) if kind.name == "booking")
        kinds.insert(
            position,
            HandOverKind(
                "booking_series",
                self.env._("Series of bookings that go on"),
                "isof.booking.series",
                "user_id",
                Domain("booking_ids", "any", to_come),
                cancel="_cancel_to_come",
                take_over="_hand_over",
            ),
        )
        return kinds
