import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import SQL, mute_logger

from ..base.condition_many2many import ConditionMany2many

# What decides which contacts the rule finds, and through whose eyes.
RULE_FIELDS = {
    "all_segment_ids",
    "any_segment_ids",
    "company_id",
    "domain",
    "mode",
    "none_segment_ids",
    "target",
    "user_id",
}
# What is laid on top of the rule.
HAND_FIELDS = {"addition_ids", "exclusion_ids"}


class IsofSegment(models.Model):
    """A group of contractors, or of contact persons: filled by hand, by a rule, or both.

    Members are what the rule finds and the other segments allow, with the manual additions,
    without the manual exclusions; always active contacts of the target that the owner may see.
    Membership is stored, so that it is a filter and a dimension everywhere; it is refreshed by
    SQL on whole sets, never record by record.

    - A *dynamic* segment is refreshed by the scheduled action, on demand and when its settings
      change.
    - A *static* one has no rule: its members are the additions.
    - A *snapshot* runs its rule on demand and when the rule changes. In between only additions,
      exclusions and archived contacts change it.

    A segment that others are combined of is refreshed before them: by the scheduled action, and
    on demand together with the one that was asked for. The other way round nothing is refreshed:
    those that build on a segment follow at their own next refresh.

    An archived segment is not offered any more. Where it is a condition already, of another
    segment, a commission rule, a campaign or a saved filter, it means what it meant: it goes on
    being refreshed.

    Whom the rule finds is in ``isof_segment_rule.py``, the refresh in
    ``isof_segment_refresh.py``.
    """

    _name = "isof.segment"
    _description = "Segment"
    _inherit = ["mail.thread", "isof.guard.mixin"]
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    description = fields.Text(translate=True)
    target = fields.Selection(
        [("company", "Contractors"), ("person", "Contact persons")],
        required=True,
        default="company",
        help="Contractors are companies and persons who trade on their own; contact persons "
        "are the people in them.",
    )
    mode = fields.Selection(
        [
            ("dynamic", "Dynamic"),
            ("snapshot", "Snapshot"),
            ("static", "Static"),
        ],
        required=True,
        default="dynamic",
        tracking=True,
        help="Dynamic: a rule, refreshed regularly. Snapshot: a rule, refreshed on demand only. "
        "Static: a list kept by hand.",
    )
    domain = fields.Char(
        string="Rule",
        default="[]",
        tracking=True,
        help="Which contacts belong to the segment.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Owner",
        required=True,
        default=lambda self: self.env.user,
        index=True,
        ondelete="restrict",
        copy=False,
        tracking=True,
        help="The rule finds what the owner may see. Whoever changes the rule becomes the owner.",
    )
    is_shared = fields.Boolean(
        string="Shared",
        copy=False,
        tracking=True,
        help="Everybody may use a shared segment; only marketing may change it.",
    )
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        index=True,
        help="Leave empty to offer the segment in every company.",
    )

    # Combination
    any_segment_ids = ConditionMany2many(
        "isof.segment", "isof_segment_any_rel", "segment_id", "other_id", string="In Any Of"
    )
    all_segment_ids = ConditionMany2many(
        "isof.segment", "isof_segment_all_rel", "segment_id", "other_id", string="In All Of"
    )
    none_segment_ids = ConditionMany2many(
        "isof.segment", "isof_segment_none_rel", "segment_id", "other_id", string="In None Of"
    )

    # By hand
    addition_ids = fields.Many2many(
        "res.partner",
        "isof_segment_addition_rel",
        "segment_id",
        "partner_id",
        string="Added by Hand",
        copy=False,
    )
    exclusion_ids = fields.Many2many(
        "res.partner",
        "isof_segment_exclusion_rel",
        "segment_id",
        "partner_id",
        string="Excluded by Hand",
        copy=False,
    )

    # Members
    member_ids = fields.Many2many(
        "res.partner",
        "isof_segment_member",
        "segment_id",
        "partner_id",
        string="Members",
        readonly=True,
        copy=False,
    )
    member_count = fields.Integer(string="Size", readonly=True, copy=False)
    preview_count = fields.Integer(
        string="Members with These Settings",
        compute="_compute_preview",
        help="Counted now with your rights, before anything is saved.",
    )
    preview_error = fields.Text(compute="_compute_preview")
    membership_ids = fields.One2many(
        "isof.segment.membership", "segment_id", string="History", readonly=True
    )
    computed_at = fields.Datetime(readonly=True, copy=False, string="Computed At")
    error = fields.Text(
        readonly=True,
        copy=False,
        help="Why the last refresh failed. The members are those of the refresh before.",
    )

    # ------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------

    @api.depends(
        "target",
        "mode",
        "domain",
        "company_id",
        "any_segment_ids",
        "all_segment_ids",
        "none_segment_ids",
        "addition_ids",
        "exclusion_ids",
    )
    @api.depends_context("uid", "lang")
    def _compute_preview(self):
        """Count with the rights of whoever looks: saving would make them the owner."""
        for segment in self:
            try:
                with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                    query = segment._get_members_query(self.env.user)
                    ((segment.preview_count,),) = self.env.execute_query(
                        query.select(SQL("count(*)"))
                    )
                segment.preview_error = False
            except psycopg2.OperationalError:
                raise
            except (UserError, psycopg2.Error) as error:
                segment.preview_count = 0
                segment.preview_error = str(error)

    # ------------------------------------------------------------
    # CRUD and rights
    # ------------------------------------------------------------

    @api.model
    def _has_field_access(self, field, operation):
        """Only marketing shares."""
        return super()._has_field_access(field, operation) and (
            operation == "read"
            or field.name != "is_shared"
            or self.env.su
            or self.env.user.has_group("isof_crm.group_marketing")
        )

    @api.model_create_multi
    def create(self, vals_list):
        segments = super().create(vals_list)
        segments._refresh()
        return segments

    def write(self, vals):
        self._check_owner(vals)
        changes_rule = bool(RULE_FIELDS & vals.keys())
        if changes_rule and not self.env.su:
            # Through the eyes of another owner a changed rule could find out what the writer
            # must not know.
            vals = vals | {"user_id": self.env.uid}
        result = super().write(vals)
        if changes_rule or HAND_FIELDS & vals.keys():
            self._refresh(run_snapshots=changes_rule)
        return result

    @api.model
    def _prepare_create_values(self, vals_list):
        """Look at the owner before the rule is tried: by now the defaults have given one, too."""
        prepared = super()._prepare_create_values(vals_list)
        for vals in prepared:
            self._check_owner(vals)
        return prepared

    @api.model
    def _check_owner(self, vals):
        """Refuse another owner than oneself: the rule finds what its owner may see."""
        if not self.env.su and vals.get("user_id", self.env.uid) != self.env.uid:
            raise AccessError(
                self.env._(
                    "A segment finds what its owner may see, so it can only be given to "
                    "oneself. Let the new owner take it over."
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_source(self):
        """Without one that it is combined of, a segment would mean something else."""
        # sudo: somebody's private segment would change its meaning all the same
        others = self.sudo().search([("id", "not in", self.ids)])
        if users := others.filtered(lambda segment: segment._get_sources() & self):
            visible = users.with_env(self.env)._filtered_access("read")
            raise UserError(
                self.env._(
                    "Other segments are combined of these. Change or archive those first:\n"
                    "%(segments)s",
                    segments="\n".join(visible.mapped("name"))
                    or self.env._("private segments of other users"),
                )
            )

    def copy_data(self, default=None):
        return [
            vals | {"name": self.env._("%(name)s (copy)", name=segment.name)}
            if "name" not in (default or {})
            else vals
            for segment, vals in zip(self, super().copy_data(default), strict=True)
        ]

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_open_members(self):
        """Return the action that shows the members."""
        return self._open_isof(
            "isof_crm.res_partner_action",
            name=self.name,
            domain=[("isof_segment_ids", "in", self.ids)],
            context={"default_is_company": self.target == "company"},
        )

    def action_open_history(self):
        """Return the action that shows who entered and who left."""
        return self._get_own_action("isof_crm.isof_segment_membership_action")

    def action_open_sizes(self):
        """Return the action that shows how the size changed."""
        return self._get_own_action("isof_crm.isof_segment_size_action")

    def _get_own_action(self, xml_id):
        action = self._open_isof(xml_id, domain=[("segment_id", "=", self.id)], context={})
        return action | {"display_name": f"{self.name}: {action['name']}"}

    # ------------------------------------------------------------
    # Additions and exclusions
    # ------------------------------------------------------------

    def _add_by_hand(self, partners):
        """Add contacts for good, also against the rule.

        :return: tuple of ``res.partner``: those who are new, those who were in already, and
            those who do not fit: archived, of the other target, or not visible to the owner
        """
        self.ensure_one()
        before = self._filter_members(partners)
        self.write(
            {
                "addition_ids": [Command.link(partner_id) for partner_id in partners.ids],
                "exclusion_ids": [Command.unlink(partner_id) for partner_id in partners.ids],
            }
        )
        after = self._filter_members(partners)
        unfit = partners - after
        if unfit:
            self.write({"addition_ids": [Command.unlink(partner_id) for partner_id in unfit.ids]})
        return after - before, before, unfit

    def _add_and_tell(self, partners):
        """Add contacts by hand and return a text of how many were added, and why others not."""
        added, before, unfit = self._add_by_hand(partners)
        text = self.env._(
            "%(added)s added to “%(segment)s”, %(before)s were in it already.",
            added=len(added),
            segment=self.name,
            before=len(before),
        )
        if self.error:
            return f"{text}\n{self.error}"
        if unfit:
            text += "\n" + self.env._(
                "%(unfit)s do not fit and were left out: archived, hidden from the owner, or not "
                "of the kind “%(target)s”.",
                unfit=len(unfit),
                target=dict(self._fields["target"]._description_selection(self.env))[self.target],
            )
        return text

    def _prepare_notification(self, message):
        """Return the action that shows a message and closes the dialogue."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": message,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _remove_by_hand(self, partners):
        """Take contacts out for good, also against the rule.

        :return: the ``res.partner`` records that left
        """
        self.ensure_one()
        before = self._filter_members(partners)
        exclude = Command.unlink if self.mode == "static" else Command.link
        self.write(
            {
                "addition_ids": [Command.unlink(partner_id) for partner_id in partners.ids],
                "exclusion_ids": [exclude(partner_id) for partner_id in partners.ids],
            }
        )
        return before - self._filter_members(partners)

    def _filter_members(self, partners):
        """Return those of the partners who are members, in one query."""
        rows = self.env.execute_query(
            SQL(
                "SELECT partner_id FROM isof_segment_member"
                " WHERE segment_id = %s AND partner_id = ANY(%s)",
                self.id,
                partners.ids,
            )
        )
        member_ids = {partner_id for (partner_id,) in rows}
        return partners.filtered(lambda partner: partner.id in member_ids)
