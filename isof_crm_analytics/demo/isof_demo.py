from odoo import api, models


class IsofDemo(models.AbstractModel):
    _inherit = "isof.demo"

    @api.model
    def _load_trade(self):
        """Give the demo company two years of sales and purchases; called by the demo data."""
        # imported here, so that only a database with demo data ever loads it
        from .trade_generator import TradeGenerator

        TradeGenerator(self.env).load()
