from datetime import date

from odoo import api, fields, models
from odoo.tools import format_date

from .isof_trade_line_sync import BATCH_SIZE

# The parameter with the day and the id of the last document that is filled in, while some are not.
FILLED = "isof_crm_analytics.filled_until"


class IsofTradeLine(models.Model):
    """The first fill: what was sold and bought before the add-on was there.

    It goes through the documents by their days, a batch a transaction, and goes on after the last
    batch that was kept. Meanwhile the facts of what is posted are there at once, as ever.
    """

    _inherit = "isof.trade.line"

    @api.model
    def _begin_fill(self):
        """Derive the facts of the documents that are there: of few now, of more in the background.

        The installation, which keeps everybody else waiting, takes no longer for a long history.
        """
        # sudo: what nobody reads or writes by hand, as the facts themselves
        self.env["ir.config_parameter"].sudo().set_param(FILLED, f"{date.min} 0")
        if self._count_unfilled() > BATCH_SIZE:
            self.env.ref("isof_crm_analytics.ir_cron_fill")._trigger()
            return
        while self._fill_batch():
            pass

    @api.model
    def _cron_fill(self):
        """Go on with the first fill, as long as there is time; what is done is kept."""
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=self._count_unfilled())
        cron._isof_repeat(self._fill_batch)

    @api.model
    def _fill_batch(self):
        """Derive the facts of the documents that come next.

        :return: how many documents these were, or None where all are filled in
        """
        if not (filled := self._get_filled()):
            return None
        self.env.cr.execute(
            "SELECT id, date FROM account_move WHERE move_type <> 'entry' AND (date, id) > (%s, %s)"
            " ORDER BY date, id LIMIT %s",
            [*filled, BATCH_SIZE],
        )
        rows = self.env.cr.fetchall()
        if not rows:
            self._end_fill()
            return None
        self._compare_documents([id_ for id_, _date in rows])
        last_id, last_date = rows[-1]
        # past the ORM, which would have all processes forget what they know, batch by batch
        self.env.cr.execute(
            "UPDATE ir_config_parameter SET value = %s WHERE key = %s",
            [f"{last_date} {last_id}", FILLED],
        )
        return len(rows)

    @api.model
    def _end_fill(self):
        """Note that all documents are filled in."""
        self.env["ir.config_parameter"].sudo().set_param(FILLED, False)

    @api.model
    def _is_filling(self):
        """Return whether documents of the past are missing in the facts."""
        # sudo: whether, and no more
        return bool(self.env["ir.config_parameter"].sudo().get_param(FILLED))

    @api.model
    def _get_filled(self):
        """Return the day and the id of the last document that is filled in, or None."""
        # what was kept by another process, see _fill_batch
        self.env["ir.config_parameter"].flush_model(["value"])
        self.env.cr.execute("SELECT value FROM ir_config_parameter WHERE key = %s", [FILLED])
        value = self.env.cr.fetchone()
        if not value:
            return None
        day, last_id = value[0].split()
        return fields.Date.to_date(day), int(last_id)

    @api.model
    def _count_unfilled(self):
        """Return how many documents are not filled in."""
        if not (filled := self._get_filled()):
            return 0
        self.env.cr.execute(
            "SELECT count(*) FROM account_move"
            " WHERE move_type <> 'entry' AND (date, id) > (%s, %s)",
            filled,
        )
        return self.env.cr.fetchone()[0]

    @api.model
    @api.readonly
    def get_fill_progress(self):
        """Return how far the first fill is, for the notice in the client.

        :return: False if all documents are filled in, or else a dict of ``until``, the day as
            text up to which they are (empty at first), and ``percent`` of all of them
        :raises AccessError: for who may not read sales and purchases
        """
        self.check_access("read")
        if not (filled := self._get_filled()):
            return False
        # sudo: how many there are, and no more
        total = self.env["account.move"].sudo().search_count([("move_type", "!=", "entry")])
        return {
            "until": format_date(self.env, filled[0]) if filled[0] > date.min else "",
            "percent": 100 - round(100 * self._count_unfilled() / total) if total else 100,
        }
