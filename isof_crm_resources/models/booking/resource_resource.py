from odoo import models

# What decides about bookings of the room, device or vehicle, see isof_resource.py.
TERMS = {"active", "calendar_id", "company_id", "tz"}


class ResourceResource(models.Model):
    _inherit = "resource.resource"

    def write(self, vals):
        # sudo: whatever is booked, whoever may change what a resource is and when it is open
        resources = self.sudo().isof_resource_ids
        if TERMS & vals.keys():
            resources._claim()
        if not vals.get("active", True):
            resources._check_nothing_to_come()
        return super().write(vals)
