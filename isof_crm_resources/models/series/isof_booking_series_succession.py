from odoo import models
from odoo.fields import Domain


class IsofBookingSeries(models.Model):
    """A series whose holder leaves."""

    _inherit = "isof.booking.series"

    def _hand_over(self, leaving, successor):
        """Give the series, and what is to come of it, to somebody else.

        :param leaving: the ``res.users`` who hold it now
        :param successor: the ``res.users`` who gets it
        """
        self._get_held_to_come(leaving).write({"user_id": successor.id})
        self._take_over({"user_id": successor.id})

    def _cancel_to_come(self):
        """Cancel what is to come of the series and held by who holds the series."""
        self._get_held_to_come(self.user_id).action_cancel()

    def _get_held_to_come(self, holders):
        domain = self._get_to_come_domain() & Domain("user_id", "in", holders.ids)
        return self.env["isof.booking"].search(domain)
