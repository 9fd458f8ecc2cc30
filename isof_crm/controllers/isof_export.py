from psycopg2.errors import ReadOnlySqlTransaction
from werkzeug.exceptions import NotFound
from werkzeug.wsgi import wrap_file

from odoo import http
from odoo.http import content_disposition, request

from ..tools import bounds

# What can be downloaded: models with _write_workbook() and _get_file_name(), whose records
# are their creator's alone.
MODELS = {
    "activity_report": "isof.activity.report.wizard",
    "consent_export": "isof.consent.export",
    "list_export": "isof.list.export",
    "partner_export": "isof.partner.export.wizard",
}


class IsofExportController(http.Controller):
    @http.route(
        f"/isof_crm/<any({','.join(MODELS)}):kind>/<int:wizard_id>.xlsx",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def export(self, kind, wizard_id):
        """Send the workbook of the user's own wizard, with what the user may read."""
        request.env["isof.export"]._check_allowed()
        wizard = request.env[MODELS[kind]]
        wizard.check_access("read")  # or who may not would be told which ids there are
        if wizard_id > bounds.MAX_INTEGER:
            raise NotFound()
        wizard = wizard.browse(wizard_id).exists()
        if not wizard:
            if request.env.cr.readonly:
                # a replica may not have the wizard of a moment ago: have the primary asked
                raise ReadOnlySqlTransaction("the report is not on the replica yet")
            raise NotFound()
        wizard.check_access("read")
        # written before it is sent: the cursor is closed by then, and errors are still seen
        name, output = request.env["isof.export"]._write_file(wizard)
        size = output.tell()
        output.seek(0)
        return request.make_response(
            wrap_file(request.httprequest.environ, output),
            headers=[
                (
                    "Content-Type",
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                ),
                ("Content-Length", size),
                (
                    "Content-Disposition",
                    content_disposition(name),
                ),
            ],
        )
