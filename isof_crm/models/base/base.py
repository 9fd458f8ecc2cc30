from psycopg2.errors import RestrictViolation

from odoo import api, models, tools
from odoo.tools import unique

OUR_ADDONS = "isof_crm"  # what the names of our add-ons begin with


class Base(models.AbstractModel):
    _inherit = "base"

    @api.model
    def _post_model_setup__(self):
        """Have a report's values depend on what its query depends on.

        The rows of a report made by SQL may be others for each reader. A query that reads the
        context, rights or clock of the reader says so like a method that computes a field: ::

            @property
            @api.depends_context("uid", "allowed_company_ids")
            def _table_query(self): ...

        Otherwise a value that somebody has read would be everybody's until the transaction ends.
        """
        super()._post_model_setup__()
        queries = [vars(cls).get("_table_query") for cls in type(self)._model_classes__]
        keys = [
            key
            for query in queries
            if isinstance(query, property)
            for key in getattr(query.fget, "_depends_context", ())
        ]
        if not keys:
            return
        for field in self._fields.values():
            # related fields depend on what the fields on their path depend on
            if field.name != "id" and not field.related:
                field._depends_context = tuple(unique([*(field._depends_context or ()), *keys]))

    def copy_data(self, default=None):
        """Leave out what our add-ons keep from the user, who may well duplicate the rest.

        Odoo reads every field that is copied, and would refuse the whole copy for a single one
        that takes a role of ours.
        """
        hidden = self._get_isof_uncopied_names() - set(default or ())
        if not hidden:
            return super().copy_data(default)
        # what is given is not read
        vals_list = super().copy_data({**(default or {}), **dict.fromkeys(hidden)})
        # None: the record is a part of itself, and copied already
        return [
            vals and {name: value for name, value in vals.items() if name not in hidden}
            for vals in vals_list
        ]

    def copy_translations(self, new, excluded=()):
        """Leave out the translations of what ``copy_data`` leaves out."""
        return super().copy_translations(new, {*excluded, *self._get_isof_uncopied_names()})

    @api.model
    def _get_isof_uncopied_names(self):
        """Return the names of our fields that the user's copies of a record do without."""
        return {
            name
            for name in self._get_isof_field_names()
            if (field := self._fields[name]).copy
            and not (
                self._has_field_access(field, "read") and self._has_field_access(field, "write")
            )
        }

    @api.model
    @tools.ormcache()
    def _get_isof_field_names(self):
        """Return the names of the fields that an add-on of ours has a part in.

        Or for which one of our roles is needed: that is how other add-ons on top of ours come in.

        :return: frozenset of str
        """
        return frozenset(
            name
            for name, field in self._fields.items()
            if OUR_ADDONS in (field.groups or "")
            or any(module.startswith(OUR_ADDONS) for module in field._modules)
        )

    @api.model
    def _sql_error_to_message_generic(self, exc):
        """Explain PostgreSQL 18's own error for a record in use, which Odoo does not know.

        Earlier ones report a foreign key violation, which Odoo explains.
        """
        if not isinstance(exc, RestrictViolation):
            return super()._sql_error_to_message_generic(exc)
        # sudo: the name of the model only
        user_model = self.env["ir.model"].sudo()._get(self._name).name or self._description
        return self.env._(
            "The record is still in use by “%(model)s” and cannot be deleted. "
            "How about archiving it instead?",
            model=user_model,
        )

    def _open_isof(self, xml_id, **changes):
        """Return an action of ours about a record that the user may read.

        :param str xml_id: external id of a window action
        :param changes: what of the action is different: ``domain``, ``context``…
        :raises AccessError: if the user may not read the record
        """
        self.ensure_one()
        self.check_access("read")
        return self.env["ir.actions.act_window"]._for_xml_id(xml_id) | changes

    @api.model
    def _get_isof_chosen(self):
        """Return the records of this model that the user has chosen, and opened a dialogue for.

        :raises AccessError: if the user may not read them, whose ids anybody can send
        """
        context = self.env.context
        if context.get("active_model") != self._name:
            return self.browse()
        chosen = self.browse(context.get("active_ids") or context.get("active_id") or ())
        chosen.check_access("read")
        return chosen
