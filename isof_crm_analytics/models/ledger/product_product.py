from odoo import models
from odoo.tools import SQL

# By what Odoo names a product in another way.
MORE = ("formatted_display_name", "partner_id", "seller_id")


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _isof_prefetch_names(self):
        """Variants are left out: which attributes they are named by is Odoo's own rule."""
        has_code = self.env.context.get("display_default_code", True)
        if not has_code or not self._isof_is_named_by("product", MORE):
            return
        query = self._as_query(ordered=False)
        indices = self._field_to_sql(self._table, "combination_indices", query)
        query.add_where(SQL("COALESCE(%s, '') = ''", indices))
        columns = ("id", "default_code", "name")
        sql = [self._field_to_sql(self._table, column, query) for column in columns]
        rows = self.env.execute_query(query.select(*sql))
        self._isof_keep_names(
            {id_: f"[{code}] {name}" if code else name for id_, code, name in rows}
        )
