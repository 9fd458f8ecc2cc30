from odoo import models
from odoo.tools.mail import email_normalize_all


class MailComposeMessage(models.TransientModel):
    _inherit = "mail.compose.message"

    def _process_mail_values_state(self, mail_values_dict):
        """Leave out whom a consent was withdrawn for, as Odoo does with opt-outs.

        By what is sent to contacts in bulk, and by mailings of Email Marketing, whatever they are
        sent to; not by a quotation or a reminder. Who switches the exclusion list off means
        everybody. One of several addresses is enough: Odoo sends one mail to all of them.
        """
        refused = set()
        if self.use_exclusion_list and self._is_isof_marketing():
            refused = self._find_isof_refused(mail_values_dict)
        super()._process_mail_values_state(
            {id_: values for id_, values in mail_values_dict.items() if id_ not in refused}
        )
        for id_ in refused:
            mail_values_dict[id_].update(state="cancel", failure_type="mail_optout")
        return mail_values_dict

    def _find_isof_refused(self, mail_values_dict):
        """Return the ids of the records one of whose addresses may not be written to."""
        by_id = {id_: self._get_isof_emails(values) for id_, values in mail_values_dict.items()}
        addresses = set().union(*by_id.values())
        # sudo: whether one may write to somebody has to be known to all who can
        refused = self.env["isof.consent"].sudo()._find_withdrawn_addresses("email", addresses)
        # Odoo compares the first address of a contact with its blacklist
        several = [one for one in by_id.values() if len(one) > 1]
        refused |= self.env["res.partner"]._find_isof_blacklisted(set().union(*several))
        return {id_ for id_, emails in by_id.items() if emails & refused}

    def _get_isof_emails(self, mail_values):
        """Return the normalized addresses that a mail is sent to: a set of str."""
        partners = self.env["res.partner"].browse(
            command[1] for command in mail_values.get("recipient_ids") or [] if command[1]
        )
        return {*email_normalize_all(mail_values.get("email_to")), *partners._get_isof_emails()}

    def _is_isof_marketing(self):
        """Return whether it goes to contacts, or is a mailing of Email Marketing if installed."""
        return self.model == "res.partner" or any(
            name in self._fields and self[name] for name in ("mass_mailing_id", "mass_mailing_name")
        )
