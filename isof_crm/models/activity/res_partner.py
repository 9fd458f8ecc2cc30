from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools import activity_time
from ...tools.searching import search_true
from ..base.isof_guard_mixin import search_readable
from .isof_activity_status import HELD_STATES, OPEN_STATES

# So far back, and ahead, a search looks for the last contact: a thousand years.
MAX_DAYS = 365_000


class ResPartner(models.Model):
    """Activities with a contractor: how many, the last and the next, and what goes on."""

    _inherit = "res.partner"

    # An activity is found from its contractor and from the commercial entity above it.
    isof_activity_ids = fields.One2many(
        "isof.activity",
        "partner_id",
        search=search_readable("isof_activity_ids"),
        string="Activities with This Contact",
        groups="isof_crm.group_user",
    )
    isof_commercial_activity_ids = fields.One2many(
        "isof.activity",
        "commercial_partner_id",
        search=search_readable("isof_commercial_activity_ids"),
        string="Activities with the Company",
        groups="isof_crm.group_user",
        help="Activities with the company and everybody in it.",
    )
    isof_activity_count = fields.Integer(
        string="Number of Activities",
        compute="_compute_isof_activity_count",
        groups="isof_crm.group_user",
    )
    isof_last_activity_date = fields.Datetime(
        string="Last Activity",
        compute="_compute_isof_activity_dates",
        store=True,
        compute_sudo=True,
        index="btree_not_null",
        copy=False,
        groups="isof_crm.group_user",
        help="Start of the last activity held with the company or anybody in it, by whomever "
        "in our companies.",
    )
    isof_next_activity_date = fields.Datetime(
        string="Next Activity",
        compute="_compute_isof_activity_dates",
        store=True,
        compute_sudo=True,
        index="btree_not_null",
        copy=False,
        groups="isof_crm.group_user",
        help="Start of the first open activity with the company or anybody in it, also when "
        "it is overdue.",
    )
    isof_open_chain_ids = fields.Many2many(
        "isof.activity",
        string="In Progress",
        compute="_compute_isof_open_chain_ids",
        groups="isof_crm.group_user",
        help="The next open step of each chain with the company or anybody in it, the soonest "
        "first, as far as you may see it.",
    )
    isof_days_without_contact = fields.Integer(
        string="Days without Contact",
        compute="_compute_isof_days_without_contact",
        search="_search_isof_days_without_contact",
        groups="isof_crm.group_user",
        help="Full days since the last activity held. Search “at least N” to find customers not "
        "contacted for N days, those never contacted included.",
    )
    isof_is_contact_due = fields.Boolean(
        string="Contact Is Due",
        compute="_compute_isof_is_contact_due",
        search="_search_isof_is_contact_due",
        help="The last contact is longer ago than it should be, and nothing is planned.",
        groups="isof_crm.group_user",
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_isof_activity_count(self):
        counts = dict(
            self.env["isof.activity"]._read_group(
                [("commercial_partner_id", "in", self.commercial_partner_id.ids)],
                ["commercial_partner_id"],
                ["__count"],
            )
        )
        for partner in self:
            partner.isof_activity_count = counts.get(partner.commercial_partner_id, 0)

    @api.depends(
        "isof_commercial_activity_ids.active",
        "isof_commercial_activity_ids.start",
        "isof_commercial_activity_ids.state",
    )
    def _compute_isof_activity_dates(self):
        last, upcoming = {}, {}
        # whoever saves may have asked for archived records too: these never count
        activities = self.env["isof.activity"].with_context(active_test=True)
        # nor does what is marked as done and still to come: see _cron_count_contacts()
        is_held = Domain("state", "in", HELD_STATES) & activities._get_begun_domain()
        for partner, state, first_start, last_start in activities._read_group(
            Domain("commercial_partner_id", "in", self.ids)
            & (Domain("state", "in", OPEN_STATES) | is_held),
            ["commercial_partner_id", "state"],
            ["start:min", "start:max"],
        ):
            if state in HELD_STATES:
                last[partner.id] = max(last_start, last.get(partner.id, last_start))
            else:
                upcoming[partner.id] = min(first_start, upcoming.get(partner.id, first_start))
        for partner in self:
            partner.isof_last_activity_date = last.get(partner.id)
            partner.isof_next_activity_date = upcoming.get(partner.id)

    @api.depends(
        "commercial_partner_id.isof_commercial_activity_ids.start",
        "commercial_partner_id.isof_commercial_activity_ids.state",
    )
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_isof_open_chain_ids(self):
        steps = self.env["isof.activity"].search_fetch(
            [
                ("commercial_partner_id", "in", self.commercial_partner_id.ids),
                ("state", "in", OPEN_STATES),
            ],
            ["commercial_partner_id", "root_id"],
            order="start, id",
        )
        next_ids = {}
        for step in steps:
            chains = next_ids.setdefault(step.commercial_partner_id.id, {})
            chains.setdefault(step.root_id.id, step.id)
        for partner in self:
            company = partner.commercial_partner_id._origin
            partner.isof_open_chain_ids = list(next_ids.get(company.id, {}).values())

    @api.depends("commercial_partner_id.isof_last_activity_date")
    def _compute_isof_days_without_contact(self):
        now = fields.Datetime.now()
        for partner in self:
            last = partner.commercial_partner_id.isof_last_activity_date
            # what lasts all day has begun in the morning
            partner.isof_days_without_contact = max((now - last).days, 0) if last else False

    @api.model
    def _search_isof_days_without_contact(self, operator, value):
        """``>= N``: no activity held for N full days or longer, or never; ``=`` no value: never."""
        last = "commercial_partner_id.isof_last_activity_date"
        now = fields.Datetime.now()

        def is_contacted_within(days):
            # whatever number is typed: a date has to come out
            days = min(max(days, -MAX_DAYS), MAX_DAYS)
            return Domain(last, ">", now - timedelta(days=days))

        if operator == "in":
            found = Domain.OR(
                is_contacted_within(last_day + 1) & ~is_contacted_within(first_day)
                for first_day, last_day in activity_time.get_runs(
                    days for days in value if days is not False
                )
            )
            # 0 days are some, too
            is_never = any(days is False for days in value)
            return found | Domain(last, "=", False) if is_never else found
        if operator not in ("<", "<=", ">", ">=") or isinstance(value, bool):
            return NotImplemented
        is_recent = is_contacted_within(int(value) + (operator in (">", "<=")))
        return is_recent if operator in ("<", "<=") else ~is_recent

    @api.depends("isof_contact_target", "isof_days_without_contact", "isof_next_activity_date")
    def _compute_isof_is_contact_due(self):
        for partner in self:
            last = partner.isof_last_activity_date
            partner.isof_is_contact_due = (
                partner.isof_contact_target
                and not partner.isof_next_activity_date
                and (not last or partner.isof_days_without_contact >= partner.isof_contact_target)
            )

    @api.model
    @search_true
    def _search_isof_is_contact_due(self):
        now = fields.Datetime.now()
        by_own_number = Domain("isof_contact_frequency", ">", 0) & Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                # whatever number was typed: a date has to come out
                """
                (%(last)s IS NULL
                 OR %(last)s + LEAST(%(days)s, %(most)s) * interval '1 day' <= %(now)s)
                """,
                last=model._field_to_sql(alias, "isof_last_activity_date", query),
                days=model._field_to_sql(alias, "isof_contact_frequency", query),
                most=MAX_DAYS,
                now=now,
            )
        )
        # sudo: who works in a branch may not read the company above it
        companies = self.env["res.company"].sudo().search([("isof_contact_frequency", ">", 0)])
        by_default = Domain.OR(
            Domain(
                "company_id",
                "in",
                (company.id, False) if company == self.env.company else (company.id,),
            )
            & (
                Domain("isof_last_activity_date", "=", False)
                | Domain(
                    "isof_last_activity_date",
                    "<=",
                    now - timedelta(days=company.isof_contact_frequency),
                )
            )
            for company in companies
        )
        return (
            self._get_isof_contractor_domain()
            & Domain("isof_next_activity_date", "=", False)
            & (by_own_number | (self._get_isof_contact_default_domain() & by_default))
        )

    def action_open_isof_activities(self):
        """Return the action that shows the activities of the whole company."""
        return self._open_isof(
            "isof_crm.isof_activity_action",
            domain=[("commercial_partner_id", "=", self.commercial_partner_id.id)],
            context=self._prepare_isof_activity_context(),
        )

    def _prepare_isof_activity_context(self):
        """Return the defaults of an activity registered from the contact: with its company."""
        self.ensure_one()
        company = self.commercial_partner_id
        context = {"default_partner_id": company.id}
        if self != company and self.active:
            context["default_contact_id"] = self.id
        return context
