from odoo import models


class IsofSubstitute(models.Model):
    _inherit = "isof.substitute"

    def _note_change(self, before=None):
        """Ask who acts now, and those no more who do not; the cron does so as days begin and end.

        :param before: the ``res.users`` who acted before
        """
        with self.env["isof.notifier"]._gather():
            result = super()._note_change(before)
            self.env["isof.booking"]._settle_requests()
        return result
