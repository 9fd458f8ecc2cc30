"""ZIP codes are read without the country before them, contacts without a country as at home."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Have the scheduled action find the regions again, in batches."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    env.ref("isof_crm.ir_cron_region")._trigger()
