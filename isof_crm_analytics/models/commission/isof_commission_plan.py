from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.tools.misc import format_date

from odoo.addons.isof_crm.models.base.condition_many2many import ConditionMany2many

from ...tools import commission, commission_overlap, commission_plan
from ...tools.commission_basis import BASES
from ..ledger.isof_trade_mixin import MARGIN_GROUP

# What may still be written of an approved plan, beside its chatter.
UNLOCKED = {"state", "date_to", "sequence"}


class IsofCommissionPlan(models.Model):
    """By what people earn commissions, from when to when.

    A draft can be changed and tried on what was sold already. An approved plan never changes
    again: what is to be different is a new version, and the one before ends the day before it.
    Each sale keeps the version by which it earned, with its rules, rates and split.

    A period is of all versions, also where one begins within it. The version in force on its last
    day has its minimum and its cap decide about all that was sold in it, or else the last one that
    was in force; the last one with tiers has them and its targets decide, about what was sold on
    the same basis. Versions with periods of another length count theirs apart.
    """

    _name = "isof.commission.plan"
    _description = "Commission Plan"
    _inherit = [
        *("mail.thread", "mail.activity.mixin"),
        *("isof.commission.step.mixin", "isof.guard.mixin"),
    ]
    _order = "sequence, name, version desc, id desc"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    sequence = fields.Integer(default=10)
    state = fields.Selection(
        [("draft", "Draft"), ("approved", "Approved")],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")

    # Versions
    # not "Version", which Odoo calls a contract of an employee
    version = fields.Integer(string="Version Number", default=1, readonly=True, copy=False)
    previous_id = fields.Many2one(
        "isof.commission.plan",
        string="Previous Version",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    root_id = fields.Many2one(
        "isof.commission.plan",
        string="First Version",
        compute="_compute_root_id",
        recursive=True,
        store=True,
        index=True,
    )
    date_from = fields.Date(
        string="From",
        required=True,
        default=lambda self: fields.Date.context_today(self).replace(day=1),
        tracking=True,
        help="Documents from this day on earn by the plan.",
    )
    period_hint = fields.Char(compute="_compute_period_hint")
    date_to = fields.Date(
        string="Until", tracking=True, copy=False, help="The last day; empty: until further notice."
    )

    # Who
    earner = fields.Selection(
        [("salesperson", "Salesperson of the sale"), ("agent", "Agent of the contractor")],
        string="Who Earns",
        required=True,
        default="salesperson",
    )
    user_ids = ConditionMany2many(
        "res.users",
        string="Salespeople",
        domain=[("share", "=", False)],
        help="Empty: everybody who sells.",
    )
    agent_ids = ConditionMany2many(
        "res.partner",
        "isof_commission_plan_agent_rel",
        string="Agents",
        help="Empty: every agent of a contractor.",
    )
    team_ids = ConditionMany2many(
        "crm.team", string="Sales Teams", check_company=True, help="Empty: sales of every team."
    )
    split_ids = fields.One2many(
        "isof.commission.split",
        "plan_id",
        string="Split",
        copy=True,
        help="Who gets which part of a commission. Empty: who sold gets all of it.",
    )

    # On what, and when
    basis = fields.Selection(
        [(name, basis.label) for name, basis in BASES.items()],
        required=True,
        default="net",
        help="What rates are of: percents of an amount of money, or an amount for each unit.",
    )
    due = fields.Selection(
        [("invoiced", "When it is invoiced"), ("paid", "As it is paid")],
        required=True,
        default="invoiced",
        help="As it is paid: of what a sale earns after credit notes, the part that the money "
        "received for it is of its total after credit notes, on the day of each payment. Down "
        "payments and the invoices that settle them are one sale. Write-offs, discounts for early "
        "payment and exchange differences are no money, and never become due.",
    )
    counts_netting = fields.Boolean(
        string="Netted Debts Are Received",
        help="An invoice that an entry sets against what we owe the customer, so that nobody pays "
        "the other, counts as if the money had been received. Off: only money by bank or cash "
        "makes a commission due.",
    )
    period = fields.Selection(
        [("month", "Month"), ("quarter", "Quarter"), ("year", "Year")],
        required=True,
        default="month",
        help="Tiers, targets, the cap and the minimum are of each period, and of all versions of "
        "the plan: those of the version decide that is in force on the last day of the period, or "
        "of the last one that was in force in it.",
    )
    rule_ids = fields.One2many("isof.commission.rule", "plan_id", string="Rules", copy=True)
    tier_mode = fields.Selection(
        [("whole", "Rate reached, for all"), ("progressive", "Each rate for its part")],
        string="Tiers Count",
        required=True,
        default="whole",
        help="Rate reached, for all: the rate of the highest tier that is reached counts for all "
        "sales of the period. Each rate for its part: like an income tax.",
    )
    tier_unit = fields.Selection(
        [("amount", "Total of the period"), ("target", "Percent of the target")],
        string="Tiers Measure",
        required=True,
        default="amount",
    )
    tier_ids = fields.One2many("isof.commission.tier", "plan_id", string="Tiers", copy=True)
    target_ids = fields.One2many("isof.commission.target", "plan_id", string="Targets", copy=True)
    cap = fields.Monetary(
        string="At Most",
        help="The most that the sales of one person earn in a period; 0: without limit.",
    )
    minimum = fields.Monetary(
        string="At Least",
        help="Who earns more than 0 in a period gets at least that much.",
    )
    settled_at = fields.Datetime(
        string="Last Settled",
        readonly=True,
        copy=False,
        help="When sales of the plan were last settled.",
    )
    entry_count = fields.Integer(compute="_compute_entry_count", export_string_translation=False)

    _version_unique = models.UniqueIndex(
        "(previous_id) WHERE previous_id IS NOT NULL",
        "This version has a next one already. Open that one.",
    )
    _days_order = models.Constraint(
        "CHECK (date_to >= date_from)",
        "A plan cannot end before it begins: set the last day to the first day or later.",
    )
    _limits_positive = models.Constraint(
        "CHECK (cap >= 0 AND minimum >= 0 AND (cap = 0 OR cap >= minimum))",
        "What is earned at most cannot be less than what is earned at least, nor negative.",
    )

    # ------------------------------------------------------------
    # Computes and checks
    # ------------------------------------------------------------

    @api.depends("previous_id.root_id")
    def _compute_root_id(self):
        for plan in self:
            plan.root_id = plan.previous_id.root_id or plan._origin

    @api.depends("name", "version")
    def _compute_display_name(self):
        for plan in self:
            plan.display_name = (
                self.env._("%(name)s, version %(version)s", name=plan.name, version=plan.version)
                if plan.name and plan.version > 1
                else plan.name
            )

    @api.depends("date_from", "period", "previous_id.period")
    @api.depends_context("lang")
    def _compute_period_hint(self):
        """Say what it means that a version begins within a period."""
        for plan in self:
            plan.period_hint = plan._get_period_hint()

    def _get_period_hint(self):
        if not self.previous_id or not self.date_from or not self.period:
            return False
        if self.period != self.previous_id.period:
            return self.env._(
                "The periods of the version before have another length: what each version sold "
                "counts in its own."
            )
        first, last = commission_plan.get_period(self.period, self.date_from)
        if first == self.date_from:
            return False
        return self.env._(
            "%(first)s – %(last)s stays one period: tiers, targets, cap and minimum of this "
            "version will be of all that is sold in it, by the version before, too. Rules, rates "
            "and the split are of sales from %(day)s on.",
            first=format_date(self.env, first),
            last=format_date(self.env, last),
            day=format_date(self.env, self.date_from),
        )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_entry_count(self):
        counts = dict(
            self.env["isof.commission.entry"]._read_group(
                [("plan_id", "in", self.ids)], ["plan_id"], ["__count"]
            )
        )
        for plan in self:
            plan.entry_count = counts.get(plan, 0)

    @api.constrains("split_ids")
    def _check_split(self):
        for plan in self:
            total = sum(commission.to_decimal(split.percent) for split in plan.split_ids)
            if plan.split_ids and total != 100:
                raise ValidationError(
                    self.env._(
                        "The split of %(plan)s adds up to %(total)s %%. Make it 100 %%.",
                        plan=plan.display_name,
                        total=total,
                    )
                )

    @api.constrains("state")
    def _check_approved(self):
        """However a plan comes to be approved: nobody could change or delete one of no rules."""
        for plan in self.filtered(lambda plan: plan.state == "approved"):
            plan._check_complete()

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        plans = super().create(vals_list)
        self.env.registry.clear_cache()
        return plans

    def write(self, vals):
        if any(
            name not in UNLOCKED and not name.startswith(("message_", "activity_")) for name in vals
        ):
            self._check_draft()
        res = super().write(vals)
        self.env.registry.clear_cache()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approved(self):
        self._check_draft()

    @api.model
    def _get_isof_followed_fields(self):
        return super()._get_isof_followed_fields() | {"state", "date_to"}

    def _check_draft(self):
        """Refuse to change what commissions were earned by."""
        if approved := self.filtered(lambda plan: plan.state != "draft"):
            raise UserError(
                self.env._(
                    "%(plan)s is approved and stays as it is. Make a new version of it instead.",
                    plan=approved[0].display_name,
                )
            )

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_compare_and_approve(self):
        """Approve a draft, or return the dialogue that shows which plans would pay once more.

        :raises UserError: see ``action_approve``, and with who has approved it already
        """
        self.ensure_one()
        self._check_to_approve()
        self._check_complete()
        if others := self._find_overlapping():
            return self.env["isof.commission.approval"]._open(self, others)
        return self.action_approve()

    def _check_to_approve(self):
        """Refuse to approve what somebody else has approved meanwhile."""
        self.check_access("write")
        if self.state != "draft":
            reason = self.env._("%(plan)s is approved.", plan=self.display_name)
            raise UserError(f"{reason}\n{self._describe_last_step()}".strip())

    def _find_overlapping(self):
        """Return the approved plans that would pay for sales of this one, too."""
        self.ensure_one()
        specs = self._get_specs()
        own = self._prepare_spec()
        rules = [rule for plan in (own, *specs) for rule in plan.rules]
        # sudo: where they are in their trees, and nothing else
        products, categories, groups = (
            self.env[model].sudo().browse({id_ for rule in rules for id_ in getattr(rule, name)})
            for model, name in (
                ("product.product", "product_ids"),
                ("product.category", "category_ids"),
                ("isof.partner.group", "group_ids"),
            )
        )
        trees = commission_overlap.Trees(
            categories={category.id: category.parent_path for category in categories},
            groups={group.id: group.parent_path for group in groups},
            products={product.id: product.categ_id.parent_path for product in products},
        )
        found = commission_overlap.find_overlapping(own, specs, trees)
        return self.browse(plan.id for plan in found)

    def action_approve(self):
        """Approve drafts: documents from their first day on earn by them.

        :raises UserError: if a plan has no rules, or tiers that no rule uses
        :raises ValidationError: if its split is not 100 %
        """
        self.check_access("write")
        for plan in self.filtered(lambda plan: plan.state == "draft"):
            if plan.previous_id:
                plan.previous_id._end_before(plan)
            # sudo: only this button writes the state
            plan.sudo().state = "approved"
            plan.flush_recordset()
            # sudo: the ledger is derived; who may approve plans may have it derived
            self.env["isof.commission.entry"].sudo()._sync_since(plan.company_id, plan.date_from)

    def _check_complete(self):
        self.ensure_one()
        self._check_split()  # its parts can be written one by one
        methods = set(self.rule_ids.mapped("method"))
        if not methods - {"excluded"}:
            raise UserError(
                self.env._(
                    "%(plan)s has no rule by which anything is earned. Add one.", plan=self.name
                )
            )
        if ("tiers" in methods) != bool(self.tier_ids):
            raise UserError(
                self.env._(
                    "%(plan)s has tiers and no rule that uses them, or the other way round. "
                    "Choose the tiers in a rule, or remove them.",
                    plan=self.name,
                )
            )

    def _end_before(self, successor):
        """End a plan the day before its next version begins."""
        self.ensure_one()
        if successor.date_from <= self.date_from:
            raise UserError(
                self.env._(
                    "The new version has to begin after %(day)s, when the version before it did.",
                    day=format_date(self.env, self.date_from),
                )
            )
        last = successor.date_from - timedelta(days=1)
        if not self.date_to or self.date_to > last:
            self.date_to = last

    def action_new_version(self):
        """Return the action that opens a new version of the plan, a draft.

        It is to begin with the next period.
        """
        self.ensure_one()
        self.check_access("read")
        day = max(fields.Date.context_today(self), self.date_from)
        _first, last = commission_plan.get_period(self.period, day)
        version = self.copy({"name": self.name, "date_from": last + timedelta(days=1)})
        # sudo: only this button makes versions
        version.sudo().write({"version": self.version + 1, "previous_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": version.id,
            "views": [(False, "form")],
        }

    def action_try(self):
        """Return the action that asks on which days to try the plan."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Try the Plan"),
            "res_model": "isof.commission.trial",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_plan_id": self.id},
        }

    @api.readonly
    def action_open_entries(self):
        """Return the action that shows what was earned by the plan."""
        return self._open_isof(
            "isof_crm_analytics.isof_commission_entry_action",
            display_name=self.display_name,
            domain=[("plan_id", "=", self.id)],
            context={},
        )

    # ------------------------------------------------------------
    # For the engine
    # ------------------------------------------------------------

    @api.model
    @tools.ormcache()
    def _get_specs(self):
        """Return the approved plans of all companies: a tuple of ``commission_plan.Plan``."""
        # sudo: who posts a document need not know by what others earn
        return self.sudo().search([("state", "=", "approved")], order="id")._prepare_specs()

    @api.model
    def _delete_everything(self):
        """Delete all commissions before the add-on goes: they hold partners and documents."""
        self.env.flush_all()
        self.env.cr.execute(
            """
            DELETE FROM mail_activity WHERE starts_with(res_model, 'isof.commission.');
            DELETE FROM isof_commission_entry;
            DELETE FROM isof_commission_share;
            UPDATE isof_commission_settlement SET previous_id = NULL, bill_id = NULL;
            DELETE FROM isof_commission_settlement;
            UPDATE isof_commission_plan SET previous_id = NULL;
            DELETE FROM isof_commission_plan;
            UPDATE res_partner SET isof_agent_id = NULL WHERE isof_agent_id IS NOT NULL;
            """
        )
        self.env.invalidate_all()
        self.env.registry.clear_cache()

    def _prepare_specs(self):
        return tuple(plan._prepare_spec() for plan in self)

    def _prepare_spec(self):
        """Return the plan as the engine sees it."""
        self.ensure_one()
        to_decimal = commission.to_decimal
        return commission_plan.Plan(
            id=self.id,
            root_id=self.root_id.id,
            company_id=self.company_id.id,
            unit=to_decimal(self.currency_id.rounding),
            first=self.date_from,
            last=self.date_to or None,
            earner=self.earner,
            partner_ids=frozenset(
                (self.user_ids.partner_id if self.earner == "salesperson" else self.agent_ids).ids
            ),
            team_ids=frozenset(self.team_ids.ids),
            basis=self.basis,
            due=self.due,
            netting=self.counts_netting,
            period=self.period,
            progressive=self.tier_mode == "progressive",
            of_target=self.tier_unit == "target",
            cap=to_decimal(self.cap) if self.cap else None,
            minimum=to_decimal(self.minimum),
            rules=tuple(rule._prepare_spec() for rule in self.rule_ids),
            tiers=tuple(tier._prepare_spec() for tier in self.tier_ids),
            targets=tuple(target._prepare_spec() for target in self.target_ids),
            shares=tuple(split._prepare_spec() for split in self.split_ids),
        )

    def _get_factor(self, rate):
        """Return a rate of the plan as a factor of its basis."""
        rate = commission.to_decimal(rate)
        return rate if BASES[self.basis].is_per_unit else rate / Decimal(100)

    def _get_rate(self, factor):
        """Return a factor of the basis as a rate, as it is shown; of no plan in percent."""
        is_per_unit = self and BASES[self.basis].is_per_unit
        return factor if is_per_unit else 100 * factor

    @api.model
    def _get_shown_bases(self):
        """Return the bases, by name, of which the user may see amounts."""
        sees_margins = self.env.user.has_group(MARGIN_GROUP)
        return [name for name, basis in BASES.items() if sees_margins or not basis.is_less_cost]
