from odoo import models


class HrDepartureWizard(models.TransientModel):
    _inherit = "hr.departure.wizard"

    def action_register_departure(self):
        """Ask afterwards who takes over what the employees have in their hands."""
        # sudo: of employees one reads what Odoo lets one
        users = self.sudo().employee_ids.user_id.with_env(self.env)
        action = super().action_register_departure()
        hand_over = users._get_isof_hand_over_action()
        if not hand_over:
            return action
        if action.get("tag") == "display_notification":
            # Odoo tells which users it has archived, and goes on with what comes next
            return {**action, "params": {**action["params"], "next": hand_over}}
        return hand_over
