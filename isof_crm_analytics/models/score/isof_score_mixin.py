from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

KINDS = {"isof_abc": "abc", "isof_rfm": "rfm"}


class IsofScoreMixin(models.AbstractModel):
    """Records about a customer, with the customer's latest scores to filter and group by.

    A record that has a company shows the score that the customer has there, another one that
    in the current company. Which scheme counts is said in ``isof.score.scheme``.
    """

    _name = "isof.score.mixin"
    _description = "Filtered and Grouped by Scores"

    # Names of stored fields. Without a company the current one counts.
    _isof_score_partner = "partner_id"
    _isof_score_company = "company_id"

    isof_abc = fields.Selection(
        [("A", "A"), ("B", "B"), ("C", "C")],
        string="ABC Class",
        compute="_compute_isof_scores",
        search="_search_isof_abc",
        groups="isof_crm_analytics.group_own",
        help="The class of the customer in the company, as it was computed last.",
    )
    isof_rfm = fields.Char(
        string="RFM Score",
        compute="_compute_isof_scores",
        search="_search_isof_rfm",
        groups="isof_crm_analytics.group_own",
        help="The marks of the customer in the company, as they were computed last: how recently, "
        "how often and for how much the customer bought.",
    )

    @api.depends(
        lambda self: [name for name in (self._isof_score_partner, self._isof_score_company) if name]
    )
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_isof_scores(self):
        Score = self.env["isof.score"]
        partners = self[self._isof_score_partner]
        for name, kind in KINDS.items():
            runs = self.env["isof.score.run"]._get_shown(kind)
            codes = {
                (score.partner_id, score.company_id): score.code
                for score in Score.search(
                    [("run_id", "in", runs.ids), ("partner_id", "in", partners._origin.ids)]
                )
            }
            for record in self:
                partner = record[self._isof_score_partner]._origin
                company = (
                    record[self._isof_score_company]
                    if self._isof_score_company
                    else self.env.company
                )
                record[name] = codes.get((partner, company), False)

    @api.model
    def _search_isof_abc(self, operator, value):
        return self._search_isof_score("isof_abc", operator, value)

    @api.model
    def _search_isof_rfm(self, operator, value):
        return self._search_isof_score("isof_rfm", operator, value)

    @api.model
    def _search_isof_score(self, name, operator, value):
        if operator.startswith("not "):
            return NotImplemented
        return Domain.custom(
            to_sql=lambda model, alias, query: model._fields[name].condition_to_sql(
                name, operator, value, model, alias, query
            )
        )

    @api.model
    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr not in KINDS:
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], "read")
        runs = self.env["isof.score.run"]._get_shown(KINDS[field_expr])
        score = query.make_alias(alias, field_expr)
        company = (
            self._field_to_sql(alias, self._isof_score_company, query)
            if self._isof_score_company
            else SQL("%s", self.env.company.id)
        )
        query.add_join(
            "LEFT JOIN",
            score,
            "isof_score",
            SQL(
                "%(score)s.partner_id = %(partner)s AND %(score)s.company_id = %(company)s"
                " AND %(score)s.run_id = ANY(%(runs)s)",
                score=SQL.identifier(score),
                partner=self._field_to_sql(alias, self._isof_score_partner, query),
                company=company,
                runs=runs.ids,
            ),
        )
        return SQL.identifier(score, "code")
