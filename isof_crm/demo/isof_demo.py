from odoo import api, models


class IsofDemo(models.AbstractModel):
    """What the demo company needs beyond data files, laid around the present day."""

    _name = "isof.demo"
    _description = "Demo Company"

    @api.model
    def _load_activities(self):
        """Give the demo company its activities; called by the demo data."""
        # imported here, so that only a database with demo data ever loads it
        from .activity_generator import ActivityGenerator

        ActivityGenerator(self.env).load()

    @api.model
    def _load_marketing(self):
        """Give the demo company's contractors their marketing data; called by the demo data."""
        # imported here, so that only a database with demo data ever loads it
        from .marketing_base import MarketingBase

        MarketingBase(self.env).load()
