from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools.misc import format_date

from odoo.addons.isof_crm.models.base.condition_many2many import ConditionMany2many
from odoo.addons.isof_crm.tools import activity_time, report_period, xlsx

# Columns of the utilisation: what is read, kind of cell, width and whether it is totalled.
HOURS = ("booked_hours", "requested_hours", "available_hours")
# Resources above which a chart is of no use.
CHART_ROWS = 40
# Columns of the bookings, the same.
BOOKING_COLUMNS = (
    ("resource_id", "text", 28, False),
    ("kind_id", "text", 14, False),
    ("place_id", "text", 28, False),
    ("start", "datetime", 16, False),
    ("stop", "datetime", 16, False),
    ("duration", "float", 10, True),
    ("state", "text", 14, False),
    ("user_id", "text", 22, False),
    ("department_id", "text", 22, False),
    ("name", "text", 36, False),
    ("activity_id", "text", 36, False),
    ("attendee_count", "integer", 12, False),
    ("company_id", "text", 22, False),
)


class IsofResourceReportWizard(models.TransientModel):
    """Utilisation and bookings of any period as a workbook."""

    _name = "isof.resource.report.wizard"
    _description = "Export of Utilisation and Bookings"
    _inherit = ["isof.download", "isof.guard.mixin"]

    date_from = fields.Date(
        string="From", required=True, default=lambda self: self._get_this_month()[0]
    )
    date_to = fields.Date(
        string="To", required=True, default=lambda self: self._get_this_month()[1]
    )
    kind_ids = ConditionMany2many("isof.resource.kind", string="Kinds")
    place_ids = ConditionMany2many(
        "isof.resource.place", string="Places", help="With everything that lies in them."
    )
    resource_ids = ConditionMany2many("isof.resource", string="Resources")

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for wizard in self:
            if wizard.date_from > wizard.date_to:
                raise ValidationError(
                    self.env._("Choose a first day that is not later than the last one.")
                )

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_export(self):
        """Return the action that downloads the workbook."""
        self.ensure_one()
        return self._prepare_download_action()

    # ------------------------------------------------------------
    # Business methods
    # ------------------------------------------------------------

    def _count_rows(self):
        days = self.env["isof.resource.utilization"].search_count(self._get_utilization_domain())
        return days + self.env["isof.booking"].search_count(self._get_booking_domain())

    def _write_workbook(self, output):
        """Write three sheets: utilisation by resource and by day, and the bookings.

        :param output: binary file to write to
        """
        self.ensure_one()
        wizard = self.with_context(
            allowed_company_ids=self.company_ids.ids or self.env.companies.ids
        )
        exporter = wizard.env["isof.export"]
        lines = [*wizard._get_filter_lines(), exporter._get_as_of_line()]
        bookings = wizard.env["isof.booking"].search(
            wizard._get_booking_domain(), order="start, id"
        )
        columns = exporter._get_columns(bookings, BOOKING_COLUMNS)
        rows = (row for batch in exporter._iter_batches(bookings, columns) for row in batch)
        with xlsx.new_workbook(output) as book:
            for title, by_day in (
                (self.env._("Utilisation"), False),
                (self.env._("Utilisation by Day"), True),
            ):
                sheet_columns = wizard._get_utilization_columns(by_day)
                data = xlsx.write_sheet(
                    book,
                    title,
                    sheet_columns,
                    wizard._get_utilization_rows(by_day),
                    lines,
                    total_label=self.env._("Total"),
                )
                if not by_day and 0 <= data.last_row - data.first_row < CHART_ROWS:
                    xlsx.insert_chart(book, data, "bar", title, [len(sheet_columns) - 1])
            title = self.env._("Bookings")
            xlsx.write_sheet(book, title, columns, rows, lines, total_label=self.env._("Total"))

    def _get_file_name(self):
        """Return the name of the file, without an extension."""
        self.ensure_one()
        return self.env._("Resources %(first)s - %(last)s", first=self.date_from, last=self.date_to)

    def _get_filter_lines(self):
        """Return the criteria as lines of text."""
        first, last = (format_date(self.env, day) for day in (self.date_from, self.date_to))
        return [
            self.env._("Period: %(first)s – %(last)s", first=first, last=last),
            *(
                self.env._(
                    "%(label)s: %(value)s",
                    label=self._fields[name]._description_string(self.env),
                    value=", ".join(self[name].mapped("display_name")),
                )
                for name in ("kind_ids", "place_ids", "resource_ids")
                if self[name]
            ),
        ]

    def _get_resource_domain(self):
        """Return the domain of bookings, or of utilisation, of the resources asked for."""
        domain = Domain.TRUE
        for name, path, operator in (
            ("kind_ids", "kind_id", "in"),
            ("place_ids", "place_id", "child_of"),
            ("resource_ids", "resource_id", "in"),
        ):
            if self[name]:
                domain &= Domain(path, operator, self[name].ids)
        return domain

    def _get_utilization_domain(self):
        """Return the domain of the utilisation in the period."""
        domain = self._get_resource_domain()
        return domain & Domain("date", ">=", self.date_from) & Domain("date", "<=", self.date_to)

    def _get_booking_domain(self):
        """Return the domain of the bookings that lie in the period, on the user's clock."""
        tz = self.env["isof.activity"]._get_tz()
        domain = self._get_resource_domain()
        domain &= Domain("start", "<", activity_time.day_bounds(self.date_to, tz)[1])
        return domain & Domain("stop", ">", activity_time.day_bounds(self.date_from, tz)[0])

    def _get_utilization_columns(self, by_day):
        """Return the columns of a sheet of utilisation."""
        names = ["resource_id", "kind_id", "place_id", "date", *HOURS, "utilization"]
        labels = self.env["isof.resource.utilization"].fields_get(names, ["string"])
        texts = [(name, "text", 28, False) for name in ("resource_id", "kind_id", "place_id")]
        days = [("date", "date", 12, False)] if by_day else []
        hours = [(name, "float", 16, True) for name in HOURS]
        columns = [
            xlsx.Column(name, labels[name]["string"], kind, width, total)
            for name, kind, width, total in (*texts, *days, *hours)
        ]
        ratio = xlsx.Column(
            "utilization",
            labels["utilization"]["string"],
            "percent",
            12,
            ratio=("booked_hours", "available_hours"),
        )
        return [*columns, ratio]

    def _get_utilization_rows(self, by_day):
        """Yield the rows of a sheet of utilisation."""
        domain = self._get_utilization_domain()
        groupby = ["resource_id", "date:day"] if by_day else ["resource_id"]
        measures = [*(f"{name}:sum" for name in HOURS), "utilization:avg"]
        for resource, *values in self.env["isof.resource.utilization"]._read_group(
            domain, groupby, measures
        ):
            yield {
                "resource_id": resource.display_name,
                "kind_id": resource.kind_id.display_name,
                "place_id": resource.place_id.display_name,
                **({"date": values.pop(0)} if by_day else {}),
                **dict(zip([*HOURS, "utilization"], values, strict=True)),
            }

    @api.model
    def _get_this_month(self):
        """Return the first and the last day of this month on the user's clock."""
        tz = self.env["isof.activity"]._get_tz()
        today = activity_time.local_day(fields.Datetime.now(), tz)
        return report_period.period_days("this_month", today)
