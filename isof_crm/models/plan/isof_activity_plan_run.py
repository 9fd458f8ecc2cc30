from collections import defaultdict

from markupsafe import Markup
from psycopg2 import IntegrityError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import SQL

from ..activity.isof_activity_status import OPEN_STATES

# Most customers for whom the plan is carried out while the user waits.
INLINE_LIMIT = 50
BATCH_SIZE = 200
# Most activities that are cancelled while the user waits.
CANCEL_SIZE = 500


class IsofActivityPlanRun(models.Model):
    """A plan, or one activity, started for customers: what is created and what is to come.

    Nobody writes a run: it is carried out in the name of its starter. ``_start`` and
    ``_start_step`` make one, ``action_cancel`` ends it.
    """

    _name = "isof.activity.plan.run"
    _description = "Started Activity Plan"
    _inherit = ["mail.thread"]
    _order = "id desc"
    _rec_name = "plan_id"
    _rec_names_search = ["plan_id.name", "step_ids.name"]
    _check_company_auto = True
    _mail_post_access = "read"

    plan_id = fields.Many2one(
        "isof.activity.plan", index=True, ondelete="restrict", check_company=True
    )
    step_ids = fields.One2many(
        "isof.activity.plan.step",
        "run_id",
        string="Planned Activity",
        readonly=True,
        help="What is done where no plan is carried out.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Started By",
        required=True,
        default=lambda self: self.env.user,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    start = fields.Datetime(
        required=True, default=fields.Datetime.now, help="From here the first delay counts."
    )
    per_day = fields.Integer(
        string="Daily Limit",
        help="At most this many activities for each employee on one working day, one after the "
        "other; the rest on the next ones. 0: as many as there is time for in the working hours.",
    )
    campaign_id = fields.Many2one("utm.campaign", index="btree_not_null", ondelete="set null")
    state = fields.Selection(
        [
            ("running", "Running"),
            ("done", "Planned"),
            ("cancelling", "Being Cancelled"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="running",
        tracking=True,
        index=True,
    )
    pending_partner_ids = fields.Many2many(
        "res.partner",
        "isof_activity_plan_run_pending_rel",
        "run_id",
        "partner_id",
        string="Customers Still to Plan",
        # also whom somebody archives while they wait: they are taken off the list like others
        context={"active_test": False},
        copy=False,
    )
    total_count = fields.Integer(string="Customers", readonly=True, copy=False)
    done_count = fields.Integer(string="Planned Customers", readonly=True, copy=False)
    skipped_count = fields.Integer(string="Skipped Customers", readonly=True, copy=False)
    progress = fields.Float(string="Progress (%)", compute="_compute_progress")
    activity_line_ids = fields.One2many("isof.activity", "plan_run_id", string="Activities")
    open_count = fields.Integer(string="Open Activities", compute="_compute_open_count")

    _per_day_not_negative = models.Constraint(
        "CHECK(per_day >= 0)", "The number of activities a day cannot be negative."
    )

    @api.depends("plan_id.name", "step_ids.name")
    def _compute_display_name(self):
        for run in self:
            run.display_name = run.plan_id.name or run.step_ids[:1].name

    @api.depends("state", "total_count", "done_count", "skipped_count")
    def _compute_progress(self):
        for run in self:
            # customers that were merged or deleted while they waited are in no count
            run.progress = (
                100.0
                if run.state == "done"
                else 100.0 * (run.done_count + run.skipped_count) / run.total_count
            )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_open_count(self):
        counts = dict(
            self.env["isof.activity"]._read_group(
                [("plan_run_id", "in", self.ids), ("state", "in", OPEN_STATES)],
                ["plan_run_id"],
                ["__count"],
            )
        )
        for run in self:
            run.open_count = counts.get(run, 0)

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_cancel(self):
        """Undo the run: stop planning, and cancel what is still open of what was planned.

        What was done already stays. Where it is a lot, the rest is cancelled in the background.
        """
        self.check_access("read")
        # sudo: whoever sees a run, its starter or a manager, may end it
        runs = self.sudo()
        runs.write({"state": "cancelling", "pending_partner_ids": [Command.clear()]})
        for run in runs:
            run._cancel_batch(CANCEL_SIZE)
        if any(run.state == "cancelling" for run in runs):
            self._trigger_cron()

    def action_open_activities(self):
        """Return the action that shows the activities of the run."""
        return self._open_isof(
            "isof_crm.isof_activity_action", domain=[("plan_run_id", "=", self.id)], context={}
        )

    def _prepare_result_action(self):
        """Return the action that shows the activities, or the run where there is more to tell."""
        self.ensure_one()
        if self.state == "done" and not self.skipped_count:
            return self.action_open_activities()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

    # ------------------------------------------------------------
    # Business methods
    # ------------------------------------------------------------

    @api.model
    def _start(self, plan, partners, start, campaign=None):
        """Start a plan for customers, in the background where there are many.

        Started twice, it is one run: customers with whom the plan is under way are skipped.

        :param plan: ``isof.activity.plan``
        :param partners: ``res.partner`` records, each gets every step of the plan
        :param datetime start: naive UTC datetime from which the first delay counts
        :param campaign: ``utm.campaign`` of the activities, if any
        :return: the ``isof.activity.plan.run``, an earlier one if it is under way with all of them
        :raises UserError: if the plan has no steps, there is no customer, or a colleague started it
            for all of them
        """
        plan._get_steps()
        # Of two who start it at the same time the second one waits here. PostgreSQL then has it
        # start again, so that it sees for whom the first one did.
        self.env.cr.execute(SQL("UPDATE isof_activity_plan SET id = id WHERE id = %s", plan.id))
        under_way = self._get_under_way(plan, self.env.company)
        if partners and not partners - under_way:
            return self._get_run_under_way(plan, partners)
        return self._launch({"plan_id": plan.id}, partners, start, campaign, under_way)

    @api.model
    def _get_under_way(self, plan, company):
        """Return the customers for whom a plan is under way, whoever started it.

        :return: ``res.partner`` records
        """
        # sudo: for whom; also what a colleague started must not be done twice
        runs = self.sudo().search([("plan_id", "in", plan.ids), ("company_id", "=", company.id)])
        addressees = (
            self.env["isof.activity"]
            .sudo()
            ._read_group(
                [("plan_run_id", "in", runs.ids), ("state", "in", OPEN_STATES)],
                ["partner_id", "contact_id"],
            )
        )
        return (
            runs.pending_partner_ids.union(*(contact or partner for partner, contact in addressees))
        ).with_env(self.env)

    @api.model
    def _get_run_under_way(self, plan, partners):
        """Return the run that was started for customers already, if the user may see it.

        :raises UserError: if that was a colleague's
        """
        run = self.search(
            [
                ("plan_id", "=", plan.id),
                ("company_id", "=", self.env.company.id),
                "|",
                ("pending_partner_ids", "in", partners.ids),
                ("activity_line_ids", "any", self._get_under_way_domain(partners)),
            ],
            limit=1,
        )
        if not run:
            raise UserError(
                self.env._(
                    "Plan “%(plan)s” is under way already with all of these customers.",
                    plan=plan.name,
                )
            )
        return run

    @api.model
    def _get_under_way_domain(self, partners):
        """Return the domain of what is still open with customers."""
        return Domain("state", "in", OPEN_STATES) & (
            Domain("partner_id", "in", partners.ids) | Domain("contact_id", "in", partners.ids)
        )

    @api.model
    def _start_step(self, step_vals, partners, start, campaign=None, per_day=0):
        """Plan one activity with each of the customers, as a plan of a single step would.

        :param dict step_vals: values of the ``isof.activity.assignment``
        :param partners: ``res.partner`` records
        :param datetime start: naive UTC datetime of the first activities
        :param campaign: ``utm.campaign`` of the activities, if any
        :param int per_day: how many an employee gets on one working day; 0: as many as fit
        :return: the ``isof.activity.plan.run``
        :raises UserError: if there is no customer
        """
        return self._launch(
            {
                "step_ids": [Command.create(step_vals | {"delay_unit": "days"})],
                "per_day": per_day,
            },
            partners,
            start,
            campaign,
        )

    @api.model
    def _launch(self, vals, partners, start, campaign, under_way=()):
        if not partners:
            raise UserError(self.env._("Choose at least one customer to plan activities with."))
        waiting = partners.filtered(lambda partner: partner not in under_way)
        # sudo: only here runs are made, and only in the user's own name
        run = (
            self.sudo()
            .create(
                {
                    **vals,
                    "user_id": self.env.uid,
                    "company_id": self.env.company.id,
                    "start": start,
                    "campaign_id": campaign.id if campaign else False,
                    "total_count": len(partners),
                    "pending_partner_ids": [Command.set(waiting.ids)],
                    "skipped_count": len(partners) - len(waiting),
                }
            )
            .sudo(self.env.su)
        )
        if skipped := partners - waiting:
            reason = self.env._("the plan is under way already")
            # sudo: what is told of one's own run
            run.sudo()._post_skipped(dict.fromkeys(skipped, reason))
        if len(waiting) <= INLINE_LIMIT:
            run._plan_batch(len(waiting))
        else:
            self._trigger_cron()
        return run

    @api.model
    def _trigger_cron(self):
        # sudo: triggering a scheduled action is no right of its own
        self.env.ref("isof_crm.ir_cron_activity_plan").sudo()._trigger()

    @api.model
    def _cron_plan(self):
        """Plan the customers still waiting, batch by batch, and cancel what is to be cancelled.

        Each batch is kept.
        """
        runs = self.search([("state", "in", ("running", "cancelling"))], order="id")
        cron = self.env["ir.cron"]
        cron._commit_progress(
            remaining=sum(
                run.open_count
                if run.state == "cancelling"
                else run.total_count - run.done_count - run.skipped_count
                for run in runs
            )
        )
        for run in runs:
            if not cron._isof_repeat(run._go_on):
                return

    def _go_on(self):
        """Plan the next customers of a run, or cancel the next activities of one that is cancelled.

        :return: how many, or None when nothing is left to do
        """
        # locked: who cancels the run waits for the batch, instead of breaking it off
        if not self.try_lock_for_update() or self.state not in ("running", "cancelling"):
            return None
        # the starter's rights, language and name, not the scheduler's
        starter = self.user_id
        as_starter = self.with_user(starter).with_context(
            lang=starter.lang, tz=starter.tz, allowed_company_ids=self.company_id.ids
        )
        if self.state == "running":
            return as_starter._plan_batch(BATCH_SIZE)
        return as_starter._cancel_batch(CANCEL_SIZE)

    def _cancel_batch(self, size):
        """Cancel some of the open activities; with the last ones the run is cancelled.

        :param int size: how many activities at most
        :return: how many were cancelled
        """
        self.ensure_one()
        # sudo: the right to end the run was asked for when it was told to end
        run = self.sudo()
        batch = run.env["isof.activity"].search(
            [("plan_run_id", "=", run.id), ("state", "in", OPEN_STATES)], limit=size
        )
        batch.action_cancel()
        if len(batch) < size:
            run.state = "cancelled"
            run._note_undone()
        return len(batch)

    def _note_undone(self):
        """Tell in the messages of the run how much was cancelled, and how much stays."""
        activities = self.env["isof.activity"].with_context(active_test=False)
        planned = Domain("plan_run_id", "=", self.id)
        cancelled = activities.search_count(planned & Domain("state", "=", "cancelled"))
        kept = activities.search_count(planned) - cancelled
        self._message_log(
            body=self.env._(
                "Undone: %(cancelled)s activities are cancelled, %(kept)s were over and stay.",
                cancelled=cancelled,
                kept=kept,
            )
        )

    def _plan_batch(self, size):
        """Create the activities of the next customers waiting.

        :param int size: how many customers at most
        :return: how many customers were taken off the list
        """
        self.ensure_one()
        # sudo: keeping account of the run; the activities are created by the user
        run = self.sudo()
        waiting = run.pending_partner_ids
        batch = waiting[:size]
        steps = run.step_ids or run.plan_id.step_ids
        reasons = steps._get_withdrawn(batch)
        allowed = batch.filtered(lambda partner: partner not in reasons)
        planned = run.done_count
        try:
            self._plan_partners(allowed, planned)
            planned += len(allowed)
        except (UserError, IntegrityError):
            # Somebody in the batch cannot be planned: find out who, and plan the others.
            for partner in allowed:
                try:
                    self._plan_partners(partner, planned)
                    planned += 1
                except (UserError, IntegrityError) as error:
                    reasons[partner] = str(error)
        if reasons:
            run._post_skipped(reasons)
        run.write(
            {
                "pending_partner_ids": [Command.unlink(partner.id) for partner in batch],
                "done_count": planned,
                "skipped_count": run.skipped_count + len(reasons),
                "state": "running" if waiting - batch else "done",
            }
        )
        return len(batch)

    def _post_skipped(self, reasons):
        """Tell in the messages of the run which customers were skipped, and why.

        :param dict reasons: the reason (str) by ``res.partner``
        """
        self.message_post(
            body=Markup("<p>%s</p>%s")
            % (self.env._("Skipped customers:"), self._format_skipped(reasons))
        )

    @api.model
    def _format_skipped(self, reasons, limit=None):
        """Return customers as a list (Markup), by the reason why they are skipped.

        :param dict reasons: the reason (str) by ``res.partner``
        :param int limit: how many names of a reason are shown; the others are counted
        """
        customers = defaultdict(list)
        for partner, reason in reasons.items():
            customers[reason].append(partner)
        items = []
        for reason, partners in customers.items():
            names = ", ".join(partner.display_name for partner in partners[:limit])
            if limit and len(partners) > limit:
                names = self.env._(
                    "%(names)s and %(count)s more", names=names, count=len(partners) - limit
                )
            items.append(Markup("<li>%s<br/>%s</li>") % (names, reason))
        return Markup("<ul>%s</ul>") % Markup().join(items)

    def _plan_partners(self, partners, position):
        """Create the activities of the plan for customers: those of all of them, or none.

        :param int position: how many customers were planned before these
        :raises UserError: if one of them cannot be planned
        """
        if archived := partners.filtered(lambda partner: not partner.active):
            raise UserError(
                self.env._(
                    "Archived in the meantime: %(customers)s",
                    customers=", ".join(archived.mapped("display_name")),
                )
            )
        activities = self.env["isof.activity"]
        with self.env.cr.savepoint():
            previous_ids = [False] * len(partners)
            for step_vals in self._prepare_activity_vals(partners, position):
                planned = activities.create(
                    [
                        vals | {"previous_id": previous_id}
                        for vals, previous_id in zip(step_vals, previous_ids, strict=True)
                    ]
                )
                # sudo: of which run an activity is, is for nobody else to say
                planned.sudo().plan_run_id = self
                previous_ids = planned.ids

    def _prepare_activity_vals(self, partners, position):
        """Return the values of the activities: a list a step, in it a dict a customer.

        :param partners: ``res.partner`` in sudo mode; a person stands for their company
        :param int position: how many customers were planned before these
        :raises UserError: if there is no step any more, or an employee has no working days
        """
        steps = self.step_ids or self.plan_id._get_steps()
        users_by_step = [
            step._assign(partners, self.user_id, self.company_id, position) for step in steps
        ]
        starts_by_step = self._get_starts(steps, users_by_step)
        # Planned even where the first delay is over already: a plan never proposes "done".
        status = self.env["isof.activity.status"]._get_first("planned", self.company_id)
        return [
            [
                {
                    "type_id": step.type_id.id,
                    "name": step.name,
                    "note": step.note,
                    "priority": step.priority,
                    "partner_id": partner.commercial_partner_id.id,
                    "contact_id": (partner - partner.commercial_partner_id).id,
                    "user_id": user.id,
                    "status_id": status.id,
                    "start": start,
                    "campaign_id": self.campaign_id.id,
                    "company_id": self.company_id.id,
                }
                for partner, user, start in zip(partners, users, starts, strict=True)
            ]
            for step, users, starts in zip(steps, users_by_step, starts_by_step, strict=True)
        ]
