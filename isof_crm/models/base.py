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
