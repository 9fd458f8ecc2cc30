from odoo import models

# Who can answer requests follows from these.
ANSWERING_FIELDS = {"active", "company_ids", "group_ids"}


class ResUsers(models.Model):
    _inherit = "res.users"

    def write(self, vals):
        result = super().write(vals)
        if ANSWERING_FIELDS & vals.keys():
            # sudo: everybody's requests; who is asked follows from who is there
            self.env["isof.booking"].sudo()._settle_requests()
        return result
