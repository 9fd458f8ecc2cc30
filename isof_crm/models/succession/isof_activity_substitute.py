from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ...tools.searching import search_true

# Of which activities this transaction has noted already who acted for whom, in ``precommit.data``.
NOTED = "isof_crm.noted_substitutes"


class IsofActivity(models.Model):
    """What substitutes see and change, and that it says for whom they did.

    They act for somebody, and hand nothing over: who is in charge stays so, and nobody sees an
    activity by them who did not before. Otherwise it would be theirs for good.
    """

    _inherit = "isof.activity"

    is_substituted = fields.Boolean(
        string="As a Substitute",
        compute="_compute_is_substituted",
        search="_search_is_substituted",
        help="Own activities of colleagues for whom I act today.",
    )

    @api.depends("access_user_ids")
    @api.depends_context("uid", "isof_own_rights")
    def _compute_is_substituted(self):
        ids = self._get_substituted_ids()
        for activity in self:
            activity.is_substituted = bool(ids and activity._get_owners(ids))

    @api.model
    @search_true
    def _search_is_substituted(self):
        ids = self._get_substituted_ids()
        return Domain("access_user_ids", "in", list(ids)) if ids else Domain.FALSE

    def write(self, vals):
        acted_for = self._get_acted_for()
        before = self.browse(acted_for)._get_held()
        result = super().write(vals)
        self.browse(acted_for)._check_not_handed_over(before)
        self.browse(acted_for)._note_substitute(acted_for)
        return result

    @api.model
    def _get_substituted_ids(self):
        """Return the ids of those for whom the user acts, unless own rights are asked for."""
        if self.env.context.get("isof_own_rights"):
            return set()
        return self.env.user._get_isof_substituted_ids()

    def _get_held(self):
        """Return who is in charge of what a substitute changes, and whose own it is.

        What one may change as well without acting for somebody is left out.

        :return: dict of activity to tuple of two ``res.users``
        """
        if not self:
            return {}
        lent = self - self.with_context(isof_own_rights=True)._filtered_access("write")
        # sudo: whose it is, of who has left, too
        held = lent.sudo().with_context(active_test=False)
        return {each: (each.user_id, each.access_user_ids) for each in held}

    @api.model
    def _check_not_handed_over(self, before):
        """Check that what a substitute has changed is nobody else's now.

        :param before: see ``_get_held``
        :raises AccessError: if it is
        """
        for activity, (user, owners) in before.items():
            if activity.user_id != user or activity.access_user_ids - owners:
                raise AccessError(
                    self.env._(
                        "“%(activity)s”: as a substitute you act for %(users)s, but hand nothing "
                        "over, neither to yourself nor to somebody else.",
                        activity=activity.display_name,
                        users=", ".join(
                            activity._get_owners(self._get_substituted_ids()).mapped("name")
                        )
                        or user.name,
                    )
                )

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
