from odoo import api, models


class IsofActivity(models.Model):
    """The search panel of the register."""

    _inherit = "isof.activity"

    @api.model
    @api.readonly
    def search_panel_select_range(self, field_name, **kwargs):
        """Name regions and departments shortly: they are shown as trees."""
        records = self.with_context(hierarchical_naming=False)
        return super(IsofActivity, records).search_panel_select_range(field_name, **kwargs)
