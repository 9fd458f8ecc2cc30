from odoo import models


class ResCompany(models.Model):
    _inherit = "res.company"

    def write(self, vals):
        result = super().write(vals)
        if "user_ids" in vals:
            # who is asked follows from who is there
            self.env["isof.booking"]._settle_requests()
        return result
