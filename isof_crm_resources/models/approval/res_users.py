from odoo import api, fields, models

from ..booking.isof_booking import LIVE_STATES

# Who can answer requests follows from these.
ANSWERING_FIELDS = {"active", "company_ids", "group_ids"}


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model_create_multi
    def create(self, vals_list):
        users = super().create(vals_list)
        if self.env.ref("isof_crm.group_user") in users.all_group_ids:
            self.env["isof.booking"]._settle_requests()
        return users

    def write(self, vals):
        result = super().write(vals)
        if ANSWERING_FIELDS & vals.keys():
            # who is asked follows from who is there
            self.env["isof.booking"]._settle_requests()
        return result

    def unlink(self):
        result = super().unlink()
        # the to-dos of who was deleted have gone, and others may be asked instead
        self.env["isof.booking"]._settle_requests()
        return result

    def _tell_isof_departure(self):
        """Tell also those who look after resources what of these is booked for who has left."""
        result = super()._tell_isof_departure()
        notifier = self.env["isof.notifier"]
        # sudo: of every company's bookings, told only to those who look after the resource
        groups = (
            self.env["isof.booking"]
            .sudo()
            ._read_group(
                [
                    ("user_id", "in", self.ids),
                    ("state", "in", LIVE_STATES),
                    ("stop", ">", fields.Datetime.now()),
                ],
                ["resource_id", "user_id"],
                ["__count"],
                order="resource_id, user_id",
            )
        )
        with notifier._gather():
            for resource, holder, count in groups:
                notifier._tell(
                    resource._get_approvers() | resource.user_id,
                    resource.sudo(False),
                    lambda resource, holder=holder, count=count: (
                        resource.env._("%(user)s has left", user=holder.name),
                        resource.env._(
                            "%(resource)s: bookings to come of %(user)s, who has left: %(count)s. "
                            "Give them to somebody else, or cancel them.",
                            resource=resource.sudo().name,
                            user=holder.name,
                            count=count,
                        ),
                    ),
                )
        return result
