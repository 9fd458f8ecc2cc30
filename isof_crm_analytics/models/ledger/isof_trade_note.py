import logging
from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.prepared_statement import IDS

_logger = logging.getLogger(__name__)

# Set where a note of a change waits for the commit.
NOTED = "isof_crm_analytics.change_is_noted"
# Neither of two transactions could see what the other one did.
OVERLAP = SQL(
    "NOT pg_visible_in_snapshot(one.xid, other.snapshot)"
    " AND NOT pg_visible_in_snapshot(other.xid, one.snapshot) AND one.xid <> other.xid"
)


class IsofTradeNote(models.Model):
    """What transactions did that others, which run at the same time, cannot see.

    A transaction sees what was committed before it began. While forty invoices are posted,
    somebody changes the category of a product: the posting takes the old one, and the change
    does not find the invoices. So both leave a note here, with what they could see:

    - whoever derives facts or commissions notes of which documents (``_prepare_insert`` is a part
      of a statement that is carried out anyway);
    - whoever changes what facts or commissions follow, beside the documents, notes no more than
      that (``_note_change``), and has ``_cron_mend`` start.

    That one has the documents derived anew that were noted beside a change, or beside another
    document of the same family. Notes are kept until all have ended who cannot see them.
    """

    _name = "isof.trade.note"
    _description = "Note of What a Transaction Did"
    _log_access = False

    # of PostgreSQL's types xid8, pg_snapshot and int[], which Odoo does not know, as text
    xid = fields.Char(required=True, readonly=True)
    snapshot = fields.Char(required=True, readonly=True)
    move_ids = fields.Text(
        string="Documents", readonly=True, help="Empty: a change that may concern any document."
    )

    # ------------------------------------------------------------
    # Leaving notes
    # ------------------------------------------------------------

    @api.model
    def _prepare_insert(self, move_ids=IDS):
        """Return the statement that notes whose facts or commissions are derived.

        :param move_ids: SQL of the array of the ids of the documents
        """
        return SQL(
            "INSERT INTO isof_trade_note (xid, snapshot, move_ids) VALUES"
            " (pg_current_xact_id()::text, pg_current_snapshot()::text, (%s)::text)",
            move_ids,
        )

    @api.model
    def _note_documents(self, move_ids):
        """Note whose facts are taken out of the analyses."""
        self.env.cr.execute(self._prepare_insert(SQL("%s::int[]", list(move_ids))))

    @api.model
    def _note_change(self):
        """Note, once for the transaction, that what documents follow has changed."""
        precommit = self.env.cr.precommit
        if not precommit.data.get(NOTED):
            precommit.data[NOTED] = True
            # sudo: whoever changes something leaves the note, and nobody reads it
            precommit.add(partial(self.sudo()._insert_change))

    @api.model
    def _insert_change(self):
        self.env.cr.execute(self._prepare_insert(SQL("NULL")))
        # not there while the add-on is being installed
        if cron := self.env.ref("isof_crm_analytics.ir_cron_mend", raise_if_not_found=False):
            cron._trigger()

    # ------------------------------------------------------------
    # Mending
    # ------------------------------------------------------------

    @api.model
    def _cron_mend(self):
        """Have documents derived anew that were derived beside a change, and forget old notes.

        As long as somebody works who cannot see a change it comes again in a minute.
        """
        horizon = self._get_horizon()
        # what had ended by then is seen from here on
        self.env["ir.cron"]._commit_progress()
        self._mend()
        self._forget(horizon)
        self.env.cr.execute("SELECT FROM isof_trade_note WHERE move_ids IS NULL LIMIT 1")
        if self.env.cr.rowcount:
            later = fields.Datetime.now() + timedelta(minutes=1)
            self.env.ref("isof_crm_analytics.ir_cron_mend")._trigger(later)

    @api.model
    def _mend(self):
        """Have the documents derived anew that transactions derived beside each other.

        :return: how many documents these were
        """
        moves = self.env["account.move"].browse(self._find_overlaps())
        for name in moves._get_isof_derived_names():
            self.env.add_to_compute(moves._fields[name], moves)
            moves.flush_recordset([name])
        if moves:
            _logger.info("%s documents followed what changed while they were posted", len(moves))
        return len(moves)

    @api.model
    def _find_overlaps(self):
        """Return the documents that need a second look: list of ids of ``account.move``.

        They were noted beside a change or a document of their family, and not by anybody since
        who could see both.
        """
        self.env.cr.execute(
            SQL(
                """
                WITH note AS MATERIALIZED (
                    SELECT xid::xid8, snapshot::pg_snapshot, move_ids::int[] FROM isof_trade_note
                ), document AS MATERIALIZED (
                    SELECT note.xid, note.snapshot, move.id,
                           COALESCE(%(origin)s, move.id) AS family_id
                      FROM note
                      JOIN account_move AS move ON move.id = ANY(note.move_ids)
                ), found AS (
                    SELECT other.id, one.xid AS one_xid, other.xid AS other_xid
                      FROM note AS one
                      JOIN document AS other ON %(overlap)s
                     WHERE one.move_ids IS NULL
                     UNION
                    SELECT other.id, one.xid, other.xid
                      FROM document AS one
                      JOIN document AS other ON other.family_id = one.family_id AND %(overlap)s
                )
                SELECT DISTINCT id FROM found
                 WHERE NOT EXISTS (
                       SELECT FROM document AS later
                        WHERE later.id = found.id
                          AND pg_visible_in_snapshot(found.one_xid, later.snapshot)
                          AND pg_visible_in_snapshot(found.other_xid, later.snapshot))
                 ORDER BY id
                """,
                overlap=OVERLAP,
                origin=self.env["isof.trade.line"]._get_origin(),
            )
        )
        return [id_ for (id_,) in self.env.cr.fetchall()]

    # ------------------------------------------------------------
    # Forgetting
    # ------------------------------------------------------------

    @api.model
    def _get_horizon(self):
        """Return the oldest transaction that somebody who still works may not see: its number.

        Who has only read so far counts, too: whoever reads what was before a change may post.
        """
        # the age is counted from the number of this transaction, which it has to have first
        self.env.cr.execute("SELECT pg_current_xact_id()")
        self.env.cr.execute(
            """
            SELECT pg_current_xact_id()::text::bigint - COALESCE(max(age(backend_xmin)), 0)
              FROM pg_stat_activity
             WHERE datname = current_database() AND backend_type = 'client backend'
               AND pid <> pg_backend_pid()
            """
        )
        return self.env.cr.fetchone()[0]

    @api.model
    def _forget(self, horizon):
        """Delete the notes that everybody can see.

        And those of transactions to come: they are of the server that a backup is from.
        """
        self.env.cr.execute(
            "DELETE FROM isof_trade_note"
            " WHERE xid::xid8 < %s::text::xid8 OR xid::xid8 > pg_current_xact_id()",
            [horizon],
        )

    @api.model
    def _forget_own(self):
        """Delete the notes of this transaction."""
        self.env.cr.execute("DELETE FROM isof_trade_note WHERE xid = pg_current_xact_id()::text")
