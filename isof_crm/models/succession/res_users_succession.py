from odoo import models


class ResUsers(models.Model):
    """Who is still there, and who leads somebody: whom work is proposed for when people leave."""

    _inherit = "res.users"

    def _filter_isof_able(self, company):
        """Return those who can be given work in a company: active, and employed there."""
        # sudo: whether they are there, nothing else
        return self.sudo().filtered(
            lambda user: (
                user.active and not user.share and (not company or company in user.company_ids)
            )
        )

    def _get_isof_leader(self, company):
        """Return who leads a user in a company: of the sales team, else of the department.

        :param company: ``res.company``
        :return: ``res.users`` in sudo mode, one who works in the company, or none
        """
        # sudo: who leads whom, which every role depends on
        user = self.sudo()
        teams = user._get_isof_memberships().crm_team_id
        leaders = [team.user_id for team in teams if not team.company_id - company]
        employees = user.with_context(active_test=False).employee_ids
        department = employees.filtered(lambda employee: employee.company_id == company)[
            :1
        ].department_id
        while department:
            leaders.append(department.manager_id.user_id)
            department = department.parent_id
        for leader in leaders:
            if able := (leader - user)._filter_isof_able(company):
                return able
        return user.browse()

    def _get_isof_managers(self, company):
        """Return the managers who work in a company: who is asked where nobody leads a user."""
        # sudo: who is a manager, and still there
        managers = self.env.ref("isof_crm.group_manager").sudo().all_user_ids
        return (managers - self)._filter_isof_able(company)

    def _get_isof_memberships(self):
        """Return the memberships in sales teams that count: of who has left, the last ones.

        Odoo archives the memberships of whoever is archived, so that nobody would lead them.

        :return: ``crm.team.member`` in sudo mode
        """
        # sudo: who leads whom, which every role depends on
        memberships = self.env["crm.team.member"].sudo().with_context(active_test=False)
        active = memberships.search([("user_id", "in", self.ids), ("active", "=", True)])
        gone = self.filtered(lambda user: not user.active) - active.user_id
        if not gone:
            return active
        latest = {}
        for membership in memberships.search([("user_id", "in", gone.ids)], order="write_date, id"):
            latest[membership.user_id] = membership
        return active.union(*latest.values())
