from datetime import timedelta
from typing import NamedTuple

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain

from ..activity.isof_activity_status import OPEN_STATES

# Most records that are handed over while the user waits.
INLINE_LIMIT = 500
BATCH_SIZE = 200
# How long a dialogue is kept that was closed without an answer.
KEPT = timedelta(days=1)


class HandOverKind(NamedTuple):
    """One kind of what people have in their hands; see ``isof.hand.over._get_hand_over_kinds``."""

    name: str
    """What it is known by; unique among the kinds of all add-ons."""

    label: str
    """What it is called, in the user's language."""

    model: str
    """The model of the records."""

    holder: str
    """The field that says in whose hands a record is: a many2one or many2many of users."""

    domain: Domain = Domain.TRUE
    """Which records still matter: what is over stays with whoever did it."""

    company: str = "company_id"
    """The path from a record to its company; records without one are of every company."""

    right: str = "write"
    """The right to a record (``read`` or ``write``) that whoever hands it over has to have."""

    cancel: str = ""
    """The method that cancels records instead, where that makes sense."""

    take_over: str = ""
    """The method that does more than to write the holder: it takes who has the records now, and
    who gets them."""


class IsofHandOver(models.Model):
    """What is in the hands of people who leave, and who takes it over.

    Odoo archives users without asking what they still have to do. Whoever archives them, or opens
    this dialogue by *Hand Over*, sees it counted by kind, and says for each kind who takes it over,
    or that it is cancelled or left where it is. It stays as a record of what was done.

    An administrator of users hands over everything in his or her companies, whoever may see it, and
    a manager what a manager may change. Where that is a lot, it is done in the background, batch by
    batch: what is left to do follows from who has what in hands, and is stored nowhere.
    """

    _name = "isof.hand.over"
    _description = "Hand-Over"
    _inherit = ["mail.thread", "isof.guard.mixin"]
    _order = "id desc"

    user_ids = fields.Many2many(
        "res.users",
        "isof_hand_over_user_rel",
        "hand_over_id",
        "user_id",
        string="Who Leaves",
        required=True,
        readonly=True,
        context={"active_test": False},
    )
    successor_id = fields.Many2one(
        "res.users",
        string="Successor",
        domain="[('share', '=', False), ('id', 'not in', user_ids)]",
        ondelete="restrict",
        help="Takes over whatever nobody else is chosen for below.",
    )
    company_ids = fields.Many2many(
        "res.company",
        "isof_hand_over_company_rel",
        "hand_over_id",
        "company_id",
        string="Companies",
        readonly=True,
        help="What belongs to other companies stays where it is.",
    )
    state = fields.Selection(
        [("draft", "To Decide"), ("running", "Running"), ("done", "Done")],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        index=True,
    )
    line_ids = fields.One2many("isof.hand.over.line", "hand_over_id", string="In Hands")

    @api.depends("user_ids.name")
    def _compute_display_name(self):
        for hand_over in self:
            # sudo: names of colleagues
            hand_over.display_name = ", ".join(hand_over.user_ids.sudo().mapped("name"))

    def write(self, vals):
        if not self.env.su and {"line_ids", "successor_id"} & vals.keys():
            self._check_undecided()
        return super().write(vals)

    def _check_undecided(self):
        """Refuse to change what was decided: who takes over was checked when it was.

        :raises UserError: if one of them is being carried out, or was
        """
        if any(hand_over.state != "draft" for hand_over in self):
            raise UserError(self.env._("What was decided is being done, and cannot be changed."))

    # ------------------------------------------------------------
    # Kinds
    # ------------------------------------------------------------

    @api.model
    def _get_hand_over_kinds(self):
        """Return the kinds of what people have in their hands: list of ``HandOverKind``.

        An add-on adds its own by extending this method. They are handed over in this order, so
        that what follows from others comes after them.
        """
        return [
            HandOverKind(
                "activity",
                self.env._("Open activities"),
                "isof.activity",
                "user_id",
                Domain("state", "in", OPEN_STATES),
                cancel="action_cancel",
            ),
            HandOverKind(
                "partner", self.env._("Customers as their salesperson"), "res.partner", "user_id"
            ),
            HandOverKind(
                "plan_run",
                self.env._("Started plans under way"),
                "isof.activity.plan.run",
                "user_id",
                Domain("state", "=", "running"),
                # a manager may end any, and nobody writes one
                right="read",
                cancel="action_cancel",
            ),
            HandOverKind(
                "plan_step",
                self.env._("Steps of plans as their employee"),
                "isof.activity.plan.step",
                "user_id",
                Domain("plan_id.active", "=", True),
                company="plan_id.company_id",
            ),
            HandOverKind(
                "plan_step_shared",
                self.env._("Steps of plans as one of several employees"),
                "isof.activity.plan.step",
                "user_ids",
                Domain("plan_id.active", "=", True),
                company="plan_id.company_id",
            ),
            HandOverKind("segment", self.env._("Segments"), "isof.segment", "user_id"),
        ]

    @api.model
    def _search_in_hands(self, kind, users, companies):
        """Return the query of what users have in hands, of a kind, that the user may hand over.

        :param kind: ``HandOverKind``
        :param users: ``res.users``
        :param companies: ``res.company`` records, of which it is
        :return: tuple of the model, with which to go on, and a domain
        """
        records = self.env[kind.model]
        domain = (
            Domain(kind.holder, "in", users.ids)
            & kind.domain
            & Domain(kind.company, "in", [*companies.ids, False])
        )
        if self.env.su or self.env.user.has_group("base.group_erp_manager"):
            # sudo: whoever administers users can give himself or herself any role
            return records.sudo(), domain
        if not (records.has_access("read") and records.has_access(kind.right)):
            return records, Domain.FALSE
        rules = self.env["ir.rule"]._compute_domain(kind.model, kind.right)
        return records, domain & Domain(rules)

    @api.model
    def _count_in_hands(self, users, companies):
        """Return how much users have in hands: dict of user id to dict of kind to number.

        Kinds and users that there is nothing of are left out.
        """
        counts = {}
        for kind in self._get_hand_over_kinds():
            records, domain = self._search_in_hands(kind, users, companies)
            if records._active_name:
                domain &= Domain(records._active_name, "=", True)
            # groups of a list of users leave out who is archived
            records = records.with_context(active_test=False)
            for user, count in records._read_group(domain, [kind.holder], ["__count"]):
                if user in users:
                    counts.setdefault(user.id, {})[kind.name] = count
        return counts

    @api.model
    def _format_counts(self, counts):
        """Return how much it is of each kind, as a list (Markup).

        :param counts: dict of the name of a kind to a number
        """
        return Markup("<ul>%s</ul>") % Markup().join(
            Markup("<li>%s: %s</li>") % (kind.label, counts[kind.name])
            for kind in self._get_hand_over_kinds()
            if counts.get(kind.name)
        )

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    @api.model
    def _get_action(self, users):
        """Return the action that opens the dialogue, or None if there is nothing to hand over.

        :param users: ``res.users``
        """
        hand_over = self._prepare(users)
        return hand_over and {
            "type": "ir.actions.act_window",
            "name": self.env._("Hand Over"),
            "res_model": self._name,
            "res_id": hand_over.id,
            "views": [(self.env.ref("isof_crm.isof_hand_over_view_form_dialog").id, "form")],
            "target": "new",
        }

    @api.model
    def _prepare(self, users):
        """Return a new hand-over with a line for each kind, or an empty one if there is nothing."""
        self._check_role()
        users = users._filter_isof_colleagues()
        counts = self._count_in_hands(users, self.env.companies)
        kinds = {name for by_kind in counts.values() for name in by_kind}
        if not kinds:
            return self.browse()
        leaders = (user._get_isof_leader(self.env.company) for user in users)
        successor = next((leader for leader in leaders if leader and leader not in users), None)
        # sudo: whom it is about and where is for nobody to change afterwards
        hand_over = self.sudo().create(
            {
                "user_ids": [Command.set(users.ids)],
                "company_ids": [Command.set(self.env.companies.ids)],
                "successor_id": successor.id if successor else False,
                "line_ids": [
                    Command.create({"kind": kind.name, "sequence": number})
                    for number, kind in enumerate(self._get_hand_over_kinds())
                    if kind.name in kinds
                ],
            }
        )
        return hand_over.sudo(self.env.su)

    @api.model
    def _check_role(self):
        """Refuse whoever may not hand over what is in the hands of others.

        :raises AccessError: if the user is neither a manager nor an administrator of users
        """
        if not self._has_role():
            raise AccessError(
                self.env._("Only managers and administrators hand over what others have in hands.")
            )

    @api.model
    def _has_role(self):
        return any(
            self.env.user.has_group(group)
            for group in ("isof_crm.group_manager", "base.group_erp_manager")
        )

    def action_hand_over(self):
        """Do what was decided, in the background where that is a lot.

        :return: the action that shows what became of it, or closes the dialogue
        :raises UserError: if somebody is missing, or cannot take it over
        """
        self.ensure_one()
        self.check_access("write")
        self._check_role()
        # of two at the same time the second one starts again, and sees what the first one did
        if not self.try_lock_for_update() or self.state != "draft":
            raise UserError(self.env._("This was handed over already."))
        for line in self.line_ids:
            line._check_decision()
        # sudo: only here the state changes
        self.sudo().state = "running"
        todo = self.line_ids.filtered(lambda line: line.decision != "leave")
        if sum(todo.mapped("count")) > INLINE_LIMIT:
            # sudo: triggering a scheduled action is no right of its own
            self.env.ref("isof_crm.ir_cron_hand_over").sudo()._trigger()
        else:
            while self._hand_over_batch():
                pass
        if self.state == "done" and not any(self.line_ids.mapped("failed_count")):
            return {"type": "ir.actions.act_window_close"}
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

    # ------------------------------------------------------------
    # Handing over
    # ------------------------------------------------------------

    @api.model
    def _cron_hand_over(self):
        """Go on with what is handed over in the background. Each batch is kept."""
        cron = self.env["ir.cron"]
        running = self.search([("state", "=", "running")], order="id")
        cron._commit_progress(remaining=len(running))
        for hand_over in running:
            if not cron._isof_repeat(hand_over._go_on):
                return

    def _go_on(self):
        """Hand over the next records.

        :return: 1 if that was the last of it and 0 if not, None when nothing was left to do
        """
        if not self.try_lock_for_update() or self.state != "running":
            return None
        # with the rights and in the language of whoever decided on it
        actor = self.create_uid
        as_actor = self.with_user(actor).with_context(
            lang=actor.lang, tz=actor.tz, allowed_company_ids=self.company_ids.ids
        )
        try:
            with self.env.cr.savepoint():
                as_actor._hand_over_batch()
        except UserError as refusal:
            # somebody has lost a role or a company, or left: the next ones are not to wait
            self._stop(refusal.args[0])
        return int(self.state == "done")

    def _stop(self, reason):
        """End what cannot be done as it was decided any more, and tell who decided on it.

        :param str reason: why not, in that one's language
        """
        self.state = "done"
        leaving = ", ".join(self.user_ids.mapped("name"))
        self.env["isof.notifier"]._tell(
            self.create_uid,
            self.browse(),
            lambda none: (
                none.env._("The hand-over of %(users)s was stopped", users=leaving),
                none.env._("What is left stays where it is: %(reason)s", reason=reason),
            ),
        )

    def _hand_over_batch(self):
        """Hand over the next records; with the last ones it is done.

        :return: how many records there were
        """
        self.ensure_one()
        for line in self.line_ids:
            if records := line._get_records(BATCH_SIZE):
                # in the background time has gone by
                line._check_decision()
                line._apply(records)
                return len(records)
        # sudo: only here the state changes
        self.sudo().state = "done"
        self._tell()
        return 0

    def _tell(self):
        """Tell everybody who got something what it is, and those who had it."""
        notifier = self.env["isof.notifier"]
        leaving = ", ".join(self.user_ids.sudo().mapped("name"))
        done = self.line_ids.filtered("done_count")
        given = done.filtered(lambda line: line.decision == "hand_over")
        for successor, lines in given.grouped(lambda line: line._get_successor()).items():
            counts = {line.kind: line.done_count for line in lines}
            notifier._tell(
                successor,
                self.browse(),
                lambda none, counts=counts: (
                    none.env._("You take over from %(users)s", users=leaving),
                    none._format_counts(counts),
                ),
            )
        if done:
            counts = {line.kind: line.done_count for line in done}
            notifier._tell(
                self.user_ids,
                self.browse(),
                lambda none: (
                    none.env._("What you had in hands was handed over"),
                    none._format_counts(counts),
                ),
            )

    @api.autovacuum
    def _gc_drafts(self):
        """Forget dialogues that were closed without an answer."""
        self.search(
            [("state", "=", "draft"), ("create_date", "<", fields.Datetime.now() - KEPT)]
        ).unlink()
