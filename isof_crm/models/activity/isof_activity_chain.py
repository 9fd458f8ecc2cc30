from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ...tools.searching import search_true
from .isof_activity_status import DROPPED_STATES

# Most steps of a chain that the browser shows; a customer's real chains are far shorter.
MAX_STEPS = 500


class IsofActivity(models.Model):
    """The chain: every activity may follow one other, so follow-ups form a tree."""

    _inherit = "isof.activity"

    previous_id = fields.Many2one(
        "isof.activity",
        string="Follows",
        index="btree_not_null",
        copy=False,
        ondelete="restrict",
        check_company=True,
        help="The activity that this one follows up.",
    )
    next_ids = fields.One2many("isof.activity", "previous_id", string="Follow-ups")
    # sudo: that something follows, which may be somebody else's and is not told
    is_followed = fields.Boolean(
        string="Followed Up",
        compute="_compute_is_followed",
        compute_sudo=True,
        search="_search_is_followed",
        help="An activity follows that takes or took place, also one that you may not see.",
    )
    root_id = fields.Many2one(
        "isof.activity",
        string="Start of the Chain",
        compute="_compute_root_id",
        recursive=True,
        store=True,
        index=True,
        ondelete="restrict",
    )
    chain_count = fields.Integer(string="Activities in the Chain", compute="_compute_chain_count")
    chain_name = fields.Char(
        string="Chain",
        compute="_compute_chain_name",
        help="The subject that the chain began with.",
    )

    @api.depends("previous_id.root_id")
    def _compute_root_id(self):
        for activity in self:
            activity.root_id = activity.previous_id.root_id or activity._origin

    @api.depends("next_ids.active", "next_ids.state")
    def _compute_is_followed(self):
        for activity in self:
            activity.is_followed = any(
                step.active and step.state not in DROPPED_STATES for step in activity.next_ids
            )

    @api.model
    @search_true
    def _search_is_followed(self):
        # whoever looks, by the index on what is followed; archived ones follow nothing
        return Domain(
            "next_ids",
            "any!",
            Domain("state", "not in", DROPPED_STATES) & Domain("active", "=", True),
        )

    @api.depends("root_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_chain_count(self):
        counts = dict(
            self._read_group([("root_id", "in", self.root_id.ids)], ["root_id"], ["__count"])
        )
        for activity in self:
            activity.chain_count = counts.get(activity.root_id, 1)

    @api.depends("root_id.name", "name")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_chain_name(self):
        """Where the reader may not read the start, the chain has the name of this step."""
        readable = self.root_id.sudo(False)._filtered_access("read")
        for activity in self:
            root = activity.root_id
            activity.chain_name = (root if root.id in readable._ids else activity).name

    @api.constrains("previous_id")
    def _check_chain(self):
        # constraints run in sudo mode; nobody hangs an activity on one they may not see
        self.previous_id.sudo(False).check_access("read")
        if self._has_cycle("previous_id"):
            raise ValidationError(
                self.env._(
                    "An activity cannot follow itself, neither directly nor through its "
                    "follow-ups:\n%(activities)s",
                    activities="\n".join(self[:10].mapped("display_name")),
                )
            )

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_open_chain(self):
        """Return the action that shows the whole chain as a timeline."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.client",
            "tag": "isof_crm.activity_chain",
            "name": self.env._("Chain of Activities"),
            # part of the address in the browser, so that the page can be reloaded and linked to
            "context": {"active_id": self.id},
        }

    def action_plan_follow_up(self):
        """Return the dialogue that plans an activity after this one, which stays as it is."""
        self.ensure_one()
        self.check_access("read")
        next_type = self.type_id.suggestion_ids[:1].next_type_id or self.type_id
        vals = self._prepare_follow_up_vals(next_type, self._default_start())
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Plan Follow-up"),
            "res_model": self._name,
            "views": [(False, "form")],
            "target": "new",
            "context": {f"default_{name}": value for name, value in vals.items()},
        }

    def action_done_and_plan_next(self):
        """Return the dialogue that records the result and plans the next activity."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Done and Plan Next"),
            "res_model": "isof.activity.done.wizard",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_activity_id": self.id},
        }

    # ------------------------------------------------------------
    # Business methods
    # ------------------------------------------------------------

    def _prepare_follow_up_vals(self, activity_type, start):
        """Return the values of an activity that follows this one.

        :param activity_type: ``isof.activity.type`` of the follow-up
        :param datetime start: naive UTC datetime
        """
        self.ensure_one()
        return {
            "previous_id": self.id,
            "type_id": activity_type.id,
            "name": activity_type.name,
            "partner_id": self.partner_id.id,
            "contact_id": self._get_next_contact().id,
            "user_id": self._get_next_user().id,
            "campaign_id": self.campaign_id.id,
            "region_id": self.region_id.id,
            "company_id": self.company_id.id,
            "start": start,
        }

    @api.readonly
    def get_chain(self):
        """Return the chain of one activity, in order: each followed by its follow-ups.

        Steps that the user may not read are left out; their readable follow-ups then hang
        on the nearest step that the user may read. Of a very long chain only the part around
        the activity is returned.

        :return: dict with ``title`` (str), ``hidden`` (number of steps that the user may not
            read), ``omitted`` (number of steps beyond the part returned) and ``steps``: a list
            of dicts with the fields shown, ``depth`` (0 for the start) and ``parent_id``, the
            step it hangs on (False for the start)
        :raises AccessError: if the user may not read the activity
        """
        self.ensure_one()
        self.check_access("read")
        root = self.root_id
        in_chain = self.with_context(active_test=False)
        domain = [("root_id", "=", root.id)]
        readable = set(in_chain.search(domain)._ids)
        # sudo: only ids of the steps in between, to know how deep the readable ones lie
        every_step = in_chain.sudo().search_fetch(domain, ["previous_id"], order="start, id")
        followers = {}
        for step in every_step:
            followers.setdefault(step.previous_id.id, []).append(step.id)
        ordered = []
        pending = [(root.id, 0, False)]
        while pending:
            step_id, depth, parent_id = pending.pop()
            if step_id in readable:
                ordered.append((step_id, depth, parent_id))
                depth, parent_id = depth + 1, step_id
            pending += [
                (follower, depth, parent_id) for follower in reversed(followers.get(step_id, []))
            ]
        position = next(i for i, (step_id, *_rest) in enumerate(ordered) if step_id == self.id)
        first = max(0, min(position - MAX_STEPS // 2, len(ordered) - MAX_STEPS))
        shown = ordered[first : first + MAX_STEPS]
        steps = self.browse(step_id for step_id, *_rest in shown)._prepare_timeline_steps()
        return {
            "title": root.display_name if root.id in readable else self.display_name,
            "hidden": len(every_step) - len(readable),
            "omitted": len(ordered) - len(shown),
            "steps": [
                step | {"depth": depth, "parent_id": parent_id}
                for step, (_step_id, depth, parent_id) in zip(steps, shown, strict=True)
            ],
        }
