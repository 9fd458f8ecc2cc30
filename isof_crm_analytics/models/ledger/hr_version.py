from odoo import api, models
from odoo.tools import SQL

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

    @api.model
    def _get_isof_posts(self):
        """Return the query of who worked in which department from when to before when.

        As ``_get_isof_departments``: before the first known version it is that one's.
        """
        return SQL(
            """
            SELECT employee.user_id, employee.company_id, version.department_id,
                   CASE WHEN LAG(version.id) OVER post IS NULL THEN '-infinity'::date
                        ELSE version.date_version END AS date_from,
                   COALESCE(LEAD(version.date_version) OVER post, 'infinity'::date) AS date_to
              FROM hr_version AS version
              JOIN hr_employee AS employee ON employee.id = version.employee_id
             WHERE version.active AND employee.user_id IS NOT NULL
            WINDOW post AS (PARTITION BY employee.user_id, employee.company_id
                            ORDER BY version.date_version, version.id)
            """
        )

    def _resync_isof_departments(self, users=None):
        """Have the facts of these employees, and of further users, name the right department."""
        users = self.employee_id.user_id | (users or self.env["res.users"])
        if users:
            # sudo: facts are derived; who changes employees need not see them
            self.env["isof.trade.line"].sudo()._resync_departments(users)
