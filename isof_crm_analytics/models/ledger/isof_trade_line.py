from collections import defaultdict

from odoo import api, fields, models
from odoo.models import parse_read_group_spec
from odoo.tools import SQL

from ...tools.grouped_query import GroupedDomain, GroupedQuery
from ..period.isof_period_type import get_type_id
from .isof_trade_mixin import MARGIN_GROUP, UncheckedMany2one

# Aggregates to which it makes no difference how often a value occurs.
DISTINCT_AGGREGATES = ("count_distinct", "array_agg_distinct", "min", "max", "bool_and", "bool_or")
# Whoever knows the month knows these.
MONTHLY = {"month", "quarter", "year"}


class IsofTradeLine(models.Model):
    """The facts: one row a product line of a posted invoice, bill, credit note or receipt.

    Or of an order without an invoice at a Point of Sale, see ``isof_trade_line_pos.py``.

    Nobody writes them: ``isof_trade_line_sync.py`` derives them from the ledger, in the
    transaction that changes it, by the one SQL query of ``isof_trade_line_facts.py``. Amounts are
    in the currency of the company, as the ledger has them. A credit note has the opposite sign, so
    that a full one brings every measure to exactly 0.

    What was true when it was posted stays: cost, contractor group, region. All the rest is as
    the document and its product and contractor are now.
    """

    _name = "isof.trade.line"
    _description = "Sales and Purchases"
    _inherit = ["isof.period.mixin", "isof.trade.mixin"]
    _isof_period_date = "invoice_date"
    _order = "invoice_date desc, move_id desc, id"
    _rec_name = "move_id"
    _log_access = False

    # Document
    move_line_id = fields.Many2one(
        "account.move.line",
        string="Journal Item",
        readonly=True,
        sql="line.id",
        ondelete="cascade",
        help="Empty: a line at a Point of Sale, which the ledger has in sums of a session.",
    )
    origin_line_id = fields.Many2one(
        "account.move.line",
        string="Corrected Journal Item",
        exportable=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        sql="CASE counted.flow WHEN 'sale' THEN credited.id END",
        help="The line of the customer invoice that a credit or debit note corrects.",
    )

    # With whom, as it is now
    state_id = fields.Many2one(
        related="partner_id.state_id", string="State", readonly=True, dimension="contractor"
    )
    industry_id = fields.Many2one(
        related="partner_id.industry_id", string="Industry", readonly=True, dimension="contractor"
    )

    # Of what
    product_id = UncheckedMany2one(
        "product.product",
        string="Product",
        readonly=True,
        index=True,
        dimension="product",
        sql="line.product_id",
    )

    # By whom
    touch_id = fields.Many2one(
        "isof.activity",
        string="Last Touch",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        groups="isof_crm.group_manager",
        sql="touch.id",
        help="The activity by which the sale counts for a campaign that it does not name.",
    )

    sold_price = fields.Float(
        string="Average Price",
        ratio=("sold_net", "sold_quantity"),
        flow="sale",
        compute="_compute_ratios",
        aggregator="avg",
        digits=(16, 2),
        help="Sold by sold quantity.",
    )
    bought_price = fields.Float(
        string="Average Purchase Price",
        ratio=("bought_net", "bought_quantity"),
        flow="purchase",
        compute="_compute_ratios",
        aggregator="avg",
        digits=(16, 2),
        help="Bought by bought quantity.",
    )
    discount_rate = fields.Float(
        string="Discount %",
        ratio=("discount", "list_net"),
        flow="sale",
        compute="_compute_ratios",
        aggregator="avg",
        digits=(16, 4),
        help="Discount by what would have been sold without it.",
    )

    margin_rate = fields.Float(
        string="Margin %",
        ratio=("margin", "costed_net"),
        flow="sale",
        compute="_compute_ratios",
        aggregator="avg",
        digits=(16, 4),
        groups=MARGIN_GROUP,
        help="Margin by what was sold with a known cost.",
    )
    cost_coverage = fields.Float(
        string="Known Cost %",
        ratio=("costed_net", "sold_net"),
        flow="sale",
        compute="_compute_ratios",
        aggregator="avg",
        digits=(16, 4),
        groups=MARGIN_GROUP,
        help="For how much of what was sold the cost is known: costs and margins are of that part.",
    )
    current_cost = fields.Float(
        figure="money",
        flow="sale",
        compute="_compute_current_cost",
        aggregator="sum",
        digits=(16, 2),
        groups=MARGIN_GROUP,
        help="What the sold quantity costs at today's cost of the product.",
    )

    # How many different ones
    partner_count = fields.Integer(
        string="Contractors",
        counts="partner_id",
        compute="_compute_counts",
        aggregator="count_distinct",
        exportable=False,
        help="How many different contractors.",
    )
    move_count = fields.Integer(
        string="Documents",
        counts="move_id",
        compute="_compute_counts",
        aggregator="count_distinct",
        exportable=False,
        help="How many different documents.",
    )
    product_count = fields.Integer(
        string="Products",
        counts="product_id",
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

    @api.depends("move_id.display_name")
    def _compute_display_name(self):
        # sudo: who may read a figure may know the number of its document
        for line in self.sudo():
            line.display_name = line.move_id.display_name

    # ------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------

    @api.model
    def _search(self, domain, *args, **kwargs):
        self._bring_in_step()
        query = super()._search(domain, *args, **kwargs)
        if not isinstance(domain, GroupedDomain) or query.is_empty():
            return query
        summary = self.env["isof.trade.summary"]
        return GroupedQuery(
            query,
            model=self,
            measures=set(summary._get_measures()),
            summary=summary._table,
            summary_columns={*summary._get_dimensions(), *summary._get_measures()},
            months=domain.months,
        )

    @api.model
    def _read_group(
        self, domain, groupby=(), aggregates=(), having=(), offset=0, limit=None, order=None
    ):
        terms = [*aggregates, *(item[0] for item in having if isinstance(item, (list, tuple)))]
        domain = self._group_domain(domain, groupby, terms, order)
        return super()._read_group(domain, groupby, aggregates, having, offset, limit, order)

    @api.model
    def _read_grouping_sets(self, domain, grouping_sets, aggregates=(), order=None):
        groupby = {spec for specs in grouping_sets for spec in specs}
        domain = self._group_domain(domain, groupby, aggregates, order)
        return super()._read_grouping_sets(domain, grouping_sets, aggregates, order)

    @api.model
    def _group_domain(self, domain, groupby, aggregates, order):
        """Return the domain, marked if all that is asked for follows from sums of facts."""
        if not self._can_sum(groupby, aggregates, order):
            return domain
        return GroupedDomain(domain, self._find_months(groupby, aggregates))

    @api.model
    def _can_sum(self, groupby, aggregates, order):
        """Return whether what is asked for follows from sums of facts."""
        measures = self.env["isof.trade.summary"]._get_measures()
        ratios = self._get_figures().ratios
        if any(parse_read_group_spec(spec)[0] in measures for spec in groupby):
            return False
        ordered = {part.split()[0] for part in (order or "").split(",") if part.strip()}
        for spec in {*aggregates, *ordered} - {"__count", *groupby}:
            name, _property, aggregator = parse_read_group_spec(spec)
            if name in measures or name == "current_cost":
                if aggregator != "sum":
                    return False
            elif name not in ratios and aggregator not in DISTINCT_AGGREGATES:
                return False
        return True

    @api.model
    def _find_months(self, groupby, aggregates):
        """Return the dates of which no more than the month is asked for.

        By day there would be many more groups, unless it is grouped by nothing else.
        """
        if len(groupby) < 2:
            return ()
        asked = defaultdict(set)
        for spec in (*groupby, *aggregates):
            name, _property, granularity = parse_read_group_spec(spec)
            # a user's period begins and ends on any day
            asked[self._isof_period_date if get_type_id(name) else name].add(granularity)
        return [name for name in ("invoice_date", "date") if asked[name] <= MONTHLY]

    def _read_group_select(self, aggregate_spec, query):
        if aggregate_spec == "__count" and isinstance(query, GroupedQuery):
            return query.count()
        aggregate = super()._read_group_select(aggregate_spec, query)
        if aggregate_spec == "cost_coverage:avg":
            # where no cost is known there is no sum of it, but it is known that it is none
            sold = self._read_group_select("sold_net:sum", query)
            return SQL("CASE WHEN %s <> 0 THEN COALESCE(%s, 0) END", sold, aggregate)
        return aggregate

    @api.model
    def _bring_in_step(self):
        """Bring the facts in step with what has changed in this transaction."""
        self.env["isof.activity"].flush_model(["touch_day"])  # may change documents
        self.env["account.move"].flush_model(["isof_trade_line_count"])

    @api.model
    def _field_to_sql(self, alias, field_expr, query=None):
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
        return self._open_document(self.move_id)
