from odoo import fields, models

# A workbook of more rows is written in the background: it takes longer than one likes to wait.
ROWS_AT_ONCE = 20_000


class IsofDownload(models.AbstractModel):
    """A dialogue whose workbook is downloaded, with what the reader may read.

    How to use: inherit it, name the path of the route in ``_download_path``, and define
    ``_write_workbook(output)``, ``_get_file_name()`` and ``_count_rows()``. A record rule has to
    keep the dialogues their creator's alone: they are reached by their id.
    """

    _name = "isof.download"
    _description = "Download"

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
        rows = self._count_rows()
        if rows > ROWS_AT_ONCE:
            return self.env["isof.export.job"]._start(self, rows)
        return {
            "type": "ir.actions.act_url",
            "url": f"{self._download_path}/{self.id}.xlsx",
            "target": "download",
        }

    def _count_rows(self):
        """Return how many rows the workbook will have, about."""
        raise NotImplementedError
