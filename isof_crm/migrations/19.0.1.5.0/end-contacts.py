"""What is marked as done and still to come counts as contact no more."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Find the last contact of those companies anew."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    activities = env["isof.activity"]
    ahead = activities.search([("state", "=", "done"), ("start", ">", "now")])
    companies = ahead.commercial_partner_id
    env.add_to_compute(companies._fields["isof_last_activity_date"], companies)
    env.flush_all()
