from odoo import models
from odoo.fields import Command


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    def reverse_moves(self, is_modify=False):
        """Have invoices that take the place of others share their commission as those did."""
        action = super().reverse_moves(is_modify)
        if is_modify:
            # they are made in the order of those that they replace
            for origin, move in zip(self.move_ids, self.new_move_ids.sorted("id"), strict=False):
                self._copy_isof_shares(origin, move)
        return action

    def _copy_isof_shares(self, origin, move):
        # sudo: it is the split of a document that the user corrects, whoever may change it
        shares = origin.sudo().isof_commission_share_ids
        if shares and (move.move_type, move.commercial_partner_id) == (
            origin.move_type,
            origin.commercial_partner_id,
        ):
            move.sudo().isof_commission_share_ids = [
                Command.create({"partner_id": share.partner_id.id, "percent": share.percent})
                for share in shares
            ]
