from odoo import fields, models

from ...tools import xlsx

# Field, kind of cell, width, whether it is totalled.
COLUMNS = [
    ("partner_id", "text", 32, False),
    ("purpose_id", "text", 28, False),
    ("channel", "text", 14, False),
    ("address", "text", 28, False),
    ("state", "text", 14, False),
    ("date", "datetime", 17, False),
    ("is_current", "text", 10, False),
    ("source", "text", 14, False),
    ("note", "multiline", 40, False),
    ("proof_name", "text", 24, False),
    ("user_id", "text", 22, False),
    ("create_date", "datetime", 17, False),
]


class IsofConsentExport(models.TransientModel):
    """A download of declarations: whose, or which."""

    _name = "isof.consent.export"
    _description = "Export of Consents"
    _inherit = ["isof.download", "isof.guard.mixin"]

    consent_domain = fields.Json(
        required=True, help="Which declarations, as a domain; the reader's rights apply on top."
    )

    def _get_file_name(self):
        """Return the name of the file, without an extension."""
        return f"{self.env._('Consents')} {fields.Date.context_today(self)}"

    def _count_rows(self):
        return self.env["isof.consent"].search_count(self.consent_domain)

    def _write_workbook(self, output):
        """Write the declarations as a workbook, those of each contact together.

        :param output: binary file to write to
        """
        self.ensure_one()
        exporter = self.env["isof.export"].with_context(allowed_company_ids=self.company_ids.ids)
        consents = exporter.env["isof.consent"].search(
            self.consent_domain, order="partner_id, date desc, id desc"
        )
        columns = exporter._get_columns(consents, COLUMNS)
        lines = [
            self.env._("Declarations: %(count)s", count=len(consents)),
            self.env["isof.export"]._get_as_of_line(),
        ]
        rows = (row for batch in exporter._iter_batches(consents, columns) for row in batch)
        with xlsx.new_workbook(output) as book:
            xlsx.write_sheet(book, self.env._("Consents"), columns, rows, lines)
