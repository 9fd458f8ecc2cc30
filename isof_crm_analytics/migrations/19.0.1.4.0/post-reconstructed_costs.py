"""Costs that were taken from products after the documents were posted say so."""

from odoo import SUPERUSER_ID, api
from odoo.tools import split_every

BATCH_SIZE = 5000


def migrate(cr, version):
    """Mark the costs of what was there before the add-on, and of what gives it back.

    The first fill took for them what the products cost on the day of the installation. When a
    document was posted is not known: those count that were made before that day.
    """
    cr.execute(
        """
        WITH marked AS (
            UPDATE isof_trade_line AS fact SET cost_source = 'later'
              FROM account_move AS move, ir_model_data AS installed
             WHERE move.id = fact.move_id AND fact.cost_source = 'product'
               AND installed.module = 'isof_crm_analytics'
               AND installed.name = 'model_isof_trade_line'
               AND move.create_date < installed.create_date
            RETURNING fact.move_id, fact.move_line_id),
        following AS (
            UPDATE isof_trade_line AS fact SET cost_source = 'later'
              FROM marked
             WHERE fact.origin_line_id = marked.move_line_id AND fact.cost_source = 'original'
            RETURNING fact.move_id)
        SELECT move_id FROM marked UNION SELECT move_id FROM following ORDER BY 1
        """
    )
    move_ids = [id_ for (id_,) in cr.fetchall()]
    env = api.Environment(cr, SUPERUSER_ID, {})
    for ids in split_every(BATCH_SIZE, move_ids):
        env["isof.trade.summary"]._sync(ids)
    env["isof.trade.line"].invalidate_model()
