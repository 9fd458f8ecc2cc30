import json

from odoo import http
from odoo.http import request

from odoo.addons.isof_crm.controllers.isof_export import MODELS, IsofExportController

MODELS["analysis"] = "isof.analysis"
MODELS["commissions"] = "isof.commission.export"


class AnalyticsExportController(IsofExportController):
    @http.route(
        "/isof_crm_analytics/analysis/<int:analysis_id>.xlsx",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def export_analysis(self, analysis_id, companies="", overrides="{}"):
        """Send the workbook of a saved analysis.

        :param companies: ids of those that are switched on, with dashes between them
        :param overrides: other periods than those saved, as JSON
        """
        request.update_context(isof_overrides=json.loads(overrides))
        if companies:
            # whether they are the user's is checked where they are used
            request.update_context(allowed_company_ids=[int(i) for i in companies.split("-")])
        return self.export("analysis", analysis_id)

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
