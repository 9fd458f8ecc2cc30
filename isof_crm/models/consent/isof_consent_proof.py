from odoo import api, fields, models
from odoo.fields import Domain

from .isof_consent import HELD_FIELDS


class IsofConsent(models.Model):
    """What a declaration is proved by, which not everybody sees.

    It is seen by marketing and by who recorded the declaration. A right to a field cannot differ
    from record to record, so it is stored in fields which nobody reaches, not by their attachment
    either; what is shown of them is computed for each reader. See ``isof_booking_purpose.py``.
    """

    _inherit = "isof.consent"

    proof = fields.Binary(
        compute="_compute_proof",
        inverse="_inverse_held",
        help="The signed form, the message, the recording; shown to marketing and to who "
        "recorded it.",
    )
    proof_name = fields.Char(
        compute="_compute_note", inverse="_inverse_held", search="_search_proof_name"
    )
    note = fields.Char(
        compute="_compute_note",
        inverse="_inverse_held",
        search="_search_note",
        help="The wording agreed to, or where the proof is kept; shown to marketing and to who "
        "recorded it.",
    )
    held_proof = fields.Binary(
        attachment=True, copy=False, groups=fields.NO_ACCESS, export_string_translation=False
    )
    held_proof_name = fields.Char(
        copy=False, groups=fields.NO_ACCESS, export_string_translation=False
    )
    held_note = fields.Char(copy=False, groups=fields.NO_ACCESS, export_string_translation=False)

    @api.depends("held_proof", "user_id")
    @api.depends_context("uid")
    def _compute_proof(self):
        # apart from the note: a file is read only where it is asked for
        self._show_held("proof")

    @api.depends("held_note", "held_proof_name", "user_id")
    @api.depends_context("uid")
    def _compute_note(self):
        self._show_held("note", "proof_name")

    def _show_held(self, *names):
        """Set what the user may see of what is stored."""
        shown = self if self._sees_all_proofs() else self.filtered_domain(self._get_own_domain())
        # sudo: the proof, which is shown only to those who may see it
        for consent, stored in zip(self, self.sudo(), strict=True):
            for name in names:
                consent[name] = consent in shown and stored[HELD_FIELDS[name]]

    def _inverse_held(self):
        for consent in self:
            # sudo: what is stored, by who makes the declaration; it is never rewritten
            consent.sudo().write({held: consent[name] for name, held in HELD_FIELDS.items()})

    @api.model
    def _search_note(self, operator, value):
        return self._search_held("note", operator, value)

    @api.model
    def _search_proof_name(self, operator, value):
        return self._search_held("proof_name", operator, value)

    @api.model
    def _search_held(self, name, operator, value):
        """Return the domain of declarations of which the user sees that they have a text."""
        if operator not in ("in", "like", "ilike", "=like", "=ilike"):
            return NotImplemented
        if operator == "in" and False in value:
            has_any = self._search_held(name, "like", "")
            return ~has_any | self._search_held(name, "in", set(value) - {False})
        # sudo: what is stored; found only where the user may see it
        found = Domain("id", "in", self.sudo()._search([(HELD_FIELDS[name], operator, value)]))
        return found if self._sees_all_proofs() else found & self._get_own_domain()

    @api.model
    def _sees_all_proofs(self):
        return self.env.su or self.env.user.has_group("isof_crm.group_marketing")

    @api.model
    def _get_own_domain(self):
        return Domain("user_id", "=", self.env.uid)
