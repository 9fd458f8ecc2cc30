from odoo import api, fields, models


class IsofProductCost(models.Model):
    """What products cost in the past, as far as a shop knows: imported once, taken by facts.

    From its day on a cost holds until the next one. Nothing follows from it by itself: see
    ``isof.product.cost.take``.
    """

    _name = "isof.product.cost"
    _description = "Cost History"
    _inherit = ["isof.guard.mixin"]
    _order = "date desc, id desc"
    _rec_name = "product_id"
    _check_company_auto = True

    product_id = fields.Many2one(
        "product.product", string="Product", required=True, check_company=True, ondelete="cascade"
    )
    date = fields.Date(
        string="Valid from", required=True, help="It holds until the next cost of the product."
    )
    cost = fields.Float(
        required=True,
        digits=(16, 4),
        aggregator=None,
        help="Of one unit of the product, in its own unit and in the currency of the company.",
    )
    company_id = fields.Many2one(
        "res.company",
        string="Company",
        required=True,
        default=lambda self: self.env.company,
        index=True,
        ondelete="cascade",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")

    _product_date_unique = models.UniqueIndex(
        "(product_id, company_id, date)",
        "The product has a cost from this day on already: change that one.",
    )
    _cost_not_negative = models.Constraint(
        "CHECK (cost >= 0)", "The cost of a product cannot be below 0."
    )

    @api.model
    def load(self, fields, data):
        """Find archived products, too: the past is theirs."""
        return super(IsofProductCost, self.with_context(active_test=False)).load(fields, data)

    @api.model
    def action_take(self):
        """Return the action that shows what would take its cost from the history, and asks.

        :raises AccessError: for who may not change the history
        """
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Take the Cost History"),
            "res_model": "isof.product.cost.take",
            "views": [(False, "form")],
            "target": "new",
        }
