from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class IsofAssortmentReport(models.Model):
    """Assortment bought by customers: one row a company, customer and product.

    All sales of goods and services count that the reader may read, credit notes subtracted. A
    purchase is a document that delivers: neither a credit note nor a change of the price. What
    came back altogether stays as a row without a quantity.
    """

    _name = "isof.assortment.report"
    _description = "Assortment Bought by Customers"
    _inherit = ["isof.assortment.mixin", "isof.contractor.figures.mixin"]
    _auto = False
    _order = "last_date desc, id desc"
    _depends = {
        "product.product": ["product_tmpl_id"],
        "product.template": ["categ_id", "type", "uom_id"],
        "res.partner": ["country_id", "isof_group_id", "isof_region_id", "user_id"],
    }

    # Who
    salesperson_id = fields.Many2one(
        "res.users",
        string="Salesperson",
        readonly=True,
        help="The salesperson of the contractor as it is now.",
        dimension="employee",
    )
    group_id = fields.Many2one(help="The main group of the contractor as it is now.")

    # What, and who sold it last
    uom_id = fields.Many2one("uom.uom", string="Unit", readonly=True)
    user_id = fields.Many2one(string="Last Sold By", help="Employee of the latest document.")
    department_id = fields.Many2one(help="The department of who sold it last.")

    # When and how often
    first_date = fields.Date(
        string="First Bought",
        readonly=True,
        help="The date of the first invoice with it.",
        dimension="date",
    )
    days_since = fields.Integer(
        string="Days since Last Purchase",
        readonly=True,
        aggregator="min",
        help="Until today; of several products or contractors, those of the latest purchase.",
        figure="days",
    )
    purchase_count = fields.Integer(
        string="Times Bought",
        readonly=True,
        help="How many invoices and receipts have it. Credit notes and mere changes of the price "
        "do not count.",
        figure="number",
    )
    repeat_count = fields.Integer(
        string="Repeat Purchases",
        readonly=True,
        help="Times bought after the first time.",
        figure="number",
    )
    span_days = fields.Integer(
        string="Days from First to Last Purchase",
        readonly=True,
        figure="days",
    )
    average_interval = fields.Float(
        string="Average Interval (Days)",
        compute="_compute_ratios",
        aggregator="avg",
        digits=(16, 1),
        help="Days from the first to the last purchase by the number of repeat purchases.",
        ratio=("span_days", "repeat_count"),
    )

    # How many, in the unit of the product, and for how much, in the currency of the company
    sold_quantity = fields.Float(
        readonly=True,
        digits="Product Unit",
        help="In the unit of the product, less what was credited.",
        figure="quantity",
    )
    sold_net = fields.Float(
        string="Sold",
        readonly=True,
        digits=(16, 2),
        help="Without tax, less what was credited.",
        figure="money",
    )
    sold_price = fields.Float(
        string="Average Price",
        compute="_compute_ratios",
        aggregator="avg",
        digits=(16, 2),
        help="Sold by sold quantity.",
        ratio=("sold_net", "sold_quantity"),
    )
    is_returned = fields.Boolean(
        string="Returned",
        readonly=True,
        help="It was bought, and came back altogether.",
        dimension="kind",
    )

    # How many different ones
    partner_count = fields.Integer(
        string="Contractors",
        counts="partner_id",
        compute="_compute_counts",
        aggregator="count_distinct",
        exportable=False,
    )
    product_count = fields.Integer(
        string="Products",
        counts="product_id",
        compute="_compute_counts",
        aggregator="count_distinct",
        exportable=False,
    )

    # ------------------------------------------------------------
    # Query
    # ------------------------------------------------------------

    @property
    @api.depends_context("tz", "uid", "allowed_company_ids")
    def _table_query(self):
        # outer joins, which PostgreSQL leaves out of a query that does not need them
        return SQL(
            """
            SELECT bought.*,
                   %(today)s::date - bought.last_date AS days_since,
                   bought.last_date - bought.first_date AS span_days,
                   GREATEST(bought.purchase_count - 1, 0) AS repeat_count,
                   bought.purchase_count > 0 AND bought.sold_quantity <= 0 AS is_returned,
                   partner.user_id AS salesperson_id,
                   partner.isof_group_id AS group_id,
                   partner.isof_region_id AS region_id,
                   partner.country_id,
                   template.categ_id AS product_category_id,
                   CASE template.type WHEN 'service' THEN 'service'
                        ELSE 'goods' END AS product_type,
                   template.uom_id
              FROM (%(bought)s) AS bought
              LEFT JOIN res_partner AS partner ON partner.id = bought.partner_id
              LEFT JOIN product_product AS product ON product.id = bought.product_id
              LEFT JOIN product_template AS template ON template.id = product.product_tmpl_id
            """,
            today=fields.Date.context_today(self),
            bought=self._get_bought(),
        )

    @api.model
    def _get_bought(self):
        """Return the query that adds up the facts of each row."""
        is_purchase = SQL("fact.sold_quantity > 0 AND fact.move_type <> 'out_refund'")
        latest = SQL("ORDER BY fact.invoice_date DESC, fact.move_id DESC, fact.id DESC")
        return SQL(
            """
            SELECT MIN(fact.id) AS id, fact.company_id, fact.partner_id, fact.product_id,
                   MIN(fact.company_currency_id) AS company_currency_id,
                   (ARRAY_AGG(fact.user_id %(latest)s))[1] AS user_id,
                   (ARRAY_AGG(fact.department_id %(latest)s))[1] AS department_id,
                   MIN(fact.invoice_date) FILTER (WHERE %(is_purchase)s) AS first_date,
                   MAX(fact.invoice_date) FILTER (WHERE %(is_purchase)s) AS last_date,
                   COUNT(DISTINCT fact.move_id) FILTER (WHERE %(is_purchase)s)
                        AS purchase_count,
                   SUM(fact.sold_quantity) AS sold_quantity,
                   SUM(fact.sold_net) AS sold_net
              FROM %(facts)s AS fact
             GROUP BY fact.company_id, fact.partner_id, fact.product_id
            """,
            latest=latest,
            is_purchase=is_purchase,
            facts=self._get_facts(),
        )

    def _get_ratio_parts(self):
        """Return the rows of the reader: the superuser's add up what others sold, too."""
        return self

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    @api.readonly
    def action_open_facts(self):
        """Return the action that shows the sales that the row adds up."""
        self.ensure_one()
        return self._open_facts(
            self.env._(
                "%(partner)s: %(product)s",
                partner=self.partner_id.display_name or "",
                product=self.product_id.display_name,
            ),
            Domain("company_id", "=", self.company_id.id)
            & Domain("partner_id", "=", self.partner_id.id)
            & Domain("product_id", "=", self.product_id.id),
        )

    @api.readonly
    def action_open_suggestions(self):
        """Return the action that shows what similar customers buy and this one does not."""
        self.ensure_one()
        return self.partner_id.action_open_isof_suggestions()
