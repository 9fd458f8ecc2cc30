from odoo import api, fields, models
from odoo.fields import Domain

# Of which activities this transaction has noted already who acted for whom, in ``precommit.data``.
NOTED = "isof_crm.noted_substitutes"


class IsofActivity(models.Model):
    """What substitutes see and change, and that it says for whom they did."""

    _inherit = "isof.activity"

    is_substituted = fields.Boolean(
        string="As a Substitute",
        compute="_compute_is_substituted",
        search="_search_is_substituted",
        help="Own activities of colleagues for whom I act today.",
    )

    @api.depends("access_user_ids")
    @api.depends_context("uid")
    def _compute_is_substituted(self):
        ids = self.env.user._get_isof_substituted_ids()
        for activity in self:
            activity.is_substituted = bool(ids and activity._get_owners(ids))

    @api.model
    def _search_is_substituted(self, operator, value):
        if operator != "in" or list(value) != [True]:
            return NotImplemented
        ids = self.env.user._get_isof_substituted_ids()
        return Domain("access_user_ids", "in", list(ids)) if ids else Domain.FALSE

    def write(self, vals):
        acted_for = self._get_acted_for()
        result = super().write(vals)
        self.browse(acted_for)._note_substitute(acted_for)
        return result

    def _get_owners(self, ids):
        """Return those of the users with these ids whose own activity it is."""
        # sudo: whose it is, which rights are about; of who has left, too
        owners = self.sudo().with_context(active_test=False).access_user_ids
        return owners.filtered(lambda user: user.id in ids)

    def _get_acted_for(self):
        """Return for whom the user acts on which activities: dict of id to ``res.users``."""
        ids = set() if self.env.su else self.env.user._get_isof_substituted_ids()
        if not ids:
            return {}
        return {
            activity.id: owners
            for activity in self
            if not activity._get_owners({self.env.uid}) and (owners := activity._get_owners(ids))
        }

    def _note_substitute(self, acted_for):
        """Write down for whom the user acted, once in a transaction.

        :param acted_for: see ``_get_acted_for``
        """
        noted = self.env.cr.precommit.data.setdefault(NOTED, set())
        bodies = {
            id_: self.env._("As substitute for %(users)s.", users=", ".join(owners.mapped("name")))
            for id_, owners in acted_for.items()
            if (self.env.uid, id_) not in noted
        }
        noted.update((self.env.uid, id_) for id_ in bodies)
        if bodies:
            self.browse(bodies)._message_log_batch(bodies)
