"""Saved analyses have a company, and managers of other companies do not read private ones."""

from odoo import SUPERUSER_ID, api
from odoo.fields import Domain

# Record rules that an update leaves alone; all three say which analyses managers see.
RULES = {
    "isof_analysis_rule_manager": "",
    "isof_analysis_measure_rule_manager": "analysis_id.",
    "isof_analysis_schedule_rule_manager": "analysis_id.",
}


def migrate(cr, version):
    """Change the rules, and give private analyses the company of their owner.

    Whose owner works in several companies stays without: its figures would be others.
    """
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
    for name, path in RULES.items():
        if rule := env.ref(f"isof_crm_analytics.{name}", raise_if_not_found=False):
            rule.domain_force = (
                f"['|', '|', ('{path}user_id', 'in', [user.id, False]),"
                f" ('{path}company_id', '!=', False), ('{path}sharing', '=', 'groups')]"
            )
    private = Domain("company_id", "=", False) & Domain("sharing", "!=", "groups")
    analyses = env["isof.analysis"].search(private & Domain("user_id", "!=", False))
    for owner, own in analyses.grouped("user_id").items():
        if len(owner.company_ids) == 1:
            own.company_id = owner.company_ids
