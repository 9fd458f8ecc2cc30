from odoo import fields, models
from odoo.tools.misc import format_date

from odoo.addons.isof_crm.tools import xlsx

# Field, kind of cell, width, whether it is totalled.
STATEMENT_COLUMNS = [
    ("date", "date", 12, False),
    ("move_name", "text", 18, False),
    ("partner_id", "text", 28, False),
    ("product_id", "text", 28, False),
    ("reason", "text", 40, False),
    ("shown_basis", "float", 14, False),
    ("rate", "float", 10, False),
    ("shown_percent", "float", 10, False),
    ("accrued", "float", 14, True),
    ("due", "float", 14, True),
]
PAYROLL_COLUMNS = [
    ("payee_id", "text", 30, False),
    ("company_id", "text", 24, False),
    ("date_from", "date", 12, False),
    ("date_to", "date", 12, False),
    ("state", "text", 14, False),
    ("amount_due", "float", 14, True),
    ("amount_carried", "float", 14, True),
    ("amount_payable", "float", 14, True),
    ("currency_id", "text", 10, False),
]


class IsofCommissionExport(models.TransientModel):
    """A download of settlements: the statement of each, or the list that payroll pays by."""

    _name = "isof.commission.export"
    _description = "Export of Commission Settlements"
    _inherit = ["isof.download", "isof.guard.mixin"]

    form = fields.Selection(
        [("statement", "Statement"), ("payroll", "Payroll List")],
        required=True,
        default="statement",
    )
    settlement_ids = fields.Many2many("isof.commission.settlement", required=True)

    def _get_file_name(self):
        """Return the name of the file, without an extension."""
        if self.form == "statement" and len(self.settlement_ids) == 1:
            return f"{self.env._('Commission')} {self.settlement_ids.display_name}"
        label = dict(self._fields["form"]._description_selection(self.env))[self.form]
        return f"{label} {fields.Date.context_today(self)}"

    def _count_rows(self):
        if self.form == "payroll":
            return len(self.settlement_ids)
        return self.env["isof.commission.entry"].search_count(
            [("settlement_id", "in", self.settlement_ids.ids)]
        )

    def _write_workbook(self, output):
        """Write the settlements as a workbook.

        :param output: binary file to write to
        """
        self.ensure_one()
        exporter = self.env["isof.export"].with_context(allowed_company_ids=self.company_ids.ids)
        # found again: with the reader's rights
        settlements = exporter.env["isof.commission.settlement"].search(
            [("id", "in", self.settlement_ids.ids)]
        )
        with xlsx.new_workbook(output) as book:
            if self.form == "payroll":
                self._write_payroll(book, exporter, settlements)
            else:
                for number, settlement in enumerate(settlements, start=1):
                    self._write_statement(book, exporter, settlement, number)

    def _write_payroll(self, book, exporter, settlements):
        employees = settlements.filtered(lambda settlement: not settlement.is_external)
        columns = exporter._get_columns(employees, PAYROLL_COLUMNS)
        if len(employees.currency_id) > 1:  # there is no sum of several currencies
            columns = [column._replace(total=False) for column in columns]
        lines = [self.env._("Settlements: %(count)s", count=len(employees))]
        if employees:
            days = (min(employees.mapped("date_from")), max(employees.mapped("date_to")))
            period = " – ".join(format_date(self.env, day) for day in days)
            lines.insert(0, self.env._("Period: %s", period))
        lines.append(exporter._get_as_of_line())
        rows = (row for batch in exporter._iter_batches(employees, columns) for row in batch)
        title = self.env._("Payroll List")
        xlsx.write_sheet(book, title, columns, rows, lines, total_label=self.env._("Total"))

    def _write_statement(self, book, exporter, settlement, number):
        entries = settlement._get_statement_entries()
        columns = exporter._get_columns(entries, STATEMENT_COLUMNS)
        title = settlement.display_name
        states = dict(settlement._fields["state"]._description_selection(self.env))
        state = settlement._fields["state"]._description_string(self.env)
        lines = [
            f"{state}: {states[settlement.state]}",
            *(
                f"{label}: {settlement._write_money(amount)}"
                for label, amount in settlement._get_statement_totals()
            ),
        ]
        lines.append(exporter._get_as_of_line())
        rows = (row for batch in exporter._iter_batches(entries, columns) for row in batch)
        xlsx.write_sheet(
            book, title, columns, rows, lines, f"{number} {title}", self.env._("Total")
        )
