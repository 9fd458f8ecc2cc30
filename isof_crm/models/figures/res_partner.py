from odoo import models
from odoo.tools import SQL

# What has Odoo show more than the name.
MORE = (
    *("formatted_display_name", "partner_display_name_hide_company", "partner_show_db_id"),
    *("show_address", "show_email", "show_vat"),
)


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _isof_prefetch_names(self):
        """Addresses without a name are left out: their type is, in the language of the reader."""
        if not self._isof_is_named_by("base", MORE):
            return
        query = self._as_query(ordered=False)
        query.add_where(SQL("%s <> ''", self._field_to_sql(self._table, "name", query)))
        columns = ("id", "complete_name")
        sql = [self._field_to_sql(self._table, column, query) for column in columns]
        self._isof_keep_names(dict(self.env.execute_query(query.select(*sql))))
