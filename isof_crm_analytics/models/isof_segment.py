from odoo import api, fields, models


class IsofSegment(models.Model):
    """Scores as conditions to begin with in the rule of a segment."""

    _inherit = "isof.segment"

    starter = fields.Selection(selection_add=[("abc", "ABC class"), ("rfm", "RFM score")])

    @api.model
    def _get_starter_conditions(self):
        return super()._get_starter_conditions() | {
            "abc": ("isof_abc", "in", []),
            # of the best recency mark, to be changed
            "rfm": ("isof_rfm", "=ilike", "5%"),
        }
