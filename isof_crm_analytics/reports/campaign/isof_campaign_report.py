from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.isof_crm.models.activity.isof_activity_status import DROPPED_STATES, HELD_STATES

COST_GROUP = "isof_crm_analytics.group_all"
MARGIN_GROUP = "isof_crm_analytics.group_margin"
# Each row has a number from its own table; these kinds of rows share the numbers.
KINDS = ("activity", "order", "sale", "cost", "budget")
COLUMN_TYPES = {
    "date": "date",
    "float": "numeric",
    "integer": "int",
    "many2one": "int",
    "selection": "varchar",
}


class IsofCampaignReport(models.Model):
    """What campaigns cost and what came of them: rows of several kinds, side by side.

    A row is an activity of a campaign, an order that names it, a line of an invoice that counts
    for it (``attributed_campaign_id`` of the facts), a cost or the budget. Each has the measures
    of its kind and nothing in the others, so that sums and ratios of any selection are right.

    A customer counts once for each campaign and company, with its first sale by the campaign: as
    *won* if nothing was sold to it during the look-back before that, as *kept* otherwise. Who did
    not buy more than was credited is neither. An earlier invoice that was credited in full is no
    sale. ``customer_kind`` divides the turnover in the same way.

    What a measure is of rows of a kind says its field; of others it is nothing. The tables of a
    kind are in ``_get_sources``.

    Costs and budgets have no employee: they are for those who see all figures. Activities count
    for those who may see the figures, whoever may open them.
    """

    _name = "isof.campaign.report"
    _description = "Campaign Results"
    _inherit = ["isof.period.mixin", "isof.contractor.figures.mixin"]
    _isof_period_date = "date"
    _auto = False
    _order = "date desc, id desc"
    _depends = {
        "isof.activity": [
            *("active", "allday", "campaign_id", "commercial_partner_id", "company_id"),
            *("department_id", "direction", "start", "state", "user_id"),
        ],
        "isof.campaign.cost": ["amount", "campaign_id", "company_id", "date", "kind", "move_id"],
        "account.move": ["reversed_entry_id", "state"],
        "res.company": ["currency_id", "isof_lookback_months"],
        "res.currency": ["rounding"],
        "res.partner": ["commercial_partner_id", "country_id", "isof_group_id", "isof_region_id"],
        "sale.order": [
            *("amount_untaxed", "campaign_id", "company_id", "currency_rate", "date_order"),
            *("partner_id", "state", "team_id", "user_id"),
        ],
        "utm.campaign": ["company_id", "isof_budget", "isof_date_from", "isof_goal"],
    }

    # What
    kind = fields.Selection(
        [
            ("activity", "Activity"),
            ("order", "Order"),
            ("sale", "Sale"),
            ("cost", "Cost"),
            ("budget", "Budget"),
        ],
        string="Row",
        readonly=True,
        dimension="kind",
        sql=lambda self, kind: SQL("%s", kind),
    )
    campaign_id = fields.Many2one(
        "utm.campaign",
        string="Campaign",
        readonly=True,
        dimension="campaign",
        sql={
            "activity": "activity.campaign_id",
            "order": "sale.campaign_id",
            "sale": "fact.attributed_campaign_id",
            "cost": "cost.campaign_id",
            "budget": "campaign.id",
        },
    )
    goal = fields.Selection(
        selection=lambda self: self.env["utm.campaign"]._fields["isof_goal"].selection,
        readonly=True,
        dimension="campaign",
    )
    date = fields.Date(
        readonly=True,
        help="Of the activity, the order, the invoice or the cost; the budget counts on the first "
        "day of the campaign.",
        dimension="date",
        sql={
            "activity": lambda self, kind: self.env["isof.activity"]._isof_period_day_to_sql(
                "activity", None
            ),
            "order": lambda self, kind: self._isof_moment_to_day(SQL("sale.date_order")),
            "sale": "fact.invoice_date",
            "cost": "cost.date",
            "budget": "COALESCE(campaign.isof_date_from, campaign.create_date::date)",
        },
    )
    company_id = fields.Many2one(
        sql={
            "activity": "activity.company_id",
            "order": "sale.company_id",
            "sale": "fact.company_id",
            "cost": "cost.company_id",
            "budget": "campaign.company_id",
        },
    )

    # With whom, by whom
    partner_id = fields.Many2one(
        sql={
            "activity": "activity.commercial_partner_id",
            "order": "contact.commercial_partner_id",
            "sale": "fact.partner_id",
        },
    )
    customer_kind = fields.Selection(
        [("won", "Won"), ("kept", "Kept")],
        string="Won or Kept",
        readonly=True,
        help="Sales to customers that the campaign won, and to those that it kept.",
        dimension="contractor",
        sql={"sale": "customer.kind"},
    )
    user_id = fields.Many2one(
        sql={"activity": "activity.user_id", "order": "sale.user_id", "sale": "fact.user_id"}
    )
    team_id = fields.Many2one(
        "crm.team",
        string="Sales Team",
        readonly=True,
        dimension="employee",
        sql={"order": "sale.team_id", "sale": "fact.team_id"},
    )
    department_id = fields.Many2one(
        sql={
            "activity": "activity.department_id",
            "order": "post.department_id",
            "sale": "fact.department_id",
        }
    )

    # How many
    activity_count = fields.Integer(
        string="Activities",
        readonly=True,
        help="Without those that were cancelled or not held.",
        figure="number",
        sql={"activity": "1"},
    )
    reached_count = fields.Integer(
        string="Reached",
        readonly=True,
        aggregator="count_distinct",
        exportable=False,
        help="Different contractors with whom an activity of the campaign was held.",
        figure="number",
        sql={
            "activity": lambda self, kind: SQL(
                "CASE WHEN activity.state IN %s THEN activity.commercial_partner_id END",
                HELD_STATES,
            )
        },
    )
    responded_count = fields.Integer(
        string="Responded",
        readonly=True,
        aggregator="count_distinct",
        exportable=False,
        help="Different contractors who came back: by an incoming activity of the campaign, or by "
        "an order that names it.",
        figure="number",
        sql={
            "activity": lambda self, kind: SQL(
                "CASE WHEN activity.state IN %s AND activity.direction = 'in'"
                " THEN activity.commercial_partner_id END",
                HELD_STATES,
            ),
            "order": "contact.commercial_partner_id",
        },
    )
    order_count = fields.Integer(
        string="Orders",
        readonly=True,
        help="Confirmed orders that name the campaign.",
        figure="number",
        sql={"order": "1"},
    )
    won_count = fields.Integer(
        string="Customers Won",
        readonly=True,
        help="Customers who bought by the campaign and had bought nothing during the look-back, "
        "counted with their first sale.",
        figure="number",
        sql={"sale": "CASE WHEN fact.id = customer.first_id AND customer.kind = 'won' THEN 1 END"},
    )
    kept_count = fields.Integer(
        string="Customers Kept",
        readonly=True,
        help="Customers who bought by the campaign and had bought during the look-back, counted "
        "with their first sale.",
        figure="number",
        sql={"sale": "CASE WHEN fact.id = customer.first_id AND customer.kind = 'kept' THEN 1 END"},
    )

    # For how much, in the currency of the company
    ordered_net = fields.Float(
        string="Ordered",
        readonly=True,
        digits=(16, 2),
        figure="money",
        sql={
            "order": "round(sale.amount_untaxed / COALESCE(NULLIF(sale.currency_rate, 0), 1),"
            " currency.decimal_places)"
        },
    )
    turnover = fields.Float(
        readonly=True,
        digits=(16, 2),
        help="Net sales that count for the campaign.",
        figure="money",
        sql={"sale": "fact.sold_net"},
    )
    won_turnover = fields.Float(
        string="Turnover of Won Customers",
        readonly=True,
        digits=(16, 2),
        help="What the campaign sold by acquisition.",
        figure="money",
        sql={"sale": "CASE customer.kind WHEN 'won' THEN fact.sold_net END"},
    )
    kept_turnover = fields.Float(
        string="Turnover of Kept Customers",
        readonly=True,
        digits=(16, 2),
        help="What the campaign sold by retention.",
        figure="money",
        sql={"sale": "CASE customer.kind WHEN 'kept' THEN fact.sold_net END"},
    )
    margin = fields.Float(
        readonly=True,
        digits=(16, 2),
        groups=MARGIN_GROUP,
        help="Turnover less cost of what was sold, where that is known.",
        figure="money",
        sql={"sale": "fact.margin"},
    )
    planned_cost = fields.Float(
        readonly=True,
        digits=(16, 2),
        groups=COST_GROUP,
        figure="money",
        sql={"cost": "CASE cost.kind WHEN 'planned' THEN cost.amount END"},
    )
    actual_cost = fields.Float(
        readonly=True,
        digits=(16, 2),
        groups=COST_GROUP,
        figure="money",
        sql={"cost": "CASE cost.kind WHEN 'actual' THEN cost.amount END"},
    )
    budget = fields.Float(
        readonly=True,
        digits=(16, 2),
        groups=COST_GROUP,
        figure="money",
        sql={"budget": "campaign.isof_budget"},
    )
    profit = fields.Float(
        string="Margin less Cost",
        readonly=True,
        digits=(16, 2),
        groups=COST_GROUP,
        help="Margin of the sales less actual cost of the campaign.",
        figure="money",
        sql={"sale": "fact.margin", "cost": "-(CASE cost.kind WHEN 'actual' THEN cost.amount END)"},
    )
    cost_per_win = fields.Float(
        string="Cost per Customer Won",
        compute="_compute_ratios",
        aggregator="avg",
        digits=(16, 2),
        groups=COST_GROUP,
        help="Actual cost by customers won. Empty if there are none.",
        ratio=("actual_cost", "won_count"),
    )
    return_on_cost = fields.Float(
        compute="_compute_ratios",
        aggregator="avg",
        digits=(16, 4),
        groups=COST_GROUP,
        help="Margin less actual cost, by actual cost. Empty without a cost.",
        ratio=("profit", "actual_cost"),
    )
    budget_used = fields.Float(
        compute="_compute_ratios",
        aggregator="avg",
        digits=(16, 4),
        groups=COST_GROUP,
        help="Actual cost by budget. Empty without a budget.",
        ratio=("actual_cost", "budget"),
    )

    # ------------------------------------------------------------
    # Rights
    # ------------------------------------------------------------

    @api.model
    def _has_field_access(self, field, operation):
        """What is made of costs and margins is for those who may see both."""
        return super()._has_field_access(field, operation) and (
            field.name not in ("profit", "return_on_cost")
            or self.env.su
            or self.env.user.has_group(MARGIN_GROUP)
        )

    # ------------------------------------------------------------
    # Query
    # ------------------------------------------------------------

    @api.model
    def _search(self, domain, *args, **kwargs):
        self.env["isof.trade.line"]._bring_in_step()
        return super()._search(domain, *args, **kwargs)

    @property
    @api.depends_context("tz", "uid")
    def _table_query(self):
        return SQL(
            """
            SELECT item.*, campaign.isof_goal AS goal, company.currency_id AS company_currency_id,
                   partner.isof_group_id AS group_id, partner.isof_region_id AS region_id,
                   partner.country_id
              FROM (%(rows)s) AS item
              JOIN utm_campaign AS campaign ON campaign.id = item.campaign_id
              JOIN res_company AS company ON company.id = item.company_id
              LEFT JOIN res_partner AS partner ON partner.id = item.partner_id
            """,
            rows=SQL(" UNION ALL ").join(
                self._select(kind, *source) for kind, source in self._get_sources().items()
            ),
        )

    @api.model
    def _select(self, kind, number, tables):
        """Return the query of one kind of rows.

        :param SQL number: of the row, in the table of the rows
        :param SQL tables: from where, with the condition
        """
        columns = self._get_columns(kind)
        columns["id"] = SQL("%s::bigint * %s + %s", number, len(KINDS), KINDS.index(kind))
        expressions = SQL(", ").join(
            SQL(
                "(%s)::%s AS %s",
                columns.get(name, SQL("NULL")),
                SQL(type_),
                SQL.identifier(name),
            )
            for name, type_ in self._get_column_types().items()
        )
        return SQL("SELECT %s %s", expressions, tables)

    @api.model
    def _get_column_types(self):
        """Return the columns of the rows with their types in PostgreSQL."""
        return {"id": "bigint"} | {
            name: COLUMN_TYPES[self._fields[name].type] for name in self._get_figures().columns
        }

    @api.model
    def _get_sources(self):
        """Return, of each kind of rows, their number and the tables that they are read from.

        :return: dict of pairs of ``SQL``, by the kinds
        """
        return {
            "activity": (SQL("activity.id"), self._from_activities()),
            "order": (SQL("sale.id"), self._from_orders()),
            "sale": (SQL("fact.id"), self._from_sales()),
            "cost": (SQL("cost.id"), self._from_costs()),
            "budget": (
                SQL("campaign.id"),
                SQL(
                    "FROM utm_campaign AS campaign"
                    " WHERE campaign.isof_budget > 0 AND campaign.company_id IS NOT NULL"
                ),
            ),
        }

    @api.model
    def _from_activities(self):
        return SQL(
            """
            FROM isof_activity AS activity
            WHERE activity.campaign_id IS NOT NULL AND activity.active
              AND activity.state <> ALL(%s)
            """,
            list(DROPPED_STATES),
        )

    @api.model
    def _from_orders(self):
        return SQL(
            """
            FROM sale_order AS sale
            JOIN res_partner AS contact ON contact.id = sale.partner_id
            JOIN res_company AS company ON company.id = sale.company_id
            JOIN res_currency AS currency ON currency.id = company.currency_id
            LEFT JOIN (%(posts)s) AS post
                   ON post.user_id = sale.user_id AND post.company_id = sale.company_id
                  AND %(day)s >= post.date_from AND %(day)s < post.date_to
            WHERE sale.campaign_id IS NOT NULL AND sale.state = 'sale'
            """,
            posts=self.env["hr.version"]._get_isof_posts(),
            day=self._isof_moment_to_day(SQL("sale.date_order")),
        )

    @api.model
    def _from_sales(self):
        return SQL(
            """
            FROM isof_trade_line AS fact
            LEFT JOIN (%(customers)s) AS customer
                   ON customer.attributed_campaign_id = fact.attributed_campaign_id
                  AND customer.company_id = fact.company_id
                  AND customer.partner_id = fact.partner_id
            WHERE fact.attributed_campaign_id IS NOT NULL
            """,
            customers=self._get_customers(),
        )

    @api.model
    def _from_costs(self):
        return SQL(
            """
            FROM isof_campaign_cost AS cost
            LEFT JOIN account_move AS move ON move.id = cost.move_id
            WHERE cost.move_id IS NULL OR move.state = 'posted'
            """
        )

    @api.model
    def _get_customers(self):
        """Return the query of who bought by which campaign: first sale, and won or kept."""
        is_sale = SQL("fact.move_type <> 'out_refund' AND fact.sold_net > 0")
        return SQL(
            """
            SELECT buyer.*, CASE WHEN net <= 0 THEN NULL WHEN EXISTS (
                       SELECT FROM isof_trade_line AS earlier
                        WHERE earlier.partner_id = buyer.partner_id
                          AND earlier.company_id = buyer.company_id AND earlier.flow = 'sale'
                          AND earlier.move_type <> 'out_refund'
                          AND earlier.invoice_date < buyer.first_day
                          AND earlier.invoice_date >= (
                              buyer.first_day
                              - make_interval(months => company.isof_lookback_months)
                          )::date
                        GROUP BY earlier.move_id
                       HAVING sum(earlier.sold_net) + COALESCE((
                              SELECT sum(credit.sold_net)
                                FROM account_move AS refund
                                JOIN isof_trade_line AS credit ON credit.move_id = refund.id
                               WHERE refund.reversed_entry_id = earlier.move_id), 0) > 0
                   ) THEN 'kept' ELSE 'won' END AS kind
              FROM (SELECT fact.attributed_campaign_id, fact.company_id, fact.partner_id,
                           sum(fact.sold_net) AS net,
                           min(fact.invoice_date) FILTER (WHERE %(is_sale)s) AS first_day,
                           (array_agg(fact.id ORDER BY fact.invoice_date, fact.move_id, fact.id)
                               FILTER (WHERE %(is_sale)s))[1] AS first_id
                      FROM isof_trade_line AS fact
                     WHERE fact.attributed_campaign_id IS NOT NULL
                     GROUP BY fact.attributed_campaign_id, fact.company_id, fact.partner_id
                   ) AS buyer
              JOIN res_company AS company ON company.id = buyer.company_id
            """,
            is_sale=is_sale,
        )

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    @api.readonly
    def action_open_source(self):
        """Open what the row is made of, as far as the user may read it."""
        self.ensure_one()
        number, kind = divmod(self.id, len(KINDS))
        if KINDS[kind] == "sale":
            source = self.env["isof.trade.line"].browse(number).move_id
        elif KINDS[kind] in ("activity", "order"):
            model = "isof.activity" if KINDS[kind] == "activity" else "sale.order"
            source = self.env[model].browse(number)
        else:
            source = self.campaign_id
        return self._open_document(source)
