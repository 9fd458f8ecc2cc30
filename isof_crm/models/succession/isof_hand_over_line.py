from markupsafe import Markup
from psycopg2 import IntegrityError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain


class IsofHandOverLine(models.Model):
    """What becomes of one kind of what somebody has in hands."""

    _name = "isof.hand.over.line"
    _description = "Kind of What Is Handed Over"
    _inherit = ["isof.guard.mixin"]
    _order = "hand_over_id, sequence, id"

    hand_over_id = fields.Many2one(
        "isof.hand.over", required=True, readonly=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(readonly=True)
    kind = fields.Char(required=True, readonly=True, export_string_translation=False)
    name = fields.Char(string="What", compute="_compute_name")
    # what the field of the decision offers
    decisions = fields.Json(compute="_compute_name", export_string_translation=False)
    count = fields.Integer(string="Number", compute="_compute_count", help="Still in hands.")
    decision = fields.Selection(
        [("hand_over", "Hand over"), ("cancel", "Cancel"), ("leave", "Leave for now")],
        required=True,
        default="hand_over",
    )
    successor_id = fields.Many2one(
        "res.users",
        string="Handed To",
        domain="[('share', '=', False), ('id', 'not in', parent.user_ids)]",
        ondelete="restrict",
        help="Empty: the successor above.",
    )
    state = fields.Selection(related="hand_over_id.state", export_string_translation=False)
    done_count = fields.Integer(string="Done", readonly=True)
    failed_count = fields.Integer(string="Not Possible", compute="_compute_failed_count")
    failed_ids = fields.Json(readonly=True, export_string_translation=False)

    @api.depends("kind")
    @api.depends_context("lang")
    def _compute_name(self):
        kinds = self._get_kinds()
        for line in self:
            kind = kinds.get(line.kind)
            line.name = kind.label if kind else line.kind
            line.decisions = ["hand_over", *(["cancel"] if kind and kind.cancel else []), "leave"]

    @api.depends("hand_over_id.state", "done_count")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_count(self):
        for line in self:
            line.count = line._get_model().search_count(line._get_domain())

    @api.depends("failed_ids")
    def _compute_failed_count(self):
        for line in self:
            line.failed_count = len(line.failed_ids or ())

    def write(self, vals):
        if not self.env.su:
            self.hand_over_id._check_undecided()
        return super().write(vals)

    def action_open(self):
        """Return the action that lists what it is in a tab of its own: the dialogue stays open."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/odoo/{self.id}/action-isof_crm.isof_hand_over_line_action_list",
            "target": "new",
        }

    def get_list_action(self):
        """Return the action that lists what it is, as far as the user may see it."""
        self.ensure_one()
        self.check_access("read")
        records = self._get_model()
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": records._name,
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", records.search(self._get_domain()).ids)],
            "context": {"create": False},
        }

    # ------------------------------------------------------------
    # Business methods
    # ------------------------------------------------------------

    @api.model
    def _get_kinds(self):
        """Return the kinds of all add-ons by their names."""
        return {kind.name: kind for kind in self.env["isof.hand.over"]._get_hand_over_kinds()}

    def _find(self):
        """Return the model and the domain of what is still in hands."""
        self.ensure_one()
        hand_over = self.hand_over_id
        kind = self._get_kinds().get(self.kind)
        if not kind:
            # of an add-on that was uninstalled meanwhile
            return self.browse(), Domain.FALSE
        return hand_over._search_in_hands(kind, hand_over.user_ids, hand_over.company_ids)

    def _get_model(self):
        """Return the model of what is in hands, with the rights to hand it over."""
        return self._find()[0]

    def _get_domain(self):
        """Return the domain of what is still in hands, but for what cannot be handed over."""
        return self._find()[1] & Domain("id", "not in", self.failed_ids or [])

    def _get_records(self, limit=None):
        """Return what is to be handed over, up to a number of records."""
        if self.decision == "leave" and limit:
            return self._get_model()
        return self._get_model().search(self._get_domain(), order="id", limit=limit)

    def _get_successor(self):
        """Return who takes it over, if anybody is chosen."""
        return self.successor_id or self.hand_over_id.successor_id

    def _check_decision(self):
        """Refuse what cannot be done.

        :raises UserError: if nobody takes it over, or somebody who cannot
        """
        self.ensure_one()
        if self.decision not in self.decisions:
            raise UserError(
                self.env._("%(kind)s cannot be cancelled: hand over or leave them.", kind=self.name)
            )
        if self.decision != "hand_over":
            return
        # sudo: whether that one can
        successor = self._get_successor().sudo()
        if not successor:
            raise UserError(self.env._("Choose who takes over: %(kind)s.", kind=self.name))
        companies = self.hand_over_id.company_ids
        if (
            not successor._filter_isof_able(self.env["res.company"])
            or not successor.has_group("isof_crm.group_user")
            or not successor.company_ids & companies
            or successor in self.hand_over_id.user_ids
        ):
            raise UserError(
                self.env._(
                    "%(user)s cannot take over: choose somebody else who works in "
                    "%(companies)s and has a role in ISOF CRM.",
                    user=successor.name,
                    companies=", ".join(companies.sudo().mapped("name")),
                )
            )

    def _apply(self, records):
        """Hand over or cancel records, and note those that cannot be."""
        failed = {}
        try:
            self._apply_all(records)
        except (UserError, IntegrityError):
            # one of them is in the way: find out which, and go on with the others
            for record in records:
                try:
                    self._apply_all(record)
                except (UserError, IntegrityError) as error:
                    failed[record] = str(error)
        left = self._get_model().search(self._get_domain() & Domain("id", "in", records.ids))
        for record in left:
            # nothing is tried for ever
            failed.setdefault(record, self.env._("It stays where it is."))
        # sudo: keeping account
        self.sudo().write(
            {
                "done_count": self.done_count + len(records) - len(failed),
                "failed_ids": [*(self.failed_ids or ()), *(record.id for record in failed)],
            }
        )
        if failed:
            items = Markup().join(
                Markup("<li>%s<br/>%s</li>") % (record.display_name, reason)
                for record, reason in failed.items()
            )
            # sudo: like what is written down of any record of one's own
            self.hand_over_id.sudo()._message_log(
                body=Markup("<p>%s</p><ul>%s</ul>")
                % (self.env._("Could not be handed over: %(kind)s", kind=self.name), items)
            )

    def _apply_all(self, records):
        """Hand over or cancel all of several records, or none.

        :raises UserError: if one of them cannot be
        """
        kind = self._get_kinds()[self.kind]
        leaving = self.hand_over_id.user_ids
        told = leaving if self.decision == "cancel" else leaving | self._get_successor()
        if self.decision == "hand_over":
            self._check_companies(records.sudo().mapped(kind.company))
        with self.env["isof.notifier"]._gather() as notices, self.env.cr.savepoint():
            # sudo: what the user may hand over was looked up with his or her rights; that it may
            # not be given to somebody else otherwise, as segments, is what the dialogue is for
            todo = records.sudo().with_context(mail_auto_subscribe_no_notify=True)
            self._note(todo, kind)
            if self.decision == "cancel":
                getattr(todo, kind.cancel)()
            elif kind.take_over:
                getattr(todo, kind.take_over)(leaving, self._get_successor())
            else:
                successor = self._get_successor()
                is_list = todo._fields[kind.holder].type == "many2many"
                todo.with_context(active_test=False).write(
                    {
                        kind.holder: [
                            *(Command.unlink(user.id) for user in leaving),
                            Command.link(successor.id),
                        ]
                        if is_list
                        else successor.id
                    }
                )
            self.env.flush_all()
            # they are told once, of all, see isof.hand.over._tell()
            for user in told:
                notices.pop(user.id, None)

    def _check_companies(self, companies):
        """Refuse to give somebody what he or she will not see, whatever the model checks.

        :param companies: ``res.company`` of what is handed over
        :raises UserError: if the successor does not work in one of them
        """
        # sudo: where that one works
        successor = self._get_successor().sudo()
        if foreign := companies.sudo() - successor.company_ids:
            raise UserError(
                self.env._(
                    "%(user)s does not work in %(companies)s.",
                    user=successor.name,
                    companies=", ".join(foreign.mapped("name")),
                )
            )

    def _note(self, records, kind):
        """Write down in the chatter of records what becomes of them, where they have one."""
        if not hasattr(records, "_message_log_batch"):
            return
        leaving = ", ".join(self.hand_over_id.user_ids.sudo().mapped("name"))
        body = (
            self.env._("Cancelled in the hand-over of %(users)s.", users=leaving)
            if self.decision == "cancel"
            else self.env._(
                "Handed over from %(users)s to %(successor)s.",
                users=leaving,
                successor=self._get_successor().sudo().name,
            )
        )
        if kind.holder in records._track_get_fields() and self.decision != "cancel":
            # beside the change of the field
            records._track_set_log_message(body)
        else:
            records._message_log_batch(dict.fromkeys(records.ids, body))
