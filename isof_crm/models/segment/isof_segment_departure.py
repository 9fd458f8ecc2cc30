from odoo import fields, models


class IsofSegmentDeparture(models.Model):
    """Who belonged to a segment, from when to when; a row keeps the id that it had as member.

    Written by the refresh alone, by SQL. Users read it through ``isof.segment.membership``.
    """

    _name = "isof.segment.departure"
    _description = "Former Segment Member"
    _log_access = False

    segment_id = fields.Many2one("isof.segment", required=True, index=True, ondelete="cascade")
    partner_id = fields.Many2one("res.partner", required=True, index=True, ondelete="cascade")
    date_from = fields.Datetime(required=True)
    date_to = fields.Datetime(required=True)
