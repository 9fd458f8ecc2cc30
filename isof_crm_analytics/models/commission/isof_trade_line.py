from odoo import api, models


class IsofTradeLine(models.Model):
    """Commissions follow the facts."""

    _inherit = "isof.trade.line"

    @api.model
    def _after_facts(self, move_ids):
        moves = self.env["account.move"].browse(move_ids)
        self.env.add_to_compute(moves._fields["isof_commission_count"], moves)
        return super()._after_facts(move_ids)

    @api.model
    def _after_comparison(self, ids):
        entries = self.env["isof.commission.entry"]
        entries._sync(entries._find_earning(ids))
        return super()._after_comparison(ids)
