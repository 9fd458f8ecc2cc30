import csv
import io

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..ledger.isof_trade_mixin import MARGIN_GROUP, UncheckedMany2one

# What an entry repeats of the one before it, beside its figures.
TERMS = (
    *("company_id", "company_currency_id", "payee_id", "seller_id", "team_id", "department_id"),
    *("move_id", "move_line_id", "move_name", "partner_id", "product_id", "product_category_id"),
    *("plan_id", "rule_id", "is_tiered", "is_own_split", "period_start", "factor", "percent"),
)
FIGURES = ("basis", "accrued", "due")
COLUMNS = (
    *(*TERMS, *FIGURES, "kind", "date", "payment_key", "note"),
    *("user_id", "state", "create_uid", "create_date"),
)


class KnownFloat(fields.Float):
    """A number that is empty, and not 0, where it is not known to the reader."""

    def convert_to_cache(self, value, record, validate=True):
        is_known = value is not None and value is not False
        return super().convert_to_cache(value, record, validate) if is_known else None

    def convert_to_record(self, value, record):
        return False if value is None else value

    def convert_to_export(self, value, record):
        return "" if value is False else value


class IsofCommissionEntry(models.Model):
    """The ledger of commissions: what was earned and what became due, each difference a row.

    Nobody writes it: ``isof_commission_sync.py`` compares what ought to be with what is there
    and adds the difference. A credit note, a reset to draft and a payment that is taken back
    are rows with the opposite sign. Nothing is changed or deleted, but for the settlement that
    an entry goes into, once.

    Amounts are in the currency of the company.

    The basis of a plan on margins is the margin of what was sold: only who sees margins reads it,
    and which part of a commission one earns. Others read ``shown_basis`` and ``shown_percent``,
    which are empty there; rate and amount are everybody's own.
    """

    _name = "isof.commission.entry"
    _description = "Commission"
    _inherit = ["isof.period.mixin", "isof.figures.mixin"]
    _isof_period_date = "date"
    _order = "date desc, id desc"
    _rec_name = "move_name"

    # What happened
    date = fields.Date(
        required=True,
        readonly=True,
        help="When it was earned or became due.",
        dimension="date",
    )
    kind = fields.Selection(
        [
            ("sale", "Sale"),
            ("credit", "Credit note"),
            ("change", "Change of the document"),
            ("payment", "Payment"),
            ("period", "Total of the period"),
            ("minimum", "Minimum of the period"),
            ("correction", "Correction"),
        ],
        string="Event",
        required=True,
        readonly=True,
        dimension="kind",
    )
    note = fields.Char(readonly=True, help="Why a correction was booked.")
    company_id = UncheckedMany2one("res.company", required=True)
    company_currency_id = UncheckedMany2one("res.currency", required=True)

    # Who
    payee_id = fields.Many2one(
        "res.partner",
        string="Who Earns",
        required=True,
        readonly=True,
        ondelete="restrict",
        dimension="employee",
    )
    user_id = fields.Many2one("res.users", index="btree_not_null", ondelete="set null")
    seller_id = fields.Many2one(
        "res.partner",
        string="Sold by",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Whose sale it was when the document was posted.",
        dimension="employee",
    )
    team_id = fields.Many2one(
        "crm.team",
        string="Sales Team",
        readonly=True,
        ondelete="set null",
        dimension="employee",
    )
    department_id = fields.Many2one("hr.department", ondelete="set null")

    # For what
    move_id = fields.Many2one(
        "account.move",
        string="Document",
        readonly=True,
        index=True,
        ondelete="set null",
        dimension="document",
    )
    move_line_id = fields.Many2one(
        "account.move.line",
        string="Journal Item",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    move_name = fields.Char(string="Number", readonly=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Contractor",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        dimension="contractor",
    )
    product_id = UncheckedMany2one(
        "product.product",
        string="Product",
        readonly=True,
        dimension="product",
    )
    product_category_id = fields.Many2one(
        "product.category",
        string="Product Category",
        readonly=True,
        ondelete="set null",
        dimension="product",
    )
    payment_key = fields.Char(
        readonly=True,
        exportable=False,
        help="The payment that made it due, technically.",
    )

    # By what
    # approved plans, and so their rules, are never deleted
    plan_id = UncheckedMany2one(
        "isof.commission.plan",
        string="Plan",
        readonly=True,
        dimension="kind",
    )
    rule_id = UncheckedMany2one(
        "isof.commission.rule",
        string="Rule",
        readonly=True,
        dimension="kind",
    )
    is_tiered = fields.Boolean(
        string="By Tiers", readonly=True, help="The total of the period decides about the rate."
    )
    is_own_split = fields.Boolean(
        string="Split of the Document",
        readonly=True,
        help="The document itself says who shares its commission, not the plan.",
    )
    period_start = fields.Date(
        string="Period from",
        readonly=True,
        help="First day of the period whose total the sale counts for. Credit notes of sales of "
        "an earlier period count for none: they take back what was earned.",
    )
    factor = fields.Float(
        string="Rate as Factor",
        readonly=True,
        digits=(16, 10),
        aggregator=None,
        exportable=False,
    )
    rate = fields.Float(
        compute="_compute_rate",
        compute_sudo=True,  # the basis of a plan, of one's own commission
        digits=(16, 4),
        min_display_digits=2,
        aggregator=None,
        help="Percent of the basis; on quantities, the amount for each unit.",
    )
    percent = fields.Float(
        string="Part of Any Plan in %",
        readonly=True,
        digits=(16, 4),
        min_display_digits=2,
        aggregator=None,
        exportable=False,
        groups=MARGIN_GROUP,
    )
    shown_percent = KnownFloat(
        string="Part in %",
        compute="_compute_shown",
        compute_sudo=True,  # the plan of one's own commission
        aggregator=None,
        digits=(16, 4),
        min_display_digits=2,
        help="Of the commission, by the split of the plan or of the document. Of margins only for "
        "who sees margins.",
    )
    # sudo: the rule and the plan of one's own commission
    reason = fields.Char(string="Why", compute="_compute_reason", compute_sudo=True)

    # How much
    basis = fields.Float(
        string="Basis of Any Plan",
        readonly=True,
        digits=(16, 2),
        # money of some plans, quantities of others: nothing that could be added up
        aggregator=None,
        exportable=False,
        groups=MARGIN_GROUP,
    )
    shown_basis = KnownFloat(
        string="Basis",
        compute="_compute_shown",
        compute_sudo=True,  # the plan of one's own commission
        aggregator=None,
        digits=(16, 2),
        help="What the rate is of, in the part that one earns. What tells a cost is shown only to "
        "who sees margins.",
    )
    accrued = fields.Float(
        string="Earned",
        readonly=True,
        digits=(16, 2),
        figure="money",
    )
    due = fields.Float(
        readonly=True,
        digits=(16, 2),
        help="What is to be paid out.",
        figure="money",
    )

    # Paid out
    settlement_id = fields.Many2one(
        "isof.commission.settlement",
        string="Settlement",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        dimension="document",
    )
    state = fields.Selection(
        [("open", "Open"), ("settled", "Settled"), ("paid", "Paid")],
        string="Status",
        compute="_compute_state",
        store=True,
        dimension="kind",
    )

    # What a settlement and the page of a person look up.
    _payee_idx = models.Index("(payee_id, company_id, date)")
    _open_idx = models.Index("(company_id, payee_id) WHERE settlement_id IS NULL")
    _period_idx = models.Index("(plan_id, seller_id, period_start)")

    @api.depends("settlement_id.state")
    def _compute_state(self):
        for entry in self:
            state = entry.settlement_id.state
            entry.state = "paid" if state == "paid" else "settled" if state else "open"

    @api.depends("factor", "plan_id")
    def _compute_rate(self):
        for entry in self:
            entry.rate = entry.plan_id._get_rate(entry.factor)

    @api.depends("basis", "percent", "plan_id")
    @api.depends_context("uid")
    def _compute_shown(self):
        shown = {*self.env["isof.commission.plan"]._get_shown_bases(), False}
        for entry in self:
            is_shown = entry.plan_id.basis in shown
            entry.shown_basis = is_shown and entry.basis
            entry.shown_percent = is_shown and entry.percent

    @api.depends(
        *("kind", "note", "rule_id", "is_tiered", "is_own_split", "plan_id", "shown_percent")
    )
    @api.depends_context("lang", "uid")
    def _compute_reason(self):
        events = dict(self._fields["kind"]._description_selection(self.env))
        for entry in self:
            rule, plan = entry.rule_id, entry.plan_id
            parts = [events[entry.kind]]
            if plan:
                parts.append(plan.display_name)
            if rule:
                parts.append(rule.name)
            if entry.is_tiered:
                parts.append(self.env._("by tiers"))
            if entry.shown_percent and entry.shown_percent != 100:
                parts.append(self.env._("%(percent)g %% of it", percent=entry.shown_percent))
            if entry.is_own_split:
                parts.append(self.env._("split of the document"))
            if entry.note:
                parts.append(entry.note)
            entry.reason = " · ".join(parts)

    # ------------------------------------------------------------
    # Append-only
    # ------------------------------------------------------------

    def write(self, vals):
        if vals.keys() - {"settlement_id", "state"}:
            raise UserError(self.env._("Commissions are never changed. Book a correction instead."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Commissions are never deleted. Book a correction instead."))

    @api.model
    def _search(self, domain, *args, **kwargs):
        """Bring the ledger in step with what has changed in this transaction first."""
        self.env["account.move"].flush_model(["isof_commission_count"])
        return super()._search(domain, *args, **kwargs)

    # ------------------------------------------------------------
    # Writing
    # ------------------------------------------------------------

    @api.model
    def _insert(self, rows):
        """Add entries, dicts of columns; copied in, for they are as many as lines of documents."""
        if not rows:
            return
        users = self._get_users({row["payee_id"] for row in rows})
        new = {"state": "open", "create_uid": self.env.uid, "create_date": fields.Datetime.now()}
        output = io.StringIO()
        write = csv.DictWriter(output, COLUMNS).writerow
        for row in rows:
            write(row | new | {"user_id": users.get(row["payee_id"])})
        output.seek(0)
        self.env.cr.copy_expert(
            f"COPY isof_commission_entry ({', '.join(COLUMNS)}) FROM STDIN WITH (FORMAT csv)",
            output,
        )
        self.invalidate_model()

    @api.model
    def _get_users(self, partner_ids):
        """Return the employee that each payee is: dict of partner to user, both ids.

        Who has left still is one, with what was earned before. Of several users of one person an
        active one counts.
        """
        self.env["res.users"].flush_model(["active", "partner_id", "share"])
        self.env.cr.execute(
            "SELECT DISTINCT ON (partner_id) partner_id, id FROM res_users"
            " WHERE partner_id = ANY(%s) AND NOT share ORDER BY partner_id, active DESC, id",
            [list(partner_ids)],
        )
        return dict(self.env.cr.fetchall())

    @api.model
    def _get_counts(self, move_ids):
        """Return how many entries documents have: dict of id to number, without those of none."""
        self.env.cr.execute(
            "SELECT move_id, count(*) FROM isof_commission_entry WHERE move_id = ANY(%s)"
            " GROUP BY 1",
            [list(move_ids)],
        )
        return dict(self.env.cr.fetchall())

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_open_document(self):
        """Return the action that opens the document of the entry."""
        self.ensure_one()
        self.check_access("read")
        if not self.move_id:
            raise UserError(self.env._("This commission is of no document: %s", self.reason))
        return self._open_document(self.move_id)
