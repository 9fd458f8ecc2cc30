from odoo import api, models


class Base(models.AbstractModel):
    _inherit = "base"

    def _isof_prefetch_names(self):
        """Read what many records are called at once, where it is a column for most of them.

        Odoo computes each ``display_name`` by itself, which is most of what a pivot by customers
        or products costs. A model that knows better puts them into the cache; it asks
        ``_isof_is_named_by`` whether it still does.
        """

    @api.model
    def _isof_is_named_by(self, addon, keys):
        """Return whether records are called as an add-on says, which nothing else changes.

        :param str addon: the add-on whose way of naming them is known
        :param keys: names of values in the context by which it names them in another way
        """
        naming = {
            cls.__module__
            for cls in type(self).mro()
            if "_compute_display_name" in vars(cls)
            and cls.__module__ != models.BaseModel.__module__
        }
        return all(name.startswith(f"odoo.addons.{addon}.") for name in naming) and not any(
            map(self.env.context.get, keys)
        )

    def _isof_keep_names(self, names):
        """Put what records are called into the cache.

        :param dict names: by ids of some of these records
        """
        self._fields["display_name"]._insert_cache(self.browse(names), names.values())
