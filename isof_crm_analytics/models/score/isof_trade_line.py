from odoo import fields, models


class IsofTradeLine(models.Model):
    """Sales by what the customer scores."""

    _name = "isof.trade.line"
    _inherit = ["isof.trade.line", "isof.score.mixin"]

    isof_abc = fields.Selection(dimension="contractor")
    isof_rfm = fields.Char(dimension="contractor")
