import json

from werkzeug.exceptions import BadRequest

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
        :raises BadRequest: if they are none of that
        """
        try:
            overrides = dict(json.loads(overrides))
            company_ids = [int(i) for i in companies.split("-")] if companies else None
        except (TypeError, ValueError, RecursionError) as error:
            raise BadRequest(
                request.env._(
                    "The address of the workbook is not complete. Open the analysis and export "
                    "it from there."
                )
            ) from error
        request.update_context(isof_overrides=overrides)
        if company_ids:
            # whether they are the user's is checked where they are used
            request.update_context(allowed_company_ids=company_ids)
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
