from odoo import api, fields, models
from odoo.fields import Domain

from ...tools import bounds
from ..consent.isof_consent import CHANNELS


class IsofActivityType(models.Model):
    """What kind of event it is, and what the register proposes for such events."""

    _name = "isof.activity.type"
    _description = "Activity Type"
    _inherit = ["isof.guard.mixin"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        [("contact", "Contact"), ("sales", "Sales"), ("marketing", "Marketing")],
        required=True,
        default="contact",
        index=True,
        help="Contact: keeping in touch. Sales: an offer, a presentation, a negotiation. "
        "Marketing: mailings, fairs, actions.",
    )
    color = fields.Integer(default=1, help="Colour of these activities in calendars.")
    icon = fields.Selection(
        [
            ("fa-users", "Meeting"),
            ("fa-phone", "Phone"),
            ("fa-desktop", "Presentation"),
            ("fa-envelope", "Envelope"),
            ("fa-handshake-o", "Handshake"),
            ("fa-file-text-o", "Document"),
            ("fa-bullhorn", "Megaphone"),
            ("fa-truck", "Delivery"),
            ("fa-wrench", "Service"),
            ("fa-gift", "Gift"),
            ("fa-calendar", "Calendar"),
        ],
        default="fa-calendar",
        required=True,
    )
    default_duration = fields.Float(
        highest=bounds.MAX_HOURS, default=1.0, help="Proposed length in hours."
    )
    needs_partner = fields.Boolean(
        string="Needs a Customer",
        default=True,
        help="An activity of this type cannot be saved without a customer.",
    )
    needs_contact = fields.Boolean(
        string="Needs a Contact Person",
        help="An activity of this type cannot be saved without a contact person.",
    )
    consent_channel = fields.Selection(
        CHANNELS,
        string="Needs Consent For",
        help="Plans skip customers who withdrew their consent to be contacted this way.",
    )
    consent_purpose_id = fields.Many2one(
        "isof.consent.purpose",
        string="For the Purpose",
        ondelete="restrict",
        help="Only declarations for this purpose count; where it is “Only with Consent”, plans "
        "also skip customers who did not give it. Leave empty to skip whoever withdrew any "
        "consent to be contacted this way.",
    )
    is_mirrored = fields.Boolean(
        string="Show in the Odoo Calendar",
        help="Activities of this type also become an event in the Odoo calendar, from where "
        "Google and Outlook receive it. Each activity may decide otherwise.",
    )
    calendar_content = fields.Selection(
        [("type", "Type only"), ("subject", "Subject, customer and place")],
        string="The Calendar Tells",
        required=True,
        default="type",
        help="What stands in the event beside its time and the colleagues who take part. Others "
        "see “Busy” in its place, but every employee of every company can find by a search in the "
        "Odoo calendar what it tells. Type only: the name of the type, from where the person in "
        "charge opens the activity. Invitations tell place and contact persons in either case; "
        "note and result are never told.",
    )
    alarm_ids = fields.Many2many(
        "calendar.alarm",
        string="Reminders",
        domain=[("alarm_type", "=", "notification")],
        help="Reminders on screen proposed for activities that are shown in the Odoo calendar.",
    )
    suggestion_ids = fields.One2many(
        "isof.activity.type.suggestion",
        "type_id",
        string="Suggested Next Activities",
        copy=True,
        help="What usually follows: offered by 'Done and plan next'.",
    )
    company_id = fields.Many2one(
        "res.company", index=True, help="Leave empty to offer the type in every company."
    )

    _default_duration_positive = models.Constraint(
        "CHECK(default_duration > 0 AND default_duration <= 24)",
        "The proposed length must be above 0 and not above 24 hours.",
    )

    def write(self, vals):
        result = super().write(vals)
        if {"name", "calendar_content"} & vals.keys():
            self._tell_calendar_events()
        return result

    def _tell_calendar_events(self):
        """Have the events tell what the types say now: no more anywhere, more where it matters."""
        # sudo: the events of everybody's activities
        activities = self.env["isof.activity"].sudo().with_context(active_test=False)
        activities.search(
            Domain("type_id", "in", self.ids)
            & Domain("calendar_event_id", "!=", False)
            & (
                Domain("type_id.calendar_content", "=", "type")
                | Domain("stop", ">=", fields.Datetime.now())
            )
        )._tell_calendar_events()

    @api.model
    def _get_all(self):
        """Return every type that the user may read, archived ones included: a few dozen."""
        return self.with_context(active_test=False).search([])  # pylint: disable=no-search-all

    @api.model
    def _get_default(self):
        """Return the type proposed for a new activity: the first one by sequence."""
        return self.search([("company_id", "in", (self.env.company.id, False))], limit=1)

    @api.model
    def _propose_names(self, records):
        """Name records after their types, as long as nobody wrote a subject of their own.

        :param records: of a model with ``type_id`` and ``name``
        """
        own_subjects = set(records.mapped("name")) - {False}
        proposals = set(self._get_all().mapped("name")) if own_subjects else set()
        for record in records:
            if not record.name or record.name in proposals:
                record.name = record.type_id.name
