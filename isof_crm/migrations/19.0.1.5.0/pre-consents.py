"""A declaration is about an address: for the old ones, the one that the contact has now."""


def migrate(cr, version):
    """Fill in the addresses by SQL, and which declarations are the latest about each."""
    cr.execute(
        """
        ALTER TABLE isof_consent
          ADD COLUMN IF NOT EXISTS address varchar,
          ADD COLUMN IF NOT EXISTS is_address_current boolean;
        UPDATE isof_consent AS consent
           SET address = CASE consent.channel
                         WHEN 'email' THEN partner.email_normalized
                         ELSE partner.phone_sanitized END
          FROM res_partner AS partner
         WHERE partner.id = consent.partner_id AND consent.channel IN ('email', 'phone', 'sms');
        -- a contact has had one address so far
        UPDATE isof_consent SET is_address_current = is_current AND address IS NOT NULL
        """
    )
