"""Names that a fresh database has: of rules since 1.3, and of a model of Odoo that we renamed."""

from odoo import SUPERUSER_ID, api

NAMES = {
    "isof_analysis_rule_manager": "Saved analysis: all of one's companies",
    "isof_analysis_measure_rule_manager": "Measure of an analysis: all of one's companies",
    "isof_analysis_schedule_rule_manager": "Schedule of an analysis: all of one's companies",
}


def migrate(cr, version):
    """Give the rules, and Odoo's versions of employees in Polish, the names of a fresh database."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name, label in NAMES.items():
        if rule := env.ref(f"isof_crm_analytics.{name}", raise_if_not_found=False):
            rule.name = label
    cr.execute(
        "UPDATE ir_model SET name = jsonb_set(name, '{pl_PL}', '\"Umowa pracownika\"')"
        " WHERE model = 'hr.version' AND name ->> 'pl_PL' = 'Wersja'"
    )
