from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ...tools import xlsx

# Keys of the columns that are no fields: what was declared for a channel.
CONSENT_PREFIX = "consent_"
# What may be exported, in the order proposed: field, kind of cell, width, whether it is totalled.
COLUMNS = [
    ("name", "text", 36, False),
    ("parent_id", "text", 32, False),
    ("function", "text", 24, False),
    ("vat", "text", 16, False),
    ("ref", "text", 14, False),
    ("street", "text", 28, False),
    ("street2", "text", 20, False),
    ("zip", "text", 10, False),
    ("city", "text", 20, False),
    ("state_id", "text", 20, False),
    ("country_id", "text", 16, False),
    ("phone", "text", 18, False),
    ("email", "text", 30, False),
    ("website", "text", 26, False),
    ("lang", "text", 14, False),
    ("isof_region_id", "text", 24, False),
    ("isof_group_id", "text", 22, False),
    ("category_id", "text", 24, False),
    ("isof_lifecycle", "text", 16, False),
    ("isof_source_id", "text", 18, False),
    ("isof_potential", "float", 16, False),
    ("isof_currency_id", "text", 12, False),
    ("user_id", "text", 22, False),
    ("isof_segment_ids", "text", 32, False),
    ("isof_last_activity_date", "datetime", 17, False),
    ("isof_next_activity_date", "datetime", 17, False),
    ("isof_days_without_contact", "integer", 12, False),
    ("isof_contact_frequency", "integer", 12, False),
    ("company_id", "text", 22, False),
    ("create_date", "datetime", 17, False),
]
# Not proposed until the user chose them once.
RARE = {
    "category_id",
    "company_id",
    "create_date",
    "function",
    "isof_contact_frequency",
    "isof_currency_id",
    "isof_days_without_contact",
    "isof_potential",
    "isof_source_id",
    "lang",
    "parent_id",
    "ref",
    "state_id",
    "street2",
    "website",
}


