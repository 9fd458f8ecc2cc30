from odoo import api, models

# What of orders at a Point of Sale the facts depend on.
ORDER_FIELDS = (
    *("account_move", "currency_rate", "date_order"),
    *("partner_id", "partner_id.commercial_partner_id"),
    *("partner_id.commercial_partner_id.country_id", "state", "user_id"),
    *("lines.discount", "lines.is_total_cost_computed", "lines.price_subtotal"),
    *("lines.price_unit", "lines.product_id", "lines.product_id.categ_id"),
    *("lines.product_id.type", "lines.qty", "lines.tax_ids", "lines.total_cost"),
)


class AccountMove(models.Model):
    """Entries of sessions at a Point of Sale, which are the documents of what was sold there."""

    _inherit = "account.move"

    @api.model
    def _get_isof_session_fields(self):
        """Return what the facts of a session depend on, where Odoo's add-on is installed."""
        if "pos_session_ids" not in self._fields:
            return []
        return [f"pos_session_ids.order_ids.{name}" for name in ORDER_FIELDS]

    @api.depends(lambda self: self._get_isof_session_fields())
    def _compute_isof_trade_line_count(self):
        result = super()._compute_isof_trade_line_count()
        if "pos_session_ids" in self._fields and (
            # sudo: whoever posts an entry need not see the session that it is of
            sessions := self.sudo().filtered(
                lambda move: move.id and move.move_type == "entry" and move.pos_session_ids
            )
        ):
            facts = self.env["isof.trade.line"]
            facts._sync_sessions(sessions.ids)
            counts = facts._get_counts(sessions.ids)
            for move in sessions:
                move.isof_trade_line_count = counts.get(move.id, 0)
        return result
