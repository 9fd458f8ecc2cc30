import logging

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, mute_logger
from odoo.tools.safe_eval import safe_eval

_logger = logging.getLogger(__name__)


class IsofSegment(models.Model):
    """A group of contractors, or of contact persons: filled by hand, by a rule, or both.

    Members are what the rule or the list says and the other segments allow, with the manual
    additions, without the manual exclusions. Membership is stored, so that it is a filter and a
    dimension everywhere; it is refreshed by SQL on whole sets, never record by record.
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
            ("static", "Static: a list kept by hand"),
            ("dynamic", "Dynamic: a rule, refreshed regularly"),
            ("snapshot", "Snapshot: a rule, refreshed on demand only"),
        ],
        required=True,
        default="dynamic",
        tracking=True,
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
        tracking=True,
        help="The rule finds what the owner may see.",
    )
    is_shared = fields.Boolean(
        string="Shared",
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
        "isof_segment_member_rel",
        "segment_id",
        "partner_id",
        string="Members",
        readonly=True,
        copy=False,
    )
    member_count = fields.Integer(readonly=True, copy=False)
    preview_count = fields.Integer(
        string="Members with These Settings", compute="_compute_preview_count"
    )
    membership_ids = fields.One2many("isof.segment.membership", "segment_id", string="History")
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
        "any_segment_ids",
        "all_segment_ids",
        "none_segment_ids",
        "addition_ids",
        "exclusion_ids",
    )
    def _compute_preview_count(self):
        for segment in self:
            try:
                with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                    ((segment.preview_count,),) = self.env.execute_query(
                        SQL("SELECT count(*) FROM (%s) AS wanted", segment._get_members_sql())
                    )
            except (UserError, ValueError, psycopg2.Error):
                segment.preview_count = 0

    @api.constrains("domain", "mode", "target", "user_id")
    def _check_domain(self):
        for segment in self.filtered(lambda s: s.mode != "static"):
            segment._get_rule_query()

    @api.constrains("any_segment_ids", "all_segment_ids", "none_segment_ids")
    def _check_combination(self):
        for segment in self:
            seen, pending = set(), segment._get_others()
            while pending:
                if segment in pending:
                    raise ValidationError(
                        self.env._(
                            "Segment “%(segment)s” would include itself through others. Take one "
                            "of its combined segments out.",
                            segment=segment.name,
                        )
                    )
                seen.update(pending.ids)
                pending = pending._get_others().filtered(lambda s: s.id not in seen)

    def _get_others(self):
        """Return the segments that these are combined of."""
        # sudo: a cycle through somebody's private segment is a cycle all the same
        segments = self.sudo()
        return segments.any_segment_ids | segments.all_segment_ids | segments.none_segment_ids

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        segments = super().create(vals_list)
        segments._refresh()
        return segments

    def write(self, vals):
        result = super().write(vals)
        if self._get_rule_fields() & vals.keys():
            self._refresh()
        return result

    @api.model
    def _get_rule_fields(self):
        return {
            "active",
            "addition_ids",
            "all_segment_ids",
            "any_segment_ids",
            "domain",
            "exclusion_ids",
            "mode",
            "none_segment_ids",
            "target",
            "user_id",
        }

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_refresh(self):
        """Compute the members now."""
        self.check_access("read")
        self._refresh()

    def action_open_members(self):
        """Return the action that shows the members."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("isof_crm.res_partner_action")
        return action | {
            "name": self.name,
            "domain": [("isof_segment_ids", "in", self.ids)],
            "context": {},
        }

    # ------------------------------------------------------------
    # Membership
    # ------------------------------------------------------------

    def _get_rule_query(self):
        """Return the query of the contacts that the rule finds, with the owner's rights.

        :raises ValidationError: if the rule cannot be read, names a field that does not exist or
            cannot be searched, or one that the owner may not read
        """
        self.ensure_one()
        owner = self.user_id
        Partner = self.env["res.partner"].with_user(owner).with_context(active_test=True)
        try:
            domain = Domain(
                safe_eval(self.domain or "[]", {"uid": owner.id, "user": owner.with_user(owner)})
            )
            domain.validate(Partner)
            return Partner._search(domain & self._get_target_domain())
        except AccessError as error:
            raise ValidationError(
                self.env._(
                    "The rule of segment “%(segment)s” uses something that %(owner)s may not "
                    "read:\n%(reason)s",
                    segment=self.name,
                    owner=owner.name,
                    reason=error,
                )
            ) from error
        except Exception as error:
            # whatever a rule written by hand may break with is the rule's fault
            raise ValidationError(
                self.env._(
                    "The rule of segment “%(segment)s” cannot be used:\n%(reason)s",
                    segment=self.name,
                    reason=error,
                )
            ) from error

    def _get_target_domain(self):
        """Return the domain of contractors, or of contact persons."""
        if self.target == "company":
            return Domain("is_company", "=", True) | (
                Domain("parent_id", "=", False) & Domain("partner_share", "=", True)
            )
        return Domain("is_company", "=", False)

    def _get_members_sql(self):
        """Return the SQL query of the ids of the contacts that belong to the segment."""
        self.ensure_one()
        if self.mode == "static":
            base = SQL("SELECT NULL::int AS id WHERE FALSE")
        else:
            base = self._get_rule_query().select(SQL("res_partner.id"))
            for segment in self.all_segment_ids:
                base = SQL("(%s) INTERSECT %s", base, self._get_current_sql(segment))
            if self.any_segment_ids:
                base = SQL("(%s) INTERSECT %s", base, self._get_current_sql(self.any_segment_ids))
            if self.none_segment_ids:
                base = SQL("(%s) EXCEPT %s", base, self._get_current_sql(self.none_segment_ids))
        if self.addition_ids:
            base = SQL("(%s) UNION SELECT unnest(%s)", base, self.addition_ids._origin.ids)
        if self.exclusion_ids:
            base = SQL("(%s) EXCEPT SELECT unnest(%s)", base, self.exclusion_ids._origin.ids)
        return base

    @staticmethod
    def _get_current_sql(segments):
        return SQL(
            "(SELECT partner_id FROM isof_segment_member_rel WHERE segment_id IN %s)",
            tuple(segments._origin.ids),
        )

    def _refresh(self):
        """Compute the members of the segments, those that others are combined of first.

        A segment whose rule is broken keeps its members and says why; the others go on.
        """
        done = self.browse()

        def refresh(segment):
            nonlocal done
            if segment in done:
                return
            done |= segment
            for other in segment._get_others() & self:
                refresh(other)
            try:
                with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                    segment._refresh_members()
                    reason = False
            except (UserError, psycopg2.DatabaseError) as error:
                if isinstance(error, psycopg2.OperationalError):
                    raise  # a conflict with another transaction: retried by the caller
                reason = str(error)
                _logger.info("Segment %s cannot be refreshed: %s", segment.id, reason)
            # sudo: whoever may see a segment may bring it up to date
            segment.sudo().write({"error": reason})

        for segment in self:
            refresh(segment)

    def _refresh_members(self):
        """Bring members and history of one segment in line with its settings, in one statement."""
        self.ensure_one()
        self.env.flush_all()
        now = fields.Datetime.now()
        wanted = self._get_members_sql() if self.active else SQL("SELECT NULL::int WHERE FALSE")
        self.env.cr.execute(
            SQL(
                """
                WITH wanted(id) AS MATERIALIZED (%(wanted)s),
                gone AS (
                    DELETE FROM isof_segment_member_rel AS member
                     WHERE segment_id = %(segment)s
                       AND NOT EXISTS (SELECT FROM wanted WHERE wanted.id = member.partner_id)
                 RETURNING partner_id
                ),
                came AS (
                    INSERT INTO isof_segment_member_rel (segment_id, partner_id)
                    SELECT %(segment)s, id FROM wanted
                        ON CONFLICT DO NOTHING
                 RETURNING partner_id
                ),
                closed AS (
                    UPDATE isof_segment_membership AS membership
                       SET date_to = %(now)s
                      FROM gone
                     WHERE membership.segment_id = %(segment)s
                       AND membership.partner_id = gone.partner_id
                       AND membership.date_to IS NULL
                )
                INSERT INTO isof_segment_membership (segment_id, partner_id, date_from)
                SELECT %(segment)s, partner_id, %(now)s FROM came
                """,
                wanted=wanted,
                segment=self.id,
                now=now,
            )
        )
        ((count,),) = self.env.execute_query(
            SQL("SELECT count(*) FROM isof_segment_member_rel WHERE segment_id = %s", self.id)
        )
        self.env["res.partner"].invalidate_model(["isof_segment_ids"], flush=False)
        self.env["isof.segment.membership"].invalidate_model(flush=False)
        self.invalidate_recordset(["member_ids", "membership_ids"], flush=False)
        # sudo: see _refresh()
        self.sudo().write({"computed_at": now, "member_count": count})
        self.env["isof.segment.size"].sudo()._record(self, now, count)

    @api.model
    def _cron_refresh(self):
        """Refresh the dynamic segments, each kept on its own."""
        segments = self.search([("mode", "=", "dynamic")], order="computed_at nulls first, id")
        progress = self.env["ir.cron"]
        progress._commit_progress(remaining=len(segments))
        for segment in segments:
            segment[0]._refresh()
            if not progress._commit_progress(1):
                break
