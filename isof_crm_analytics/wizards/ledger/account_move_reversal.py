from odoo import models


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    def reverse_moves(self, is_modify=False):
        """Have invoices that take the place of others share their commission as those did."""
        action = super().reverse_moves(is_modify)
        if is_modify:
            # they are made in the order of those that they replace
            for origin, move in zip(self.move_ids, self.new_move_ids.sorted("id"), strict=False):
                move._share_isof_commission_as(origin)
        return action
