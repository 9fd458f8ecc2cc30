from odoo import fields, models
from odoo.tools import SQL


class IsofActivity(models.Model):
    """The customer's segments as a filter and a dimension of activities."""

    _inherit = "isof.activity"

    # Not as superuser: private segments are nobody else's business.
    segment_ids = fields.Many2many(
        related="commercial_partner_id.isof_segment_ids",
        related_sudo=False,
        string="Customer Segments",
    )

    def _read_group_groupby(self, alias, groupby_spec, query):
        """Group by segments; Odoo itself only groups by related fields read as superuser."""
        if groupby_spec != "segment_ids":
            return super()._read_group_groupby(alias, groupby_spec, query)
        customer = query.make_alias(alias, "commercial_partner_id")
        query.add_join(
            "LEFT JOIN",
            customer,
            "res_partner",
            SQL(
                "%s = %s",
                self._field_to_sql(alias, "commercial_partner_id", query),
                SQL.identifier(customer, "id"),
            ),
        )
        return self.env["res.partner"]._read_group_groupby(customer, "isof_segment_ids", query)
