from odoo import api, models

# What decides who worked in which department when.
POST_FIELDS = {"employee_id", "date_version", "department_id", "active"}


class HrVersion(models.Model):
    _inherit = "hr.version"

    @api.model_create_multi
    def create(self, vals_list):
        versions = super().create(vals_list)
        versions._resync_isof_departments()
        return versions

    def write(self, vals):
        """Have the figures follow, also when somebody turns out to have moved long ago."""
        if not POST_FIELDS.intersection(vals):
            return super().write(vals)
        users = self.employee_id.user_id
        result = super().write(vals)
        self._resync_isof_departments(users)
        return result

    def unlink(self):
        users = self.employee_id.user_id
        result = super().unlink()
        self.browse()._resync_isof_departments(users)
        return result

    def _resync_isof_departments(self, users=None):
        """Have the facts of these employees, and of further users, name the right department."""
        users = self.employee_id.user_id | (users or self.env["res.users"])
        if users:
            # sudo: facts are derived; who changes employees need not see them
            self.env["isof.trade.line"].sudo()._resync_departments(users)
