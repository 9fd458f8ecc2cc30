from odoo import fields, models


class ResourceResource(models.Model):
    _inherit = "resource.resource"

    isof_resource_ids = fields.One2many(
        "isof.resource",
        "resource_id",
        string="Shared Resource",
        context={"active_test": False},
        export_string_translation=False,
        groups="isof_crm.group_user",
        help="The room, device or vehicle that this is.",
    )

    def write(self, vals):
        result = super().write(vals)
        if "resource_type" in vals:
            # nor into what the user may not change
            self.check_access("write")
        return result
