from odoo import api, fields, models
from odoo.tools import format_datetime

from .isof_score_scheme import KINDS, MEASURES


class IsofScoreRun(models.Model):
    """The scores that a scheme gave at one time; runs are the history of the scores."""

    _name = "isof.score.run"
    _description = "Scoring Run"
    _order = "id desc"
    _rec_name = "computed_at"

    scheme_id = fields.Many2one(
        "isof.score.scheme", string="Scheme", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="scheme_id.company_id", store=True, precompute=True)
    # as they were: a scheme may become another one later
    kind = fields.Selection(KINDS, required=True, readonly=True)
    measure = fields.Selection(MEASURES, required=True, readonly=True)
    computed_at = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    create_uid = fields.Many2one("res.users", string="Computed By", readonly=True)
    date_from = fields.Date(string="First Day", help="Empty: everything before the last day.")
    date_to = fields.Date(string="Last Day", required=True)
    settings = fields.Text(help="The settings of the scheme when it was run.")
    is_latest = fields.Boolean(
        string="Latest", compute="_compute_is_latest", store=True, help="The latest of its scheme."
    )
    score_ids = fields.One2many("isof.score", "run_id", string="Scores")
    score_count = fields.Integer(string="Customers", readonly=True)

    @api.depends_context("lang", "tz")
    @api.depends("computed_at")
    def _compute_display_name(self):
        for run in self:
            run.display_name = format_datetime(self.env, run.computed_at, self.env.tz.zone)

    @api.depends("scheme_id.run_ids")
    def _compute_is_latest(self):
        for run in self:
            run.is_latest = run.id == max(run.scheme_id.run_ids.ids, default=0)

    @api.model
    def _get_shown(self, kind):
        """Return the runs whose scores contractors and analyses show to the user.

        They are, of each company, the latest one of the first scheme of the kind.
        """
        runs = self.search([("kind", "=", kind), ("is_latest", "=", True)])
        first = {}
        for run in runs.filtered("scheme_id.active").sorted(
            lambda run: (run.scheme_id.sequence, run.scheme_id.id)
        ):
            first.setdefault(run.company_id, run)
        return self.union(*first.values())

    @api.readonly
    def action_open_scores(self):
        """Return the action that shows the scores of the run."""
        return self._open_isof(
            "isof_crm_analytics.isof_score_action",
            display_name=self.scheme_id.name,
            domain=[("run_id", "=", self.id)],
            context={"isof_score_kind": self.kind},
        )
