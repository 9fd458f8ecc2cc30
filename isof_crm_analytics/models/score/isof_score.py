from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.scoring import parse_limits
from ..ledger.isof_trade_mixin import UncheckedMany2one

FIGURES_GROUP = "isof_crm_analytics.group_all"


class IsofScore(models.Model):
    """The score of a customer in one run: made of the facts in one statement, never written.

    Its class or marks are for everybody who analyses sales, also own sales only; what it is
    made of is for those who see all figures.
    """

    _name = "isof.score"
    _description = "Score of a Customer"
    _order = "run_id desc, partner_id, id"
    _rec_name = "code"
    _log_access = False

    run_id = fields.Many2one(
        "isof.score.run", string="Run", required=True, readonly=True, ondelete="cascade"
    )
    scheme_id = fields.Many2one(related="run_id.scheme_id", string="Scheme")
    kind = fields.Selection(related="run_id.kind")
    date_to = fields.Date(related="run_id.date_to", string="Last Day")
    is_latest = fields.Boolean(related="run_id.is_latest")
    # the run has them, too; to check them once more would take a quarter of the time
    company_id = UncheckedMany2one("res.company", string="Company", required=True, readonly=True)
    company_currency_id = UncheckedMany2one(
        "res.currency", string="Currency", required=True, readonly=True
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    code = fields.Char(
        string="Score", readonly=True, help="Three marks, or the class: 555 and A are the best."
    )
    recency_score = fields.Integer(string="Recency Mark", readonly=True, aggregator="avg")
    frequency_score = fields.Integer(string="Frequency Mark", readonly=True, aggregator="avg")
    monetary_score = fields.Integer(string="Value Mark", readonly=True, aggregator="avg")
    recency = fields.Integer(
        string="Days since Last Purchase",
        readonly=True,
        aggregator="avg",
        groups=FIGURES_GROUP,
        help="From the last purchase to the last day that counts.",
    )
    frequency = fields.Integer(
        string="Purchases",
        readonly=True,
        groups=FIGURES_GROUP,
        help="Invoices, without those that were credited in full.",
    )
    value = fields.Float(
        readonly=True,
        digits=(16, 2),
        groups=FIGURES_GROUP,
        help="Turnover or margin, net of credit notes, in the currency of the company.",
    )
    position = fields.Integer(
        readonly=True,
        aggregator="min",
        groups=FIGURES_GROUP,
        help="Place among the customers of the run by value; equal ones share it.",
    )

    _run_partner_unique = models.UniqueIndex("(run_id, partner_id)")

    # ------------------------------------------------------------
    # Scoring
    # ------------------------------------------------------------

    @api.model
    def _fill(self, runs):
        """Score the customers of runs that have no scores yet."""
        self.env["isof.trade.line"]._bring_in_step()
        runs.flush_recordset()
        for run in runs:
            scheme = run.scheme_id
            is_rfm = scheme.kind == "rfm"
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO isof_score (run_id, company_id, company_currency_id, partner_id,
                                            code, recency_score, frequency_score, monetary_score,
                                            recency, frequency, value, position)
                    SELECT %(run)s, %(company)s, %(currency)s, partner_id,
                           code, recency_score, frequency_score, monetary_score,
                           recency, frequency, value, position
                      FROM (%(scored)s) AS scored
                     ORDER BY partner_id
                    """,
                    run=run.id,
                    company=run.company_id.id,
                    currency=run.company_id.currency_id.id,
                    scored=self._select_rfm(run) if is_rfm else self._select_abc(run),
                )
            )
            run.score_count = self.env.cr.rowcount
        self.invalidate_model()
        self.env["res.partner"].invalidate_model(["isof_score_ids", "isof_abc", "isof_rfm"])

    @api.model
    def _select_customers(self, run):
        """Return the query of what the customers bought: a row each.

        ``last`` and ``frequency`` are of purchases: invoices, each less its credit notes.
        """
        return SQL(
            """
            SELECT partner_id, max(day) FILTER (WHERE net > 0) AS last,
                   count(day) FILTER (WHERE net > 0) AS frequency,
                   COALESCE(sum(value), 0) AS value
              FROM (SELECT fact.partner_id,
                           min(fact.invoice_date) FILTER (WHERE fact.move_type <> 'out_refund')
                               AS day,
                           sum(fact.sold_net) AS net, sum(fact.%(measure)s) AS value
                      FROM isof_trade_line AS fact
                      JOIN account_move AS move ON move.id = fact.move_id
                     WHERE fact.company_id = %(company)s AND fact.flow = 'sale'
                       AND fact.partner_id IS NOT NULL
                       AND fact.invoice_date >= COALESCE(%(date_from)s::date, '-infinity')
                       AND fact.invoice_date <= %(date_to)s
                     GROUP BY fact.partner_id, COALESCE(%(origin)s, move.id)) AS purchase
             GROUP BY partner_id
            """,
            measure=SQL.identifier("margin" if run.measure == "margin" else "sold_net"),
            company=run.company_id.id,
            date_from=run.date_from or None,
            date_to=run.date_to,
            origin=self.env["isof.trade.line"]._get_origin(),
        )

    @api.model
    def _select_rfm(self, run):
        """Return the query of the marks of everybody who bought."""
        scheme = run.scheme_id
        marks = {
            # fewer days are better
            "recency": self._mark(scheme, "recency", SQL("last"), SQL("limit_ >= recency")),
            "frequency": self._mark(
                scheme, "frequency", SQL("frequency"), SQL("limit_ <= frequency")
            ),
            "monetary": self._mark(scheme, "monetary", SQL("value"), SQL("limit_ <= value")),
        }
        return SQL(
            """
            SELECT *, concat(recency_score, frequency_score, monetary_score) AS code
              FROM (SELECT customer.*, rank() OVER (ORDER BY value DESC) AS position,
                           %(recency)s AS recency_score, %(frequency)s AS frequency_score,
                           %(monetary)s AS monetary_score
                      FROM (SELECT *, %(date_to)s::date - last AS recency
                              FROM (%(customers)s) AS customer
                             WHERE frequency > 0) AS customer) AS marked
            """,
            **marks,
            date_to=run.date_to,
            customers=self._select_customers(run),
        )

    @api.model
    def _mark(self, scheme, name, value, is_reached):
        """Return the SQL of a mark; equal values have the same one."""
        if scheme.method == "limit":
            limits = [str(limit) for limit in parse_limits(scheme[f"{name}_limits"])]
            return SQL(
                "1 + (SELECT count(*) FROM unnest(%s::numeric[]) AS limit_ WHERE %s)",
                limits,
                is_reached,
            )
        return SQL(
            "1 + (rank() OVER (ORDER BY %s) - 1) * %s / count(*) OVER ()", value, scheme.quantiles
        )

    @api.model
    def _select_abc(self, run):
        """Return the query of the classes of all customers.

        ``before`` is what all better ones brought together: the customer with whom the limit is
        passed still belongs to the better class. Who brought nothing is always in class C.
        """
        scheme = run.scheme_id
        if scheme.method == "limit":
            least_b, least_a = map(str, parse_limits(scheme.monetary_limits))
            is_a, is_b = (SQL("value >= %s::numeric", limit) for limit in (least_a, least_b))
        else:
            reached = SQL(
                "before * 100 < total"
                if scheme.method == "share"
                else "(position - 1) * 100 < number"
            )
            is_a, is_b = (
                SQL("value > 0 AND %s * %s::numeric", reached, str(share))
                for share in (scheme.share_a, scheme.share_b)
            )
        return SQL(
            """
            SELECT *, CASE WHEN %(is_a)s THEN 'A' WHEN %(is_b)s THEN 'B' ELSE 'C' END AS code
              FROM (SELECT partner_id, value, frequency, %(date_to)s::date - last AS recency,
                           NULL::int AS recency_score, NULL::int AS frequency_score,
                           NULL::int AS monetary_score,
                           rank() OVER (ORDER BY value DESC) AS position,
                           count(*) OVER () AS number,
                           sum(GREATEST(value, 0)) OVER () AS total,
                           sum(GREATEST(value, 0)) OVER (ORDER BY value DESC)
                               - sum(GREATEST(value, 0)) OVER (PARTITION BY value) AS before
                      FROM (%(customers)s) AS customer) AS ranked
            """,
            is_a=is_a,
            is_b=is_b,
            date_to=run.date_to,
            customers=self._select_customers(run),
        )

    @api.model
    def _merge_partners(self, sources, target):
        """Forget the scores of contacts that are about to be merged into one.

        Where the one that is left has a score, it stays until the next run; otherwise one of
        theirs does.
        """
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM isof_score
                 WHERE partner_id = ANY(%(sources)s)
                   AND (run_id, partner_id) NOT IN (
                       SELECT DISTINCT ON (run_id) run_id, partner_id FROM isof_score
                        WHERE partner_id = ANY(%(all)s)
                        ORDER BY run_id, partner_id = %(target)s DESC, partner_id)
                """,
                sources=sources.ids,
                target=target.id,
                all=(sources | target).ids,
            )
        )
        self.invalidate_model(flush=False)
