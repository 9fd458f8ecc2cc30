from odoo import api, fields, models

# Measures that count different values of another field.
COUNTED = {"partner_count": "partner_id", "move_count": "move_id", "product_count": "product_id"}
MARGIN_GROUP = "isof_crm_analytics.group_margin"


class LedgerMany2one(fields.Many2one):
    """A link whose target the ledger itself keeps from being deleted.

    PostgreSQL need not check it once more on each fact, which would take most of the time of a
    rebuild. Links to what can be deleted or merged are ordinary ones.
    """

    def update_db_foreign_key(self, model, column):
        pass


class IsofTradeLine(models.Model):
    """The facts: one row a product line of a posted invoice, bill, credit note or receipt.

    Nobody writes them: ``isof_trade_sync.py`` derives them from the ledger by one SQL query,
    in the transaction that changes the ledger. Amounts are in the currency of the company, as
    the ledger has them. A credit note has the opposite sign, so that a full one brings every
    measure to exactly 0.

    What was true when it was posted stays: cost, contractor group, region. All the rest is as
    the document and its product and contractor are now.
    """

    _name = "isof.trade.line"
    _description = "Sales and Purchases"
    _inherit = ["isof.figures.mixin", "isof.period.mixin"]
    _isof_period_date = "invoice_date"
    _order = "invoice_date desc, move_id desc, id"
    _rec_name = "move_id"
    _log_access = False

    _isof_money = (
        "sold_net",
        "invoiced_net",
        "bought_net",
        "billed_net",
        "discount",
        "list_net",
        "cost",
        "costed_net",
        "margin",
        "current_cost",
    )
    _isof_ratios = {
        "sold_price": ("sold_net", "sold_quantity"),
        "bought_price": ("bought_net", "bought_quantity"),
        "discount_rate": ("discount", "list_net"),
        "margin_rate": ("margin", "costed_net"),
    }

    # Document
    move_line_id = fields.Many2one(
        "account.move.line", string="Journal Item", required=True, readonly=True, ondelete="cascade"
    )
    move_id = LedgerMany2one("account.move", string="Document", required=True, readonly=True)
    origin_line_id = fields.Many2one(
        "account.move.line",
        string="Corrected Journal Item",
        readonly=True,
        exportable=False,
        index="btree_not_null",
        ondelete="set null",
        help="The line that a credit or debit note corrects.",
    )
    flow = fields.Selection(
        [("sale", "Sales"), ("purchase", "Purchases")],
        string="Direction",
        required=True,
        readonly=True,
    )
    move_type = fields.Selection(
        [
            ("out_invoice", "Customer Invoice"),
            ("out_refund", "Customer Credit Note"),
            ("out_receipt", "Sales Receipt"),
            ("in_invoice", "Vendor Bill"),
            ("in_refund", "Vendor Credit Note"),
            ("in_receipt", "Purchase Receipt"),
        ],
        string="Type",
        required=True,
        readonly=True,
    )
    invoice_date = fields.Date(
        string="Date", required=True, readonly=True, help="The date of the document."
    )
    date = fields.Date(
        string="Accounting Date",
        required=True,
        readonly=True,
        help="The day in the ledger, which lock dates may move.",
    )
    journal_id = LedgerMany2one("account.journal", string="Journal", required=True, readonly=True)
    company_id = LedgerMany2one("res.company", string="Company", required=True, readonly=True)
    company_currency_id = LedgerMany2one(
        "res.currency",
        string="Currency",
        required=True,
        readonly=True,
        help="The currency of the company, in which all amounts are.",
    )
    currency_id = LedgerMany2one(
        "res.currency", string="Document Currency", required=True, readonly=True
    )

    # With whom
    partner_id = fields.Many2one(
        "res.partner", string="Contractor", readonly=True, index=True, ondelete="restrict"
    )
    contact_id = fields.Many2one(
        "res.partner",
        string="Contact",
        readonly=True,
        index=True,
        ondelete="restrict",
        help="To whom the document is addressed.",
    )
    group_id = fields.Many2one(
        "isof.partner.group",
        string="Contractor Group",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The main group of the contractor when the document was posted.",
    )
    region_id = fields.Many2one(
        "isof.region",
        string="Region",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The region of the contractor when the document was posted.",
    )
    country_id = LedgerMany2one("res.country", string="Country", readonly=True)
    state_id = fields.Many2one(related="partner_id.state_id", string="State", readonly=True)
    industry_id = fields.Many2one(
        related="partner_id.industry_id", string="Industry", readonly=True
    )
    # They overlap: as many2many fields they never change the grand total.
    partner_tag_ids = fields.Many2many(
        related="partner_id.category_id", string="Contractor Tags", readonly=True
    )
    segment_ids = fields.Many2many(
        related="partner_id.isof_segment_ids", string="Segments", readonly=True
    )

    # Of what
    product_id = LedgerMany2one("product.product", string="Product", readonly=True, index=True)
    product_category_id = fields.Many2one(
        "product.category",
        string="Product Category",
        readonly=True,
        ondelete="set null",
        help="The category of the product as it is now.",
    )
    role = fields.Selection(
        [
            ("goods", "Goods"),
            ("service", "Service"),
            ("other", "No product"),
            ("down_payment", "Down payment"),
            ("discount", "Global discount"),
        ],
        string="Goods or Service",
        required=True,
        readonly=True,
    )
    is_price_correction = fields.Boolean(
        string="Price Correction",
        readonly=True,
        help="A credit or debit note that changes a price only: it has neither quantity nor cost.",
    )

    # By whom
    user_id = fields.Many2one(
        "res.users",
        string="Employee",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The salesperson of a sale, the buyer of a purchase. On an invoice of several "
        "orders, that of each order.",
    )
    team_id = fields.Many2one("crm.team", string="Sales Team", readonly=True, ondelete="set null")
    department_id = fields.Many2one(
        "hr.department",
        string="Department",
        readonly=True,
        ondelete="set null",
        help="The department of the employee on the day of the document.",
    )
    campaign_id = fields.Many2one(
        "utm.campaign",
        string="Campaign",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    source_id = fields.Many2one("utm.source", string="Source", readonly=True, ondelete="set null")
    medium_id = fields.Many2one("utm.medium", string="Medium", readonly=True, ondelete="set null")

    # How many, in the unit of the product
    sold_quantity = fields.Float(
        readonly=True,
        digits="Product Unit",
        help="In the unit of the product. Down payments, global discounts and price corrections "
        "have none.",
    )
    bought_quantity = fields.Float(
        readonly=True, digits="Product Unit", help="In the unit of the product."
    )

    # For how much, in the currency of the company
    sold_net = fields.Float(
        string="Sold",
        readonly=True,
        digits=(16, 2),
        help="Net turnover: invoiced less credited, without tax. Down payments do not count; the "
        "invoice that settles them counts in full.",
    )
    invoiced_net = fields.Float(
        string="Invoiced to Customers",
        readonly=True,
        digits=(16, 2),
        help="Without tax, with down payments when they are invoiced.",
    )
    bought_net = fields.Float(
        string="Bought",
        readonly=True,
        digits=(16, 2),
        help="Billed by vendors less their credit notes, without tax and without down payments.",
    )
    billed_net = fields.Float(
        string="Billed by Vendors",
        readonly=True,
        digits=(16, 2),
        help="Without tax, with down payments when they are billed.",
    )
    discount = fields.Float(
        readonly=True,
        digits=(16, 2),
        help="What discounts on lines and global discounts took off the sales.",
    )
    list_net = fields.Float(
        string="Before Discount",
        readonly=True,
        digits=(16, 2),
        help="Sold, as it would have been without discounts.",
    )
    sold_price = fields.Float(
        string="Average Price",
        compute="_compute_ratios",
        aggregator="avg",
        digits=(16, 2),
        help="Sold by sold quantity.",
    )
    bought_price = fields.Float(
        string="Average Purchase Price",
        compute="_compute_ratios",
        aggregator="avg",
        digits=(16, 2),
        help="Bought by bought quantity.",
    )
    discount_rate = fields.Float(
        string="Discount %",
        compute="_compute_ratios",
        aggregator="avg",
        digits=(16, 4),
        help="Discount by what would have been sold without it.",
    )

    # At what cost, in the currency of the company
    cost = fields.Float(
        readonly=True,
        digits=(16, 2),
        groups=MARGIN_GROUP,
        help="Cost of what was sold, as it was when the invoice was posted.",
    )
    cost_source = fields.Selection(
        [
            ("original", "As on the credited invoice"),
            ("entry", "Cost of goods entry"),
            ("delivery", "Delivered goods"),
            ("order", "Order line"),
            ("product", "Cost of the product"),
            ("no_cost", "Has no cost"),
            ("unknown", "Unknown"),
        ],
        readonly=True,
        groups=MARGIN_GROUP,
        help="Where the cost comes from. Price corrections, down payments and global discounts "
        "have none. Where the cost is unknown, there is no margin.",
    )
    costed_net = fields.Float(
        string="Sold with Known Cost", readonly=True, digits=(16, 2), groups=MARGIN_GROUP
    )
    margin = fields.Float(
        readonly=True,
        digits=(16, 2),
        groups=MARGIN_GROUP,
        help="Sold less cost, of what has a known cost.",
    )
    margin_rate = fields.Float(
        string="Margin %",
        compute="_compute_ratios",
        aggregator="avg",
        digits=(16, 4),
        groups=MARGIN_GROUP,
        help="Margin by what was sold with a known cost.",
    )
    current_cost = fields.Float(
        compute="_compute_current_cost",
        aggregator="sum",
        digits=(16, 2),
        groups=MARGIN_GROUP,
        help="What the sold quantity costs at today's cost of the product.",
    )

    # How many different ones
    partner_count = fields.Integer(
        string="Contractors",
        compute="_compute_counts",
        aggregator="count_distinct",
        exportable=False,
        help="How many different contractors.",
    )
    move_count = fields.Integer(
        string="Documents",
        compute="_compute_counts",
        aggregator="count_distinct",
        exportable=False,
        help="How many different documents.",
    )
    product_count = fields.Integer(
        string="Products",
        compute="_compute_counts",
        aggregator="count_distinct",
        exportable=False,
        help="How many different products.",
    )

    _move_line_id_unique = models.UniqueIndex("(move_line_id)")
    # What the sync of a document looks up.
    _move_idx = models.Index("(move_id)")
    # Most reports are of one company's sales or purchases in some time.
    _date_idx = models.Index("(company_id, flow, invoice_date)")

    # ------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------

    @api.depends("sold_quantity", "product_id.standard_price", "company_id")
    def _compute_current_cost(self):
        for line in self:
            # sudo: costs, which the reader of this field may see
            product = line.sudo().product_id.with_company(line.company_id)
            line.current_cost = line.sold_quantity * product.standard_price

    @api.depends("partner_id", "move_id", "product_id")
    def _compute_counts(self):
        for line in self:
            for name, counted in COUNTED.items():
                line[name] = 1 if line[counted] else 0

    # ------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------

    @api.model
    def _search(self, domain, *args, **kwargs):
        """Bring the facts in step with what has changed in this transaction first."""
        self.env["account.move"].flush_model(["isof_trade_line_count"])
        return super()._search(domain, *args, **kwargs)

    @api.model
    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr in COUNTED:
            return super()._field_to_sql(alias, COUNTED[field_expr], query)
        if field_expr == "current_cost":
            self._check_field_access(self._fields[field_expr], "read")
            return self._current_cost_to_sql(alias, query)
        return super()._field_to_sql(alias, field_expr, query)

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_open_document(self):
        """Return the action that opens the document of the line."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "views": [[False, "form"]],
        }
