from odoo import api, fields, models
from odoo.tools import SQL

from ...models.ledger.isof_trade_mixin import MARGIN_GROUP

# Which accounts are turnover, and which are the cost of what was sold.
REVENUE = ("income", "income_other")
COST = ("expense_direct_cost",)
IS_REVENUE = SQL("account.account_type IN %s", REVENUE)


class IsofLedgerReport(models.Model):
    """Revenue and cost by the ledger: a row for each posted item on one of their accounts.

    What the analyses count is explained by a document: its product lines, each of which has a
    fact, and the entries of what they cost; or by a session of a Point of Sale. The rest is in the
    ledger only: entries that somebody made by hand, openings, what a document was rounded by,
    exchange differences. What documents have on other accounts is in the analyses only.

    To have more explained, extend ``_is_explained`` and what it needs in ``_from``.
    """

    _name = "isof.ledger.report"
    _description = "Turnover by the Ledger"
    _inherit = ["isof.period.mixin", "isof.figures.mixin"]
    _isof_period_date = "date"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "move_id"
    _depends = {
        "account.account": ["account_type"],
        "account.move": ["isof_trade_line_count"],
        "account.move.line": [
            *("account_id", "balance", "company_id", "date", "display_type", "journal_id"),
            *("move_id", "name", "parent_state", "partner_id"),
        ],
        "isof.trade.line": ["department_id", "move_line_id", "user_id"],
        "res.company": ["currency_id"],
    }

    date = fields.Date(
        string="Accounting Date",
        readonly=True,
        dimension="date",
        sql="line.date",
    )
    move_id = fields.Many2one(
        "account.move",
        string="Journal Entry",
        readonly=True,
        dimension="document",
        sql="line.move_id",
    )
    name = fields.Char(
        string="Label",
        readonly=True,
        sql="line.name",
    )
    journal_id = fields.Many2one(
        "account.journal",
        string="Journal",
        readonly=True,
        dimension="document",
        sql="line.journal_id",
    )
    account_id = fields.Many2one(
        "account.account",
        string="Account",
        readonly=True,
        dimension="document",
        sql="line.account_id",
    )
    kind = fields.Selection(
        [("revenue", "Revenue"), ("cost", "Cost of Revenue")],
        string="Kind",
        readonly=True,
        help="Revenue: accounts of the types “Income” and “Other Income”. Cost of revenue: those "
        "of the type of this name.",
        dimension="kind",
        sql=lambda self, source: SQL("CASE WHEN %s THEN 'revenue' ELSE 'cost' END", IS_REVENUE),
    )
    is_explained = fields.Boolean(
        string="Explained",
        readonly=True,
        help="By an invoice, bill, credit note, receipt or session of a Point of Sale whose lines "
        "the analyses count.",
        dimension="kind",
        sql="item.is_explained",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Contractor",
        readonly=True,
        dimension="contractor",
        sql="line.partner_id",
    )
    company_id = fields.Many2one(sql="line.company_id")
    company_currency_id = fields.Many2one(sql="company.currency_id")
    user_id = fields.Many2one(sql="fact.user_id", help="Of what a document explains.")
    department_id = fields.Many2one(sql="fact.department_id", help="Of what a document explains.")

    revenue = fields.Float(
        readonly=True,
        digits=(16, 2),
        help="What the accounts of revenue have, in the ledger.",
        figure="money",
        sql=lambda self, source: self._get_amount("revenue", SQL("TRUE")),
    )
    explained_revenue = fields.Float(
        readonly=True,
        digits=(16, 2),
        help="What of it is lines of documents that the analyses count.",
        figure="money",
        sql=lambda self, source: self._get_amount("revenue", SQL("item.is_explained")),
    )
    unexplained_revenue = fields.Float(
        readonly=True,
        digits=(16, 2),
        help="What of it is in the ledger only.",
        figure="money",
        sql=lambda self, source: self._get_amount("revenue", SQL("item.is_explained IS NOT TRUE")),
    )
    cost = fields.Float(
        string="Cost of Revenue",
        readonly=True,
        digits=(16, 2),
        groups=MARGIN_GROUP,
        help="What the accounts of the cost of revenue have, in the ledger.",
        figure="money",
        sql=lambda self, source: self._get_amount("cost", SQL("TRUE")),
    )
    explained_cost = fields.Float(
        readonly=True,
        digits=(16, 2),
        groups=MARGIN_GROUP,
        help="What of it is lines of documents that the analyses count, and the entries of what "
        "these cost.",
        figure="money",
        sql=lambda self, source: self._get_amount("cost", SQL("item.is_explained")),
    )
    unexplained_cost = fields.Float(
        readonly=True,
        digits=(16, 2),
        groups=MARGIN_GROUP,
        help="What of it is in the ledger only.",
        figure="money",
        sql=lambda self, source: self._get_amount("cost", SQL("item.is_explained IS NOT TRUE")),
    )

    # ------------------------------------------------------------
    # Query
    # ------------------------------------------------------------

    @property
    def _table_query(self):
        columns = {"id": SQL("line.id")} | self._get_columns()
        return SQL(
            "SELECT %s %s WHERE line.parent_state = 'posted'",
            SQL(", ").join(
                SQL("%s AS %s", expression, SQL.identifier(name))
                for name, expression in columns.items()
            ),
            self._from(),
        )

    @api.model
    def _get_amount(self, kind, condition):
        """Return the amount of an item as revenue or as cost, of which the other has none.

        :param SQL condition: of the items that have any
        """
        return SQL(
            "CASE WHEN %s AND %s THEN %s ELSE 0 END",
            IS_REVENUE if kind == "revenue" else SQL("NOT %s", IS_REVENUE),
            condition,
            SQL("-line.balance" if kind == "revenue" else "line.balance"),
        )

    @api.model
    def _from(self):
        """Return the tables: ``line``, ``account``, ``move``, ``company``, ``fact``, ``item``."""
        return SQL(
            """
            FROM account_move_line AS line
            JOIN account_account AS account
              ON account.id = line.account_id AND account.account_type IN %(account_types)s
            JOIN account_move AS move ON move.id = line.move_id
            JOIN res_company AS company ON company.id = line.company_id
            LEFT JOIN isof_trade_line AS fact ON fact.move_line_id = line.id
            CROSS JOIN LATERAL (SELECT %(is_explained)s AS is_explained) AS item
            """,
            account_types=(*REVENUE, *COST),
            is_explained=self._is_explained(),
        )

    @api.model
    def _is_explained(self):
        """Return the condition of an item that the analyses count, or whose cost they count.

        Entries have facts where they are of a session at a Point of Sale. What an invoice of an
        order in it takes out of the session again is explained by the invoice.
        """
        return SQL(
            """
            (fact.id IS NOT NULL
             OR move.isof_trade_line_count > 0
                AND (line.display_type = 'cogs' OR move.move_type = 'entry')
             OR %(is_taken_out)s)
            """,
            is_taken_out=SQL("move.reversed_pos_order_id IS NOT NULL")
            if self.env["isof.trade.line"]._has_field("account.move", "reversed_pos_order_id")
            else SQL("FALSE"),
        )

    @api.model
    def _search(self, domain, *args, **kwargs):
        self.env["isof.trade.line"]._bring_in_step()
        return super()._search(domain, *args, **kwargs)

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    @api.readonly
    def action_open_entry(self):
        """Return the action that opens the journal entry, for who may read it."""
        self.ensure_one()
        self.check_access("read")
        return self._open_document(self.move_id)
