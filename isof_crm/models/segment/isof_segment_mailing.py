from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools.mail import email_normalize_all

# Most contacts left out by a mailing list that are named.
NAMES_SHOWN = 10


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

        Whoever may not be written to is left out: blacklisted, or the consent was withdrawn, also
        by another contact with the same address. Subscriptions of those who are no members any
        more are removed; opt-outs stay, so that nobody is subscribed again against their will.

        :return: the action that tells what was done
        :raises AccessError: for users who may not read the segment, or change mailing lists
        :raises UserError: where Email Marketing is not installed
        """
        self.ensure_one()
        self.check_access("read")
        if "mailing.list" not in self.env:
            raise UserError(self.env._("There are no mailing lists without Email Marketing."))
        mailing_list = self._get_mailing_list()
        # sudo: members whom the user does not see, such as those of a company that is switched
        # off, stay subscribed; only those whom the user may read are added and named
        members = (
            self.env["res.partner"]
            .sudo()
            .search_fetch(
                [("isof_segment_ids", "in", self.ids)], ["name", "email", "email_normalized"]
            )
        )
        wanted, _reasons = members._split_by_isof_consent("email")
        skipped = members - wanted
        wanted = wanted.filtered("email_normalized")
        emails = set(wanted.mapped("email_normalized"))
        subscriptions = mailing_list.subscription_ids
        subscribed = set(subscriptions.contact_id.mapped("email_normalized"))
        new = self._get_mailing_contacts(
            {
                partner.email_normalized: partner
                for partner in wanted.sudo(False)._filtered_access("read")
                if partner.email_normalized not in subscribed
            }
        )
        gone = subscriptions.filtered(
            lambda s: not s.opt_out and s.contact_id.email_normalized not in emails
        )
        mailing_list.write(
            {
                "subscription_ids": [
                    *(Command.delete(subscription.id) for subscription in gone),
                    *(Command.create({"contact_id": contact.id}) for contact in new),
                ]
            }
        )
        message = self.env._(
            "Mailing list “%(list)s”: %(new)s added, %(gone)s removed, %(total)s in all. "
            "Left out: %(skipped)s who do not want mail, %(without)s without an address.",
            list=mailing_list.name,
            new=len(new),
            gone=len(gone),
            total=len(mailing_list.subscription_ids),
            skipped=len(skipped),
            without=len(members - skipped - wanted),
        )
        return self._prepare_notification("\n".join([message, *self._name_skipped(skipped)]))

    def _name_skipped(self, skipped):
        """Return lines of a message that name who gets no mail, as far as the user may read."""
        shown = skipped.sudo(False)._filtered_access("read")[:NAMES_SHOWN]
        if not shown:
            return []
        names = ", ".join(shown.mapped("display_name"))
        if len(skipped) > len(shown):
            names = self.env._(
                "%(names)s and %(count)s more", names=names, count=len(skipped) - len(shown)
            )
        return [self.env._("No mail to: %(names)s", names=names)]

    @api.model
    def _opt_out_of_mailing_lists(self, partners):
        """Opt the addresses of contacts out of the mailing lists of all segments."""
        if "mailing.subscription" not in self.env:
            return
        emails = partners._get_isof_emails()
        if not emails:
            return
        # sudo: the numbers of the lists only, of private and archived segments too
        segments = (
            self.sudo()
            .with_context(active_test=False)
            .search_fetch([("mailing_list_res_id", ">", 0)], ["mailing_list_res_id"])
        )
        # sudo: see above
        subscriptions = self.env["mailing.subscription"].sudo()
        subscriptions.search(
            [
                ("list_id", "in", segments.mapped("mailing_list_res_id")),
                ("opt_out", "=", False),
                "|",
                ("contact_id.email_normalized", "in", list(emails)),
                # of several addresses Odoo keeps the first in that field
                ("contact_id.email", "=like", "%@%@%"),
            ]
        ).filtered(
            lambda one: not emails.isdisjoint(email_normalize_all(one.contact_id.email))
        ).opt_out = True

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
