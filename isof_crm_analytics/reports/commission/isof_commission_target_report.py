from lxml.builder import E

from odoo import api, fields, models
from odoo.tools import SQL

from ...models.commission.isof_commission_source import basis_to_sql
from ...models.ledger.isof_trade_mixin import MARGIN_GROUP
from ...tools.commission_basis import BASES


class IsofCommissionTargetReport(models.Model):
    """Targets of commission plans beside what was reached: a row for each target and period.

    Reached is what was sold in the whole period, in the basis of the plan, of the person or the
    team, in the sales teams of the plan: what its rules leave out counts, too. Of several versions
    of a plan the latest that begins before the end of the period counts, of several targets of one
    owner that which begins first. Agents have no targets here.
    """

    _name = "isof.commission.target.report"
    _description = "Targets"
    _inherit = ["isof.period.mixin", "isof.figures.mixin"]
    _isof_period_date = "date"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "plan_name"
    _depends = {
        "hr.employee": ["company_id", "current_version_id", "user_id"],
        "hr.version": ["department_id"],
        "isof.commission.plan": [
            *("basis", "company_id", "date_from", "date_to", "earner", "name", "period"),
            *("root_id", "state", "team_ids", "version"),
        ],
        "isof.commission.target": ["amount", "date_from", "date_to", "team_id", "user_id"],
        "isof.trade.summary": [
            *("company_id", "flow", "invoice_date", "team_id", "user_id"),
            *{name for basis in BASES.values() for name in (*basis.measures, *basis.less)},
        ],
        "res.company": ["currency_id"],
        "res.users": ["sale_team_id"],
    }

    date = fields.Date(
        string="Period from",
        readonly=True,
        help="First day of the period.",
        dimension="date",
    )
    plan_name = fields.Char(
        string="Plan",
        readonly=True,
        dimension="document",
    )
    basis = fields.Selection(
        selection=lambda self: self.env["isof.commission.plan"]._fields["basis"].selection,
        readonly=True,
        help="What the target is about.",
        dimension="kind",
        unmixed=True,
    )
    user_id = fields.Many2one(string="Salesperson")
    team_id = fields.Many2one(
        "crm.team",
        string="Sales Team",
        readonly=True,
        help="Whose target it is, or the team that the salesperson belongs to now.",
        dimension="employee",
    )
    department_id = fields.Many2one(help="Of the salesperson, now.")
    # Quantities have no currency, but those of two companies are not added up either.
    target = fields.Float(
        readonly=True,
        digits=(16, 2),
        figure="money",
    )
    reached = fields.Float(
        string="Achieved",
        readonly=True,
        digits=(16, 2),
        help="What was sold in the whole period, measured by the basis of the target.",
        figure="money",
    )
    reached_rate = fields.Float(
        string="Achieved in %",
        compute="_compute_ratios",
        aggregator="avg",
        digits=(16, 4),
        help="Achieved by target.",
        ratio=("reached", "target"),
    )

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Offer each basis as a filter, to those who may see its amounts."""
        arch, view = super()._get_view(view_id, view_type, **options)
        for place in arch.xpath("./separator[@name='bases']"):
            for name, label in reversed(self._fields["basis"]._description_selection(self.env)):
                groups = {"groups": MARGIN_GROUP} if BASES[name].is_less_cost else {}
                domain = str([("basis", "=", name)])
                place.addnext(E.filter(name=name, string=label, domain=domain, **groups))
        return arch, view

    @api.model
    def _search(self, domain, *args, **kwargs):
        self.env["isof.trade.line"]._bring_in_step()
        return super()._search(domain, *args, **kwargs)

    @property
    def _table_query(self):
        return SQL(
            """
            WITH wanted AS (
                -- a target in each period that begins within its days, by the latest version
                SELECT DISTINCT ON (plan.root_id, target.user_id, target.team_id, period.first)
                       -- a target has a period a month at most, for less than 100 years
                       target.id::bigint * 1200
                           + (extract(year FROM period.first)::int %% 100) * 12
                           + extract(month FROM period.first)::int - 1 AS id,
                       period.first AS date, period.next,
                       plan.id AS plan_id, plan.name AS plan_name, plan.basis, plan.company_id,
                       target.user_id, target.team_id, target.amount AS target
                  FROM isof_commission_target AS target
                  JOIN isof_commission_plan AS plan ON plan.id = target.plan_id
                 CROSS JOIN LATERAL (
                       SELECT first::date, (first + step)::date AS next
                         FROM (
                              SELECT make_interval(months => CASE plan.period
                                  WHEN 'month' THEN 1 WHEN 'quarter' THEN 3 ELSE 12
                              END) AS step
                         ) AS length,
                              generate_series(
                                  date_trunc(plan.period, target.date_from::timestamp),
                                  LEAST(target.date_to,
                                        target.date_from + interval '99 years'), step
                              ) AS first
                        WHERE first >= target.date_from
                  ) AS period
                 WHERE plan.state = 'approved' AND plan.earner = 'salesperson'
                   AND plan.date_from < period.next
                   AND (plan.date_to IS NULL OR plan.date_to >= period.first)
                   AND NOT EXISTS (
                       SELECT FROM isof_commission_plan AS later
                        WHERE later.root_id = plan.root_id AND later.version > plan.version
                          AND later.state = 'approved' AND later.date_from < period.next
                   )
                 ORDER BY plan.root_id, target.user_id, target.team_id, period.first,
                          target.date_from, target.id
            ), sold AS MATERIALIZED (
                SELECT company_id, user_id, team_id, date_trunc('month', invoice_date) AS month,
                       %(sums)s
                  FROM isof_trade_summary AS fact
                 WHERE company_id IN (SELECT company_id FROM wanted) AND flow = 'sale'
                   AND invoice_date >= (SELECT min(date) FROM wanted)
                 GROUP BY 1, 2, 3, 4
            )
            SELECT wanted.id, wanted.date, wanted.plan_name, wanted.basis, wanted.company_id,
                   company.currency_id AS company_currency_id, wanted.user_id,
                   COALESCE(wanted.team_id, seller.sale_team_id) AS team_id,
                   version.department_id, wanted.target, result.reached
              FROM wanted
              JOIN res_company AS company ON company.id = wanted.company_id
              LEFT JOIN res_users AS seller ON seller.id = wanted.user_id
              LEFT JOIN hr_employee AS employee
                ON employee.user_id = wanted.user_id AND employee.company_id = wanted.company_id
              LEFT JOIN hr_version AS version ON version.id = employee.current_version_id
             CROSS JOIN LATERAL (
                   SELECT COALESCE(sum(
                              CASE wanted.basis %(cases)s END
                          ), 0) AS reached
                     FROM sold
                    WHERE sold.company_id = wanted.company_id
                      AND sold.month >= wanted.date AND sold.month < wanted.next
                      AND (sold.user_id = wanted.user_id OR sold.team_id = wanted.team_id)
                      AND (sold.team_id IN (
                               SELECT crm_team_id FROM crm_team_isof_commission_plan_rel
                                WHERE isof_commission_plan_id = wanted.plan_id
                           )
                           OR NOT EXISTS (
                               SELECT FROM crm_team_isof_commission_plan_rel
                                WHERE isof_commission_plan_id = wanted.plan_id
                           ))
              ) AS result
            """,
            sums=SQL(", ").join(
                SQL("sum(%s) AS %s", basis_to_sql(basis, "fact"), SQL.identifier(name))
                for name, basis in BASES.items()
            ),
            cases=SQL(" ").join(
                SQL("WHEN %s THEN %s", name, SQL.identifier("sold", name)) for name in BASES
            ),
        )
