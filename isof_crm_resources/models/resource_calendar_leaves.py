from odoo import api, models


class ResourceCalendarLeaves(models.Model):
    _inherit = "resource.calendar.leaves"

    @api.model_create_multi
    def create(self, vals_list):
        closures = super().create(vals_list)
        closures._mark_resources()
        return closures

    def write(self, vals):
        self._mark_resources()
        result = super().write(vals)
        if "resource_id" in vals:
            # nor of a resource that the user may not close
            self.check_access("write")
        self._mark_resources()
        return result

    def unlink(self):
        self._mark_resources()
        return super().unlink()

    def _mark_resources(self):
        """Have the available hours of the shared resources that are closed computed anew."""
        # sudo: only a mark; the hours follow from what was entered with the user's rights
        self.env["isof.resource"].sudo()._mark_closed(self.sudo())
