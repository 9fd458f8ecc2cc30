from odoo import api, models
from odoo.fields import Domain


class IsofResource(models.Model):
    """Substitutes look after the resources of those for whom they act."""

    _inherit = "isof.resource"

    def _get_approvers(self):
        approvers = super()._get_approvers()
        # not those of resource managers: they look after nothing by that
        named = approvers & (self.approver_ids | self.user_id)
        return approvers | named._get_isof_substitutes().filtered(self._can_answer)

    def _is_in_care(self):
        return super()._is_in_care() or bool(self._get_acted_for())

    @api.model
    def _get_in_care_domain(self):
        domain = super()._get_in_care_domain()
        if ids := self.env.user._get_isof_substituted_ids():
            domain |= Domain("user_id", "in", list(ids)) | Domain("approver_ids", "in", list(ids))
        return domain

    def _get_acted_for(self):
        """Return the ``res.users`` for whom the user looks after the resource as a substitute.

        Nobody where the user does so by own right.
        """
        ids = self.env.user._get_isof_substituted_ids()
        if not ids or super()._is_in_care():  # pylint: disable=super-method-mismatch
            return self.env["res.users"]
        # sudo: who looks after a resource, whichever colleagues the user may see
        resource = self.sudo().with_context(active_test=False)
        return (resource.user_id | resource.approver_ids).filtered(lambda user: user.id in ids)
