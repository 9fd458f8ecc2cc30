"""Each new version brings its translations: Odoo itself keeps those that are there."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Have the terms of the suite read as in a fresh database, in every language that is used."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    suite = env["ir.module.module"].search(
        [("name", "=like", "isof\\_crm%"), ("state", "=", "installed")]
    )
    langs = [code for code, _name in env["res.lang"].get_installed()]
    suite._load_module_terms(suite.mapped("name"), langs, overwrite=True)
