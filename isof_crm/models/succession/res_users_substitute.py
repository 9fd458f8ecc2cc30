from odoo import fields, models
from odoo.tools import ormcache

from ...tools import activity_time


class ResUsers(models.Model):
    """For whom a user acts today, which record rules ask at each search."""

    _inherit = "res.users"

    def _get_isof_substituted_ids(self):
        """Return the ids of the users for whom this one acts today: a set, mostly empty."""
        self.ensure_one()
        substitutions = self._get_isof_substitutions()
        if not substitutions:
            return set()
        today = activity_time.local_day(fields.Datetime.now(), self.sudo().tz or "UTC")
        return {user_id for user_id, first, last in substitutions if first <= today <= last}

    def _get_isof_substitutes(self):
        """Return the ``res.users`` who act for one of these today, each on the own clock."""
        ids = {id_ for user in self for id_ in user._get_isof_substitute_ids()}
        return self.browse(sorted(ids)).filtered(
            lambda user: user._get_isof_substituted_ids() & set(self.ids)
        )

    @ormcache("self.id")
    def _get_isof_substitute_ids(self):
        """Return the ids of those who act for the user at any time; remembered like the below."""
        # sudo: who acts for the user, whoever said so
        substitutes = self.env["isof.substitute"].sudo().search([("user_id", "=", self.id)])
        return tuple(substitutes.substitute_id.ids)

    @ormcache("self.id")
    def _get_isof_substitutions(self):
        """Return for whom the user acts at any time: tuple of tuples of an id and two days.

        Remembered until one of them changes: ``isof.substitute._note_change``.
        """
        # sudo: for whom the user acts, whoever said so
        substitutes = self.env["isof.substitute"].sudo().search([("substitute_id", "=", self.id)])
        return tuple((each.user_id.id, each.date_from, each.date_to) for each in substitutes)
