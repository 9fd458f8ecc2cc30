from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    isof_contact_frequency = fields.Integer(
        related="company_id.isof_contact_frequency", readonly=False
    )
    module_mass_mailing = fields.Boolean(string="Email Marketing")
