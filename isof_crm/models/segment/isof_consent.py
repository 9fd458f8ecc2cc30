from odoo import api, models


class IsofConsent(models.Model):
    _inherit = "isof.consent"

    @api.model_create_multi
    def create(self, vals_list):
        consents = super().create(vals_list)
        withdrawn = consents.filtered_domain(
            [("channel", "=", "email"), ("state", "=", "withdrawn"), ("is_current", "=", True)]
        )
        self.env["isof.segment"]._opt_out_of_mailing_lists(withdrawn.partner_id)
        return consents
