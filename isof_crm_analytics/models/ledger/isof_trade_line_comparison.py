import logging

from odoo import api, models

from .isof_trade_line_sync import BATCH_SIZE

_logger = logging.getLogger(__name__)

# The parameter with the id of the user who waits for a comparison in the background.
WAITING_USER = "isof_crm_analytics.comparison_waiting_user_id"


class IsofTradeLine(models.Model):
    """All facts at once: the nightly comparison with the ledger."""

    _inherit = "isof.trade.line"

    @api.model
    def _sync_everything(self, *, progress=None):
        """Make all facts what the ledger says, in batches.

        :param progress: function that is called after each batch with the number of documents
            looked at and of facts that were wrong; it may commit
        :return: how many facts were wrong
        """
        changed, last = 0, 0
        while True:
            self.env.cr.execute(
                "SELECT id FROM account_move WHERE id > %s AND move_type <> 'entry'"
                " ORDER BY id LIMIT %s",
                [last, BATCH_SIZE],
            )
            ids = [id_ for (id_,) in self.env.cr.fetchall()]
            if not ids:
                return changed
            wrong = self._compare_documents(ids)
            changed, last = changed + wrong, ids[-1]
            if progress:
                progress(len(ids), wrong)

    @api.model
    def _compare_documents(self, ids):
        """Make the facts of some documents, and what follows from them, what they have to be.

        :param ids: ids of ``account.move``
        :return: how many facts were wrong
        """
        wrong = self._compare(ids, self._sync, self._as_reconstructing()._sync)
        self._after_comparison(ids)
        self.env["isof.trade.note"]._forget_own()
        return wrong

    @api.model
    def _after_comparison(self, ids):
        """Make what follows from the facts of some documents what it has to be, too.

        A hook for the rooms that derive something from facts.

        :param ids: ids of ``account.move``
        """

    @api.model
    def _compare(self, ids, follow, sync):
        """Make the facts of some documents what they have to be.

        :param ids: ids of ``account.move``
        :param follow: function of ids that has facts follow what they did not see
        :param sync: function of ids that returns how many facts were wrong
        :return: how many facts were wrong
        """
        # what would follow on its own is no difference
        if late := set(self.env["isof.trade.note"]._find_overlaps()).intersection(ids):
            follow(late)
        wrong = sync(ids)
        self._count_lines(ids)
        return wrong

    @api.model
    def _count_lines(self, move_ids):
        """Write on documents how many facts they have, where it is not so."""
        self.env.cr.execute(
            """
            UPDATE account_move AS move SET isof_trade_line_count = facts.count
              FROM (SELECT found.id, count(fact.id) AS count
                      FROM unnest(%s) AS found (id)
                      LEFT JOIN isof_trade_line AS fact ON fact.move_id = found.id
                     GROUP BY found.id) AS facts
             WHERE move.id = facts.id AND move.isof_trade_line_count IS DISTINCT FROM facts.count
            """,
            [list(move_ids)],
        )

    @api.model
    def _cron_compare(self):
        """Compare all facts with the ledger, heal what differs, and tell the managers.

        If somebody asked for it, tell the user how it ended. What the first fill has still to do
        is no difference.
        """
        if self._is_filling():
            return
        cron = self.env["ir.cron"]
        cron._commit_progress(
            remaining=self.env["account.move"].search_count([("move_type", "!=", "entry")])
        )
        if changed := self._sync_everything(
            progress=lambda count, _wrong: cron._commit_progress(count)
        ):
            self._report_difference(changed)
        parameters = self.env["ir.config_parameter"].sudo()
        if user_id := int(parameters.get_param(WAITING_USER, 0)):
            parameters.set_param(WAITING_USER, False)
            user = self.env["res.users"].browse(user_id).exists()
            notice = self.with_context(lang=user.lang)._get_result_notice(changed)
            user._bus_send("simple_notification", {**notice, "sticky": True})

    @api.model
    def _report_difference(self, changed):
        """Log that facts differed from the ledger, and tell the managers."""
        _logger.warning("%s facts of sales and purchases differed from the ledger; healed", changed)
        self.env["isof.notifier"]._tell(
            self.env.ref("isof_crm.group_manager").all_user_ids,
            self.browse(),
            lambda facts: facts._describe_difference(changed),
        )

    @api.model
    def _describe_difference(self, changed):
        """Return subject and text about facts that differed from the ledger."""
        return (
            self.env._("Analyses of sales and purchases differed from the ledger"),
            self.env._(
                "%(number)s lines were not as in the ledger and have been corrected. Data that "
                "are changed past Odoo, directly in the database, may be the reason.",
                number=changed,
            ),
        )

    @api.model
    def action_compare(self):
        """Compare the facts with the ledger now, as a manager of analyses.

        Of very many documents it goes on in the background.

        :return: the action that shows what was found
        :raises AccessError: for others
        """
        self.check_access("read")
        if not self.env.user.has_group("isof_crm_analytics.group_all"):
            self.env["isof.period.type"].check_access("write")
        # sudo: facts are derived; whoever sees all of them may have them derived anew
        facts = self.sudo()
        documents = facts.env["account.move"].search_count([("move_type", "!=", "entry")])
        if facts._is_filling():
            notice = {
                "type": "info",
                "message": self.env._(
                    "The documents of the past are still being read. Compare when that is done."
                ),
            }
        elif documents > BATCH_SIZE:
            facts._compare_later()
            notice = {
                "type": "info",
                "message": self.env._(
                    "%(number)s documents are compared in the background. You will be told here "
                    "when that is done.",
                    number=documents,
                ),
            }
        else:
            notice = self._get_result_notice(facts._sync_everything())
        return {"type": "ir.actions.client", "tag": "display_notification", "params": notice}

    @api.model
    def _compare_later(self):
        """Have the scheduled comparison start now, and tell the user how it ends."""
        self.env["ir.config_parameter"].set_param(WAITING_USER, self.env.uid)
        self.env.ref("isof_crm_analytics.ir_cron_compare")._trigger()

    @api.model
    def _get_result_notice(self, changed):
        """Return what the client shows to say how a comparison ended."""
        if not changed:
            return {"type": "success", "message": self.env._("All lines are as in the ledger.")}
        return {
            "type": "warning",
            "message": self.env._(
                "%(number)s lines differed from the ledger and are corrected.", number=changed
            ),
        }
