from odoo import api, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY


class IrCron(models.Model):
    """Long work of scheduled actions, step by step: each is kept, and what is left goes on later.

    Odoo calls a scheduled action again at once as long as it says that something remains.
    """

    _inherit = "ir.cron"

    @api.model
    def _isof_take(self, items):
        """Yield items one by one, as long as there is time; what was done with each is kept.

        Records that somebody deletes meanwhile are left out. ::

            for segment in self.env["ir.cron"]._isof_take(segments):
                segment._refresh()

        :param items: records or a list
        """
        self._commit_progress(remaining=len(items))
        for item in items:
            if not isinstance(item, models.BaseModel) or item.exists():
                yield item
            if not self._commit_progress(1):
                return

    @api.model
    def _isof_repeat(self, step):
        """Have a step done again and again until nothing is left, as long as there is time.

        What each step did is kept. One that met somebody who saved the same records at the same
        time is done once more.

        :param step: function that does some of the work, and returns how much that was, or None
            when nothing was left
        :return: whether nothing is left
        """
        seconds_left = 1.0
        while seconds_left:
            try:
                done = step()
                if done is None:
                    return True
                seconds_left = self._commit_progress(done)
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                self.env.cr.rollback()
                seconds_left = self._commit_progress()
        return False
