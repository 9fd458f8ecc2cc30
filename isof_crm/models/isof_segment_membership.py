from odoo import fields, models


class IsofSegmentMembership(models.Model):
    """From when to when a contact belonged to a segment; written by the refresh alone."""

    _name = "isof.segment.membership"
    _description = "Segment Membership"
    _order = "date_from desc, id desc"
    _rec_name = "partner_id"
    _log_access = False

    segment_id = fields.Many2one("isof.segment", required=True, index=True, ondelete="cascade")
    partner_id = fields.Many2one(
        "res.partner", string="Contact", required=True, index=True, ondelete="cascade"
    )
    date_from = fields.Datetime(string="Entered", required=True)
    date_to = fields.Datetime(string="Left")

    _open_idx = models.Index("(segment_id, partner_id) WHERE date_to IS NULL")
