from itertools import islice

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date

from odoo.addons.isof_crm.tools import bounds

from ...tools import periods

# Periods made in one go, at most: 20 years of weeks.
MAX_PERIODS = 1040


class IsofPeriodGenerate(models.TransientModel):
    """Make the periods of a type by rule; the list may be changed before they are made."""

    _name = "isof.period.generate"
    _description = "Generate Periods"
    _inherit = ["isof.guard.mixin"]

    type_id = fields.Many2one("isof.period.type", required=True, ondelete="cascade")
    method = fields.Selection(
        [
            ("month", "Months"),
            ("quarter", "Quarters"),
            ("fiscal_quarter", "Fiscal quarters"),
            ("fiscal_year", "Fiscal years"),
            ("retail_month", "4-4-5 weeks"),
            ("retail_quarter", "4-4-5 quarters (13 weeks)"),
            ("days", "Of a number of days"),
        ],
        string="Periods",
        required=True,
        default="month",
    )
    date_from = fields.Date(
        string="From", required=True, default=lambda self: self._get_default_bound("date_from")
    )
    date_to = fields.Date(
        string="To", required=True, default=lambda self: self._get_default_bound("date_to")
    )
    days = fields.Integer(highest=bounds.MAX_DAYS, string="Length in Days", default=7)
    weekday = fields.Selection(
        periods.WEEKDAYS, string="Weeks Begin on", required=True, default="0"
    )
    line_ids = fields.One2many(
        "isof.period.generate.line",
        "wizard_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    new_count = fields.Integer(compute="_compute_counts")
    skipped_count = fields.Integer(compute="_compute_counts")

    @api.model
    def _get_default_bound(self, bound):
        """Return the first or the last day of the fiscal year that lasts."""
        today = fields.Date.context_today(self)
        return self.env.company.compute_fiscalyear_dates(today)[bound]

    @api.depends("type_id", "method", "date_from", "date_to", "days", "weekday")
    def _compute_line_ids(self):
        for wizard in self:
            wizard.line_ids = [
                Command.clear(),
                *(
                    Command.create(
                        {
                            "name": wizard._get_period_name(span),
                            "date_from": span.first,
                            "date_to": span.last,
                        }
                    )
                    for span in wizard._get_spans()
                ),
            ]

    @api.depends("line_ids.conflict")
    def _compute_counts(self):
        for wizard in self:
            wizard.skipped_count = len(wizard.line_ids.filtered("conflict"))
            wizard.new_count = len(wizard.line_ids) - wizard.skipped_count

    @api.onchange("method", "date_from", "date_to", "days")
    def _onchange_bounds(self):
        """Explain at once why there is nothing to make, or not all of it."""
        if self.date_from and self.date_to and self.date_from > self.date_to:
            message = self.env._("The last day has to be the first one or later.")
        elif self.method == "days" and self.days < 1:
            message = self.env._("A period has to last for a day at least.")
        elif len(self.line_ids) == MAX_PERIODS:
            message = self.env._(
                "These are the first %(count)s periods. Make the others in another go.",
                count=MAX_PERIODS,
            )
        else:
            return None
        return {"warning": {"title": self.env._("Generate Periods"), "message": message}}

    def action_generate(self):
        """Create the periods that have no other one in their way, and go back to the type."""
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: not line.conflict)
        if not lines:
            raise UserError(
                self.env._("There is nothing to create: choose other dates or other periods.")
            )
        self.env["isof.period"].create(
            [
                {
                    "name": line.name,
                    "type_id": self.type_id.id,
                    "date_from": line.date_from,
                    "date_to": line.date_to,
                }
                for line in lines
            ]
        )
        return {"type": "ir.actions.act_window_close"}

    def _get_spans(self):
        """Return the periods that the rule makes, at most ``MAX_PERIODS`` of them."""
        self.ensure_one()
        bounds = self.date_from, self.date_to
        if not all(bounds) or self.date_from > self.date_to:
            return []
        if self.method == "days" and self.days < 1:
            return []
        if self.method == "days":
            spans = periods.day_spans(*bounds, self.days)
        elif self.method in ("month", "quarter"):
            spans = periods.calendar_spans(*bounds, 1 if self.method == "month" else 3)
        elif self.method in ("fiscal_year", "fiscal_quarter"):
            months = 3 if self.method == "fiscal_quarter" else None
            spans = periods.fiscal_spans(*bounds, self._get_fiscal_year, months)
        else:
            is_month = self.method == "retail_month"
            parts = periods.RETAIL_MONTHS if is_month else periods.RETAIL_QUARTERS
            start = self._get_fiscal_year(self.date_from)[0]
            spans = periods.retail_spans(*bounds, parts, start.month, start.day, int(self.weekday))
        return list(islice(spans, MAX_PERIODS))

    def _get_fiscal_year(self, day):
        company = self.type_id.company_id or self.env.company
        year = company.compute_fiscalyear_dates(day)
        return year["date_from"], year["date_to"]

    def _get_period_name(self, span):
        if self.method == "month":
            return format_date(self.env, span.first, date_format="LLLL yyyy")
        if self.method == "fiscal_year":
            return span.year
        if self.method == "retail_month":
            return self.env._("P%(number)02d %(year)s", number=span.number, year=span.year)
        if self.method == "days":
            first, last = (format_date(self.env, day) for day in (span.first, span.last))
            return first if first == last else f"{first} – {last}"
        return self.env._("Q%(number)s %(year)s", number=span.number, year=span.year)


class IsofPeriodGenerateLine(models.TransientModel):
    """A period that is going to be made, unless another one is in the way."""

    _name = "isof.period.generate.line"
    _description = "Period to Generate"
    _inherit = ["isof.guard.mixin"]
    _order = "date_from, id"

    wizard_id = fields.Many2one(
        "isof.period.generate", required=True, ondelete="cascade", index=True
    )
    name = fields.Char(required=True)
    date_from = fields.Date(string="First Day", required=True)
    date_to = fields.Date(string="Last Day", required=True)
    conflict = fields.Char(
        string="Skipped, because of",
        compute="_compute_conflict",
        help="A period of this type has some of these days already. It is kept as it is.",
    )

    @api.depends("date_from", "date_to", "wizard_id.type_id")
    def _compute_conflict(self):
        existing = self.wizard_id.type_id.period_ids.grouped("type_id")
        for line in self:
            others = existing.get(line.wizard_id.type_id._origin, self.env["isof.period"]).filtered(
                lambda period, line=line: (
                    line.date_from
                    and line.date_to
                    and period.date_from <= line.date_to
                    and line.date_from <= period.date_to
                )
            )
            line.conflict = ", ".join(others.mapped("name")) or False
