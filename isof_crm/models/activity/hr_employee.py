from odoo import models


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    def action_archive(self):
        """Ask who takes over; where Odoo asks about the departure, its dialogue does."""
        result = super().action_archive()
        if result or self.env.context.get("no_wizard"):
            return result
        # sudo: of employees one reads what Odoo lets one
        return self.sudo().user_id.with_env(self.env)._get_isof_hand_over_action() or result
