from urllib.parse import urlencode

from odoo import models


class IsofWorkbook(models.AbstractModel):
    """Records of which a workbook is downloaded, with what the reader may read.

    How to use: inherit it, and define ``_write_workbook(output)`` and ``_get_file_name()``. They
    are reached by their ids, by whoever may export: record rules say who may read them.
    """

    _name = "isof.workbook"
    _description = "Workbook"

    def _get_workbook_url(self, **options):
        """Return the address of the workbook.

        :param options: texts, as ``_with_workbook_options`` takes them
        """
        self.ensure_one()
        query = f"?{urlencode(options)}" if options else ""
        return f"/isof_crm/workbook/{self._name}/{self.id}.xlsx{query}"

    def _with_workbook_options(self, **options):
        """Return the record as the address of the workbook asks for it.

        :raises ValueError: if the address makes no sense
        """
        return self

    def _get_file_name(self):
        """Return the name of the file, without an extension."""
        raise NotImplementedError

    def _write_workbook(self, output):
        """Write the workbook to a binary file.

        :raises UserError: if there is nothing to write
        """
        raise NotImplementedError
