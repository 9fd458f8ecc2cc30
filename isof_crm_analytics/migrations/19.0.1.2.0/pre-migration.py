"""The index that reports read has more columns."""


def migrate(cr, version):
    """Drop the index, so that the model makes it anew: Odoo keeps one without a comment."""
    cr.execute("DROP INDEX IF EXISTS isof_trade_summary_date_idx")
