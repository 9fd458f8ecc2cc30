from odoo import models

# The planner asks for this channel; who changes bookings is told in ``isof_booking_state.py``.
NOTICE_CHANNEL = "isof_booking"


class IrWebsocket(models.AbstractModel):
    """Who hears that bookings have changed: users of ISOF CRM, of their companies and of none."""

    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        others = [
            channel
            for channel in channels
            if not (isinstance(channel, str) and channel == NOTICE_CHANNEL)
        ]
        user = self.env.user
        group = self.env["isof.booking"]._get_notice_group()
        if len(others) < len(channels) and group in user.all_group_ids:
            others += [(target, NOTICE_CHANNEL) for target in (group, *user.company_ids)]
        return super()._build_bus_channel_list(others)
