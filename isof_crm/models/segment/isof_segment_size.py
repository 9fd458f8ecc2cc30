from odoo import api, fields, models


class IsofSegmentSize(models.Model):
    """How many members a segment had at the end of each day on which it was refreshed."""

    _name = "isof.segment.size"
    _description = "Segment Size"
    _order = "date desc, id desc"
    _rec_name = "segment_id"
    _log_access = False

    segment_id = fields.Many2one("isof.segment", required=True, ondelete="cascade")
    date = fields.Date(required=True)
    member_count = fields.Integer(string="Members", required=True, aggregator="max")

    _segment_date_uniq = models.UniqueIndex("(segment_id, date)")

    @api.model
    def _record(self, segment, now, count):
        """Note the size of a segment, in place of an earlier one of the owner's same day."""
        day = fields.Date.context_today(self.with_context(tz=segment.user_id.tz), now)
        size = self.search([("segment_id", "=", segment.id), ("date", "=", day)])
        if size:
            size.member_count = count
        else:
            self.create({"segment_id": segment.id, "date": day, "member_count": count})
