from odoo import http

from odoo.addons.isof_crm.controllers.isof_export import MODELS, IsofExportController

MODELS["commissions"] = "isof.commission.export"


class CommissionExportController(IsofExportController):
    @http.route(
        "/isof_crm_analytics/commissions/<int:wizard_id>.xlsx",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def export_commissions(self, wizard_id):
        """Send the workbook of settlements that the user asked for."""
        return self.export("commissions", wizard_id)
