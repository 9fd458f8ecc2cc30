from odoo import http

from odoo.addons.isof_crm.controllers.isof_export import MODELS, IsofExportController

MODELS["resource_report"] = "isof.resource.report.wizard"


class ResourceExportController(IsofExportController):
    @http.route(
        "/isof_crm_resources/report/<int:wizard_id>.xlsx",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def export_resources(self, wizard_id):
        """Send the workbook of the user's own report of resources."""
        return self.export("resource_report", wizard_id)
