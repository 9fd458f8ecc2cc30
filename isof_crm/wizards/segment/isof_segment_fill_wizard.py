import base64
from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL

from ...tools import contact_list, names

# Most contacts that are offered for an entry that fits several.
MAX_CANDIDATES = 10
# How a contact is recognised, in this order: the SQL of what is compared, of an entry and of
# a contact p. Where it is NULL nothing is compared.
MATCHES = (
    ("lower(btrim(entry))", "lower(btrim(partner.name))"),
    # VAT: letters and digits only, with or without the country's two letters before it
    (
        r"""substring(regexp_replace(upper(entry), '[^A-Z0-9]', '', 'g')
                      from '^(?:[A-Z]{2})?([0-9][0-9A-Z]{5,})$')""",
        r"""regexp_replace(regexp_replace(upper(partner.vat), '[^A-Z0-9]', '', 'g'),
                           '^[A-Z]{2}', '')""",
    ),
    ("substring(lower(btrim(entry)) from '^[^@ ]+@[^@ ]+$')", "partner.email_normalized"),
    ("lower(btrim(entry))", "lower(btrim(partner.ref))"),
    # phone: the last nine digits, so that the country's code may be there or not
    (
        r"right(substring(regexp_replace(entry, '[ ()./+-]', '', 'g') from '^[0-9]{6,}$'), 9)",
        "right(nullif(regexp_replace(partner.phone, '[^0-9]', '', 'g'), ''), 9)",
    ),
    # a name written otherwise, see tools/names.py
    ("nullif(spelled, '')", "partner.isof_name_key"),
)
FIELDS = ["name", "isof_name_key", "vat", "email_normalized", "ref", "phone"]


