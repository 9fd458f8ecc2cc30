from odoo import api, models
from odoo.tools import LazyTranslate

from .isof_period_type import FIELD_PREFIX, get_type_id

_lt = LazyTranslate(__name__)


class IrModelFields(models.Model):
    _inherit = "ir.model.fields"

    @api.model
    def _get_isof_period_fields(self):
        """Return the fields that types of periods have given to models."""
        domain = [
            ("name", "=like", FIELD_PREFIX.replace("_", r"\_") + "%"),
            ("relation", "=", "isof.period"),
            ("state", "=", "manual"),
        ]
        return self.search(domain)

    @api.model
    def _instanciate_attrs(self, field_data):
        """Have the fields of types of periods computed and searched by ``isof.period.mixin``."""
        attrs = super()._instanciate_attrs(field_data)
        name = field_data["name"]
        type_id = get_type_id(name)
        if attrs and type_id and field_data["relation"] == "isof.period":
            attrs |= {
                "domain": [("type_id", "=", type_id)],
                "compute": "_compute_isof_period",
                # the day decides, whoever looks; _has_field_access() keeps out who may not see it
                "compute_sudo": True,
                "search": lambda model, operator, value: model._search_isof_period(
                    name, operator, value
                ),
                "falsy_value_label": _lt("Outside any period"),
            }
        return attrs
