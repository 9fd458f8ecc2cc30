"""A declaration is about every address of a contact who has several in one field."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Have declarations be about the further addresses that the contact has now."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    cr.execute(
        """
           UPDATE isof_consent AS consent
              SET more_addresses = partner.isof_more_emails
             FROM res_partner AS partner
            WHERE partner.id = consent.partner_id
              AND consent.channel = 'email'
              AND consent.more_addresses IS NULL
              AND partner.isof_more_emails IS NOT NULL
        RETURNING partner.id
        """
    )
    partners = env["res.partner"].browse({id_ for (id_,) in cr.fetchall()})
    partners._update_current_isof_consents()
