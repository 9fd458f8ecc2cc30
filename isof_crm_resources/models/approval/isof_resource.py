from odoo import models

# Whom requests are put to, until when, and in what words follows from these.
ASKING_FIELDS = {"approver_ids", "company_id", "name", "request_hours", "user_id"}


class IsofResource(models.Model):
    """What is asked about requests follows from the resource."""

    _inherit = "isof.resource"

    def write(self, vals):
        result = super().write(vals)
        if ASKING_FIELDS & vals.keys():
            # sudo: everybody's requests; who is asked follows from the resource
            requests = self.env["isof.booking"].sudo()
            requests.search(
                [("resource_id", "in", self.ids), ("state", "=", "requested")]
            )._settle()
        return result
