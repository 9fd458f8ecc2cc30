import logging
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, mute_logger

_logger = logging.getLogger(__name__)

# The scheduled refresh leaves out what was refreshed less than this ago: after an
# interruption it goes on with the rest instead of starting over.
RECENT = timedelta(hours=1)


class IsofSegment(models.Model):
    """The refresh: members and history are brought in line with the settings."""

    _inherit = "isof.segment"

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
        wanted = self._get_members_query(self.user_id, keep).select()
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
        due = self.with_context(active_test=False).search(
            [
                "|",
                ("computed_at", "=", False),
                ("computed_at", "<", fields.Datetime.now() - RECENT),
            ]
        )
        for segment in self.env["ir.cron"]._isof_take(due._sort_by_source()):
            try:
                segment._refresh(run_snapshots=False)
            except psycopg2.OperationalError as error:
                # somebody changes it at this very moment, and refreshes it with that
                self.env.cr.rollback()
                _logger.info("Segment %s is left to the next refresh: %s", segment.id, error)

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
