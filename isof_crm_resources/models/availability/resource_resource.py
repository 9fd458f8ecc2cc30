from odoo import models

# When it is open.
HOURS_FIELDS = {"calendar_id", "company_id", "tz"}


class ResourceResource(models.Model):
    _inherit = "resource.resource"

    def write(self, vals):
        if HOURS_FIELDS & vals.keys():
            # sudo: whatever is booked, whoever may change when it is open
            self.env["isof.booking"]._watch_hours(self.sudo().isof_resource_ids)
        return super().write(vals)
