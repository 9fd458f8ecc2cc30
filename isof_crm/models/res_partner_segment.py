from odoo import api, fields, models
from odoo.fields import Domain


class ResPartner(models.Model):
    """Segments as a field of contacts: kept by the segments, and as private as they are."""

    _inherit = "res.partner"

    isof_segment_ids = fields.Many2many(search="_search_isof_segment_ids")

    @api.model
    def _search_isof_segment_ids(self, operator, value):
        """Find by segments that the user may read; Odoo looks ids up with all rights."""
        if operator == "not in":
            return NotImplemented  # Odoo then negates "in"
        ids = [segment_id for segment_id in value if segment_id] if operator == "in" else []
        if not ids:
            return Domain("isof_segment_ids", operator, value)
        found = Domain("isof_segment_ids", "any", Domain("id", "in", ids))
        return found if len(ids) == len(value) else found | Domain("isof_segment_ids", "=", False)
