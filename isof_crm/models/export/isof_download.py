from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import formatLang

from . import isof_export_job

# What a sheet takes, which is 1,048,576 rows with those of its head and of groups.
MAX_ROWS = 1_000_000


class IsofDownload(models.AbstractModel):
    """A dialogue whose workbook is downloaded: an ``isof.workbook`` that is nobody else's.

    How to use: inherit it, and define ``_count_rows()`` where there may be very many. A record rule
    has to keep the dialogues their creator's alone.
    """

    _name = "isof.download"
    _description = "Workbook to Download"
    _inherit = ["isof.workbook"]

    company_ids = fields.Many2many(
        "res.company",
        string="Companies",
        default=lambda self: self.env.companies,
        help="Those that were switched on; a download does not know them otherwise.",
    )

    def _prepare_download_action(self):
        """Return the action that downloads the workbook, or has a long one written meanwhile.

        :raises AccessError: for users who may not export
        :raises UserError: if there are more rows than a sheet takes
        """
        self.ensure_one()
        self.env["isof.export"]._check_allowed()
        count = self._count_rows()
        if count > MAX_ROWS:
            raise UserError(
                self.env._(
                    "The workbook would have %(count)s rows, and a sheet takes no more than "
                    "%(limit)s. Choose fewer with filters, and export in parts.",
                    count=formatLang(self.env, count, digits=0),
                    limit=formatLang(self.env, MAX_ROWS, digits=0),
                )
            )
        if count > isof_export_job.ROWS_AT_ONCE:
            return self.env["isof.export.job"]._start(self)
        return {
            "type": "ir.actions.act_url",
            "url": self._get_workbook_url(),
            "target": "download",
        }

    def _count_rows(self):
        """Return how many rows the workbook will have, about."""
        return 0
