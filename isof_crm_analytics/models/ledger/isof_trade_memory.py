from odoo import api, fields, models
from odoo.tools import SQL, ormcache

from .isof_trade_mixin import MARGIN_GROUP

# What tells whether a line is still the same, and what it credits.
IDENTITY = (
    *("move_id", "product_id", "sold_quantity", "invoiced_net", "origin_line_id", "role"),
    *("is_price_correction", "partner_id"),
)


class IsofTradeMemory(models.Model):
    """What facts were of documents that have been reset to draft since, for when they are posted.

    Nobody sees it. Whoever mends a typo finds cost, contractor group and region as they were,
    of each line that still says the same; see ``isof_trade_line_facts.py``.
    """

    _name = "isof.trade.memory"
    _description = "Facts of Documents That Were Reset"
    _log_access = False

    move_line_id = fields.Many2one(
        "account.move.line",
        readonly=True,
        ondelete="set null",
        help="Empty: the line was deleted, and may be entered again.",
    )
    move_id = fields.Many2one(
        "account.move", required=True, readonly=True, index=True, ondelete="cascade"
    )
    product_id = fields.Many2one("product.product", readonly=True, ondelete="cascade")
    sold_quantity = fields.Float(readonly=True, digits="Product Unit")
    invoiced_net = fields.Float(readonly=True, digits=(16, 2))
    origin_line_id = fields.Many2one("account.move.line", readonly=True, ondelete="set null")
    role = fields.Char(readonly=True)
    is_price_correction = fields.Boolean(readonly=True)
    partner_id = fields.Many2one("res.partner", readonly=True, ondelete="set null")
    group_id = fields.Many2one("isof.partner.group", readonly=True, ondelete="set null")
    region_id = fields.Many2one("isof.region", readonly=True, ondelete="set null")
    cost = fields.Float(readonly=True, digits=(16, 2), groups=MARGIN_GROUP)
    cost_source = fields.Char(readonly=True, groups=MARGIN_GROUP)

    _move_line_id_unique = models.UniqueIndex("(move_line_id)")

    @api.model
    @ormcache()
    def _get_kept(self):
        """Return the names of what is kept: what identifies a line, and all that is frozen."""
        facts = self.env["isof.trade.line"]
        return (*IDENTITY, *facts._get_figures().frozen)

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
                columns=self._join(["move_line_id", *self._get_kept()]),
                changes=SQL(", ").join(
                    SQL("%(name)s = EXCLUDED.%(name)s", name=SQL.identifier(name))
                    for name in self._get_kept()
                ),
            )
        )
        return self.env.cr.rowcount

    @api.model
    def _get_known(self, line):
        """Return the query of what the fact of a line is so far, or was when it was posted.

        :param line: SQL of the id of the line
        """
        return SQL(
            """
            SELECT known.* FROM (
                SELECT TRUE AS is_posted, %(columns)s
                  FROM isof_trade_line WHERE move_line_id = %(line)s
                UNION ALL
                SELECT FALSE, %(columns)s
                  FROM isof_trade_memory WHERE move_line_id = %(line)s) AS known
             ORDER BY known.is_posted DESC LIMIT 1
            """,
            columns=self._join(self._get_kept()),
            line=line,
        )

    @api.model
    def _get_previous(self, quantity):
        """Return the query of what is known of ``line``, or of one that it was entered in place of.

        :param quantity: SQL of the quantity of the line
        """
        return SQL(
            """
            SELECT found.* FROM (
                SELECT 1 AS rank, known.* FROM (%(known)s) AS known
                UNION ALL
                SELECT 2, FALSE, %(columns)s
                  FROM isof_trade_memory
                 WHERE isof_trade_memory.move_id = move.id AND move_line_id IS NULL
                   AND product_id IS NOT DISTINCT FROM line.product_id
                   AND sold_quantity = %(quantity)s) AS found
             ORDER BY found.rank LIMIT 1
            """,
            known=self._get_known(SQL("line.id")),
            columns=self._join(self._get_kept()),
            quantity=quantity,
        )

    @api.model
    def _join(self, names):
        return SQL(", ").join(map(SQL.identifier, names))
