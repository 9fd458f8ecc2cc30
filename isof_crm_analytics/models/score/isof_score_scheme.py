from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from odoo.addons.isof_crm.tools import bounds

from ...tools.scoring import parse_limits

KINDS = [("rfm", "RFM"), ("abc", "ABC")]
MEASURES = [("turnover", "Turnover"), ("margin", "Margin")]
INTERVALS = {
    "week": relativedelta(weeks=1),
    "month": relativedelta(months=1),
    "quarter": relativedelta(months=3),
}
# What a run of a scheme is made with, as far as the kind and the method ask for it.
SETTINGS = {
    ("rfm", "quantile"): ("measure", "method", "quantiles"),
    ("rfm", "limit"): (
        *("measure", "method", "recency_limits", "frequency_limits", "monetary_limits"),
    ),
    ("abc", "share"): ("measure", "method", "share_a", "share_b"),
    ("abc", "quantile"): ("measure", "method", "share_a", "share_b"),
    ("abc", "limit"): ("measure", "method", "monetary_limits"),
}


class IsofScoreScheme(models.Model):
    """How the customers of a company are scored.

    *RFM* gives each customer who bought three marks, the best ones the highest: how recently,
    how often and for how much. *ABC* sorts all customers by what they brought.

    A purchase is an invoice less its credit notes; one that was credited in full is none. Equal
    customers always have equal marks: their order decides nothing.

    The first scheme of a kind is what contractors and analyses show.
    """

    _name = "isof.score.scheme"
    _description = "Scoring Scheme"
    _inherit = ["isof.guard.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(
        default=10, help="The first scheme of a kind is what contractors and analyses show."
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        index=True,
        ondelete="cascade",
        help="Its customers are scored, by what they bought from it.",
    )
    kind = fields.Selection(
        KINDS,
        required=True,
        default="rfm",
        help="RFM: marks for how recently, how often and for how much a customer bought. "
        "ABC: classes by what a customer brought.",
    )
    measure = fields.Selection(
        MEASURES,
        required=True,
        default="turnover",
        help="Net of credit notes. A scheme by margin is for those who may see margins.",
    )

    # Of which time
    reference_date = fields.Date(help="The last day that counts. Empty: the day of the run.")
    months = fields.Integer(
        highest=bounds.MAX_MONTHS,
        default=12,
        help="How many months up to the reference date count. 0: everything before it.",
    )
    rerun = fields.Selection(
        [("week", "Weekly"), ("month", "Monthly"), ("quarter", "Quarterly")],
        string="Run Again",
        default="month",
        help="Empty: only on demand.",
    )

    # How
    method = fields.Selection(
        [
            ("quantile", "Equal groups of customers"),
            ("share", "Share of the total"),
            ("limit", "Limits of one's own"),
        ],
        required=True,
        compute="_compute_method",
        store=True,
        readonly=False,
        precompute=True,
        help="Equal groups: as many customers with each mark, but for those who are equal. Share: "
        "the customers who together bring the first part of the total are class A.",
    )
    quantiles = fields.Integer(string="Highest Mark", default=5, help="From 2 to 9.")
    share_a = fields.Float(string="Class A up to (%)", default=80, digits=(5, 2))
    share_b = fields.Float(string="Class B up to (%)", default=95, digits=(5, 2))
    recency_limits = fields.Char(
        string="Recency (Days)",
        help="Days since the last purchase up to which a customer has the next mark, "
        "e.g. 30 90 180 365.",
    )
    frequency_limits = fields.Char(
        string="Frequency (Purchases)",
        help="Purchases from which a customer has the next mark, e.g. 2 4 8 16.",
    )
    monetary_limits = fields.Char(
        string="Value",
        help="Amounts from which a customer has the next mark or class, e.g. 1000 5000 20000; "
        "for ABC the least of B and of A. In the currency of the company.",
    )

    # Results
    run_ids = fields.One2many("isof.score.run", "scheme_id", string="Runs", readonly=True)
    latest_run_id = fields.Many2one(
        "isof.score.run", string="Latest Run", compute="_compute_latest_run_id"
    )

    _months_not_negative = models.Constraint(
        "CHECK(months >= 0)", "The number of months cannot be negative."
    )
    _quantiles_range = models.Constraint(
        "CHECK(quantiles BETWEEN 2 AND 9)", "The highest mark is one of 2 to 9."
    )
    _shares_order = models.Constraint(
        "CHECK(share_a > 0 AND share_a < share_b AND share_b <= 100)",
        "Class A ends above 0 %, and class B above that, at 100 % at most.",
    )

    # ------------------------------------------------------------
    # Computes and checks
    # ------------------------------------------------------------

    @api.depends("kind")
    def _compute_method(self):
        for scheme in self:
            if (scheme.kind, scheme.method) not in SETTINGS:
                scheme.method = "share" if scheme.kind == "abc" else "quantile"

    @api.depends("run_ids.is_latest")
    def _compute_latest_run_id(self):
        latest = {run.scheme_id: run for run in self.run_ids if run.is_latest}
        for scheme in self:
            scheme.latest_run_id = latest.get(scheme, False)

    @api.constrains("kind", "method", "recency_limits", "frequency_limits", "monetary_limits")
    def _check_method(self):
        for scheme in self:
            if (scheme.kind, scheme.method) not in SETTINGS:
                raise ValidationError(
                    self.env._(
                        "“%(scheme)s”: marks of RFM are no shares of a total. Choose equal groups "
                        "or limits.",
                        scheme=scheme.name,
                    )
                )
            if scheme.method == "limit":
                scheme._check_limits()

    def _check_limits(self):
        names = [name for name in SETTINGS[self.kind, self.method] if name.endswith("_limits")]
        for name in names:
            label = self._fields[name]._description_string(self.env)
            try:
                limits = parse_limits(self[name])
            except ValueError as error:
                raise ValidationError(
                    self.env._(
                        "%(field)s: write numbers from the smallest to the largest, separated by "
                        "spaces, e.g. 10 20 50.",
                        field=label,
                    )
                ) from error
            if self.kind == "abc" and len(limits) != 2:
                raise ValidationError(
                    self.env._(
                        "%(field)s: ABC needs two limits, the least of class B and that of A.",
                        field=label,
                    )
                )
            if not 1 <= len(limits) <= 8:
                raise ValidationError(
                    self.env._("%(field)s: write one to eight limits.", field=label)
                )

    # ------------------------------------------------------------
    # Runs
    # ------------------------------------------------------------

    def action_run(self):
        """Score the customers now.

        :return: the action that shows the scores
        """
        self.check_access("write")
        return self._run()[:1].action_open_scores()

    def _run(self):
        """Score the customers, and return the runs."""
        # sudo: runs are written by scoring alone; it counts all sales, whoever asks
        runs = self.env["isof.score.run"].sudo().create([s._prepare_run_vals() for s in self])
        self.env["isof.score"]._fill(runs)
        return runs.sudo(self.env.su)

    def _prepare_run_vals(self):
        self.ensure_one()
        date_to = self.reference_date or fields.Date.context_today(self)
        return {
            "scheme_id": self.id,
            "kind": self.kind,
            "measure": self.measure,
            "date_from": self.months and date_to + relativedelta(days=1, months=-self.months),
            "date_to": date_to,
            "settings": self._describe(),
        }

    def _describe(self):
        """Return the settings that count, a line each."""
        lines = []
        for name in SETTINGS[self.kind, self.method]:
            field = self._fields[name]
            value = field.convert_to_export(self[name], self)
            lines.append(f"{field._description_string(self.env)}: {value}")
        if self.reference_date:
            date = format_date(self.env, self.reference_date)
            lines.append(f"{self._fields['reference_date']._description_string(self.env)}: {date}")
        return "\n".join(lines)

    @api.model
    def _cron_run(self):
        """Run the schemes whose time has come, each kept on its own."""
        now = fields.Datetime.now()
        due = self.search([("rerun", "!=", False)]).filtered(
            lambda scheme: (
                not scheme.latest_run_id
                or scheme.latest_run_id.computed_at + INTERVALS[scheme.rerun] <= now
            )
        )
        for scheme in self.env["ir.cron"]._isof_take(due):
            scheme._run()

    def action_open_runs(self):
        """Return the action that shows the history of the scheme."""
        return self._open_isof(
            "isof_crm_analytics.isof_score_run_action",
            domain=[("scheme_id", "=", self.id)],
            context={},
        )
