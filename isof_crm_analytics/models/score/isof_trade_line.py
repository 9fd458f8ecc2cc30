from odoo import models


class IsofTradeLine(models.Model):
    """Sales by what the customer scores."""

    _name = "isof.trade.line"
    _inherit = ["isof.trade.line", "isof.score.mixin"]
