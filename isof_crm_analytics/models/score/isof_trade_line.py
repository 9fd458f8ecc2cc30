from odoo import fields, models


class IsofTradeLine(models.Model):
    """Sales by what the customer scores."""

    _name = "isof.trade.line"
    # in this order scores are the last dimensions of a contractor
    _inherit = ["isof.score.mixin", "isof.trade.line"]

    isof_abc = fields.Selection(dimension="contractor")
    isof_rfm = fields.Char(dimension="contractor")
