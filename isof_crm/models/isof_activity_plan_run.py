from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .isof_activity_status import OPEN_STATES

# Up to so many customers the plan is carried out while the user waits.
INLINE_LIMIT = 50
BATCH_SIZE = 200


class IsofActivityPlanRun(models.Model):
    """A plan started for customers: what is created already and what is still to come."""

    _name = "isof.activity.plan.run"
    _description = "Started Activity Plan"
    _inherit = ["mail.thread"]
    _order = "id desc"
    _rec_name = "plan_id"
    _check_company_auto = True

    plan_id = fields.Many2one(
        "isof.activity.plan", required=True, index=True, ondelete="restrict", check_company=True
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
    campaign_id = fields.Many2one("utm.campaign", index="btree_not_null", ondelete="set null")
    state = fields.Selection(
        [("running", "Running"), ("done", "Planned"), ("cancelled", "Cancelled")],
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
        copy=False,
    )
    total_count = fields.Integer(string="Customers", readonly=True, copy=False)
    done_count = fields.Integer(string="Planned Customers", readonly=True, copy=False)
    skipped_count = fields.Integer(string="Skipped Customers", readonly=True, copy=False)
    progress = fields.Float(string="Progress (%)", compute="_compute_progress")
    activity_line_ids = fields.One2many("isof.activity", "plan_run_id", string="Activities")
    open_count = fields.Integer(string="Open Activities", compute="_compute_open_count")

    @api.depends("total_count", "done_count", "skipped_count")
    def _compute_progress(self):
        for run in self:
            planned = run.done_count + run.skipped_count
            run.progress = 100.0 * planned / run.total_count if run.total_count else 100.0

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
        """Stop planning, and cancel what is still open of what was planned already."""
        for run in self:
            run.write({"state": "cancelled", "pending_partner_ids": [Command.clear()]})
        self.env["isof.activity"].search(
            [("plan_run_id", "in", self.ids), ("state", "in", OPEN_STATES)]
        ).action_cancel()

    def action_open_activities(self):
        """Return the action that shows the activities of the run."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("isof_crm.isof_activity_action")
        return action | {"domain": [("plan_run_id", "=", self.id)], "context": {}}

    # ------------------------------------------------------------
    # Business methods
    # ------------------------------------------------------------

    @api.model
    def _start(self, plan, partners, start, campaign=None):
        """Start a plan for customers, in the background where there are many.

        :param plan: ``isof.activity.plan``
        :param partners: ``res.partner`` records, each gets every step of the plan
        :param datetime start: naive UTC datetime from which the first delay counts
        :param campaign: ``utm.campaign`` of the activities, if any
        :return: the ``isof.activity.plan.run``
        :raises UserError: if the plan has no steps or there is no customer
        """
        if not plan.step_ids:
            raise UserError(
                self.env._("Plan “%(plan)s” has no steps yet: add some first.", plan=plan.name)
            )
        if not partners:
            raise UserError(self.env._("Choose at least one customer to start the plan for."))
        run = self.create(
            {
                "plan_id": plan.id,
                "start": start,
                "campaign_id": campaign.id if campaign else False,
                "total_count": len(partners),
                "pending_partner_ids": [Command.set(partners.ids)],
            }
        )
        if len(partners) <= INLINE_LIMIT:
            run._plan_batch(len(partners))
        else:
            # sudo: triggering a scheduled action is no right of its own
            self.env.ref("isof_crm.ir_cron_activity_plan").sudo()._trigger()
        return run

    @api.model
    def _cron_plan(self):
        """Plan the customers still waiting, batch by batch; each batch is kept."""
        runs = self.search([("state", "=", "running")], order="id")
        remaining = sum(len(run.pending_partner_ids) for run in runs)
        self.env["ir.cron"]._commit_progress(remaining=remaining)
        for run in runs:
            while run.state == "running":
                # the starter's rights, language and name, not the scheduler's
                starter = run.user_id
                planned = (
                    run.with_user(starter)
                    .with_context(
                        lang=starter.lang,
                        tz=starter.tz,
                        allowed_company_ids=run.company_id.ids,
                    )
                    ._plan_batch(BATCH_SIZE)
                )
                if not self.env["ir.cron"]._commit_progress(planned):
                    return

    def _plan_batch(self, size):
        """Create the activities of the next customers waiting.

        :param int size: how many customers at most
        :return: how many customers were taken off the list
        """
        self.ensure_one()
        batch = self.pending_partner_ids[:size]
        vals_list = self._prepare_activity_vals(batch)
        skipped = {}
        try:
            with self.env.cr.savepoint():
                self._create_chains(vals_list)
        except UserError:
            # Somebody in the batch cannot be planned: find out who, and plan the others.
            for partner in batch:
                try:
                    with self.env.cr.savepoint():
                        self._create_chains(
                            [[v for v in step if v["partner_id"] == partner.id] for step in vals_list]
                        )
                except UserError as error:
                    skipped[partner] = str(error)
        if skipped:
            self.message_post(
                body=self.env._(
                    "Skipped customers:\n%(customers)s",
                    customers="\n".join(
                        f"{partner.display_name}: {reason}" for partner, reason in skipped.items()
                    ),
                )
            )
        remaining = self.pending_partner_ids - batch
        self.write(
            {
                "pending_partner_ids": [Command.unlink(partner.id) for partner in batch],
                "done_count": self.done_count + len(batch) - len(skipped),
                "skipped_count": self.skipped_count + len(skipped),
                "state": "running" if remaining else "done",
            }
        )
        return len(batch)

    def _prepare_activity_vals(self, partners):
        """Return the values of the activities: a list a step, in it a dict a customer."""
        steps = self.plan_id.step_ids
        # sudo: whose customer it is; the customer itself was chosen by the user
        user_of = {
            (step, partner): step._get_user(partner.sudo(), self.user_id)
            for step in steps
            for partner in partners
        }
        users = self.env["res.users"].union(*user_of.values())
        starts = users._get_isof_starts(
            self.start, [(step.delay, step.delay_unit) for step in steps], self.company_id
        )
        return [
            [
                {
                    "type_id": step.type_id.id,
                    "name": step.name,
                    "note": step.note,
                    "partner_id": partner.id,
                    "user_id": user_of[step, partner].id,
                    "start": starts[user_of[step, partner].id][position],
                    "campaign_id": self.campaign_id.id,
                    "company_id": self.company_id.id,
                    "plan_run_id": self.id,
                }
                for partner in partners
            ]
            for position, step in enumerate(steps)
        ]

    def _create_chains(self, vals_list):
        """Create the activities step by step, each following the customer's step before."""
        Activity = self.env["isof.activity"]
        previous = [False] * len(vals_list[0])
        for step_vals in vals_list:
            previous = Activity.create(
                [
                    vals | {"previous_id": previous_id}
                    for vals, previous_id in zip(step_vals, previous, strict=True)
                ]
            ).ids
