import re

from odoo import api, models

from .isof_period_type import FIELD_PREFIX

FIELD_NAME = re.compile(rf"\b{FIELD_PREFIX}\d+\b")


class IrFilters(models.Model):
    _inherit = "ir.filters"

    @api.model
    def get_filters(self, model, *args, **kwargs):
        """Leave out favourites about types of periods that are archived or another company's.

        The client cannot open a view that groups by a field which is not there. Such a
        favourite comes back together with the type.
        """
        filters = super().get_filters(model, *args, **kwargs)
        if model not in self.env["isof.period.type"]._get_grouped_models():
            return filters
        visible = {field.name for field in self.env[model]._get_isof_period_fields()}
        return [one for one in filters if self._get_isof_period_names(one) <= visible]

    @api.model
    def _get_isof_period_names(self, values):
        """Return the names of fields of types of periods that a favourite uses."""
        return set(FIELD_NAME.findall(f"{values['domain']} {values['context']} {values['sort']}"))

    @api.model
    def _unlink_isof_period_filters(self, names):
        """Remove the favourites that use one of these fields."""
        grouped = self.env["isof.period.type"]._get_grouped_models()
        filters = self.with_context(active_test=False).search([("model_id", "in", grouped)])
        filters.filtered(lambda one: self._get_isof_period_names(one) & set(names)).unlink()
