"""Members of segments in tables of their own, and rules of companies that follow new fields."""

from odoo import SUPERUSER_ID, api

# Record rules that an update leaves alone, with their new domains.
DOMAINS = {
    "isof_activity_plan_step_rule_company": (
        "['|', '&', ('run_id', '=', False), ('plan_id.company_id', 'in', company_ids + [False]),"
        " ('run_id.company_id', 'in', company_ids)]"
    ),
    "isof_region_rule_rule_company": "[('company_id', 'in', company_ids + [False])]",
}


def migrate(cr, version):
    """Move members and former members out of the old table, and change the rules."""
    cr.execute(
        """
        INSERT INTO isof_segment_member AS member (segment_id, partner_id, date_from)
        SELECT segment_id, partner_id, min(date_from)
          FROM isof_segment_membership
         WHERE date_to IS NULL
         GROUP BY segment_id, partner_id
            -- a segment that the update itself refreshed
            ON CONFLICT (segment_id, partner_id)
            DO UPDATE SET date_from = least(member.date_from, excluded.date_from);

        INSERT INTO isof_segment_departure (id, segment_id, partner_id, date_from, date_to)
        SELECT nextval('isof_segment_member_id_seq'), segment_id, partner_id, date_from, date_to
          FROM isof_segment_membership
         WHERE date_to IS NOT NULL;

        DROP TABLE isof_segment_membership, isof_segment_member_rel;
        DELETE FROM ir_model_relation WHERE name = 'isof_segment_member_rel';
        """
    )
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name, domain in DOMAINS.items():
        env.ref(f"isof_crm.{name}").domain_force = domain