class IsofSegmentFillWizard(models.TransientModel):
    """Fill a segment from a pasted or uploaded list, and tell what was not found."""

    _name = "isof.segment.fill.wizard"
    _description = "Fill a Segment from a List"
    _inherit = ["isof.guard.mixin"]

    segment_id = fields.Many2one(
        "isof.segment",
        required=True,
        readonly=True,
        ondelete="cascade",
        default=lambda self: self.env["isof.segment"]._get_isof_chosen()[:1],
    )
    state = fields.Selection(
        [("input", "List"), ("report", "What Was Found"), ("done", "Done")], default="input"
    )
    text = fields.Text(string="List")
    file = fields.Binary()
    file_name = fields.Char()
    found_ids = fields.Many2many("res.partner", string="Found")
    line_ids = fields.One2many(
        "isof.segment.fill.wizard.line", "wizard_id", string="Entries to Look At"
    )
    entry_count = fields.Integer(string="Entries", readonly=True)
    repeated_count = fields.Integer(string="Repeated", readonly=True)
    found_count = fields.Integer(string="Contacts Found", compute="_compute_counts")
    ambiguous_count = fields.Integer(string="Ambiguous", compute="_compute_counts")
    missing_count = fields.Integer(string="Not Found", compute="_compute_counts")
    result = fields.Text(readonly=True)

    @api.depends("found_ids", "line_ids.reason")
    def _compute_counts(self):
        for wizard in self:
            reasons = Counter(wizard.line_ids.mapped("reason"))
            wizard.found_count = len(wizard.found_ids)
            wizard.ambiguous_count = reasons["ambiguous"]
            wizard.missing_count = reasons["missing"]

    def action_match(self):
        """Look the entries up, and show what was found and what was not.

        :raises UserError: if the list is empty or too long, or the file cannot be read
        """
        self.ensure_one()
        entries = self._read_entries()
        if not entries:
            raise UserError(self.env._("Paste a list or choose a file with one entry in each row."))
        unique = list(dict.fromkeys(entries))
        found = self._match(unique)
        self.line_ids.unlink()
        self.env["isof.segment.fill.wizard.line"].create(
            [
                {
                    "wizard_id": self.id,
                    "name": entry,
                    "reason": "ambiguous" if found.get(entry) else "missing",
                    "candidate_ids": [Command.set(found.get(entry, [])[:MAX_CANDIDATES])],
                }
                for entry in unique
                if len(found.get(entry, ())) != 1
            ]
        )
        self.write(
            {
                "state": "report",
                "entry_count": len(entries),
                "repeated_count": len(entries) - len(unique),
                "found_ids": [Command.set([ids[0] for ids in found.values() if len(ids) == 1])],
            }
        )
        return self._reopen()

    def action_back(self):
        """Go back to the list."""
        self.state = "input"
        return self._reopen()

    def action_apply(self):
        """Add what was found and chosen; what is left stays on the screen."""
        self.ensure_one()
        chosen = self.line_ids.filtered("partner_id")
        self.result = self.segment_id._add_and_tell(self.found_ids | chosen.partner_id)
        chosen.unlink()
        self.state = "done"
        return self._reopen()

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self._description,
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _read_entries(self):
        try:
            return contact_list.read_pasted(self.text or "") + self._read_file()
        except contact_list.TooLarge as error:
            raise UserError(
                self.env._(
                    "The list is too large. It can have %(count)s entries of %(length)s "
                    "characters each, and a file %(size)s MB (a workbook %(unpacked)s MB "
                    "unpacked). Split it up.",
                    count=contact_list.MAX_ENTRIES,
                    length=contact_list.MAX_LENGTH,
                    size=contact_list.MAX_FILE // contact_list.MEGABYTE,
                    unpacked=contact_list.MAX_UNPACKED // contact_list.MEGABYTE,
                )
            ) from error

    def _read_file(self):
        if not self.file:
            return []
        try:
            return contact_list.read_file(self.file_name or "", base64.b64decode(self.file))
        except contact_list.TooLarge:
            raise
        except ValueError as error:
            raise UserError(
                self.env._(
                    "“%(file)s” cannot be read. Save it as CSV or XLSX and choose it again.",
                    file=self.file_name,
                )
            ) from error

    def _match(self, entries):
        """Find contacts of the segment's target that the user may read, in a query a kind.

        :param list entries: texts, each once
        :return: dict of entry to the list of ids that fit by the first kind that fits at all
        """
        target = self.segment_id._get_target_domain()
        partners = self.env["res.partner"]._search(target)
        self.env["res.partner"].flush_model(FIELDS)
        found = {}
        for of_entry, of_partner in MATCHES:
            rest = [entry for entry in entries if entry not in found]
            if not rest:
                break
            rows = self.env.execute_query(
                SQL(
                    """
                    WITH entries AS MATERIALIZED (
                        SELECT entry, %(of_entry)s AS key
                          FROM unnest(%(entries)s::text[], %(spelled)s::text[])
                               AS listed(entry, spelled)
                    )
                    SELECT entries.entry, partner.id, partner.name
                      FROM entries JOIN res_partner AS partner ON %(of_partner)s = entries.key
                     WHERE partner.id IN %(partners)s
                     ORDER BY partner.id
                    """,
                    of_entry=SQL(of_entry),
                    of_partner=SQL(of_partner),
                    entries=rest,
                    spelled=[names.key(entry) for entry in rest],
                    partners=partners.subselect(),
                )
            )
            is_spelled = of_partner == "partner.isof_name_key"
            for entry, partner_id, name in rows:
                if not is_spelled or names.is_same(entry, name):
                    found.setdefault(entry, []).append(partner_id)
        return found


class IsofSegmentFillWizardLine(models.TransientModel):
    """An entry of the list that fits no contact, or several."""

    _name = "isof.segment.fill.wizard.line"
    _description = "Entry of a List"
    _inherit = ["isof.guard.mixin"]
    _order = "reason, id"

    wizard_id = fields.Many2one(
        "isof.segment.fill.wizard", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char(string="Entry", required=True, readonly=True)
    reason = fields.Selection(
        [("ambiguous", "Fits several"), ("missing", "Not found")], required=True, readonly=True
    )
    candidate_ids = fields.Many2many("res.partner", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Take", ondelete="cascade")
