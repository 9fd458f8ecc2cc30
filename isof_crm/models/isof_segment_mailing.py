from odoo import api, fields, models
from odoo.fields import Command


class IsofSegment(models.Model):
    """A segment's mailing list, where Email Marketing is installed."""

    _inherit = "isof.segment"

    # No many2one: without Email Marketing there is no such model.
    mailing_list_res_id = fields.Integer(copy=False, readonly=True, export_string_translation=False)
    has_mailing = fields.Boolean(compute="_compute_has_mailing", export_string_translation=False)

    @api.depends_context("uid")
    def _compute_has_mailing(self):
        self.has_mailing = "mailing.list" in self.env and self.env["mailing.list"].has_access(
            "write"
        )

    def action_update_mailing_list(self):
        """Make the segment's mailing list hold the addresses of its members.

        Whoever may not be written to is left out: blacklisted, or the consent was withdrawn.
        Subscriptions of those who are no members any more are removed; opt-outs stay, so that
        nobody is subscribed again against their will.

        :return: the action that tells what was done
        :raises AccessError: for users who may not change mailing lists
        """
        self.ensure_one()
        mailing_list = self._get_mailing_list()
        members = self.env["res.partner"].search_fetch(
            [("isof_segment_ids", "in", self.ids)], ["name", "email", "email_normalized"]
        )
        allowed, skipped = members._split_by_isof_consent("email")
        by_email = {p.email_normalized: p for p in allowed if p.email_normalized}
        contacts = self._get_mailing_contacts(by_email)
        subscriptions = mailing_list.subscription_ids
        new = contacts - subscriptions.contact_id
        gone = subscriptions.filtered(lambda s: not s.opt_out and s.contact_id not in contacts)
        mailing_list.write(
            {
                "subscription_ids": [
                    *(Command.delete(subscription.id) for subscription in gone),
                    *(Command.create({"contact_id": contact.id}) for contact in new),
                ]
            }
        )
        return self._prepare_notification(
            self.env._(
                "Mailing list “%(list)s”: %(new)s added, %(gone)s removed, %(total)s in all. "
                "Left out: %(skipped)s who do not want mail, %(without)s without an address.",
                list=mailing_list.name,
                new=len(new),
                gone=len(gone),
                total=len(mailing_list.subscription_ids),
                skipped=len(skipped),
                without=len(allowed.filtered(lambda partner: not partner.email_normalized)),
            )
        )

    def _get_mailing_list(self):
        """Return the segment's mailing list, a new one where there is none."""
        # sudo: the number of the list only; the list keeps its own rights
        segment = self.sudo()
        MailingList = self.env["mailing.list"]
        MailingList.check_access("write")
        found = MailingList.browse(segment.mailing_list_res_id).exists()
        if not found:
            found = MailingList.create({"name": self.name})
            segment.mailing_list_res_id = found.id
        return found

    def _get_mailing_contacts(self, by_email):
        """Return the mailing contacts of addresses, one each; the missing ones are created.

        :param by_email: dict of normalized address to ``res.partner``
        """
        Contact = self.env["mailing.contact"]
        found = {
            contact.email_normalized: contact
            for contact in Contact.search_fetch(
                [("email_normalized", "in", list(by_email))], ["email_normalized"], order="id desc"
            )
        }
        contacts = Contact.union(*found.values())
        return contacts | Contact.create(
            [
                {
                    "name": partner.name,
                    "email": partner.email,
                    "company_name": partner.commercial_company_name,
                    "country_id": partner.country_id.id,
                }
                for email, partner in by_email.items()
                if email not in found
            ]
        )
