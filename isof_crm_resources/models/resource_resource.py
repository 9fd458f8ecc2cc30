from odoo import fields, models

# What decides about bookings of the room, device or vehicle, see isof_resource_meeting.py.
TERMS = {"active", "calendar_id", "company_id", "tz"}
# When it is open.
HOURS_FIELDS = {"calendar_id", "company_id", "tz"}


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
        if TERMS & vals.keys():
            # sudo: whoever may change what a resource is
            self.sudo().isof_resource_ids._claim()
        if HOURS_FIELDS & vals.keys():
            # sudo: whoever may change when it is open
            self.env["isof.booking"]._watch_hours(self.sudo().isof_resource_ids)
        if not vals.get("active", True):
            # sudo: whether anything is booked, whoever archives it
            self.sudo().isof_resource_ids._check_nothing_to_come()
        result = super().write(vals)
        if "resource_type" in vals:
            # nor into what the user may not change
            self.check_access("write")
        return result
