from odoo import fields, models

from . import isof_export_job


class IsofDownload(models.AbstractModel):
    """A dialogue whose workbook is downloaded, with what the reader may read.

    How to use: inherit it, name the path of the route in ``_download_path``, and define
    ``_write_workbook(output)`` and ``_get_file_name()``, and ``_count_rows()`` where there may be
    very many. A record rule has to keep the dialogues their creator's alone: they are reached by
    their id.
    """

    _name = "isof.download"
    _description = "Workbook to Download"

    _download_path = None

    company_ids = fields.Many2many(
        "res.company",
        string="Companies",
        default=lambda self: self.env.companies,
        help="Those that were switched on; a download does not know them otherwise.",
    )

    def _prepare_download_action(self):
        """Return the action that downloads the workbook, or has a long one written meanwhile.

        :raises AccessError: for users who may not export
        """
        self.ensure_one()
        self.env["isof.export"]._check_allowed()
        if self._count_rows() > isof_export_job.ROWS_AT_ONCE:
            return self.env["isof.export.job"]._start(self)
        return {
            "type": "ir.actions.act_url",
            "url": f"{self._download_path}/{self.id}.xlsx",
            "target": "download",
        }

    def _count_rows(self):
        """Return how many rows the workbook will have, about."""
        return 0
