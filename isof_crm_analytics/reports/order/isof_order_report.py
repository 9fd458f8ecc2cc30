from odoo import api, fields, models
from odoo.tools import SQL


class IsofOrderReport(models.Model):
    """Ordered goods: one row a product line of a confirmed sales or purchase order.

    Sections, notes and down payments are no goods and do not count. Quantities are in the unit
    of the product, amounts in the currency of the company at the rate of the order, rounded as
    that currency is. What is delivered, invoiced or outstanding is valued at the line's price.
    A discount is an amount without a quantity, and nothing to deliver.

    What a column is says its field, by the tables that ``_from`` joins under the same aliases for
    both flows: ``line``, ``document`` (the order), ``company``, ``contact``, ``partner``,
    ``product``, ``template``, ``day`` and ``amounts`` (see there).
    """

    _name = "isof.order.report"
    _description = "Ordered Goods"
    _inherit = ["isof.period.mixin", "isof.contractor.figures.mixin"]
    _isof_period_date = "date"
    _auto = False
    _order = "date desc, id desc"
    _depends = {
        "hr.employee": ["user_id", "company_id"],
        "hr.version": ["employee_id", "date_version", "department_id", "active"],
        "product.product": ["product_tmpl_id"],
        "product.template": ["categ_id", "type", "uom_id"],
        "purchase.order": [
            "company_id",
            "currency_id",
            "currency_rate",
            "date_approve",
            "date_order",
            "name",
            "partner_id",
            "state",
            "user_id",
        ],
        "purchase.order.line": [
            "date_planned",
            "display_type",
            "is_downpayment",
            "order_id",
            "price_subtotal",
            "price_unit",
            "product_id",
            "product_qty",
            "product_uom_id",
            "qty_invoiced",
            "qty_received",
            "qty_to_invoice",
        ],
        "res.company": ["currency_id"],
        "res.currency": ["rounding"],
        "res.partner": ["commercial_partner_id", "country_id", "isof_group_id", "isof_region_id"],
        "sale.order": [
            "campaign_id",
            "commitment_date",
            "company_id",
            "currency_id",
            "currency_rate",
            "date_order",
            "medium_id",
            "name",
            "partner_id",
            "source_id",
            "state",
            "team_id",
            "user_id",
        ],
        "sale.order.line": [
            "display_type",
            "extra_tax_data",
            "is_downpayment",
            "order_id",
            "price_subtotal",
            "price_unit",
            "product_id",
            "product_uom_id",
            "product_uom_qty",
            "qty_delivered",
            "qty_invoiced",
            "qty_to_invoice",
        ],
        "uom.uom": ["factor"],
    }

    # Document
    flow = fields.Selection(
        [("sale", "Sales"), ("purchase", "Purchases")],
        string="Direction",
        readonly=True,
        dimension="kind",
        sql=lambda self, flow: SQL("%s", flow),
    )
    name = fields.Char(
        string="Order",
        readonly=True,
        dimension="document",
        sql="document.name",
    )
    sale_order_id = fields.Many2one(
        "sale.order",
        string="Sales Order",
        readonly=True,
        groups="sales_team.group_sale_salesman",
        sql={"sale": "document.id", "purchase": "NULL::integer"},
    )
    purchase_order_id = fields.Many2one(
        "purchase.order",
        string="Purchase Order",
        readonly=True,
        groups="purchase.group_purchase_user",
        sql={"sale": "NULL::integer", "purchase": "document.id"},
    )
    state = fields.Selection(
        # Groups are sorted by these keys.
        [
            ("0_open", "Not delivered"),
            ("1_partial", "Partly delivered"),
            ("2_done", "Delivered"),
        ],
        string="Delivery",
        readonly=True,
        help="What has been delivered to the customer, or received from the vendor.",
        dimension="kind",
        sql="CASE WHEN amounts.delivered >= amounts.ordered THEN '2_done'"
        " WHEN amounts.delivered > 0 THEN '1_partial' ELSE '0_open' END",
    )
    date = fields.Date(
        string="Order Date",
        readonly=True,
        help="The day on which the order was confirmed, in your time zone.",
        dimension="date",
        sql="day.ordered",
    )
    planned_date = fields.Date(
        string="Planned Delivery",
        readonly=True,
        help="The delivery date promised to the customer, or expected from the vendor, in your "
        "time zone. A sale without a promised date is never late.",
        dimension="date",
        sql="day.planned",
    )
    is_late = fields.Boolean(
        string="Late",
        readonly=True,
        help="The planned day has passed and something is still outstanding.",
        dimension="kind",
        sql=lambda self, flow: SQL("COALESCE(%s, FALSE)", self._is_late()),
    )
    company_id = fields.Many2one(sql="document.company_id")
    company_currency_id = fields.Many2one(sql="company.currency_id")

    # With whom
    partner_id = fields.Many2one(sql="contact.commercial_partner_id")
    contact_id = fields.Many2one(
        "res.partner",
        string="Contact",
        readonly=True,
        dimension="contractor",
        sql="document.partner_id",
    )
    group_id = fields.Many2one(sql="partner.isof_group_id")
    region_id = fields.Many2one(sql="partner.isof_region_id")
    country_id = fields.Many2one(sql="partner.country_id")

    # Of what
    product_id = fields.Many2one(
        "product.product",
        string="Product",
        readonly=True,
        dimension="product",
        sql="line.product_id",
    )
    product_category_id = fields.Many2one(
        "product.category",
        string="Product Category",
        readonly=True,
        dimension="product",
        sql="template.categ_id",
    )
    product_type = fields.Selection(
        [("goods", "Goods"), ("service", "Service")],
        string="Product Type",
        readonly=True,
        dimension="product",
        sql="CASE template.type WHEN 'service' THEN 'service' ELSE 'goods' END",
    )
    role = fields.Selection(
        [("goods", "Goods"), ("service", "Service"), ("discount", "Discount")],
        readonly=True,
        dimension="kind",
        sql=lambda self, flow: SQL(
            "CASE WHEN %s THEN 'discount' WHEN template.type = 'service' THEN 'service'"
            " ELSE 'goods' END",
            self._is_discount(flow),
        ),
    )
    uom_id = fields.Many2one(
        "uom.uom",
        string="Unit",
        readonly=True,
        sql="template.uom_id",
    )

    # By whom
    user_id = fields.Many2one(
        sql="document.user_id", help="The salesperson of a sale, the buyer of a purchase."
    )
    team_id = fields.Many2one(
        "crm.team",
        string="Sales Team",
        readonly=True,
        dimension="employee",
        sql={"sale": "document.team_id", "purchase": "NULL::integer"},
    )
    department_id = fields.Many2one(
        sql="post.department_id", help="The department of the employee on the day of the order."
    )
    campaign_id = fields.Many2one(
        "utm.campaign",
        string="Campaign",
        readonly=True,
        dimension="campaign",
        sql={"sale": "document.campaign_id", "purchase": "NULL::integer"},
    )
    source_id = fields.Many2one(
        "utm.source",
        string="Source",
        readonly=True,
        dimension="campaign",
        sql={"sale": "document.source_id", "purchase": "NULL::integer"},
    )
    medium_id = fields.Many2one(
        "utm.medium",
        string="Medium",
        readonly=True,
        dimension="campaign",
        sql={"sale": "document.medium_id", "purchase": "NULL::integer"},
    )

    # How many, in the unit of the product
    ordered_quantity = fields.Float(
        readonly=True,
        digits="Product Unit",
        figure="quantity",
        sql=lambda self, flow: self._in_product_uom(SQL("amounts.ordered")),
    )
    delivered_quantity = fields.Float(
        readonly=True,
        digits="Product Unit",
        figure="quantity",
        sql=lambda self, flow: self._in_product_uom(SQL("amounts.delivered")),
    )
    invoiced_quantity = fields.Float(
        readonly=True,
        digits="Product Unit",
        help="Invoiced less refunded, drafts included, as the order says.",
        figure="quantity",
        sql=lambda self, flow: self._in_product_uom(SQL("amounts.invoiced")),
    )
    outstanding_quantity = fields.Float(
        readonly=True,
        digits="Product Unit",
        help="Ordered and not delivered yet. What was delivered beyond the order does not make "
        "up for what is missing elsewhere.",
        figure="quantity",
        sql=lambda self, flow: self._in_product_uom(
            SQL("GREATEST(amounts.ordered - amounts.delivered, 0)")
        ),
    )
    to_invoice_quantity = fields.Float(
        string="Quantity to Invoice",
        readonly=True,
        digits="Product Unit",
        help="What may be invoiced now by the invoicing policy of the product.",
        figure="quantity",
        sql=lambda self, flow: self._in_product_uom(SQL("amounts.to_invoice")),
    )
    late_quantity = fields.Float(
        readonly=True,
        digits="Product Unit",
        help="Outstanding although the planned day has passed.",
        figure="quantity",
        sql=lambda self, flow: self._in_product_uom(
            SQL("CASE WHEN %s THEN amounts.ordered - amounts.delivered ELSE 0 END", self._is_late())
        ),
    )

    # For how much, in the currency of the company
    ordered_net = fields.Float(
        string="Ordered",
        readonly=True,
        digits=(16, 2),
        help="Without tax, at the order's rate.",
        figure="money",
        sql="amounts.net",
    )
    delivered_net = fields.Float(
        string="Delivered",
        readonly=True,
        digits=(16, 2),
        figure="money",
        sql=lambda self, flow: self._get_share("amounts.delivered"),
    )
    invoiced_net = fields.Float(
        string="Invoiced",
        readonly=True,
        digits=(16, 2),
        help="The invoiced quantity at the price of the order.",
        figure="money",
        sql=lambda self, flow: self._get_share("line.qty_invoiced"),
    )
    outstanding_net = fields.Float(
        string="Outstanding",
        readonly=True,
        digits=(16, 2),
        figure="money",  # what is left of the line, so that the two add up to the last cent
        sql=lambda self, flow: SQL(
            "CASE WHEN amounts.ordered > amounts.delivered THEN amounts.net - %s ELSE 0 END",
            self._get_share("amounts.delivered"),
        ),
    )
    to_invoice_net = fields.Float(
        string="To Invoice",
        readonly=True,
        digits=(16, 2),
        figure="money",
        sql=lambda self, flow: self._get_share("line.qty_to_invoice"),
    )
    late_net = fields.Float(
        string="Outstanding Late",
        readonly=True,
        digits=(16, 2),
        figure="money",
        sql=lambda self, flow: SQL(
            "CASE WHEN %s THEN amounts.net - %s ELSE 0 END",
            self._is_late(),
            self._get_share("amounts.delivered"),
        ),
    )
    average_price = fields.Float(
        compute="_compute_ratios",
        aggregator="avg",
        digits=(16, 2),
        help="Ordered value by ordered quantity.",
        ratio=("ordered_net", "ordered_quantity"),
    )
    delivered_rate = fields.Float(
        string="Delivered %",
        compute="_compute_ratios",
        aggregator="avg",
        help="Delivered quantity by ordered quantity.",
        ratio=("delivered_quantity", "ordered_quantity"),
    )

    # How long and how often
    days_late = fields.Integer(
        readonly=True,
        aggregator="max",
        help="Days since the planned day of what is still outstanding; of several lines, those "
        "of the latest.",
        figure="days",
        sql=lambda self, flow: SQL(
            "CASE WHEN %s THEN %s::date - day.planned ELSE 0 END",
            self._is_late(),
            fields.Date.context_today(self),
        ),
    )
    order_count = fields.Integer(
        string="Orders",
        readonly=True,
        aggregator="count_distinct",
        exportable=False,
        figure="number",
        sql={"sale": "document.id", "purchase": "-document.id"},
    )
    product_count = fields.Integer(
        string="Products",
        aggregator="count_distinct",
        exportable=False,
        counts="product_id",
        compute="_compute_counts",
    )
    partner_count = fields.Integer(
        string="Contractors",
        aggregator="count_distinct",
        exportable=False,
        counts="partner_id",
        compute="_compute_counts",
    )

    # ------------------------------------------------------------
    # Query
    # ------------------------------------------------------------

    @property
    @api.depends_context("tz", "uid")
    def _table_query(self):
        return SQL(" UNION ALL ").join(self._select(flow) for flow in ("sale", "purchase"))

    @api.model
    def _select(self, flow):
        """Return the SELECT of one flow; those of all flows have the same columns."""
        columns = SQL(", ").join(
            SQL("%s AS %s", expression, SQL.identifier(name))
            for name, expression in self._get_columns(flow).items()
        )
        return SQL("SELECT %s %s %s", columns, self._from(flow), self._where(flow))

    @api.model
    def _get_columns(self, source=None):
        # the rows of both flows in one sequence: even and odd
        number = SQL("2 * line.id + %s", 0 if source == "sale" else 1)
        return {"id": number} | super()._get_columns(source)

    @api.model
    def _is_late(self):
        """Return the condition of what is outstanding although its day has passed."""
        return SQL(
            "(day.planned < %s AND amounts.ordered > amounts.delivered)",
            fields.Date.context_today(self),
        )

    @api.model
    def _from(self, flow):
        """Return the tables of one flow.

        Two of them are only names for what several columns need: ``day`` has the days
        ``ordered`` and ``planned`` on the user's clock, ``amounts`` the quantities in the unit of
        the line (``quantity`` as on the line; ``ordered``, ``delivered``, ``invoiced`` and
        ``to_invoice`` without those of discounts) and the ``net`` amount.
        """
        is_sale = flow == "sale"
        quantity = SQL("line.product_uom_qty" if is_sale else "line.product_qty")
        delivered = SQL("line.qty_delivered" if is_sale else "line.qty_received")
        quantities = SQL(", ").join(
            SQL(
                "CASE WHEN %s THEN 0 ELSE COALESCE(%s, 0) END AS %s",
                self._is_discount(flow),
                expression,
                SQL.identifier(name),
            )
            for name, expression in (
                ("ordered", quantity),
                ("delivered", delivered),
                ("invoiced", SQL("line.qty_invoiced")),
                ("to_invoice", SQL("line.qty_to_invoice")),
            )
        )
        tz = self.env.tz.zone
        confirmed = SQL(
            "document.date_order"
            if is_sale
            else "COALESCE(document.date_approve, document.date_order)"
        )
        planned = SQL("document.commitment_date" if is_sale else "line.date_planned")
        return SQL(
            """
            FROM %(line)s line
            JOIN %(order)s document ON document.id = line.order_id
            JOIN res_company company ON company.id = document.company_id
            JOIN res_currency currency ON currency.id = company.currency_id
            JOIN res_partner contact ON contact.id = document.partner_id
            LEFT JOIN res_partner partner ON partner.id = contact.commercial_partner_id
            LEFT JOIN product_product product ON product.id = line.product_id
            LEFT JOIN product_template template ON template.id = product.product_tmpl_id
            LEFT JOIN uom_uom uom ON uom.id = template.uom_id
            LEFT JOIN uom_uom line_uom ON line_uom.id = line.product_uom_id
            CROSS JOIN LATERAL (
                SELECT (%(confirmed)s AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date AS ordered,
                       (%(planned)s AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date AS planned
            ) day
            CROSS JOIN LATERAL (
                SELECT %(quantity)s AS quantity, %(quantities)s, CASE
                       WHEN document.currency_id = company.currency_id THEN line.price_subtotal
                       ELSE ROUND(line.price_subtotal
                                  / COALESCE(NULLIF(document.currency_rate, 0), 1),
                                  currency.decimal_places)
                       END AS net
            ) amounts
            LEFT JOIN (%(posts)s) post
                   ON post.user_id = document.user_id AND post.company_id = document.company_id
                  AND day.ordered >= post.date_from AND day.ordered < post.date_to
            """,
            line=SQL.identifier(f"{flow}_order_line"),
            order=SQL.identifier(f"{flow}_order"),
            confirmed=confirmed,
            planned=planned,
            tz=tz,
            quantity=quantity,
            quantities=quantities,
            posts=self.env["hr.version"]._get_isof_posts(),
        )

    @api.model
    def _where(self, flow):
        return SQL(
            "WHERE document.state = %s AND line.display_type IS NULL"
            " AND line.is_downpayment IS NOT TRUE",
            flow,
        )

    @api.model
    def _is_discount(self, flow):
        """Return the condition of a line that takes money off and is no goods.

        It is that of the facts, see ``_get_role`` of ``isof.trade.line``; only sales orders have
        what Odoo marks as a global discount.
        """
        is_marked = SQL("(line.extra_tax_data->>'computation_key') ^@ 'global_discount,' OR")
        return SQL(
            "(%s line.price_unit < 0 AND %s)",
            is_marked if flow == "sale" else SQL(""),
            self.env["isof.trade.line"]._is_kept_nowhere(SQL.identifier("template")),
        )

    @api.model
    def _in_product_uom(self, quantity):
        return SQL(
            "CASE WHEN line.product_uom_id = template.uom_id THEN %(quantity)s"
            " ELSE %(quantity)s * line_uom.factor / uom.factor END",
            quantity=quantity,
        )

    @api.model
    def _get_share(self, quantity):
        """Return the part of the line's amount that a quantity in the line's unit has.

        :param str quantity: its column
        """
        return SQL(
            "CASE WHEN %(quantity)s = amounts.quantity THEN amounts.net ELSE"
            " COALESCE(ROUND(amounts.net * %(quantity)s / NULLIF(amounts.quantity, 0),"
            " currency.decimal_places), 0) END",
            quantity=SQL(quantity),
        )

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    @api.readonly
    def action_open_order(self):
        """Open the order of the line, as far as the user may read it."""
        self.ensure_one()
        order = self.sale_order_id if self.flow == "sale" else self.purchase_order_id
        return self._open_document(order)
