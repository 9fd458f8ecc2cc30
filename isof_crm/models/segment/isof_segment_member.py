from odoo import fields, models


class IsofSegmentMember(models.Model):
    """Who belongs to a segment now, and since when: the relation table of its members.

    Written by the refresh alone, by SQL. Users read it through ``isof.segment.membership``.
    """

    _name = "isof.segment.member"
    _description = "Segment Member"
    _log_access = False

    # no index of its own: the constraint's begins with it
    segment_id = fields.Many2one("isof.segment", required=True, ondelete="cascade")
    partner_id = fields.Many2one("res.partner", required=True, index=True, ondelete="cascade")
    date_from = fields.Datetime(required=True)

    _segment_partner_uniq = models.Constraint(
        "UNIQUE (segment_id, partner_id)", "A contact belongs to a segment once."
    )
