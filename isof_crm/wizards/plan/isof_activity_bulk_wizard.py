from collections import Counter

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...models.plan.isof_activity_plan_run import INLINE_LIMIT

# Most of those whom consent forbids that are shown by name; the run names them all.
NAMES_SHOWN = 50
# Further ahead, in working days of one employee, nobody plans.
MAX_DAYS = 250
# Hours of work that a day has, mostly.
WORKING_DAY = 8


class IsofActivityBulkWizard(models.TransientModel):
    """Plan an activity with each of the chosen contacts."""

    _name = "isof.activity.bulk.wizard"
    _description = "Plan Activities"
    _inherit = ["isof.partner.batch", "isof.activity.assignment"]

    type_id = fields.Many2one(
        default=lambda self: self.env["isof.activity.type"]._get_default(), ondelete="cascade"
    )
    user_id = fields.Many2one(ondelete="cascade")
    start = fields.Datetime(
        required=True, default=lambda self: self.env["isof.activity"]._default_start()
    )
    per_day = fields.Integer(
        string="Daily Limit",
        help="At most this many activities for each employee on one working day, one after the "
        "other; the rest on the next ones. 0: as many as there is time for in the working hours.",
    )
    campaign_id = fields.Many2one("utm.campaign")
    activity_count = fields.Integer(string="Activities to Create", compute="_compute_preview")
    skipped_count = fields.Integer(string="Skipped", compute="_compute_preview")
    skipped = fields.Html(string="Who Is Skipped", compute="_compute_preview")
    assigned = fields.Html(string="For Each Employee", compute="_compute_preview")
    is_background = fields.Boolean(compute="_compute_preview")
    run_id = fields.Many2one(
        "isof.activity.plan.run", readonly=True, export_string_translation=False
    )

    _per_day_not_negative = models.Constraint(
        "CHECK(per_day >= 0)", "The number of activities a day cannot be negative."
    )

    @api.depends(
        "company_id", "partner_ids", "responsible", "segment_ids", "type_id", "user_id", "user_ids"
    )
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_preview(self):
        """Tell what would be planned now, and for whom it would not."""
        runs = self.env["isof.activity.plan.run"]
        for wizard in self:
            partners = wizard._get_partners()
            allowed, reasons = wizard._split_by_consent(partners)
            wizard.skipped_count = len(reasons)
            wizard.skipped = runs._format_skipped(reasons, NAMES_SHOWN) if reasons else False
            wizard.activity_count = len(allowed)
            wizard.is_background = len(partners) > INLINE_LIMIT
            wizard.assigned = Markup().join(
                Markup('<span class="badge text-bg-light border me-1">%s: %s</span>')
                % (user.name, count)
                for user, count in wizard._count_by_user(allowed)
            )

    def _split_by_consent(self, partners):
        """Return whom consent allows to contact, and why not the others: see _get_withdrawn."""
        reasons = self._get_withdrawn(partners)
        return partners.filtered(lambda partner: partner not in reasons), reasons

    def _count_by_user(self, partners):
        """Return who would do how many: list of tuples of ``res.users`` and a number."""
        counts = Counter(self._assign(partners, self.env.user, self.env.company))
        # sudo: names of colleagues
        return sorted(
            ((user.sudo(), count) for user, count in counts.items()),
            key=lambda item: (-item[1], item[0].name),
        )

    def action_start(self):
        """Plan the activities.

        :return: the action that shows them, or the run that tells whom it skipped, or goes on in
            the background
        :raises UserError: if nobody is left to plan with, or it would take more than a year
        """
        self.ensure_one()
        # a second click, or the same request once more
        if not self.try_lock_for_update():
            raise UserError(self.env._("This is being planned already."))
        if self.run_id:
            return self.run_id._prepare_result_action()
        partners = self._get_partners()
        allowed, _reasons = self._split_by_consent(partners)
        if partners and not allowed:
            raise UserError(
                self.env._(
                    "None of them can be contacted this way: consent forbids it, or they are one's "
                    "own company. Choose another type or other contacts."
                )
            )
        if allowed:
            self._check_days(allowed)
        self.run_id = self.env["isof.activity.plan.run"]._start_step(
            {
                "type_id": self.type_id.id,
                "name": self.name,
                "note": self.note,
                "priority": self.priority,
                "responsible": self.responsible,
                "user_id": self.user_id.id,
                "user_ids": self.user_ids.ids,
            },
            partners,
            self.start,
            self.campaign_id,
            self.per_day,
        )
        return self.run_id._prepare_result_action()

    def _check_days(self, partners):
        """Refuse what would keep somebody busy for more than a year.

        :param partners: ``res.partner`` records to plan with
        """
        per_day = self.per_day or max(1, int(WORKING_DAY / (self.type_id.default_duration or 0.25)))
        user, count = self._count_by_user(partners)[0]
        days = -(-count // per_day)
        if days > MAX_DAYS:
            raise UserError(
                self.env._(
                    "At %(per_day)s a day %(user)s would be busy for %(days)s working days, the "
                    "limit is %(limit)s. Choose more a day, or share among more employees.",
                    per_day=per_day,
                    user=user.name,
                    days=days,
                    limit=MAX_DAYS,
                )
            )
