from odoo import api, fields, models


class ResUsersSettings(models.Model):
    _inherit = "res.users.settings"

    isof_activity_report = fields.Json(
        string="Last Register for a Period",
        help="What the user chose there the last time, proposed the next time.",
    )

    isof_partner_export = fields.Json(
        string="Last Columns of Contacts",
        help="What the user exported of contacts the last time, proposed the next time.",
    )

    @api.model
    def _get_fields_blacklist(self):
        # of no use to the web client, which is sent all settings with every page
        return [*super()._get_fields_blacklist(), "isof_activity_report", "isof_partner_export"]
