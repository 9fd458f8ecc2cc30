from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# Fewer customers than that say nothing about what is usual.
MIN_SIMILAR_CUSTOMERS = 3
LOOK_BACK = relativedelta(months=12)


class IsofAssortmentSuggestion(models.Model):
    """What similar customers bought in the last 12 months and one customer did not.

    The customer is that of the context: ``isof_partner_id``; there are no rows without one.
    Similar are the customers of the same main contractor group, and of those below it. If fewer
    than ``MIN_SIMILAR_CUSTOMERS`` of them bought anything, those of the same region and below are,
    else all customers. Where these are too few, too, there are no rows.

    Only sales that the reader may read count, also those to the customer: who sees own sales
    only learns neither what others sold nor to whom.
    """

    _name = "isof.assortment.suggestion"
    _description = "Products That Similar Customers Buy"
    _inherit = "isof.assortment.mixin"
    _auto = False
    _order = "share desc, customer_count desc, turnover desc, id"
    _rec_name = "product_id"
    _depends = {
        "isof.partner.group": ["parent_path"],
        "isof.region": ["parent_path"],
        "product.product": ["active", "product_tmpl_id"],
        "product.template": ["categ_id", "sale_ok", "type"],
        "res.partner": ["isof_group_id", "isof_region_id"],
    }

    basis = fields.Selection(
        [("group", "Same contractor group"), ("region", "Same region"), ("all", "All customers")],
        string="Compared With",
        readonly=True,
        help="The narrowest of these in which enough customers bought something.",
    )
    similar_count = fields.Integer(
        string="Similar Customers",
        readonly=True,
        aggregator=None,
        help="Those compared with who bought anything in the last 12 months.",
    )
    customer_count = fields.Integer(
        string="Customers Who Buy It",
        readonly=True,
        aggregator=None,
        help="How many of the similar customers bought it and did not return it.",
    )
    share = fields.Float(
        string="Share of Customers",
        readonly=True,
        aggregator=None,
        help="Customers who buy it by similar customers.",
    )
    turnover = fields.Float(
        readonly=True,
        digits=(16, 2),
        aggregator=None,
        help="What the similar customers bought it for in the last 12 months, without tax. Empty "
        "if several currencies are involved.",
    )
    turnover_per_customer = fields.Float(
        readonly=True,
        digits=(16, 2),
        aggregator=None,
        help="Turnover by customers who buy it. Empty if several currencies are involved.",
    )

    # ------------------------------------------------------------
    # Query
    # ------------------------------------------------------------

    @api.model
    def _get_partner(self):
        """Return the customer whom the suggestions are for, if the user may read it."""
        partner = self.env["res.partner"].browse(self.env.context.get("isof_partner_id") or ())
        partner.check_access("read")
        return partner.commercial_partner_id

    @api.model
    def _get_period_domain(self):
        today = fields.Date.context_today(self)
        return Domain("invoice_date", ">", today - LOOK_BACK) & Domain("invoice_date", "<=", today)

    @api.model
    def _get_below(self, node):
        """Return the pattern of the paths of a node and everything below it, None without one."""
        # sudo: where it lies, which the user may not see as such
        path = node.sudo().parent_path
        return f"{path}%" if path else None

    @property
    @api.depends_context("isof_partner_id", "tz", "uid", "allowed_company_ids")
    def _table_query(self):
        partner = self._get_partner()
        return SQL(
            """
            WITH bought AS (
                SELECT fact.partner_id, fact.product_id,
                       SUM(fact.sold_quantity) AS quantity,
                       SUM(fact.sold_net) AS net,
                       MIN(fact.company_currency_id) AS first_currency_id,
                       MAX(fact.company_currency_id) AS last_currency_id,
                       MAX(fact.invoice_date) FILTER (WHERE fact.sold_quantity > 0) AS last_date
                  FROM %(facts)s AS fact
                 GROUP BY fact.partner_id, fact.product_id
            ), customer AS (
                SELECT partner.id,
                       partner.isof_group_id IS NOT NULL AND partner.isof_group_id IN (
                           SELECT id FROM isof_partner_group WHERE parent_path LIKE %(groups)s
                       ) AS same_group,
                       partner.isof_region_id IS NOT NULL AND partner.isof_region_id IN (
                           SELECT id FROM isof_region WHERE parent_path LIKE %(regions)s
                       ) AS same_region
                  FROM res_partner AS partner
                 WHERE partner.id <> %(partner)s
                   AND partner.id IN (SELECT partner_id FROM bought WHERE quantity > 0)
            ), basis AS (
                SELECT CASE WHEN COUNT(*) FILTER (WHERE same_group) >= %(enough)s THEN 'group'
                            WHEN COUNT(*) FILTER (WHERE same_region) >= %(enough)s THEN 'region'
                            WHEN COUNT(*) >= %(enough)s THEN 'all' END AS name
                  FROM customer
            ), similar_customer AS (
                SELECT customer.id, basis.name AS basis, COUNT(*) OVER () AS total
                  FROM customer
                  JOIN basis ON CASE basis.name WHEN 'group' THEN same_group
                                                WHEN 'region' THEN same_region
                                                WHEN 'all' THEN TRUE END
            ), product AS (
                SELECT bought.product_id AS id,
                       MIN(customer.basis) AS basis,
                       MIN(customer.total) AS similar_count,
                       COUNT(*) AS customer_count,
                       MAX(bought.last_date) AS last_date,
                       CASE WHEN MIN(bought.first_currency_id) = MAX(bought.last_currency_id)
                            THEN MIN(bought.first_currency_id) END AS company_currency_id,
                       CASE WHEN MIN(bought.first_currency_id) = MAX(bought.last_currency_id)
                            THEN SUM(bought.net) END AS turnover
                  FROM bought
                  JOIN similar_customer AS customer ON customer.id = bought.partner_id
                 WHERE bought.quantity > 0
                   AND bought.product_id NOT IN (
                       SELECT product_id FROM bought WHERE partner_id = %(partner)s
                          AND last_date IS NOT NULL)
                 GROUP BY bought.product_id
            )
            SELECT product.*,
                   product.id AS product_id,
                   product.customer_count::float / product.similar_count AS share,
                   product.turnover / product.customer_count AS turnover_per_customer,
                   template.categ_id AS product_category_id,
                   CASE template.type WHEN 'service' THEN 'service'
                        ELSE 'goods' END AS product_type
              FROM product
              JOIN product_product AS variant ON variant.id = product.id AND variant.active
              JOIN product_template AS template
                ON template.id = variant.product_tmpl_id AND template.sale_ok
            """,
            facts=self._get_facts(self._get_period_domain()),
            partner=partner.id or None,
            groups=self._get_below(partner.isof_group_id),
            regions=self._get_below(partner.isof_region_id),
            enough=MIN_SIMILAR_CUSTOMERS,
        )

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    @api.readonly
    def action_open_facts(self):
        """Return the action that shows the sales of the product to the similar customers."""
        self.ensure_one()
        partner = self._get_partner()
        domain = self._get_period_domain() & Domain("product_id", "=", self.product_id.id)
        if self.basis == "group":
            domain &= Domain("partner_id.isof_group_id", "child_of", partner.isof_group_id.id)
        elif self.basis == "region":
            domain &= Domain("partner_id.isof_region_id", "child_of", partner.isof_region_id.id)
        return self._open_facts(
            self.product_id.display_name, domain & Domain("partner_id", "!=", partner.id)
        )
