from odoo import api, fields, models


class IsofRegionGenerate(models.TransientModel):
    """Make a region of every state of a country, for Poland the 16 voivodeships."""

    _name = "isof.region.generate"
    _description = "Regions from States"
    _inherit = ["isof.guard.mixin"]

    country_id = fields.Many2one(
        "res.country", required=True, default=lambda self: self.env.company.country_id
    )
    parent_id = fields.Many2one("isof.region", string="Under Region")
    state_ids = fields.Many2many(
        "res.country.state", string="New Regions", compute="_compute_state_ids"
    )

    @api.depends("country_id")
    def _compute_state_ids(self):
        for wizard in self:
            wizard.state_ids = self.env["isof.region"]._get_uncovered_states(wizard.country_id)

    def action_generate(self):
        """Create the regions with their rules.

        :return: the action that shows the regions
        """
        self.ensure_one()
        self.env["isof.region"]._generate_from_states(self.country_id, self.parent_id)
        return self.env["ir.actions.act_window"]._for_xml_id("isof_crm.isof_region_action")
