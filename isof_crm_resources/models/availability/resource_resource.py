from odoo import models

# What decides about bookings of the room, device or vehicle, see isof_resource_meeting.py.
TERMS = {"active", "calendar_id", "company_id", "tz"}


class ResourceResource(models.Model):
    _inherit = "resource.resource"

    def write(self, vals):
        if TERMS & vals.keys():
            # sudo: whoever may change what a resource is
            self.sudo().isof_resource_ids._claim()
        return super().write(vals)
