from odoo import api, models

# Who has which role, from the side of the groups.
ROLE_FIELDS = {"all_user_ids", "implied_by_ids", "implied_ids", "user_ids"}


class ResGroups(models.Model):
    _inherit = "res.groups"

    @api.model_create_multi
    def create(self, vals_list):
        groups = super().create(vals_list)
        if any(ROLE_FIELDS & vals.keys() for vals in vals_list):
            self._settle_isof_requests()
        return groups

    def write(self, vals):
        result = super().write(vals)
        if ROLE_FIELDS & vals.keys():
            self._settle_isof_requests()
        return result

    def unlink(self):
        result = super().unlink()
        self._settle_isof_requests()
        return result

    def _settle_isof_requests(self):
        """Ask those to approve who can answer now, and no more those who cannot."""
        # while add-ons are loaded roles come with them, and tables may not be there yet
        if self.env.registry.ready:
            self.env["isof.booking"]._settle_requests()
