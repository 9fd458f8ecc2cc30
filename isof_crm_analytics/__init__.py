from . import demo, models, reports, wizards
from .models.ledger.isof_trade_line_comparison import WAITING_USER
from .models.ledger.isof_trade_line_fill import FILLED

# Columns that the first fill writes by SQL, much faster than the ORM would.
COLUMNS = (
    ("account_move", "isof_trade_line_count", "int4"),
    ("account_move", "isof_commission_count", "int4"),
    ("account_move", "isof_is_grouped", "bool"),
    ("isof_activity", "touch_day", "date"),
)


def pre_init_hook(env):
    """Create the columns that ``post_init_hook`` fills, so that Odoo does not compute them."""
    for table, name, kind in COLUMNS:
        env.cr.execute(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {name} {kind}")


def post_init_hook(env):
    """Fill the facts with the documents that are there already."""
    env.cr.execute(
        """
        UPDATE account_move AS move SET isof_is_grouped = TRUE
          FROM (SELECT line.move_id
                  FROM sale_order_line_invoice_rel AS rel
                  JOIN account_move_line AS line ON line.id = rel.invoice_line_id
                  JOIN sale_order_line AS ordered ON ordered.id = rel.order_line_id
                 GROUP BY line.move_id
                HAVING min(ordered.order_id) <> max(ordered.order_id)) AS grouped
         WHERE move.id = grouped.move_id
        """
    )
    env["isof.activity"].with_context(active_test=False).search(
        [("campaign_id", "!=", False), ("state", "=", "done")]
    )._compute_touch_day()
    env["isof.trade.line"]._begin_fill()


def uninstall_hook(env):
    """Take off what would keep others' records from being deleted, or be left on their models.

    These are commissions, documents of the demo company, and the periods' fields with the
    favourites that use them.
    """
    env["isof.commission.plan"]._delete_everything()
    # Odoo takes it for a table of isof_crm, whose field makes it
    env.cr.execute("DROP TABLE IF EXISTS isof_commission_export_res_company_rel")
    env["isof.demo"]._unload_trade()
    env["isof.period.type"].with_context(active_test=False).search([]).unlink()
    for key in (FILLED, WAITING_USER):
        env["ir.config_parameter"].set_param(key, False)
    # notes of these changes are written as long as there is a table for them
    env.cr.flush()
