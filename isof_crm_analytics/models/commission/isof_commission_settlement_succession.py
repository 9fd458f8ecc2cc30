from odoo import models
from odoo.exceptions import UserError

from .isof_commission_settlement import ACTIVITY_TYPE


class IsofCommissionSettlement(models.Model):
    """Settlements whose approver leaves."""

    _inherit = "isof.commission.settlement"

    def _hand_over_approval(self, _leaving, successor):
        """Ask somebody else to approve.

        :param successor: the ``res.users`` who is asked
        :raises UserError: if that one has no role to approve
        """
        if not successor.has_group("isof_crm_analytics.group_commission_manager"):
            raise UserError(
                self.env._(
                    "%(user)s has no role to approve settlements.", user=successor.sudo().name
                )
            )
        self.write({"approver_id": successor.id})
        asked = self.filtered(lambda settlement: settlement.state == "confirmed")
        asked.activity_unlink([ACTIVITY_TYPE])
        for settlement in asked:
            settlement._ask_approver()
