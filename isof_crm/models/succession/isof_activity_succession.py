from odoo import models


class IsofActivity(models.Model):
    """Who is proposed for what comes after an activity: whoever is still there."""

    _inherit = "isof.activity"

    def copy_data(self, default=None):
        """Have a copy be in charge of, and with, people who are still there."""
        vals_list = super().copy_data(default)
        given = default or {}
        for activity, vals in zip(self, vals_list, strict=True):
            if not vals:
                continue
            if vals.get("user_id") and "user_id" not in given:
                vals["user_id"] = activity._get_next_user().id
            if vals.get("contact_id") and "contact_id" not in given:
                vals["contact_id"] = activity._get_next_contact().id
        return vals_list

    def _get_next_user(self):
        """Return who is proposed to do what comes next.

        That is who is in charge now. Where that one has left, or does not work in the company any
        more, it is whoever looks after the customer, or leads the one who left; else the user.

        :return: ``res.users``, one who works in the company
        """
        self.ensure_one()
        # sudo: who looks after the customer and who leads whom, nothing else
        activity = self.sudo()
        customer = activity.partner_id
        candidates = (
            activity.user_id,
            customer.user_id,
            customer.commercial_partner_id.user_id,
        )
        for candidate in candidates:
            if able := candidate._filter_isof_able(activity.company_id):
                return able.with_env(self.env)
        leader = activity.user_id._get_isof_leader(activity.company_id)
        return leader.with_env(self.env) or self.env.user

    def _get_next_contact(self):
        """Return the contact person who is proposed for what comes next, if still there.

        Who is archived, or works for another company by now, has left the customer.
        """
        self.ensure_one()
        # sudo: whether that one is still there; whoever reads the activity reads who it is
        activity = self.sudo()
        contact = activity.contact_id.filtered("active")
        if company := activity.commercial_partner_id:
            contact = contact._filter_isof_contacts_of(company)
        return contact.with_env(self.env)
