from odoo import fields, models

MARGIN_GROUP = "isof_crm_analytics.group_margin"


class UncheckedMany2one(fields.Many2one):
    """A link whose target something else keeps from being deleted: the ledger, or a score's run.

    PostgreSQL need not check it once more on each row, which would take most of the time of a
    rebuild. Links to what can be deleted or merged are ordinary ones.
    """

    def update_db_foreign_key(self, model, column):
        pass


class IsofTradeMixin(models.AbstractModel):
    """What is known about what was sold and bought: in each fact, and in sums of facts."""

    _name = "isof.trade.mixin"
    _description = "Sales and Purchases"
    _log_access = False

    # Document
    move_id = UncheckedMany2one("account.move", string="Document", required=True, readonly=True)
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
            ("pos", "Point of Sale"),
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
    journal_id = UncheckedMany2one(
        "account.journal", string="Journal", required=True, readonly=True
    )
    company_id = UncheckedMany2one("res.company", string="Company", required=True, readonly=True)
    company_currency_id = UncheckedMany2one(
        "res.currency",
        string="Currency",
        required=True,
        readonly=True,
        help="The currency of the company, in which all amounts are.",
    )
    currency_id = UncheckedMany2one(
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
    country_id = UncheckedMany2one("res.country", string="Country", readonly=True)

    # Of what
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
            ("discount", "Discount"),
        ],
        string="Goods or Service",
        required=True,
        readonly=True,
        help="A discount takes money off and no goods back: a line of a negative price, or one "
        "that credits no line that is known, of a service or of no product. It has no quantity, "
        "costs nothing and lowers the margin by its amount.",
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
        help="The campaign that the order or the invoice names.",
    )
    attributed_campaign_id = fields.Many2one(
        "utm.campaign",
        string="Counts for Campaign",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The campaign that the order or the invoice names, otherwise that of the last "
        "activity held with the customer shortly before.",
    )
    source_id = fields.Many2one("utm.source", string="Source", readonly=True, ondelete="set null")
    medium_id = fields.Many2one("utm.medium", string="Medium", readonly=True, ondelete="set null")

    # How many, in the unit of the product
    sold_quantity = fields.Float(
        readonly=True,
        digits="Product Unit",
        help="In the unit of the product. Down payments, discounts and price corrections have "
        "none.",
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
        help="What was given away: discounts on lines, and lines that take money off and no goods "
        "back.",
    )
    list_net = fields.Float(
        string="Before Discount",
        readonly=True,
        digits=(16, 2),
        help="Sold, as it would have been without discounts.",
    )

    # At what cost, in the currency of the company
    cost = fields.Float(
        readonly=True,
        digits=(16, 2),
        groups=MARGIN_GROUP,
        help="Cost of what was sold, as it was when the invoice was posted; it stays when that is "
        "posted again. What gives back the whole leaves no cost.",
    )
    cost_source = fields.Selection(
        [
            ("original", "As on the credited invoice"),
            ("entry", "Cost of goods entry"),
            ("delivery", "Delivered goods"),
            ("order", "Order line"),
            ("product", "Cost of the product"),
            ("history", "Cost history"),
            ("later", "Later cost of the product"),
            ("pos", "Point of Sale"),
            ("no_cost", "Has no cost"),
            ("unknown", "Unknown"),
        ],
        readonly=True,
        groups=MARGIN_GROUP,
        help="Where the cost comes from. Cost history and later cost of the product: it was not "
        "known when the document was posted, and has been reconstructed since. Price corrections, "
        "down payments and discounts have none. Where the cost is unknown, there is no margin.",
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
