from odoo import api, fields, models
from odoo.fields import Domain

# Sales of goods and services: what one can buy again.
SALES = Domain("flow", "=", "sale") & Domain("role", "in", ("goods", "service"))
FACT_COLUMNS = (
    "id",
    "company_id",
    "company_currency_id",
    "partner_id",
    "product_id",
    "move_id",
    "move_type",
    "invoice_date",
    "user_id",
    "department_id",
    "sold_quantity",
    "sold_net",
)


class IsofAssortmentMixin(models.AbstractModel):
    """A report on products, made of the facts of sales that its reader may read.

    The query reads ``_get_facts``, which has the reader's companies and record rules in it. So
    whoever sees own sales only gets what own sales say, on every path, and there is no second
    set of rules that could differ.
    """

    _name = "isof.assortment.mixin"
    _description = "Report on Products Sold"
    _inherit = ["isof.dimensions.mixin"]

    product_id = fields.Many2one(
        "product.product",
        string="Product",
        readonly=True,
        dimension="product",
    )
    product_category_id = fields.Many2one(
        "product.category",
        string="Product Category",
        readonly=True,
        dimension="product",
    )
    product_type = fields.Selection(
        [("goods", "Goods"), ("service", "Service")],
        string="Goods or Service",
        readonly=True,
        dimension="product",
    )
    company_currency_id = fields.Many2one("res.currency", string="Currency", readonly=True)
    last_date = fields.Date(
        string="Last Bought",
        readonly=True,
        help="The date of the latest invoice with it.",
        dimension="date",
    )

    @api.model
    def _get_facts(self, domain=Domain.TRUE):
        """Return the subquery of the sales that the user may read, with ``FACT_COLUMNS``."""
        facts = self.env["isof.trade.line"]
        query = facts._search(SALES & Domain("product_id", "!=", False) & domain)
        return query.subselect(*(facts._field_to_sql(facts._table, name) for name in FACT_COLUMNS))

    def _open_facts(self, name, domain):
        """Return the action that shows the sales behind a row, from which documents open."""
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "isof.trade.line",
            "views": [(False, "list"), (False, "pivot"), (False, "graph")],
            "domain": list(SALES & domain),
            "context": {"isof_flow": "sale"},
        }
