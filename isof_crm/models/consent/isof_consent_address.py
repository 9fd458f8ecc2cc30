from odoo import api, fields, models
from odoo.tools import SQL

# Where each channel reaches a contact, as Odoo normalizes it; by post nobody is looked for.
ADDRESS_FIELDS = {"email": "email_normalized", "phone": "phone_sanitized", "sms": "phone_sanitized"}


class IsofConsent(models.Model):
    """The address that a declaration is about: an objection belongs to it, not to a record.

    Whoever withdrew a consent is not contacted by that channel

    - at the address or number of that time, whichever contact has it now, and whenever it got it;
    - at the present one of that contact, whichever other contact has the same.

    Where somebody has entered several e-mail addresses in one field, Odoo writes to all of them:
    then it is about each, and whoever has one of them among several is not written to at all.

    It ends by a later declaration for the same purpose and channel: of the same contact, at the
    same address. What others with that address declare changes nothing for who withdrew, nor does
    the same contact's consent for another address. Contacts that are merged are one: then the
    latest of their declarations counts.
    """

    _inherit = "isof.consent"

    # Follows nothing: what the contact had at the time.
    address = fields.Char(
        compute="_compute_address",
        store=True,
        precompute=True,
        copy=False,
        help="The e-mail address or phone number that the contact had when this was recorded.",
    )
    # the others that were in the same field, separated by spaces
    more_addresses = fields.Char(
        compute="_compute_address",
        store=True,
        precompute=True,
        copy=False,
        export_string_translation=False,
    )
    # The latest of a contact for a purpose, channel and address, and for which of the others.
    # Kept like is_current.
    current_more_addresses = fields.Char(readonly=True, copy=False, export_string_translation=False)
    is_address_current = fields.Boolean(readonly=True, copy=False, export_string_translation=False)

    _address_withdrawn_idx = models.Index(
        "(address, channel) WHERE is_address_current AND state = 'withdrawn'"
    )
    _more_addresses_idx = models.Index(
        "(partner_id) WHERE current_more_addresses IS NOT NULL AND state = 'withdrawn'"
    )

    @api.depends("partner_id", "channel")
    def _compute_address(self):
        # sudo: addresses of the contacts that the declarations are of
        for consent in self.sudo():
            field = ADDRESS_FIELDS.get(consent.channel)
            consent.address = field and consent.partner_id[field]
            is_mail = consent.channel == "email"
            consent.more_addresses = is_mail and consent.partner_id.isof_more_emails

    @api.model
    def _get_withdrawn_query(self, purpose=None):
        """Return the ``SQL`` of the addresses that nobody may be contacted at.

        :param purpose: the ``isof.consent.purpose``; without one any withdrawal counts
        :return: query of ``partner_id`` (who withdrew), ``channel`` and ``address`` (may be NULL)
        """
        withdrawn = SQL("consent.state = 'withdrawn'")
        if purpose:
            withdrawn = SQL("%s AND consent.purpose_id = %s", withdrawn, purpose.id)
        return SQL(
            """
            SELECT consent.partner_id, consent.channel, consent.address
              FROM isof_consent AS consent
             WHERE consent.is_address_current AND %(withdrawn)s
             UNION ALL
            SELECT consent.partner_id, consent.channel,
                   unnest(string_to_array(consent.current_more_addresses, ' '))
              FROM isof_consent AS consent
             WHERE consent.current_more_addresses IS NOT NULL AND %(withdrawn)s
             UNION ALL
            SELECT consent.partner_id, consent.channel, holder.email_normalized
              FROM isof_consent AS consent JOIN res_partner AS holder
                ON holder.id = consent.partner_id
             WHERE consent.is_current AND consent.channel = 'email' AND %(withdrawn)s
             UNION ALL
            SELECT consent.partner_id, consent.channel,
                   unnest(string_to_array(holder.isof_more_emails, ' '))
              FROM isof_consent AS consent JOIN res_partner AS holder
                ON holder.id = consent.partner_id
             WHERE holder.isof_more_emails IS NOT NULL
               AND consent.is_current AND consent.channel = 'email' AND %(withdrawn)s
             UNION ALL
            SELECT consent.partner_id, consent.channel, holder.phone_sanitized
              FROM isof_consent AS consent JOIN res_partner AS holder
                ON holder.id = consent.partner_id
             WHERE consent.is_current AND consent.channel IN ('phone', 'sms') AND %(withdrawn)s
            """,
            withdrawn=withdrawn,
        )

    @api.model
    def _get_withdrawn_contacts_query(self, purpose=None):
        """Return the ``SQL`` of the contacts that have such an address, archived ones included.

        :return: query of ``id`` and ``channel``, some of them twice
        """
        self._flush_addresses()
        # each joined by itself, so that the few withdrawals, or the few contacts asked for, are
        # what is begun with
        of_more = SQL(
            """
            SELECT partner.id, withdrawn.channel
              FROM res_partner AS partner
                   CROSS JOIN unnest(string_to_array(partner.isof_more_emails, ' '))
                        AS more(address)
                   JOIN (%s) AS withdrawn USING (address)
             WHERE partner.isof_more_emails IS NOT NULL AND withdrawn.channel = 'email'
            """,
            self._get_withdrawn_query(purpose),
        )
        of_fields = [
            SQL(
                """
                SELECT partner.id, withdrawn.channel
                  FROM res_partner AS partner JOIN (%s) AS withdrawn
                    ON withdrawn.address = %s AND withdrawn.channel IN %s
                """,
                self._get_withdrawn_query(purpose),
                SQL.identifier("partner", field),
                tuple(channel for channel, other in ADDRESS_FIELDS.items() if other == field),
            )
            for field in sorted(set(ADDRESS_FIELDS.values()))
        ]
        return SQL(" UNION ALL ").join([*of_fields, of_more])

    @api.model
    def _flush_addresses(self):
        self.env["isof.consent"].flush_model()
        self.env["res.partner"].flush_model(
            ["email_normalized", "isof_more_emails", "phone_sanitized"]
        )

    @api.model
    def _find_withdrawn_addresses(self, channel, addresses):
        """Return those of normalized addresses that nobody may be contacted at: a set of str."""
        self._flush_addresses()
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT address FROM (%s) AS withdrawn"
                " WHERE channel = %s AND address = ANY(%s)",
                self._get_withdrawn_query(),
                channel,
                list(addresses),
            )
        )
        return {address for (address,) in rows}
