from odoo import api, fields, models

from ...exceptions import BookingConflict
from ...models.series.isof_booking import SERIES_FIELDS


class IsofBookingSeriesWizard(models.TransientModel):
    """Change or cancel a booking, and others of its series with it.

    Only what differs from the booking is written: what the others have of their own stays.
    """

    _name = "isof.booking.series.wizard"
    _description = "Change a Series of Bookings"
    _inherit = ["isof.guard.mixin"]

    booking_id = fields.Many2one("isof.booking", required=True, ondelete="cascade")
    is_cancellation = fields.Boolean(readonly=True, export_string_translation=False)
    # opened from the series: for all of it
    is_whole = fields.Boolean(readonly=True, export_string_translation=False)
    scope = fields.Selection(
        [
            ("one", "This booking"),
            ("following", "This and the following bookings"),
            ("all", "All bookings of the series that are not over"),
        ],
        string="Which Bookings",
        required=True,
        default="one",
    )
    concerned_ids = fields.Many2many(
        "isof.booking", compute="_compute_concerned", export_string_translation=False
    )
    concerned_count = fields.Integer(string="Bookings Concerned", compute="_compute_concerned")

    # What is to change
    resource_id = fields.Many2one(
        "isof.resource", string="Resource", required=True, ondelete="cascade"
    )
    start = fields.Datetime(
        required=True,
        help="The other bookings move as far on the clock, and get the same length on it.",
    )
    stop = fields.Datetime(required=True)
    name = fields.Char(string="Purpose")
    user_id = fields.Many2one(
        "res.users",
        string="Booked For",
        required=True,
        domain="[('share', '=', False)]",
        ondelete="cascade",
    )
    attendee_count = fields.Integer(string="Participants")
    is_approval_lost = fields.Boolean(
        compute="_compute_is_approval_lost", export_string_translation=False
    )

    @api.model
    def default_get(self, fields):
        """Propose what the booking has."""
        values = super().default_get(fields)
        booking = self.env["isof.booking"].browse(values.get("booking_id"))
        proposed = {
            name: self._fields[name].convert_to_write(booking[name], booking)
            for name in SERIES_FIELDS & set(fields)
        }
        return proposed | values if booking else values

    @api.depends("booking_id", "scope")
    def _compute_concerned(self):
        for wizard in self:
            concerned = wizard.booking_id._get_of_series(wizard.scope)
            wizard.concerned_ids = concerned
            wizard.concerned_count = len(concerned)

    @api.depends("booking_id", "scope", "resource_id", "start", "stop")
    def _compute_is_approval_lost(self):
        for wizard in self:
            booking = wizard.booking_id
            wizard.is_approval_lost = (
                "confirmed" in wizard.concerned_ids.mapped("state")
                and wizard.resource_id._asks_approval()
                and any(wizard[name] != booking[name] for name in ("resource_id", "start", "stop"))
            )

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_apply(self):
        """Change or cancel the bookings: all of them, or none and say why."""
        self.ensure_one()
        booking = self.booking_id
        if self.is_cancellation:
            booking.cancel_series(self.scope)
        elif vals := self._prepare_vals():
            try:
                booking.change_series(vals, self.scope)
            except BookingConflict as conflict:
                # what is offered is all that the dialogue was to do
                conflict.offer(self._name, conflict.context["offers"])
                raise
        if self.is_whole and not booking.series_id.has_access("read"):
            # it was handed over: the user sees the series no more
            return self._open_isof("isof_crm_resources.isof_booking_series_action")
        return {"type": "ir.actions.act_window_close"}

    # ------------------------------------------------------------
    # Business methods
    # ------------------------------------------------------------

    def _prepare_vals(self):
        """Return the values that differ from those of the booking."""
        booking = self.booking_id
        changed = {name for name in SERIES_FIELDS if self[name] != booking[name]}
        if {"start", "stop"} & changed:
            changed |= {"start", "stop"}
        return {name: self._fields[name].convert_to_write(self[name], self) for name in changed}
