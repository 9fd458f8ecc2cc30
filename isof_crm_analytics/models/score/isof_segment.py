from odoo import api, fields, models

# Conditions on scores: a class to be chosen, and the best recency mark, to be changed.
CONDITIONS = {
    "abc": ("isof_abc", "in", []),
    "rfm": ("isof_rfm", "=ilike", "5%"),
}


class IsofSegment(models.Model):
    """Scores as conditions to begin with in the rule of a segment."""

    _inherit = "isof.segment"

    starter = fields.Selection(selection_add=[("abc", "ABC class"), ("rfm", "RFM score")])

    @api.model
    def _get_starter_conditions(self):
        return super()._get_starter_conditions() | CONDITIONS

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        """Offer scores only to those who may read them."""
        found = super().fields_get(allfields, attributes)
        selection = found.get("starter", {}).get("selection")
        if selection and not self.env.user.has_group("isof_crm_analytics.group_own"):
            found["starter"]["selection"] = [
                (key, label) for key, label in selection if key not in CONDITIONS
            ]
        return found
