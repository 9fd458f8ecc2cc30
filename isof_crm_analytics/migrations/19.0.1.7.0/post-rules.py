"""Rules that say more than their names did: databases of 1.2 and before have the old names."""

from odoo import SUPERUSER_ID, api

NAMES = {
    "isof_analysis_rule_manager": "Saved analysis: all of one's companies",
    "isof_analysis_measure_rule_manager": "Measure of an analysis: all of one's companies",
    "isof_analysis_schedule_rule_manager": "Schedule of an analysis: all of one's companies",
}


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name, label in NAMES.items():
        if rule := env.ref(f"isof_crm_analytics.{name}", raise_if_not_found=False):
            rule.name = label