class IsofPartnerExportWizard(models.TransientModel):
    """Download the chosen contacts, or the members of segments, with the columns chosen."""

    _name = "isof.partner.export.wizard"
    _description = "Export Contacts"
    _inherit = ["isof.partner.batch", "isof.download"]

    partner_ids = fields.Many2many(context={"active_test": False})
    column_ids = fields.One2many(
        "isof.partner.export.column",
        "wizard_id",
        string="Columns",
        default=lambda self: self._default_column_ids(),
    )

    @api.model
    def _default_column_ids(self):
        """Propose the columns of the last time first, and all the others below them."""
        columns = self._get_available_columns()
        remembered = self._get_settings().isof_partner_export or []
        proposed = remembered or [key for key in columns if key not in RARE]
        order = sorted(
            columns, key=lambda key: remembered.index(key) if key in remembered else len(remembered)
        )
        return [
            Command.create(
                {
                    "sequence": sequence,
                    "key": key,
                    "name": columns[key].label,
                    "is_chosen": key in proposed,
                }
            )
            for sequence, key in enumerate(order)
        ]

    @api.model
    def _get_available_columns(self):
        """Return the columns that the user may read: dict of key to ``xlsx.Column``."""
        columns = self.env["isof.export"]._get_columns(self.env["res.partner"], COLUMNS)
        channels = self.env["isof.consent"]._fields["channel"]._description_selection(self.env)
        columns += [
            xlsx.Column(
                f"{CONSENT_PREFIX}{channel}", self.env._("Consent: %(channel)s", channel=label)
            )
            for channel, label in channels
        ]
        return {column.key: column for column in columns}

    @api.model
    def _get_settings(self):
        return self.env["res.users.settings"]._find_or_create_for_user(self.env.user)

    def action_export(self):
        """Return the action that downloads the contacts; the columns are proposed next time.

        :raises AccessError: for users who may not export
        :raises UserError: if there is no contact, or no column was chosen
        """
        self.ensure_one()
        if not self.partner_count:
            raise UserError(self.env._("There are no contacts to export."))
        self._get_settings().isof_partner_export = [column.key for column in self._get_columns()]
        return self._prepare_download_action() | {"close": True}

    def _get_columns(self):
        """Return the chosen columns that the user may read: list of ``xlsx.Column``.

        :raises UserError: if there is none
        """
        available = self._get_available_columns()
        chosen = self.column_ids.filtered("is_chosen").sorted(lambda c: (c.sequence, c.id))
        columns = [available[column.key] for column in chosen if column.key in available]
        if not columns:
            raise UserError(self.env._("Choose at least one column."))
        return columns

    def _get_file_name(self):
        """Return the name of the file, without an extension."""
        self.ensure_one()
        return f"{self._get_title()} {fields.Date.context_today(self)}"

    def _get_title(self):
        return ", ".join(self.segment_ids.mapped("name")) or self.env._("Contacts")

    def _count_rows(self):
        return self.partner_count

    def _write_workbook(self, output):
        """Write the contacts as a workbook.

        :param output: binary file to write to
        """
        self.ensure_one()
        wizard = self.with_context(allowed_company_ids=self.company_ids.ids)
        partners, columns = wizard._get_partners(), wizard._get_columns()
        lines = [
            self.env._("Contacts: %(count)s", count=len(partners)),
            *self._get_segment_lines(),
            self.env["isof.export"]._get_as_of_line(),
        ]
        title = self._get_title()
        with xlsx.new_workbook(output) as book:
            xlsx.write_sheet(book, title, columns, wizard._iter_rows(partners, columns), lines)

    def _get_segment_lines(self):
        """Return the segments whose members are exported, as lines of text."""
        label = self._fields["segment_ids"]._description_string(self.env)
        modes = dict(self.segment_ids._fields["mode"]._description_selection(self.env))
        lines = []
        for segment in self.segment_ids:
            value = f"{segment.name} ({modes[segment.mode]})"
            if segment.description:
                value = f"{value}: {segment.description}"
            lines.append(self.env._("%(label)s: %(value)s", label=label, value=value))
        return lines

    def _iter_rows(self, partners, columns):
        """Yield the contacts as rows of a sheet, with their consents where they are asked for."""
        on_partner = [column for column in columns if not column.key.startswith(CONSENT_PREFIX)]
        has_consents = len(on_partner) < len(columns)
        for rows in self.env["isof.export"]._iter_batches(partners, on_partner):
            self._blank_days_of_never_contacted(rows)
            if has_consents:
                consents = self._get_consents([row["id"] for row in rows])
                for row in rows:
                    row.update(consents.get(row["id"], {}))
            yield from rows

    def _blank_days_of_never_contacted(self, rows):
        """Empty the days without contact of rows where there never was any: they read as 0."""
        key = "isof_days_without_contact"
        zero = [row["id"] for row in rows if row.get(key) == 0]
        if not zero:
            return
        # sudo: of those who are exported, and only whether there was a contact with their company
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        never = set(
            partners.search(
                [("id", "in", zero), ("commercial_partner_id.isof_last_activity_date", "=", False)]
            ).ids
        )
        for row in rows:
            if row["id"] in never:
                row[key] = None

    def _get_consents(self, partner_ids):
        """Return what contacts declared: dict of id to dict of column key to text."""
        consents = self.env["isof.consent"].search_fetch(
            [("partner_id", "in", partner_ids), ("is_current", "=", True)],
            ["partner_id", "channel", "state", "purpose_id"],
        )
        states = dict(consents._fields["state"]._description_selection(self.env))
        texts = {}
        for consent in consents:
            by_key = texts.setdefault(consent.partner_id.id, {})
            text = f"{states[consent.state]}: {consent.purpose_id.name}"
            key = f"{CONSENT_PREFIX}{consent.channel}"
            by_key[key] = f"{by_key[key]}; {text}" if key in by_key else text
        own = {(c.partner_id.id, c.channel) for c in consents if c.state == "withdrawn"}
        by_address = self.env["res.partner"].browse(partner_ids)._find_isof_withdrawn_channels()
        text = self.env._("Withdrawn for the same address or number")
        for partner, channels in by_address.items():
            by_key = texts.setdefault(partner.id, {})
            for channel in channels:
                if (partner.id, channel) not in own:
                    key = f"{CONSENT_PREFIX}{channel}"
                    by_key[key] = f"{by_key[key]}; {text}" if key in by_key else text
        return texts


class IsofPartnerExportColumn(models.TransientModel):
    """A column that may be exported."""

    _name = "isof.partner.export.column"
    _description = "Column of an Export"
    _inherit = ["isof.guard.mixin"]
    _order = "sequence, id"

    wizard_id = fields.Many2one(
        "isof.partner.export.wizard", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer()
    key = fields.Char(required=True)
    name = fields.Char(string="Column")
    is_chosen = fields.Boolean(string="Export")
