from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL
from odoo.tools.misc import format_date, formatLang

ACTIVITY_TYPE = "isof_crm_analytics.mail_activity_type_commission"


class IsofCommissionSettlement(models.Model):
    """What one person is paid for a period: entries that are due and in no other settlement.

    An entry of an earlier period that came late is in the next settlement. What is negative is
    not paid and lowers the next one. Nobody writes the entries: a settlement takes them when it
    is made, and gives them back only when it is deleted as a draft.
    """

    _name = "isof.commission.settlement"
    _description = "Commission Settlement"
    _inherit = [
        *("mail.thread", "mail.activity.mixin"),
        *("isof.commission.step.mixin", "isof.guard.mixin"),
    ]
    _order = "date_to desc, payee_id, id desc"
    _rec_name = "payee_id"
    _check_company_auto = True

    payee_id = fields.Many2one(
        "res.partner", string="Who Earns", required=True, readonly=True, ondelete="restrict"
    )
    user_id = fields.Many2one(
        "res.users", string="Employee", readonly=True, index="btree_not_null", ondelete="set null"
    )
    is_external = fields.Boolean(
        string="External Agent",
        readonly=True,
        help="No employee: is paid by a vendor bill, not with the salary.",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    date_from = fields.Date(string="From", required=True, readonly=True)
    date_to = fields.Date(string="Until", required=True, readonly=True)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("confirmed", "Confirmed"),
            ("approved", "Approved"),
            ("paid", "Paid"),
        ],
        string="Status",
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
    )
    approver_id = fields.Many2one(
        "res.users",
        string="To Be Approved by",
        help="Gets an activity when the settlement is confirmed.",
    )

    entry_ids = fields.One2many("isof.commission.entry", "settlement_id", readonly=True)
    entry_count = fields.Integer(compute="_compute_amounts", store=True)
    previous_id = fields.Many2one(
        "isof.commission.settlement",
        string="Previous Settlement",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    amount_due = fields.Monetary(
        string="Due", compute="_compute_amounts", store=True, help="Of the entries."
    )
    amount_carried = fields.Monetary(
        string="Carried Over",
        compute="_compute_amounts",
        store=True,
        help="What the previous settlement left, if that was negative.",
    )
    amount_total = fields.Monetary(
        string="Balance", compute="_compute_amounts", store=True, recursive=True
    )
    amount_payable = fields.Monetary(
        string="To Pay",
        compute="_compute_amounts",
        store=True,
        tracking=True,
        help="A negative balance is not paid: it lowers the next settlement.",
    )
    bill_id = fields.Many2one(
        "account.move", string="Vendor Bill", readonly=True, copy=False, ondelete="restrict"
    )

    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (int4range(payee_id, payee_id, '[]') WITH =,"
        " int4range(company_id, company_id, '[]') WITH =,"
        " daterange(date_from, date_to, '[]') WITH &&)",
        "These days are settled already. Reload the page and look at the settlements.",
    )
    _previous_unique = models.UniqueIndex("(previous_id) WHERE previous_id IS NOT NULL")
    _days_order = models.Constraint(
        "CHECK (date_to >= date_from)", "A settlement cannot end before it begins."
    )

    # ------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------

    @api.depends("entry_ids.due", "previous_id.amount_total")
    def _compute_amounts(self):
        sums = {
            settlement.id: values
            for settlement, *values in self.env["isof.commission.entry"]._read_group(
                [("settlement_id", "in", self.ids)], ["settlement_id"], ["due:sum", "__count"]
            )
        }
        for settlement in self:
            due, count = sums.get(settlement.id, (0, 0))
            settlement.entry_count = count
            settlement.amount_due = due
            settlement.amount_carried = min(settlement.previous_id.amount_total, 0)
            settlement.amount_total = settlement.amount_due + settlement.amount_carried
            settlement.amount_payable = max(settlement.amount_total, 0)

    @api.depends("payee_id", "date_from", "date_to")
    def _compute_display_name(self):
        for settlement in self:
            # sudo: whose settlement may be read, has a name
            settlement.display_name = (
                f"{settlement.payee_id.sudo().name}, {settlement._get_period_label()}"
            )

    def _get_period_label(self):
        self.ensure_one()
        return f"{format_date(self.env, self.date_from)} – {format_date(self.env, self.date_to)}"

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise UserError(self.env._("Use “Settle Commissions” to make settlements."))
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_draft_only(self):
        if self.filtered(lambda settlement: settlement.state != "draft"):
            raise UserError(self.env._("Only drafts of settlements can be deleted."))
        if self.search_count([("previous_id", "in", self.ids), ("id", "not in", self.ids)]):
            raise UserError(
                self.env._("There is a later settlement of the same person. Delete it first.")
            )

    def unlink(self):
        self.check_access("unlink")
        # sudo: the entries of a draft are free again
        self.entry_ids.sudo().settlement_id = False
        return super().unlink()

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_confirm(self):
        """Confirm drafts: their people can read them, and somebody is asked to approve."""
        drafts = self._take_in_state("draft")
        for settlement in drafts:
            if settlement.previous_id.state == "draft":
                raise UserError(
                    self.env._(
                        "The settlement before it is a draft: %(settlement)s. Confirm that first.",
                        settlement=settlement.previous_id.display_name,
                    )
                )
            # sudo: only the buttons write the state
            settlement.sudo().state = "confirmed"
            settlement._ask_approver()

    def _ask_approver(self):
        """Put an activity on the list of who is to approve; say so where there is nobody."""
        self.ensure_one()
        if not (approver := self.approver_id):
            self._message_log(
                body=self.env._(
                    "Nobody is asked to approve it: nobody but who made it has the role for that."
                )
            )
            return
        self.activity_schedule(
            ACTIVITY_TYPE,
            user_id=approver.id,
            summary=self.with_context(lang=approver.lang).env._("Approve the settlement"),
        )

    def _hand_over_approval(self, _leaving, successor):
        """Ask somebody else to approve.

        :param successor: the ``res.users`` who is asked
        :raises UserError: if that one has no role to approve
        """
        if not successor.has_group("isof_crm_analytics.group_commission_manager"):
            raise UserError(
                self.env._(
                    "%(user)s has no role to approve settlements.", user=successor.sudo().name
                )
            )
        self.write({"approver_id": successor.id})
        asked = self.filtered(lambda settlement: settlement.state == "confirmed")
        asked.activity_unlink([ACTIVITY_TYPE])
        for settlement in asked:
            settlement._ask_approver()

    def action_draft(self):
        """Make confirmed settlements drafts again."""
        confirmed = self._take_in_state("confirmed")
        if self.search_count(
            [("previous_id", "in", confirmed.ids), ("state", "!=", "draft")], limit=1
        ):
            raise UserError(
                self.env._("There is a later settlement of the same person. Take it back first.")
            )
        confirmed.sudo().state = "draft"  # sudo: only the buttons write the state
        confirmed.activity_unlink([ACTIVITY_TYPE])

    def action_approve(self):
        """Approve confirmed settlements; external agents get a draft of a vendor bill."""
        for settlement in self._take_in_state("confirmed"):
            settlement.sudo().state = "approved"  # sudo: only the buttons write the state
            settlement.activity_feedback([ACTIVITY_TYPE])
            if settlement.is_external and settlement.amount_payable:
                settlement._create_bill()

    def action_pay(self):
        """Note that approved settlements are paid."""
        # sudo: only the buttons write the state
        self._take_in_state("approved").sudo().state = "paid"

    def _take_in_state(self, state):
        """Return these settlements locked, if all are in a state.

        :raises UserError: with who has brought which of them into another one
        """
        self.check_access("write")
        # Of two at the same time the second one waits here. PostgreSQL then has it start again,
        # so that it reads what the first one did.
        self.env.execute_query(
            SQL(
                "SELECT id FROM isof_commission_settlement WHERE id = ANY(%s)"
                " ORDER BY id FOR UPDATE",
                self.ids,
            )
        )
        self.invalidate_recordset(["state"])
        if wrong := self.filtered(lambda settlement: settlement.state != state):
            labels = dict(self._fields["state"]._description_selection(self.env))
            reason = self.env._(
                "%(settlement)s is: %(state)s. Choose only settlements that are: %(wanted)s.",
                settlement=wrong[0].display_name,
                state=labels[wrong[0].state],
                wanted=labels[state],
            )
            raise UserError(f"{reason}\n{wrong[0]._describe_last_step()}".strip())
        return self

    def _create_bill(self):
        self.ensure_one()
        # sudo: a draft that the bookkeeper completes and posts
        bill = self.env["account.move"].sudo().with_company(self.company_id)
        self.sudo().bill_id = bill.create(self._prepare_bill_vals())

    def _prepare_bill_vals(self):
        """Return the values of the vendor bill of an external agent."""
        self.ensure_one()
        return {
            "move_type": "in_invoice",
            "partner_id": self.payee_id.id,
            "company_id": self.company_id.id,
            "currency_id": self.currency_id.id,
            "invoice_date": fields.Date.context_today(self),
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": self.env._(
                            "Commission %(period)s", period=self._get_period_label()
                        ),
                        "quantity": 1,
                        "price_unit": self.amount_payable,
                    }
                )
            ],
        }

    @api.readonly
    def action_open_entries(self):
        """Return the action that shows the entries of the settlement."""
        return self._open_isof(
            "isof_crm_analytics.isof_commission_entry_action",
            display_name=self.display_name,
            domain=[("settlement_id", "=", self.id)],
            context={},
            views=[(False, "list"), (False, "pivot"), (False, "graph")],
        )

    def action_open_bill(self):
        """Return the action that opens the vendor bill."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.bill_id.id,
            "views": [(False, "form")],
        }

    # ------------------------------------------------------------
    # Statement
    # ------------------------------------------------------------

    def action_print_statement(self):
        """Return the action that prints the statements."""
        self.check_access("read")
        report = self.env.ref("isof_crm_analytics.isof_commission_statement_report")
        return report.report_action(self, config=False)

    def action_export_statement(self):
        """Return the action that downloads the statements as a workbook."""
        return self._export("statement")

    def action_export_payroll(self):
        """Return the action that downloads what payroll pays employees, as a workbook.

        :raises UserError: if none of the settlements is an employee's and approved
        """
        employees = self.filtered(
            lambda settlement: (
                not settlement.is_external and settlement.state in ("approved", "paid")
            )
        )
        if not employees:
            raise UserError(self.env._("None of these settlements is an employee's and approved."))
        return employees._export("payroll")

    def _export(self, form):
        self.check_access("read")
        return (
            self.env["isof.commission.export"]
            .create({"form": form, "settlement_ids": [Command.set(self.ids)]})
            ._prepare_download_action()
        )

    def _get_statement_totals(self):
        """Return the totals of the statement: list of tuples of a label and an amount."""
        self.ensure_one()
        names = ["amount_due", "amount_carried", "amount_total", "amount_payable"]
        labels = self.fields_get(names, ["string"])
        return [
            (labels[name]["string"], self[name])
            for name in names
            if name in ("amount_due", "amount_payable") or self.amount_carried
        ]

    def _get_statement_plans(self):
        """Return what each plan gives: list of tuples of its name, what is earned and due.

        All versions of a plan are one; what no plan gives is a correction.
        """
        self.ensure_one()
        plans = {}
        for entry in self._get_statement_entries():
            # sudo: the name of the plan of one's own commission
            plan = entry.plan_id.sudo().root_id
            name = plan.name or self.env._("Corrections")
            accrued, due = plans.get(plan, (name, 0, 0))[1:]
            plans[plan] = (name, accrued + entry.accrued, due + entry.due)
        return sorted(plans.values(), key=lambda values: values[0])

    def _get_statement_entries(self):
        """Return the entries of the statement in order."""
        self.ensure_one()
        return self.env["isof.commission.entry"].search(
            [("settlement_id", "=", self.id)], order="date, move_name, id"
        )

    def _write_money(self, amount):
        """Return an amount as it is printed."""
        self.ensure_one()
        return formatLang(self.env, amount, currency_obj=self.currency_id)
