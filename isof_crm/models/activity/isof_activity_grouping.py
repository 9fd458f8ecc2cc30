from odoo import api, fields, models
from odoo.tools import SQL


class IsofActivity(models.Model):
    """Groups and the search panel of the register: by segments, by every status, unfolded."""

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

    @api.model
    def _group_expand_status_id(self, statuses, domain):
        """Show every status as a column of the kanban view, used or not."""
        return statuses.search([("company_id", "in", (*self.env.companies.ids, False))])

    def _open_groups(self, *, auto_unfold, **kwargs):
        # Odoo unfolds the first level only; the action plan shows due dates and activities.
        auto_unfold = auto_unfold or self.env.context.get("isof_unfold_groups", False)
        return super()._open_groups(auto_unfold=auto_unfold, **kwargs)

    @api.model
    @api.readonly
    def search_panel_select_range(self, field_name, **kwargs):
        """Name regions and departments shortly: they are shown as trees."""
        records = self.with_context(hierarchical_naming=False)
        return super(IsofActivity, records).search_panel_select_range(field_name, **kwargs)
