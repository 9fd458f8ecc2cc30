from odoo import models

from odoo.addons.isof_crm.tools import moments


class IsofCommissionStepMixin(models.AbstractModel):
    """What people confirm and approve: it says who did that, to whoever wants to do it, too."""

    _name = "isof.commission.step.mixin"
    _description = "Confirmed and Approved"

    def _describe_last_step(self):
        """Return who has brought it into its state and when (str), empty where nobody has."""
        self.ensure_one()
        # sudo: what its own chatter shows
        step = (
            self.env["mail.tracking.value"]
            .sudo()
            .search(
                [
                    ("mail_message_id.model", "=", self._name),
                    ("mail_message_id.res_id", "=", self.id),
                    ("field_id.name", "=", "state"),
                ],
                order="id desc",
                limit=1,
            )
            .mail_message_id
        )
        if not step:
            return ""
        values = {
            "user": step.author_id.name,
            "time": moments.format_moment(self.env, step.date),
        }
        return {
            "draft": self.env._("%(user)s has made it a draft again, %(time)s.", **values),
            "confirmed": self.env._("%(user)s has confirmed it already, %(time)s.", **values),
            "approved": self.env._("%(user)s has approved it already, %(time)s.", **values),
            "paid": self.env._("%(user)s has marked it as paid already, %(time)s.", **values),
        }[self.state]
