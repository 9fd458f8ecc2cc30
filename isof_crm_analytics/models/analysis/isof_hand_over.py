from odoo import api, models
from odoo.fields import Domain

from odoo.addons.isof_crm.models.succession.isof_hand_over import HandOverKind


class IsofHandOver(models.Model):
    _inherit = "isof.hand.over"

    @api.model
    def _get_hand_over_kinds(self):
        return [
            *super()._get_hand_over_kinds(),
            HandOverKind("analysis", self.env._("Saved analyses"), "isof.analysis", "user_id"),
            HandOverKind(
                "analysis_schedule",
                self.env._("Schedules of analyses"),
                "isof.analysis.schedule",
                "user_id",
                company="analysis_id.company_id",
                cancel="action_archive",
            ),
            HandOverKind(
                "settlement",
                self.env._("Settlements to approve"),
                "isof.commission.settlement",
                "approver_id",
                Domain("state", "in", ("draft", "confirmed")),
                take_over="_hand_over_approval",
            ),
        ]
