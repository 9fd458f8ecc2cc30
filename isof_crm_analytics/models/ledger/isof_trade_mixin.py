from odoo import fields, models
from odoo.tools import SQL

MARGIN_GROUP = "isof_crm_analytics.group_margin"
# The source of columns, see ``_get_columns``, of documents that may correct others.
CORRECTION = "correction"


class UncheckedMany2one(fields.Many2one):
    """A link whose target something else keeps from being deleted: the ledger, or a score's run.

    PostgreSQL need not check it once more on each row, which would take most of the time of a
    rebuild. Links to what can be deleted or merged are ordinary ones.
    """

    def update_db_foreign_key(self, model, column):
        pass


class IsofTradeMixin(models.AbstractModel):
    """What is known about what was sold and bought: in each fact, and in sums of facts.

    A column here is all that it takes to have a dimension or a measure: what ``sql`` says of the
    tables of ``_from_facts`` (``isof_trade_line_facts.py``) is what posting, the first fill and the
    nightly comparison make it, and the sums have it, too. When documents are to be followed for it
    alone, ``follows`` names their fields. ``covered=True`` has it in the index of the sums, which
    is for what most reports ask for.
    """

    _name = "isof.trade.mixin"
    _description = "Sales and Purchases"
    _inherit = ["isof.contractor.figures.mixin"]
    _log_access = False

    def _valid_field_parameter(self, field, name):
        return name in ("covered", "follows") or super()._valid_field_parameter(field, name)

    # Document
    move_id = UncheckedMany2one(
        "account.move",
        string="Document",
        required=True,
        readonly=True,
        dimension="document",
        sql="move.id",
    )
    flow = fields.Selection(
        [("sale", "Sales"), ("purchase", "Purchases")],
        string="Direction",
        required=True,
        readonly=True,
        dimension="kind",
        sql="counted.flow",
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
        dimension="kind",
        sql="move.move_type",
    )
    invoice_date = fields.Date(
        string="Date",
        required=True,
        readonly=True,
        dimension="date",
        sql="counted.day",
        help="The date of the document.",
    )
    date = fields.Date(
        string="Accounting Date",
        required=True,
        readonly=True,
        dimension="date",
        sql="move.date",
        help="The day in the ledger, which lock dates may move.",
    )
    journal_id = UncheckedMany2one(
        "account.journal",
        string="Journal",
        required=True,
        readonly=True,
        dimension="document",
        sql="move.journal_id",
        follows=["journal_id"],
    )
    company_id = UncheckedMany2one("res.company", required=True, sql="move.company_id")
    company_currency_id = UncheckedMany2one(
        "res.currency", required=True, sql="company.currency_id", covered=True
    )
    currency_id = UncheckedMany2one(
        "res.currency",
        string="Document Currency",
        required=True,
        readonly=True,
        dimension="document",
        sql="move.currency_id",
    )

    # With whom
    partner_id = fields.Many2one(
        "res.partner", index=True, ondelete="restrict", sql="partner.id", covered=True
    )
    contact_id = fields.Many2one(
        "res.partner",
        string="Contact",
        readonly=True,
        index=True,
        ondelete="restrict",
        dimension="contractor",
        sql="move.partner_id",
        help="To whom the document is addressed.",
    )
    group_id = fields.Many2one(
        "isof.partner.group",
        index="btree_not_null",
        ondelete="set null",
        frozen=True,
        sql="CASE WHEN previous.partner_id = partner.id THEN previous.group_id"
        " ELSE partner.isof_group_id END",
        covered=True,
        help="The main group of the contractor when the document was posted.",
    )
    region_id = fields.Many2one(
        "isof.region",
        index="btree_not_null",
        ondelete="set null",
        frozen=True,
        sql="CASE WHEN previous.partner_id = partner.id THEN previous.region_id"
        " ELSE partner.isof_region_id END",
        covered=True,
        help="The region of the contractor when the document was posted.",
    )
    country_id = UncheckedMany2one(
        "res.country",
        sql="partner.country_id",
        follows=["commercial_partner_id.country_id"],
        covered=True,
    )

    # Of what
    product_category_id = fields.Many2one(
        "product.category",
        string="Product Category",
        readonly=True,
        ondelete="set null",
        dimension="product",
        sql="template.categ_id",
        follows=["line_ids.product_id.categ_id"],
        covered=True,
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
        dimension="kind",
        sql="role.name",
        help="A discount takes money off and no goods back: a line of a negative price, or one "
        "that credits no line that is known, of a service or of no product. It has no quantity, "
        "costs nothing and lowers the margin by its amount.",
    )
    is_price_correction = fields.Boolean(
        string="Price Correction",
        readonly=True,
        sql="role.is_price_correction",
        help="A credit or debit note that changes a price only: it has neither quantity nor cost.",
    )

    # By whom
    user_id = fields.Many2one(
        "res.users",
        index="btree_not_null",
        ondelete="set null",
        sql="owner.user_id",
        covered=True,
        help="The salesperson of a sale, the buyer of a purchase. On an invoice of several "
        "orders, that of each order.",
    )
    team_id = fields.Many2one(
        "crm.team",
        string="Sales Team",
        readonly=True,
        ondelete="set null",
        dimension="employee",
        sql="owner.team_id",
        covered=True,
    )
    department_id = fields.Many2one(
        "hr.department",
        ondelete="set null",
        sql="post.department_id",
        covered=True,
        help="The department of the employee on the day of the document.",
    )
    campaign_id = fields.Many2one(
        "utm.campaign",
        string="Campaign",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        dimension="campaign",
        sql="owner.campaign_id",
        help="The campaign that the order or the invoice names.",
    )
    attributed_campaign_id = fields.Many2one(
        "utm.campaign",
        string="Counts for Campaign",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        dimension="campaign",
        sql="CASE counted.flow WHEN 'sale' THEN COALESCE(named.campaign_id, touch.campaign_id) END",
        help="The campaign that the order or the invoice names, otherwise that of the last "
        "activity held with the customer shortly before.",
    )
    source_id = fields.Many2one(
        "utm.source",
        string="Source",
        readonly=True,
        ondelete="set null",
        dimension="campaign",
        sql="owner.source_id",
    )
    medium_id = fields.Many2one(
        "utm.medium",
        string="Medium",
        readonly=True,
        ondelete="set null",
        dimension="campaign",
        sql="owner.medium_id",
    )

    # How many, in the unit of the product
    sold_quantity = fields.Float(
        readonly=True,
        digits="Product Unit",
        help="In the unit of the product. Down payments, discounts and price corrections have "
        "none.",
        figure="quantity",
        flow="sale",
        sql="CASE counted.flow WHEN 'sale' THEN counted.quantity ELSE 0 END",
        covered=True,
    )
    bought_quantity = fields.Float(
        readonly=True,
        digits="Product Unit",
        help="In the unit of the product.",
        figure="quantity",
        flow="purchase",
        sql="CASE counted.flow WHEN 'purchase' THEN counted.quantity ELSE 0 END",
    )

    # For how much, in the currency of the company
    sold_net = fields.Float(
        string="Sold",
        readonly=True,
        digits=(16, 2),
        help="Net turnover: invoiced less credited, without tax. Down payments do not count; the "
        "invoice that settles them counts in full.",
        figure="money",
        flow="sale",
        sql="counted.sold",
        covered=True,
    )
    invoiced_net = fields.Float(
        string="Invoiced to Customers",
        readonly=True,
        digits=(16, 2),
        help="Without tax, with down payments when they are invoiced.",
        figure="money",
        flow="sale",
        sql="CASE counted.flow WHEN 'sale' THEN -line.balance ELSE 0 END",
    )
    bought_net = fields.Float(
        string="Bought",
        readonly=True,
        digits=(16, 2),
        help="Billed by vendors less their credit notes, without tax and without down payments.",
        figure="money",
        flow="purchase",
        sql="CASE WHEN counted.flow = 'purchase' AND role.name <> 'down_payment'"
        " THEN line.balance ELSE 0 END",
    )
    billed_net = fields.Float(
        string="Billed by Vendors",
        readonly=True,
        digits=(16, 2),
        help="Without tax, with down payments when they are billed.",
        figure="money",
        flow="purchase",
        sql="CASE counted.flow WHEN 'purchase' THEN line.balance ELSE 0 END",
    )
    discount = fields.Float(
        readonly=True,
        digits=(16, 2),
        help="What was given away: discounts on lines, and lines that take money off and no goods "
        "back.",
        figure="money",
        flow="sale",
        sql=lambda facts, source: facts._get_discount(source),
    )
    list_net = fields.Float(
        string="Before Discount",
        readonly=True,
        digits=(16, 2),
        help="Sold, as it would have been without discounts.",
        figure="money",
        flow="sale",
        sql=lambda facts, source: SQL("counted.sold + %s", facts._get_discount(source)),
    )

    # At what cost, in the currency of the company
    cost = fields.Float(
        readonly=True,
        digits=(16, 2),
        groups=MARGIN_GROUP,
        help="Cost of what was sold, as it was when the invoice was posted; it stays when that is "
        "posted again. What gives back the whole leaves no cost.",
        figure="money",
        flow="sale",
        sql=lambda facts, source: facts._get_cost(source),
        frozen=True,
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
        dimension="kind",
        frozen=True,
        sql="spent.source",
        groups=MARGIN_GROUP,
        help="Where the cost comes from. Cost history and later cost of the product: it was not "
        "known when the document was posted, and has been reconstructed since. Price corrections, "
        "down payments and discounts have none. Where the cost is unknown, there is no margin.",
    )
    costed_net = fields.Float(
        string="Sold with Known Cost",
        readonly=True,
        digits=(16, 2),
        groups=MARGIN_GROUP,
        figure="money",
        flow="sale",
        sql=lambda facts, source: SQL(
            "CASE WHEN %s IS NOT NULL THEN counted.sold END", facts._get_cost(source)
        ),
        covered=True,
    )
    margin = fields.Float(
        readonly=True,
        digits=(16, 2),
        groups=MARGIN_GROUP,
        help="Sold less cost, of what has a known cost.",
        figure="money",
        flow="sale",
        sql=lambda facts, source: SQL("counted.sold - %s", facts._get_cost(source)),
        covered=True,
    )
