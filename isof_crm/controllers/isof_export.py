from psycopg2.errors import ReadOnlySqlTransaction
from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.wsgi import wrap_file

from odoo import http
from odoo.http import content_disposition, request

from ..tools import bounds

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class IsofExportController(http.Controller):
    @http.route(
        "/isof_crm/workbook/<string:model>/<int:record_id>.xlsx",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def export(self, model, record_id, **options):
        """Send the workbook of a record, with what the user may read.

        :param str model: an ``isof.workbook``
        :param options: as its ``_with_workbook_options`` takes them
        :raises BadRequest: if they make no sense
        """
        exporter = request.env["isof.export"]
        exporter._check_allowed()
        record = self._find_record(model, record_id)
        try:
            record = record._with_workbook_options(**options)
        except (TypeError, ValueError, RecursionError) as error:
            raise BadRequest(
                request.env._("The address of the workbook is not complete. Export it once more.")
            ) from error
        # written before it is sent: the cursor is closed by then, and errors are still seen
        name, output = exporter._write_file(record)
        size = output.tell()
        output.seek(0)
        return request.make_response(
            wrap_file(request.httprequest.environ, output),
            headers=[
                ("Content-Type", XLSX),
                ("Content-Length", size),
                ("Content-Disposition", content_disposition(name)),
            ],
        )

    def _find_record(self, model, record_id):
        """Return the record, which the user may read.

        :raises NotFound: if there is no such workbook
        :raises ReadOnlySqlTransaction: if a replica does not have it, for the primary to be asked
        """
        if not isinstance(request.env.get(model), request.env.registry["isof.workbook"]):
            raise NotFound()
        records = request.env[model]
        records.check_access("read")  # or who may not would be told which ids there are
        if record_id > bounds.MAX_INTEGER:
            raise NotFound()
        record = records.browse(record_id).exists()
        if not record:
            if request.env.cr.readonly:
                raise ReadOnlySqlTransaction("the report is not on the replica yet")
            raise NotFound()
        record.check_access("read")
        return record
