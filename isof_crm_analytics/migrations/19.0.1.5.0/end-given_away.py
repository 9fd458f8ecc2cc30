"""What was given away altogether has its discount without tax: old facts follow."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Derive the facts of documents with a discount of 100 % anew; costs stay as they are."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    lines = env["account.move.line"].search(
        [("discount", "=", 100), ("display_type", "=", "product"), ("parent_state", "=", "posted")]
    )
    facts = env["isof.trade.line"]
    facts._sync(lines.move_id.ids)
    facts._sync_all_sessions()
