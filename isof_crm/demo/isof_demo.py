from odoo import api, models


class IsofDemo(models.AbstractModel):
    """What the demo company needs beyond data files: activities around the present day."""

    _name = "isof.demo"
    _description = "Demo Company"

    @api.model
    def _load_activities(self):
        """Give the demo company its activities; called by the demo data."""
        # imported here, so that only a database with demo data ever loads it
        from .activity_generator import ActivityGenerator

        ActivityGenerator(self.env).load()
