from odoo import models


class MailComposeMessage(models.TransientModel):
    _inherit = "mail.compose.message"

    def _get_optout_emails(self, mail_values_dict):
        """Leave out addresses for which a consent was withdrawn, as Odoo does with opt-outs.

        By what is sent to contacts in bulk, and by mailings of Email Marketing, whatever they are
        sent to; not by a quotation or a reminder. Who switches the exclusion list off means
        everybody.
        """
        emails = super()._get_optout_emails(mail_values_dict)
        if not (self.use_exclusion_list and self._is_isof_marketing()):
            return emails
        recipients = self._get_recipients_data(mail_values_dict)
        addresses = {
            address for each in recipients.values() for address in each["mail_to_normalized"]
        }
        # sudo: whether one may write to somebody has to be known to all who can
        withdrawn = self.env["isof.consent"].sudo()._find_withdrawn_addresses("email", addresses)
        return [*emails, *withdrawn]

    def _is_isof_marketing(self):
        """Return whether it goes to contacts, or is a mailing of Email Marketing if installed."""
        return self.model == "res.partner" or any(
            name in self._fields and self[name] for name in ("mass_mailing_id", "mass_mailing_name")
        )
