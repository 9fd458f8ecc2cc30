from odoo import models

# When it is open.
HOURS_FIELDS = {"calendar_id", "company_id", "tz"}


class ResourceResource(models.Model):
    _inherit = "resource.resource"

    def write(self, vals):
        # sudo: whatever is booked, whoever may change what a resource is and when it is open
        resources = self.sudo().isof_resource_ids
        if HOURS_FIELDS & vals.keys():
            self.env["isof.booking"]._watch_hours(resources)
        if not vals.get("active", True):
            resources._check_nothing_to_come()
        return super().write(vals)
