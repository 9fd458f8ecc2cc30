from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

CHANNELS = [
    ("email", "E-mail"),
    ("phone", "Phone"),
    ("sms", "Text message"),
    ("post", "Post"),
]
# What a declaration is proved by, and where that is stored: see isof_consent_proof.py.
HELD_FIELDS = {"proof": "held_proof", "proof_name": "held_proof_name", "note": "held_note"}


class IsofConsent(models.Model):
    """One declaration of a contact, given or withdrawn. Declarations are only ever added.

    Everybody in the CRM records what a contact says, in the own name; by what it is proved is in
    ``isof_consent_proof.py``.
    """

    _name = "isof.consent"
    _description = "Consent"
    _inherit = ["isof.guard.mixin"]
    _order = "date desc, id desc"
    _rec_name = "purpose_id"

    partner_id = fields.Many2one(
        "res.partner", string="Contact", required=True, index=True, ondelete="cascade"
    )
    purpose_id = fields.Many2one(
        "isof.consent.purpose",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env["isof.consent.purpose"].search([], limit=1),
    )
    channel = fields.Selection(CHANNELS, required=True, default="email")
    state = fields.Selection(
        [("given", "Given"), ("withdrawn", "Withdrawn")], required=True, default="given"
    )
    date = fields.Datetime(required=True, default=fields.Datetime.now, help="When it was declared.")
    source = fields.Selection(
        [
            ("form", "Form"),
            ("website", "Website"),
            ("email", "E-mail"),
            ("phone", "Phone"),
            ("meeting", "Conversation"),
            ("import", "Import"),
        ],
        required=True,
        default="form",
        help="Where the declaration comes from.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Recorded By",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
        ondelete="restrict",
    )
    # The latest declaration of a contact for a purpose and channel; on the same moment a
    # withdrawal wins. Kept by
    # res.partner._update_current_isof_consents(), which every way in passes through.
    is_current = fields.Boolean(readonly=True, copy=False)

    _current_idx = models.Index("(partner_id, purpose_id, channel, state) WHERE is_current")

    @api.constrains("date")
    def _check_date(self):
        if any(consent.date > fields.Datetime.now() for consent in self):
            raise ValidationError(self.env._("A consent cannot be dated in the future."))

    @api.model_create_multi
    def create(self, vals_list):
        # looked up once, not for each of an imported list
        default = self.default_get(["purpose_id"])
        consents = super().create([default | vals for vals in vals_list])
        consents.partner_id._update_current_isof_consents()
        return consents

    def write(self, vals):
        is_being_made = self.env.su and vals.keys() <= set(HELD_FIELDS.values())
        if self and vals and not is_being_made:
            raise UserError(
                self.env._(
                    "The history of consents cannot be rewritten. Record a new declaration instead."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("The history of consents cannot be deleted. Record a withdrawal instead.")
        )

    def action_export(self):
        """Return the action that downloads these declarations as a workbook."""
        return self._export(Domain("id", "in", self.ids))

    @api.model
    def _export(self, domain):
        """Return the action that downloads declarations, as far as the user may read them."""
        self.check_access("read")
        export = self.env["isof.consent.export"].create({"consent_domain": list(domain)})
        return export._prepare_download_action()
