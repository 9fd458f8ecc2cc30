"""Consents and objections: what a person declared, for which purpose and channel.

It owns declarations and who may be reached by what. It knows contractors.
"""

from . import (
    base_partner_merge,
    isof_consent,
    isof_consent_address,
    isof_consent_proof,
    isof_consent_purpose,
    mail_compose_message,
    res_partner_consent,
    res_partner_email,
)
