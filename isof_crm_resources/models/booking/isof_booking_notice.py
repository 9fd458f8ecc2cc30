from odoo import api, fields, models

from .ir_websocket import NOTICE_CHANNEL

NOTICE_TYPE = "isof_booking/changed"
# What the planner shows of a booking.
SHOWN_FIELDS = {"activity_id", "name", "resource_id", "start", "state", "stop", "user_id"}


class IsofBooking(models.Model):
    """Tells open planners that somebody has booked, so that nobody chooses what is taken.

    What is changed together is one notice to each company: the resources, and from when to when
    something changed. What that is each planner reads with its user's rights.
    """

    _inherit = "isof.booking"

    @api.model_create_multi
    def create(self, vals_list):
        bookings = super().create(vals_list)
        bookings._note_change()
        return bookings

    def unlink(self):
        self._note_change()
        return super().unlink()

    def _write_checked(self, vals):
        if not SHOWN_FIELDS & vals.keys():
            return super()._write_checked(vals)
        # where they were, and where they are
        self._note_change()
        result = super()._write_checked(vals)
        self._note_change()
        return result

    def _note_change(self):
        """Have planners told about bookings, once the transaction is committed."""
        precommit = self.env.cr.precommit
        if self and NOTICE_CHANNEL not in precommit.data:
            precommit.add(self.env["isof.booking"]._send_notices)
        # sudo: no details are told, and only those who may see the resource hear of them
        for booking in self.sudo():
            resource = booking.resource_id
            changes = precommit.data.setdefault(NOTICE_CHANNEL, {}).setdefault(
                resource.company_id, {}
            )
            first, last = changes.get(resource.id, (booking.start, booking.stop))
            changes[resource.id] = min(first, booking.start), max(last, booking.stop)

    @api.model
    def _send_notices(self):
        """Send what was noted, a notice to each company and one for what is shared."""
        for company, changes in self.env.cr.precommit.data.pop(NOTICE_CHANNEL, {}).items():
            self.env["bus.bus"]._sendone(
                (company or self._get_notice_group(), NOTICE_CHANNEL),
                NOTICE_TYPE,
                [
                    [resource_id, *map(fields.Datetime.to_string, times)]
                    for resource_id, times in changes.items()
                ],
            )

    @api.model
    def _get_notice_group(self):
        """Return the group whose members see bookings."""
        return self.env.ref("isof_crm.group_user")
