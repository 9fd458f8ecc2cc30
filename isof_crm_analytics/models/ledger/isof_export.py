from datetime import date

from odoo import api, models
from odoo.tools import format_date


class IsofExport(models.AbstractModel):
    _inherit = "isof.export"

    @api.model
    def _get_as_of_line(self):
        """Tell whoever reads the workbook later that something was missing in it."""
        line = super()._get_as_of_line()
        if not (filled := self.env["isof.trade.line"]._get_filled()):
            return line
        if filled[0] == date.min:
            return self.env._(
                "%(line)s. Not complete: sales and purchases of the past were still being read.",
                line=line,
            )
        return self.env._(
            "%(line)s. Not complete: sales and purchases of the past were being read, and were"
            " there until %(day)s.",
            line=line,
            day=format_date(self.env, filled[0]),
        )
