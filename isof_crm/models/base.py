from psycopg2.errors import RestrictViolation

from odoo import api, models


class Base(models.AbstractModel):
    _inherit = "base"

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
