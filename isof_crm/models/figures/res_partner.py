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
        self.env["res.partner"].flush_model(["name", "complete_name"])
        rows = self.env.execute_query(
            SQL(
                "SELECT id, complete_name FROM res_partner WHERE id = ANY(%s) AND name <> ''",
                self.ids,
            )
        )
        self._isof_keep_names(dict(rows))
