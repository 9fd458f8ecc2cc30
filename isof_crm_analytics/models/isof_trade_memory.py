from odoo import api, fields, models
from odoo.tools import SQL

from .isof_trade_mixin import MARGIN_GROUP

# What is as it was when the document was posted.
KEPT = ("move_id", "product_id", "sold_quantity", "invoiced_net", "origin_line_id")
KEPT = (*KEPT, "role", "partner_id", "group_id", "region_id", "cost", "cost_source")


class IsofTradeMemory(models.Model):
    """What facts were of documents that have been reset to draft since, for when they are posted.

    Nobody sees it. Whoever mends a typo finds cost, contractor group and region as they were,
    of each line that still says the same; see ``isof_trade_line_facts.py``.
    """

    _name = "isof.trade.memory"
    _description = "Facts of Documents That Were Reset"
    _log_access = False

    move_line_id = fields.Many2one(
        "account.move.line", required=True, readonly=True, ondelete="cascade"
    )
    move_id = fields.Many2one(
        "account.move", required=True, readonly=True, index=True, ondelete="cascade"
    )
    product_id = fields.Many2one("product.product", readonly=True, ondelete="cascade")
    sold_quantity = fields.Float(readonly=True, digits="Product Unit")
    invoiced_net = fields.Float(readonly=True, digits=(16, 2))
    origin_line_id = fields.Many2one("account.move.line", readonly=True, ondelete="set null")
    role = fields.Char(readonly=True)
    partner_id = fields.Many2one("res.partner", readonly=True, ondelete="set null")
    group_id = fields.Many2one("isof.partner.group", readonly=True, ondelete="set null")
    region_id = fields.Many2one("isof.region", readonly=True, ondelete="set null")
    cost = fields.Float(readonly=True, digits=(16, 2), groups=MARGIN_GROUP)
    cost_source = fields.Char(readonly=True, groups=MARGIN_GROUP)

    _move_line_id_unique = models.UniqueIndex("(move_line_id)")

    @api.model
    def _get_columns(self):
        return SQL(", ").join(SQL.identifier(name) for name in ("move_line_id", *KEPT))

    @api.model
    def _move_facts(self, move_ids):
        """Take facts out of the analyses, and remember them.

        :param move_ids: ids of documents
        :return: how many facts there were
        """
        self.env.cr.execute(
            SQL(
                """
                WITH gone AS (
                    DELETE FROM isof_trade_line WHERE move_id = ANY(%(move_ids)s)
                    RETURNING %(columns)s)
                INSERT INTO isof_trade_memory (%(columns)s) TABLE gone
                ON CONFLICT (move_line_id) DO UPDATE SET %(changes)s
                """,
                move_ids=list(move_ids),
                columns=self._get_columns(),
                changes=SQL(", ").join(
                    SQL("%(name)s = EXCLUDED.%(name)s", name=SQL.identifier(name)) for name in KEPT
                ),
            )
        )
        return self.env.cr.rowcount

    @api.model
    def _get_was(self):
        """Return the query of what the fact of ``line`` is so far, or was when it was posted."""
        columns = SQL(", ").join(map(SQL.identifier, KEPT))
        return SQL(
            """
            SELECT * FROM (
                SELECT TRUE AS is_posted, %(columns)s
                  FROM isof_trade_line WHERE move_line_id = line.id
                UNION ALL
                SELECT FALSE, %(columns)s
                  FROM isof_trade_memory WHERE move_line_id = line.id) AS known
             ORDER BY is_posted DESC LIMIT 1
            """,
            columns=columns,
        )
