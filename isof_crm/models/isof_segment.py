import ast
import logging
from collections.abc import Collection
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Domain
from odoo.tools import SQL, mute_logger

_logger = logging.getLogger(__name__)

# What the refresh alone writes: it counts as history, so nobody may write it by hand.
KEPT_FIELDS = {
    "computed_at",
    "error",
    "mailing_list_res_id",
    "member_count",
    "member_ids",
    "membership_ids",
}
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
# What is laid on top of the rule, or empties the segment.
HAND_FIELDS = {"active", "addition_ids", "exclusion_ids"}
# The scheduled refresh leaves out what was refreshed less than so long ago: after an
# interruption it goes on with the rest instead of starting over.
RECENT = timedelta(hours=1)
# Conditions to begin with in the rule's editor, so that nobody has to look for the fields.
STARTERS = [
    ("region", "Region", ("isof_region_id", "in", [])),
    ("group", "Contractor group", ("isof_group_id", "in", [])),
    ("tags", "Tags", ("category_id", "in", [])),
    ("lifecycle", "Lifecycle stage", ("isof_lifecycle", "in", [])),
    ("salesperson", "Salesperson", ("user_id", "in", [])),
    ("job", "Job position", ("function", "ilike", "")),
    (
        "consent",
        "Consent given",
        (
            "isof_current_consent_ids",
            "any",
            [
                "&",
                "&",
                ("state", "=", "given"),
                ("channel", "=", "email"),
                ("purpose_id", "in", []),
            ],
        ),
    ),
    (
        "activity",
        "Had an activity",
        (
            "isof_commercial_activity_ids",
            "any",
            [
                # two dates: the editor knows them as “last 30 days”, one it could not show
                *("&", "&", "&", ("type_id", "in", []), ("state", "=", "done")),
                *(("start", ">=", "today -30d"), ("start", "<", "today")),
            ],
        ),
    ),
    (
        "campaign",
        "Took part in a campaign",
        ("isof_commercial_activity_ids", "any", [("campaign_id", "in", [])]),
    ),
    ("silence", "Not contacted for days", ("isof_days_without_contact", ">=", 90)),
    (
        "role",
        "Role in a company",
        ("isof_affiliation_ids", "any", [("role_id", "in", []), ("is_current", "=", True)]),
    ),
    ("segment", "Segment of the company", ("commercial_partner_id.isof_segment_ids", "in", [])),
]


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
    """

    _name = "isof.segment"
    _description = "Segment"
    _inherit = ["mail.thread"]
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
    starter = fields.Selection(
        [(key, label) for key, label, _condition in STARTERS],
        string="Add a Condition",
        store=False,
        help="Puts a condition on what is asked for most into the rule, to be filled in.",
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
    any_segment_ids = fields.Many2many(
        "isof.segment", "isof_segment_any_rel", "segment_id", "other_id", string="In Any Of"
    )
    all_segment_ids = fields.Many2many(
        "isof.segment", "isof_segment_all_rel", "segment_id", "other_id", string="In All Of"
    )
    none_segment_ids = fields.Many2many(
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
    # Computes and checks
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
    @api.depends_context("uid")
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

    @api.constrains(*RULE_FIELDS)
    def _check_rule(self):
        for segment in self:
            segment._get_members_query(segment.user_id)

    @api.constrains("domain", "mode", "any_segment_ids", "all_segment_ids", "none_segment_ids")
    def _check_combination(self):
        for segment in self:
            seen, pending = self.browse(), segment._get_sources()
            while pending:
                if segment in pending:
                    raise ValidationError(
                        self.env._(
                            "Segment “%(segment)s” would include itself through others. Take one "
                            "of its combined segments out.",
                            segment=segment.name,
                        )
                    )
                seen |= pending
                pending = pending._get_sources() - seen

    def _get_sources(self):
        """Return the segments that these are combined of, or that their rules name."""
        # sudo: a cycle through somebody's private segment is a cycle all the same
        segments = self.sudo()
        sources = (
            segments.any_segment_ids | segments.all_segment_ids | segments.none_segment_ids
        )._origin
        for segment in segments.filtered(lambda s: s.mode != "static"):
            try:
                named = self._iter_named(self.env["res.partner"], segment._parse_domain())
            except ValidationError:
                continue  # a broken rule names nothing; its refresh tells the reason
            sources |= segment.browse(id_ for id_ in named if id_)
        return sources.exists()

    @api.model
    def _iter_named(self, model, domain):
        """Yield the ids of the segments that a domain names, None where it is not by their ids.

        :param model: the model that the domain is on
        :param domain: a ``Domain``
        """
        for condition in domain.iter_conditions():
            target, value = model, condition.value
            for name in condition.field_expr.split("."):
                field = target._fields.get(name)
                if target._name == self._name or not (field and field.relational):
                    break
                target = self.env[field.comodel_name]
            else:
                if condition.operator in ("any", "not any"):
                    yield from self._iter_named(target, Domain(value))
                    continue
                name = "id"
            if target._name == self._name:
                values = value if isinstance(value, Collection) else [value]
                if name != "id" or isinstance(value, str):
                    yield None
                else:
                    # False: in no segment at all
                    yield from (id_ if isinstance(id_, int) else None for id_ in values if id_)

    @api.onchange("starter")
    def _onchange_starter(self):
        """Put the chosen condition below those of the rule."""
        if self.starter:
            condition = self._get_starter_conditions()[self.starter]
            self.domain = repr(list(self._parse_domain() & Domain([condition])))
        self.starter = False

    @api.model
    def _get_starter_conditions(self):
        """Return the condition of each choice; an add-on that adds one adds its condition here."""
        return {key: condition for key, _label, condition in STARTERS}

    # ------------------------------------------------------------
    # CRUD and rights
    # ------------------------------------------------------------

    @api.model
    def _has_field_access(self, field, operation):
        """What the refresh keeps is read only, and only marketing shares."""
        if not super()._has_field_access(field, operation):
            return False
        if operation == "read" or self.env.su:
            return True
        if field.name == "is_shared":
            return self.env.user.has_group("isof_crm.group_marketing")
        return field.name not in KEPT_FIELDS

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_owner(vals)
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

    def action_refresh(self):
        """Compute the members now, after those of the segments that these are combined of.

        :raises AccessError: for a snapshot that the user may not change
        """
        self.check_access("read")
        self.filtered(lambda segment: segment.mode == "snapshot").check_access("write")
        sources = self.browse()
        pending = self._get_sources()
        while pending := pending - sources - self:
            sources |= pending
            pending = pending._get_sources()
        self._refresh(run_snapshots=True, sources=sources.filtered(lambda s: s.mode == "dynamic"))

    def action_open_members(self):
        """Return the action that shows the members."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("isof_crm.res_partner_action")
        return action | {
            "name": self.name,
            "domain": [("isof_segment_ids", "in", self.ids)],
            "context": {"default_is_company": self.target == "company"},
        }

    def action_open_history(self):
        """Return the action that shows who entered and who left."""
        return self._get_own_action("isof_crm.isof_segment_membership_action")

    def action_open_sizes(self):
        """Return the action that shows how the size changed."""
        return self._get_own_action("isof_crm.isof_segment_size_action")

    def _get_own_action(self, xml_id):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        return action | {
            "display_name": f"{self.name}: {action['name']}",
            "domain": [("segment_id", "=", self.id)],
            "context": {},
        }

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

    # ------------------------------------------------------------
    # Who belongs to it
    # ------------------------------------------------------------

    def _parse_domain(self):
        """Return the rule as a ``Domain``.

        Only literals are read: the rule is text written by users, so nothing in it is executed.
        """
        try:
            return Domain(ast.literal_eval((self.domain or "[]").strip()))
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError) as error:
            raise ValidationError(
                self.env._(
                    "The rule of segment “%(segment)s” cannot be read; it has to be a list of "
                    "conditions with plain values:\n%(reason)s",
                    segment=self.name,
                    reason=error,
                )
            ) from error

    def _get_members_query(self, user, keep=False):
        """Return the query of the contacts that belong to the segment.

        :param user: the ``res.users`` whose rights, companies, language and clock count
        :param bool keep: take the present members instead of running the rule
        :return: ``Query`` on ``res.partner``
        :raises ValidationError: if the rule cannot be read, names a field that does not exist or
            cannot be searched, or something that the user may not read
        """
        self.ensure_one()
        # sudo: the settings, whoever asks; what they find is the user's
        segment = self.sudo()
        user = user.sudo()
        env = self.env(
            user=user.id,
            su=False,
            context={
                "lang": user.lang,
                "tz": user.tz,
                "allowed_company_ids": (segment.company_id or user.company_ids)._origin.ids,
            },
        )
        try:
            found = segment._get_found_domain(env, keep)
            members = found | Domain("id", "in", segment.addition_ids._origin.ids)
            if segment.exclusion_ids:
                members &= Domain("id", "not in", segment.exclusion_ids._origin.ids)
            members &= segment._get_target_domain() & Domain("active", "=", True)
            return env["res.partner"]._search(members)
        except (ValidationError, psycopg2.OperationalError):
            raise
        except AccessError as error:
            raise ValidationError(
                self.env._(
                    "The rule of segment “%(segment)s” uses something that %(user)s may not "
                    "read:\n%(reason)s",
                    segment=segment.name,
                    user=user.name,
                    reason=error,
                )
            ) from error
        except Exception as error:
            # whatever a rule written by hand may break with is the rule's fault
            raise ValidationError(
                self.env._(
                    "The rule of segment “%(segment)s” cannot be used:\n%(reason)s",
                    segment=segment.name,
                    reason=error,
                )
            ) from error

    def _get_found_domain(self, env, keep):
        """Return the domain of what the rule finds and the combined segments allow."""
        if self.mode == "static":
            return Domain.FALSE
        if keep:
            return self._get_member_domain(self)
        found = self._parse_domain()
        if None in self._iter_named(env["res.partner"], found):
            raise ValidationError(
                self.env._(
                    "The rule of segment “%(segment)s” looks for segments by something else than "
                    "themselves. Choose them from the list: “is in”, then their names.",
                    segment=self.name,
                )
            )
        sources = self._get_sources()
        visible = sources.with_env(env)._filtered_access("read")
        if hidden := set(sources.ids) - set(visible.ids):
            raise AccessError(
                self.env._("%(count)s of the segments that it refers to", count=len(hidden))
            )
        for segment in self.all_segment_ids:
            found &= self._get_member_domain(segment)
        if self.any_segment_ids:
            found &= self._get_member_domain(self.any_segment_ids)
        if self.none_segment_ids:
            found &= ~self._get_member_domain(self.none_segment_ids)
        return found

    @staticmethod
    def _get_member_domain(segments):
        """Return the domain of the present members of any of the segments."""
        return Domain(
            "id",
            "in",
            SQL(
                "(SELECT partner_id FROM isof_segment_member WHERE segment_id = ANY(%s))",
                segments._origin.ids,
            ),
        )

    def _get_target_domain(self):
        """Return the domain of contractors, or of contact persons."""
        if self.target == "company":
            return Domain("is_company", "=", True) | (
                Domain("parent_id", "=", False) & Domain("partner_share", "=", True)
            )
        return Domain("is_company", "=", False)

    # ------------------------------------------------------------
    # Refresh
    # ------------------------------------------------------------

    def _sort_by_source(self):
        """Return the segments, each after those that it is combined of."""
        ordered = {}

        def visit(segment):
            if segment not in ordered:
                ordered[segment] = False  # being visited: a cycle in old data ends here
                for source in segment._get_sources() & self:
                    visit(source)
                ordered.pop(segment)
                ordered[segment] = True

        for segment in self:
            visit(segment)
        return self.browse(segment.id for segment in ordered)

    def _refresh(self, run_snapshots=True, sources=None):
        """Compute the members of the segments, each after those that it is combined of.

        A segment whose rule is broken keeps its members and says why; the others go on.

        :param bool run_snapshots: run the rules of snapshots too
        :param sources: other segments to refresh with them
        """
        # sudo: whoever may see a segment may bring it up to date; the owner's rights decide
        segments = self.sudo()
        if sources:
            segments |= sources.sudo()
        for segment in segments._sort_by_source():
            try:
                with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                    segment._refresh_members(keep=segment.mode == "snapshot" and not run_snapshots)
                reason = False
            except psycopg2.OperationalError:
                raise  # a conflict with another transaction: for the caller to try again
            except (UserError, psycopg2.Error) as error:
                reason = str(error)
                _logger.info("Segment %s cannot be refreshed: %s", segment.id, reason)
            if segment.error != reason:
                segment.error = reason

    def _refresh_members(self, keep):
        """Bring members and history of one segment in line with its settings, in one statement.

        :param bool keep: see ``_get_members_query``
        """
        self.ensure_one()
        self.env.flush_all()
        now = fields.Datetime.now()
        if self.active:
            wanted = self._get_members_query(self.user_id, keep).select()
        else:
            wanted = SQL("SELECT NULL::int WHERE FALSE")
        self.env.cr.execute(
            SQL(
                """
                WITH wanted(id) AS MATERIALIZED (%(wanted)s),
                gone AS (
                    DELETE FROM isof_segment_member AS member
                     WHERE segment_id = %(segment)s
                       AND NOT EXISTS (SELECT FROM wanted WHERE wanted.id = member.partner_id)
                 RETURNING id, segment_id, partner_id, date_from
                ),
                departed AS (
                    INSERT INTO isof_segment_departure
                           (id, segment_id, partner_id, date_from, date_to)
                    SELECT id, segment_id, partner_id, date_from, %(now)s FROM gone
                ),
                came AS (
                    INSERT INTO isof_segment_member (segment_id, partner_id, date_from)
                    SELECT %(segment)s, id, %(now)s FROM wanted
                     WHERE NOT EXISTS (
                        SELECT FROM isof_segment_member AS member
                         WHERE member.segment_id = %(segment)s AND member.partner_id = wanted.id
                     )
                )
                SELECT count(*) FROM wanted
                """,
                wanted=wanted,
                segment=self.id,
                now=now,
            )
        )
        [count] = self.env.cr.fetchone()
        self.env["res.partner"].invalidate_model(["isof_segment_ids"], flush=False)
        self.env["isof.segment.membership"].invalidate_model(flush=False)
        self.invalidate_recordset(["member_ids", "membership_ids"], flush=False)
        self.write({"computed_at": now, "member_count": count})
        self.env["isof.segment.size"]._record(self, now, count)

    @api.model
    def _cron_refresh(self):
        """Refresh the segments, each kept on its own; snapshots only lose archived contacts."""
        due = self.search(
            [
                "|",
                ("computed_at", "=", False),
                ("computed_at", "<", fields.Datetime.now() - RECENT),
            ]
        )
        progress = self.env["ir.cron"]
        progress._commit_progress(remaining=len(due))
        for segment in due._sort_by_source():
            try:
                segment._refresh(run_snapshots=False)
            except psycopg2.OperationalError as error:
                # somebody changes it at this very moment, and refreshes it with that
                self.env.cr.rollback()
                _logger.info("Segment %s is left to the next refresh: %s", segment.id, error)
            if not progress._commit_progress(1):
                break

    # ------------------------------------------------------------
    # Merged contacts
    # ------------------------------------------------------------

    @api.model
    def _merge_partners(self, sources, target):
        """Hand the memberships of contacts to the one that they are about to be merged into.

        Where several of them were in a segment, the one that is left has been in it since the
        first of them entered.

        :param sources: the ``res.partner`` records that are about to be deleted
        :param target: the one that is left
        """
        self.flush_model(["member_count"])
        self.env.cr.execute(
            SQL(
                """
                WITH moved AS (
                    DELETE FROM isof_segment_member WHERE partner_id = ANY(%(all)s)
                 RETURNING segment_id, date_from
                ),
                kept AS (
                    INSERT INTO isof_segment_member (segment_id, partner_id, date_from)
                    SELECT segment_id, %(target)s, min(date_from) FROM moved GROUP BY segment_id
                )
                UPDATE isof_segment AS segment
                   SET member_count = member_count - several.number + 1
                  FROM (SELECT segment_id, count(*) AS number FROM moved GROUP BY 1) AS several
                 WHERE segment.id = several.segment_id AND several.number > 1
                """,
                all=(sources | target).ids,
                target=target.id,
            )
        )
        self.env["isof.segment.membership"].invalidate_model(flush=False)
        self.invalidate_model(["member_ids", "member_count"], flush=False)
