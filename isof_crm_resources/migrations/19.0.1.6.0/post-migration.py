"""Series are of those who look after the resource, and that are substitutes, too."""

from odoo import SUPERUSER_ID, api

RULES = {
    "isof_booking_series_rule_user": (
        "['|', ('user_id', '=', user.id), ('resource_id.is_in_care', '=', True)]"
    ),
    "isof_booking_series_exception_rule_user": (
        "['|', ('series_id.user_id', '=', user.id),"
        " ('series_id.resource_id.is_in_care', '=', True)]"
    ),
}


def migrate(cr, version):
    """Give the rules of series, which are not updated with the add-on, their new domains."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name, domain in RULES.items():
        if rule := env.ref(f"isof_crm_resources.{name}", False):
            rule.domain_force = domain
