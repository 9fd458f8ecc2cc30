from odoo import models


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    def write(self, vals):
        """Have the figures of a user follow the employee that the user now is."""
        if not {"user_id", "company_id"}.intersection(vals):
            return super().write(vals)
        users = self.user_id
        result = super().write(vals)
        self.version_ids._resync_isof_departments(users | self.user_id)
        return result
