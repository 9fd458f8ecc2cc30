from odoo import api, fields, models


class IsofResourceArchiving(models.TransientModel):
    """Asks what becomes of the bookings to come of resources that are to be archived."""

    _name = "isof.resource.archiving"
    _description = "Archive Resources"
    _inherit = ["isof.guard.mixin"]

    resource_ids = fields.Many2many("isof.resource", string="Resources", required=True)
    booking_ids = fields.Many2many(
        "isof.booking", compute="_compute_booking_ids", export_string_translation=False
    )
    booking_count = fields.Integer(string="Bookings to Come", compute="_compute_booking_ids")
    reason = fields.Text(help="Those who have booked are told.")

    @api.depends("resource_ids")
    def _compute_booking_ids(self):
        for wizard in self:
            wizard.booking_ids = wizard.resource_ids._get_bookings_to_come()
            wizard.booking_count = len(wizard.booking_ids)

    def action_cancel_and_archive(self):
        """Cancel the bookings to come, tell their holders, and archive the resources."""
        self.ensure_one()
        self.resource_ids._cancel_to_come(self.reason)
        self.resource_ids.action_archive()
        return {"type": "ir.actions.act_window_close"}
